from odoo import fields, models

from ..common.business_day import business_day

# what a parcel needs in every country whose address form has a place for it
NEEDED = ("street", "city")
FORM_KEYS = {"street": "%(street)s", "city": "%(city)s"}


class OrderVerificationRule(models.Model):
    """Built-in rules about where and when an order goes."""

    _inherit = "order.verification.rule"

    def _find_address_incomplete(self, orders, memory):
        """A delivery address without what its country requires; orders of services alone need none."""
        labels = {
            "street": self.env._("street"),
            "city": self.env._("city"),
            "zip": self.env._("ZIP"),
            "state": self.env._("state"),
            "country": self.env._("country"),
        }
        findings = []
        for order in orders:
            if not any(line.product_type in ("consu", "combo") for line in order.subject_lines):
                continue
            required = self._required_address_parts(order.ship_country)
            missing = [part for part in required if not order.ship_to[part]]
            if not missing:
                continue
            findings.append(
                self._finding(
                    order,
                    ", ".join(labels[part] for part in required),
                    ", ".join(order.ship_to[part] for part in required if order.ship_to[part]) or self.env._("nothing"),
                    self.env._(
                        "The delivery address of %(who)s lacks: %(missing)s.",
                        who=order.ship_to["name"] or order.name,
                        missing=", ".join(labels[part] for part in missing),
                    ),
                    scope="ship_to",
                )
            )
        return findings

    @staticmethod
    def _required_address_parts(country):
        """What an address in ``country`` (dict of the facts) must have: its form and its required fields."""
        form = country["format"] or ""
        required = [part for part in NEEDED if not form or FORM_KEYS[part] in form]
        if country["zip_required"]:
            required.append("zip")
        if country["state_required"]:
            required.append("state")
        return [*required, "country"]

    def _find_past_date(self, orders, memory):
        """A wished date before today, in the company's time zone."""
        today = {}
        findings = []
        for order in orders:
            if not order.commitment_date or not order.open:
                continue
            company = self.env["res.company"].sudo().browse(order.company_id)
            if company not in today:
                today[company] = business_day(company)
            wished = business_day(company, order.commitment_date)
            if wished < today[company]:
                findings.append(
                    self._finding(
                        order,
                        self.env._("%s or later", fields.Date.to_string(today[company])),
                        fields.Date.to_string(wished),
                        self.env._("The wished date %s is past.", fields.Date.to_string(wished)),
                        scope="wished",
                    )
                )
        return findings
