"""Quantities as people read them: whole, in their language, with the digits of their unit."""

import json

from odoo.modules import get_module_path, load_script

from odoo.addons.order_processing.models.common.number_words import measure_words, number_words, share_words

from ..common import OrderCase


class TestNumberWords(OrderCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("de_DE")
        cls.env["res.lang"].search([("code", "=", "de_DE")]).write({"decimal_point": ",", "thousands_sep": "."})
        cls.english, cls.german = (cls.env(context={"lang": lang}) for lang in ("en_US", "de_DE"))

    def _precision(self, digits):
        self.env["decimal.precision"].search([("name", "=", "Product Unit")]).digits = digits

    def test_no_digit_is_lost_and_none_is_added(self):
        self._precision(3)
        for number, english, german in (
            (1234567.5, "1,234,567.5", "1.234.567,5"),
            (0.125, "0.125", "0,125"),
            (12.0, "12", "12"),
            (100.0, "100", "100"),
            (0.0, "0", "0"),
            (-0.00001, "0", "0"),
            (-1500.25, "-1,500.25", "-1.500,25"),
            (1e12, "1,000,000,000,000", "1.000.000.000.000"),
            (None, "0", "0"),
        ):
            with self.subTest(number=number):
                self.assertEqual(number_words(self.english, number), english)
                self.assertEqual(number_words(self.german, number), german)

    def test_quantities_have_the_digits_of_their_unit(self):
        self._precision(2)
        self.assertEqual(number_words(self.english, 0.125), "0.13", "rounded as the unit rounds it")
        self._precision(0)
        self.assertEqual(number_words(self.english, 1234567.5), "1,234,568")

    def test_what_was_measured_and_shares_have_their_own_digits(self):
        self._precision(0)
        self.assertEqual(measure_words(self.german, 1234.123456), "1.234,123456")
        self.assertEqual(share_words(self.german, 12.5), "12,5 %")
        self.assertEqual(share_words(self.english, 0.125), "0.125 %")

    def test_a_unit_is_named_behind_its_quantity(self):
        unit = self.env.ref("uom.product_uom_kgm")
        self.assertEqual(unit.with_env(self.german)._quantity_words(1234567.5), "1.234.567,5 kg")
        self.assertEqual(unit.browse().with_env(self.english)._quantity_words(3.0), "3")

    def test_what_a_customer_and_the_desk_read_names_the_whole_quantity(self):
        """A closed line's words, the table of the order, the timeline and the change request: each in full."""
        order = self._make_order((self.product, 1234567.5))
        order.action_confirm()
        line = order.order_line
        words = line._comparison_text()
        self._as("processor", line).action_close_short("no_stock")
        german = order.with_env(self.german)
        self.assertIn("1.234.567,5 ", german.order_line.order_closed_text)
        self.assertIn("1.234.567,5 ", german.order_timeline_html)
        self.assertIn("1,234,567.5 ", order.order_timeline_html)
        self.assertIn("1,234,567.5 ", words)

    def test_messages_of_an_existing_database_are_mended(self):
        """In each language, and what a manager wrote into them stays."""
        template = self.env.ref("order_processing.mail_template_return_overdue", raise_if_not_found=False)
        template = template or self.env["mail.template"].search([("model", "=", "order.return")], limit=1)
        old = """<p>%s <t t-out="'%%g' %% line.advance_qty">2</t> <t t-out="line.uom_id.name or ''">Units</t></p>"""
        new = """<p>%s <t t-out="line.uom_id._quantity_words(line.advance_qty)">2 Units</t></p>"""
        self.env.flush_all()
        bodies = {lang: old % lang for lang in ("en_US", "de_DE")}
        self.cr.execute("UPDATE mail_template SET body_html = %s WHERE id = %s", [json.dumps(bodies), template.id])
        path = get_module_path("order_processing") + "/migrations/19.0.1.2.0/post-quantities.py"
        load_script(path, "post_quantities").migrate(self.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        for lang in bodies:
            self.assertEqual(str(template.with_context(lang=lang).body_html), new % lang)

    def test_messages_about_requests_keep_the_lines_that_somebody_wrote_into_them(self):
        template = self.env.ref("order_processing.mail_template_change_declined")
        old = """<ul t-if="object.line_ids"><li t-foreach="object.line_ids" t-as="line" t-out="line.quantity"/></ul>"""
        self.env.flush_all()
        self.cr.execute(
            "UPDATE mail_template SET body_html = %s WHERE id = %s", [json.dumps({"en_US": old}), template.id]
        )
        path = get_module_path("order_processing") + "/migrations/19.0.1.2.0/post-change-mail.py"
        load_script(path, "post_change_mail").migrate(self.cr, "19.0.1.1.0")
        self.env.invalidate_all()
        self.cr.execute("SELECT body_html->>'en_US' FROM mail_template WHERE id = %s", [template.id])
        found = self.cr.fetchone()[0]
        self.assertEqual(found, old.replace("object.line_ids", "object._told_lines()", 1))
