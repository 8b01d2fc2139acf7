"""Where something is wrong is said in words of places on every screen; the path of programs is there for who wants it."""

import json

from lxml import html

from odoo.tests import Form

from tests.common import OrderCase
from tests.intake.common import IntakeMixin


class TestPlaces(IntakeMixin, OrderCase):
    def _faulty(self):
        return {
            **self._order("P-1"),
            "ship_to": {"name": "Yard", "street": "1 Road", "city": "Nowhere", "country": "XX"},
            "lines": [
                {"line": "A", "product": "TG-1", "quantity": 1},
                {"line": "B", "product": "NOPE", "quantity": 0, "colour": "red"},
            ],
            "charges": [{"type": "gift", "amount": 1}],
        }

    def _rejected(self):
        answer = self._submit(self._faulty())[0]
        self.assertFalse(answer["ok"])
        return self._as("processor", self.env["order.intake"]).browse(answer["intake_id"])

    def test_the_errors_of_an_envelope(self):
        intake = self._rejected()
        places = dict(intake.error_ids.mapped(lambda error: (error.path, error.place)))
        self.assertEqual(
            places,
            {
                "lines[1].quantity": "Line B, Quantity",
                "lines[1].product": "Line B, Product",
                "lines[1].colour": "Line B, Colour",
                "charges[0].type": "Charge 1, Kind",
                "ship_to.country": "Deliver to, Country",
            },
        )
        arch = html.fromstring(self.env["order.intake"].get_view(view_type="form")["arch"])
        (columns,) = arch.xpath("//page[@name='errors']//list | //page[@name='errors']//*[local-name()='list']")
        shown = [(field.get("name"), field.get("optional")) for field in columns.iter("field")]
        self.assertEqual(shown[:3], [("place", None), ("message", None), ("found", None)])
        self.assertIn(("path", "hide"), shown)
        # an error without a place is one of the whole
        intake.sudo().error_ids[0].path = ""
        self.assertEqual(intake.error_ids[0].place, "The whole order")

    def test_errors_stay_where_they_were_found_while_the_content_is_mended(self):
        intake = self._rejected()
        mended = self._faulty()
        del mended["lines"][0]
        intake.payload_text = json.dumps(mended)
        self.assertIn("Line B, Product", intake.error_ids.mapped("place"))

    def test_every_fault_is_marked_where_the_order_is_shown(self):
        intake = self._rejected()
        page = html.fromstring(intake.payload_html)
        head = {
            row.findtext("th"): " ".join(row.xpath(".//td[@class='text-danger']//text()")).strip()
            for row in page.xpath("//table[1]//tr[@class='table-danger']")
        }
        self.assertEqual(set(head), {"Deliver to", "Charges"})
        self.assertIn("Deliver to, Country: ", head["Deliver to"])
        self.assertIn("Charge 1, Kind: ", head["Charges"])
        (line,) = page.xpath("//table[2]//tr[@class='table-danger']")
        told = [" ".join(div.itertext()) for div in line.xpath(".//td[last()]/div")]
        self.assertEqual(line.findtext("td").strip(), "B")
        self.assertEqual({words.partition(":")[0] for words in told}, {"Product", "Quantity", "Colour"})
        text = page.text_content()
        self.assertIn("gift, 1", text)
        for technical in ("lines[", "charges[", "{'"):
            self.assertNotIn(technical, text)

    def test_an_error_of_the_whole_and_one_of_a_missing_part_are_shown_too(self):
        answer = self._submit({"customer": self.customer.email, "lines": [{"product": "TG-1", "quantity": 1}]})[0]
        intake = self._as("processor", self.env["order.intake"]).browse(answer["intake_id"])
        page = html.fromstring(intake.payload_html)
        self.assertIn("Reference", page.xpath("//tr[@class='table-danger']/th//text()"))
        intake.sudo().error_ids.write({"path": "", "message": "Odoo says no"})
        intake.invalidate_recordset()
        page = html.fromstring(intake.payload_html)
        self.assertEqual(page.xpath("//p[@class='text-danger']/text()"), ["Odoo says no"])

    def test_what_is_not_understood_in_the_form(self):
        intake = self._rejected()
        mend = intake.env["order.intake.mend"].browse(intake.action_mend()["res_id"])
        self.assertEqual(mend.other_ids.mapped("where"), ["Line B, Colour"])
        with Form(mend) as form, form.other_ids.edit(0) as row:
            row.leave_out = True
        mend.action_check()
        self.assertFalse(mend.other_ids)

    def test_a_trial_of_a_profile(self):
        profile = self.env["order.intake.profile"].create({"source": "shop"})
        trial = self._as("processor", self.env["order.intake.trial"]).create(
            {"profile_id": profile.id, "payload_text": json.dumps(self._faulty())}
        )
        trial.action_try()
        page = html.fromstring(trial.result_html)
        cells = {row.findtext("td").strip(): row.find("td").get("title") for row in page.xpath("//tr[td]")}
        self.assertEqual(cells["Line B, Product"], "lines[1].product")
        self.assertNotIn("lines[1]", page.text_content())
