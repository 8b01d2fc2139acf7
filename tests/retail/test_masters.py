"""Addresses of the demonstration's customers, held against the rule that they must pass."""

from tests.common import OrderCase
from tools.retail.addresses import COUNTRIES, INCOMPLETE_EVERY, address
from tools.retail.load_masters import customer_values
from tools.retail.plan import Customer


class TestMasters(OrderCase):
    def test_only_every_fiftieth_address_is_incomplete_whatever_its_country(self):
        countries = {country.code: country for country in self.env["res.country"].search([])}
        nowhere = self.env["account.fiscal.position"]
        self.assertTrue(any(countries[code].state_required for code in COUNTRIES.values()), "Australia wants a state")
        for place, name in ((place, name) for name in COUNTRIES for place in (1, INCOMPLETE_EVERY)):
            values = customer_values(Customer("12345", address("12345", name, place)), countries, nowhere)
            order = self._make_order(partner_id=self.env["res.partner"].create(values).id)
            found = {row["rule"] for row in order.action_verify()[0]["findings"]}
            self.assertEqual("address_incomplete" in found, place == INCOMPLETE_EVERY, name)
