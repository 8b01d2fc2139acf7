"""Built-in rules about the address that an order goes to: its form, who can be reached there, whose it is."""

import json
import re
from functools import cache
from pathlib import Path

from odoo import models
from odoo.tools import SQL

FORMS = Path(__file__).with_name("postcode_forms.json")


@cache
def postcode_forms():
    """Country code to ``(compiled form, an example)``; where the forms come from stands in the file itself."""
    forms = json.loads(FORMS.read_text(encoding="utf-8"))["forms"]
    return {country: (re.compile(form["form"]), (form["examples"] or [""])[0]) for country, form in forms.items()}


def postcode_fits(country, code):
    """Whether ``code`` has the form of postcodes of ``country`` (ISO 3166 code); where no form is known it does."""
    if country not in postcode_forms():
        return True
    form, _example = postcode_forms()[country]
    return bool(form.fullmatch(" ".join(code.upper().split())))


class OrderVerificationRule(models.Model):
    """Built-in rules about the delivery address."""

    _inherit = "order.verification.rule"

    def _find_postcode_form(self, orders, memory):
        """A postcode that cannot be one of its country; a missing one is ``address_incomplete``'s."""
        findings = []
        for order in orders:
            country, code = order.ship_to["country"], order.ship_to["zip"]
            if not code or not order.has_goods or postcode_fits(country, code):
                continue
            findings.append(
                self._finding(
                    order,
                    self.env._("as %s", postcode_forms()[country][1]),
                    code,
                    self.env._(
                        "“%(code)s” is no postcode of %(country)s; one looks like %(example)s.",
                        code=code,
                        country=country,
                        example=postcode_forms()[country][1],
                    ),
                    scope="ship_to",
                )
            )
        return findings

    def _find_ship_to_foreign(self, orders, memory):
        """A delivery address of nobody in the customer's house: neither it, its company, their groups nor their contacts.

        An address that came with a submitted order stands below its customer, and is therefore the customer's own.
        """
        strange = [
            order
            for order in orders
            if order.has_goods and order.destination.commercial_partner_id != order.commercial_partner_id
        ]
        if not strange:
            return []
        partners = {id for order in strange for id in (order.partner_id, order.destination.partner_id)}
        houses = self._partner_houses(partners)
        findings = []
        for order in strange:
            place = order.destination
            (own, customer), (other, owner) = houses[order.partner_id], houses[place.partner_id]
            if own == other:
                continue
            findings.append(
                self._finding_on(
                    [order.partner_id, place.partner_id, order.content()["ship_to"]],
                    order,
                    self.env._("an address of %s", customer),
                    self.env._("an address of %s", owner),
                    self.env._(
                        "The goods would go to %(address)s of %(owner)s, which is no address of %(customer)s.",
                        address=order.ship_to["name"] or order.ship_to["street"],
                        owner=owner,
                        customer=customer,
                    ),
                )
            )
        return findings

    def _partner_houses(self, partner_ids):
        """The topmost parent of each partner, id and name; one statement."""
        self.env.cr.execute(
            SQL(
                """
                WITH RECURSIVE climb AS (
                    SELECT id AS partner_id, id, parent_id, name, 0 AS level FROM res_partner WHERE id = ANY(%s)
                     UNION ALL
                    SELECT climb.partner_id, parent.id, parent.parent_id, parent.name, climb.level + 1
                      FROM climb
                      JOIN res_partner parent ON parent.id = climb.parent_id
                )
                SELECT DISTINCT ON (partner_id) partner_id, id, coalesce(name, '') FROM climb ORDER BY partner_id, level DESC
                """,
                sorted(partner_ids),
            )
        )
        return {partner_id: (house, name) for partner_id, house, name in self.env.cr.fetchall()}

    def _find_destination_blocked(self, orders, memory):
        """A destination on the list of blocked ones, of this company or of all."""
        in_force = self.env["order.destination.block"]._in_force(sorted({order.company_id for order in orders}))
        if not any(in_force.values()):
            return []
        findings = []
        for order in orders:
            if not order.has_goods:
                continue
            place = order.destination
            block = next((block for block in in_force[order.company_id] if block._catches(order, place)), None)
            if not block:
                continue
            where = ", ".join(order.ship_to[part] for part in ("name", "zip", "city", "country") if order.ship_to[part])
            findings.append(
                self._finding_on(
                    [place.partner_id, order.content()["ship_to"], block.id],
                    order,
                    self.env._("a destination that is served"),
                    where,
                    self.env._("Nothing is shipped to %(where)s: %(reason)s.", where=where, reason=block.name),
                )
            )
        return findings
