"""What an amendment says of the order itself holds for all of it: addresses, pricelist, taxes, and what it no longer says."""

from odoo.fields import Command
from odoo.tools import mute_logger

from tests.common import OrderCase
from tests.intake.common import IntakeMixin


class TestAmendmentTerms(IntakeMixin, OrderCase):
    def _send(self, *lines, **vals):
        lines = [{"line": str(place), **line} for place, line in enumerate(lines, 1)]
        order = {"reference": "AT-1", "customer": self.customer.email, "lines": lines, **vals}
        return self._submit(order, verify=False)[0]

    def _start(self, *lines, **vals):
        answer = self._send(*lines, **vals)
        self.assertTrue(answer["ok"], answer)
        return self.env["sale.order"].browse(answer["order_id"])

    def _change(self, *lines, **vals):
        answer = self._send(*lines, replace=True, **vals)
        self.assertTrue(answer["ok"], answer)

    GOODS = {"product": "TG-1", "quantity": 5}

    def test_addresses_that_were_sent_stay_with_another_customer(self):
        other = self._make_customer("Another Customer")
        depot, office = self._make_customer("Depot", ref="DEPOT"), self._make_customer("Office", ref="OFFICE")
        terms = self.env["account.payment.term"].search([], limit=1)
        said = {"ship_to": "DEPOT", "invoice_to": "OFFICE", "terms": terms.name}
        order = self._start(self.GOODS, **said)
        self._change(self.GOODS, customer=other.email, **said)
        self.assertEqual(
            (order.partner_id, order.partner_shipping_id, order.partner_invoice_id, order.payment_term_id),
            (other, depot, office, terms),
        )

    def _pricelists(self):
        """A customer with a pricelist of the company's currency, and another of another currency."""
        self._turn_on("product.group_product_pricelist")
        currency = self.env["res.currency"].with_context(active_test=False).search([("name", "=", "CHF")])
        currency.active = True
        item = {"applied_on": "0_product_variant", "product_id": self.product.id, "compute_price": "fixed"}
        home, abroad = self.env["product.pricelist"].create(
            [
                {"name": "Home", "item_ids": [Command.create({**item, "fixed_price": 8.0})]},
                {
                    "name": "Abroad",
                    "currency_id": currency.id,
                    "item_ids": [Command.create({**item, "fixed_price": 7.0})],
                },
            ]
        )
        self.customer.with_company(self.company).property_product_pricelist = home
        self.env.flush_all()
        self.env.invalidate_all()
        return home, abroad

    def test_lines_without_a_price_have_that_of_the_new_pricelist(self):
        home, abroad = self._pricelists()
        sent = {"product": "TG-1", "quantity": 2, "price": 9.0}
        order = self._start(self.GOODS, sent)
        self.assertEqual(order.order_line.mapped("price_unit"), [8.0, 9.0])
        self._change(self.GOODS, sent, pricelist="Abroad")
        self.assertEqual((order.pricelist_id, order.currency_id), (abroad, abroad.currency_id))
        self.assertEqual(order.order_line.mapped("price_unit"), [7.0, 9.0])
        # what is not said any more is the customer's
        self._change(self.GOODS, sent)
        self.assertEqual((order.pricelist_id, order.order_line.mapped("price_unit")), (home, [8.0, 9.0]))

    def test_another_address_has_the_taxes_of_its_fiscal_position(self):
        tax, abroad = self.env["account.tax"].create(
            [
                {"name": "20 here", "amount": 20, "price_include_override": "tax_excluded"},
                {"name": "5 there", "amount": 5, "price_include_override": "tax_excluded"},
            ]
        )
        france = self.env.ref("base.fr")
        position = self.env["account.fiscal.position"].create(
            {"name": "Abroad", "auto_apply": True, "country_id": france.id, "sequence": 1}
        )
        abroad.write({"fiscal_position_ids": [Command.set(position.ids)], "original_tax_ids": [Command.set(tax.ids)]})
        self.product.taxes_id = tax
        self._make_customer("Paris", ref="PARIS", country_id=france.id, city="Paris", zip="75001")
        order = self._start(self.GOODS, charges=[{"type": "discount", "amount": 10}])
        self.assertEqual(order.order_line.tax_ids, tax)
        self._change(self.GOODS, charges=[{"type": "discount", "amount": 10}], ship_to="PARIS")
        self.assertEqual(order.fiscal_position_id, position)
        self.assertEqual([line.tax_ids for line in order.order_line], [abroad, abroad])
        self.assertEqual(order.amount_total, 42)

    def test_what_a_line_no_longer_says_goes_back_to_its_default(self):
        dozen = self.env.ref("uom.product_uom_pack_6")
        line = {"product": "TG-1", "price": 10.0}
        order = self._start({**line, "quantity": 2, "unit": dozen.name, "note": "Blue", "discount": 10})
        self.assertEqual((order.order_line.product_uom_id, order.order_line.discount), (dozen, 10))
        self._change({"product": "TG-1", "quantity": 24})
        found = order.order_line
        self.assertEqual((found.product_uom_id, found.product_uom_qty), (self.product.uom_id, 24))
        self.assertEqual((found.price_unit, found.discount), (10, 0))
        self.assertNotIn("Blue", found.name)

    def test_a_discount_that_is_gone_leaves_the_pricelists_price(self):
        self._pricelists()
        order = self._start({**self.GOODS, "discount": 10})
        self.assertEqual((order.order_line.price_unit, order.order_line.discount), (8, 10))
        self._change(self.GOODS)
        self.assertEqual((order.order_line.price_unit, order.order_line.discount), (8, 0))

    @mute_logger("odoo.sql_db")
    def test_a_refusal_of_the_database_shows_no_row(self):
        order = self._start(self.GOODS)
        Line = type(self.env["sale.order.line"])
        write = Line.write

        def refusing(lines, vals):
            if vals.get("product_uom_qty") == 66:
                lines.env.cr.execute("INSERT INTO res_currency (name, symbol) VALUES (NULL, 'secret')")
            return write(lines, vals)

        self.patch(Line, "write", refusing)
        answer = self._send({**self.GOODS, "quantity": 66}, replace=True)
        self.assertEqual(answer["errors"][0]["code"], "refused")
        self.assertNotIn("secret", answer["errors"][0]["message"])
        self.assertEqual(order.order_line.product_uom_qty, 5)
