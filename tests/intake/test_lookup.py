"""What is found, what is ambiguous, what is made, and that a rejected order leaves nothing behind."""

from odoo.exceptions import AccessError

from tests.common import OrderCase

DEPOT = {"name": "Depot", "street": "9 Dock Road", "city": "Hull", "zip": "HU1 1AA", "country": "GB"}


class TestLookup(OrderCase):
    def _submit(self, *orders):
        contract = self._as("integration", self.env["order.processing"])
        return contract.submit_orders(orders=list(orders), source="shop")

    def _order(self, reference, product="TG-1", **vals):
        vals.setdefault("customer", self.customer.email)
        return {"reference": reference, "lines": [{"product": product, "quantity": 1, "price": 10}], **vals}

    def _one(self, **vals):
        """The order made of one submission."""
        self.number = getattr(self, "number", 0) + 1
        answer = self._submit(self._order(f"L-{self.number}", **vals))[0]
        self.assertTrue(answer["ok"], answer)
        return self.env["sale.order"].browse(answer["order_id"])

    def _codes(self, **vals):
        self.number = getattr(self, "number", 0) + 1
        return [error["code"] for error in self._submit(self._order(f"L-{self.number}", **vals))[0]["errors"]]

    def test_a_code_that_two_products_have_is_ambiguous(self):
        self._make_product("Double", "TG-1", 3.0)
        self.assertEqual(self._codes(), ["ambiguous"])

    def test_a_code_is_found_as_given_then_in_any_case(self):
        mixed = self._make_product("Mixed", "AbC-9", 3.0)
        other = self._make_product("Upper", "ABC-9", 3.0)
        self.assertEqual(self._one(product="ABC-9").order_line.product_id, other)
        self.assertEqual(self._one(product="AbC-9").order_line.product_id, mixed)
        self.assertEqual(self._codes(product="abc-9"), ["ambiguous"])
        other.active = False
        self.assertEqual(self._one(product="abc-9").order_line.product_id, mixed)

    def test_products_and_customers_of_another_company_are_unknown(self):
        self._make_product("Theirs", "OTHER-1", 3.0, company_id=self.other_company.id)
        self._make_customer("Theirs", ref="OTHER-C", company_id=self.other_company.id)
        self.assertEqual(self._codes(product="OTHER-1", customer="OTHER-C"), ["unknown_customer", "unknown_product"])

    def test_a_customer_and_its_addresses_share_what_they_share(self):
        self.customer.write({"is_company": True, "vat": "GB980780684"})
        depot = self._make_customer("Depot", parent_id=self.customer.id, type="delivery", email=self.customer.email)
        self.assertEqual(self._one(customer="gb 980 780 684").partner_id, self.customer)
        made = self._one(ship_to=self.customer.email)
        self.assertEqual((made.partner_id, made.partner_shipping_id), (self.customer, depot))

    def test_an_address_in_full_is_made_once(self):
        first = self._one(ship_to=DEPOT)
        again = self._one(ship_to={**DEPOT, "name": "Depot", "zip": "hu1 1aa"})
        self.assertEqual(first.partner_shipping_id.parent_id, self.customer)
        self.assertEqual(first.partner_shipping_id.country_id, self.uk)
        self.assertEqual(again.partner_shipping_id, first.partner_shipping_id)

    def test_goods_go_to_the_street_that_was_said(self):
        elsewhere = {**DEPOT, "email": self.customer.email}
        made = self._one(ship_to=elsewhere)
        self.assertEqual(made.partner_shipping_id.street, DEPOT["street"])
        self.assertNotEqual(made.partner_shipping_id, self.customer)

    def test_a_new_customer_with_a_new_address_in_one_call_twice(self):
        customer = {**DEPOT, "name": "Newcomer Ltd", "email": "new@test.example.com"}
        answers = self._submit(
            self._order("N-1", customer=customer, ship_to=DEPOT), self._order("N-2", customer=customer, ship_to=DEPOT)
        )
        made = self.env["sale.order"].browse([answer["order_id"] for answer in answers])
        self.assertEqual(len(made.partner_id), 1)
        self.assertEqual(made.partner_id.name, "Newcomer Ltd")
        self.assertEqual(len(made.partner_shipping_id), 1)
        self.assertEqual(made.partner_shipping_id.parent_id, made.partner_id)

    def test_who_is_known_by_a_key_is_used_while_that_is_right(self):
        customer = {**DEPOT, "name": "Newcomer Ltd", "email": "new@test.example.com"}
        first = self._one(customer=customer, ship_to=DEPOT)
        # not to be found by lookup any more, still the one that was made under this key
        first.partner_id.write({"email": "moved@test.example.com", "name": "Newcomer plc"})
        again = self._one(customer=customer, ship_to=DEPOT)
        self.assertEqual(again.partner_id, first.partner_id)
        # the desk corrected the street: what is sent now is another place
        first.partner_shipping_id.street = "10 Dock Road"
        other = self._one(customer=customer, ship_to=DEPOT)
        self.assertNotEqual(other.partner_shipping_id, first.partner_shipping_id)
        self.assertEqual(other.partner_shipping_id.street, DEPOT["street"])
        first.partner_id.with_context(active_test=False).child_ids.active = False
        first.partner_id.active = False
        self.assertNotEqual(self._one(customer=customer).partner_id, first.partner_id)

    def test_a_rejected_order_makes_no_customer(self):
        count = self.env["res.partner"].search_count([])
        codes = self._codes(customer={**DEPOT, "name": "Nobody"}, product="NOPE")
        self.assertEqual(codes, ["unknown_product"])
        self.assertEqual(self.env["res.partner"].search_count([]), count)

    def test_what_odoo_refuses_spoils_no_other_order(self):
        answers = self._submit(
            self._order("B-1"),
            self._order("B-2", customer={**DEPOT, "name": "Bad VAT", "vat": "GB000"}),
            self._order("B-3"),
        )
        oks = [answer["ok"] for answer in answers]
        # without base_vat nobody checks the number
        if "base_vat" in self.env.registry._init_modules:
            self.assertEqual(oks, [True, False, True])
            self.assertEqual(answers[1]["errors"][0]["code"], "refused")
        self.assertTrue(oks[0] and oks[2])

    def test_names_of_terms_units_and_pricelists(self):
        terms = self.env["account.payment.term"].search([], limit=1)
        pricelist = self.env["product.pricelist"].create(
            {"name": "Friends", "currency_id": self.company.currency_id.id}
        )
        pack = self.env.ref("uom.product_uom_pack_6")
        made = self._one(
            terms=terms.name,
            pricelist="Friends",
            currency=self.company.currency_id.name,
            lines=[
                {"product": "TG-1", "quantity": 2, "unit": pack.name.upper(), "line": "A"},
                {"product": "TG-2", "quantity": 1},
            ],
        )
        self.assertEqual((made.payment_term_id, made.pricelist_id), (terms, pricelist))
        self.assertEqual(made.order_line[0].product_uom_id, pack)
        self.assertEqual(made.order_line.mapped("order_sender_line"), ["A", "2"])
        pricelist.copy({"name": "Friends"})
        self.assertEqual(
            self._codes(terms="Someday", pricelist="Friends", currency="QQQ", carrier="Pigeon"),
            ["ambiguous", "unknown_carrier", "unknown_terms", "bad_currency"],
        )

    def test_places_of_errors_are_those_of_the_sender(self):
        answer = self._submit(self._order("P-1", lines=["x", {"product": "NOPE", "quantity": 1}]))[0]
        self.assertEqual([error["path"] for error in answer["errors"]], ["lines[0]", "lines[1].product"])

    def test_a_quantity_that_rounds_to_nothing_is_bad(self):
        self.assertEqual(self._codes(lines=[{"product": "TG-1", "quantity": 0.0000001}]), ["bad_quantity"])

    def test_a_day_is_the_same_day_in_the_company(self):
        for zone in ("America/Los_Angeles", "Pacific/Auckland", "Europe/London"):
            self.company.order_tz = zone
            made = self._one(ordered_at="2026-03-01", wished_date="2026-03-09")
            self.assertEqual(str(made.intake_id.business_date), "2026-03-01")
            self.assertEqual(str(made.date_order.date()), "2026-03-01" if zone != "Pacific/Auckland" else "2026-02-28")

    def test_evidence_of_intake_is_written_by_intake_alone(self):
        made = self._one()
        other = self._make_order()
        for name in ("processor", "salesman", "manager"):
            with self.assertRaises(AccessError):
                self._as(name, other).write({"intake_id": made.intake_id.id})
            with self.assertRaises(AccessError):
                self._as(name, self.env["sale.order"]).with_context(default_intake_id=made.intake_id.id).create(
                    {"partner_id": self.customer.id}
                )
