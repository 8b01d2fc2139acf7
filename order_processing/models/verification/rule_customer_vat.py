from stdnum.util import get_cc_module

from odoo import api, fields, models
from odoo.tools import SQL

from ..common.sql_arrays import id_array

# how a country's VAT numbers begin where not with its own code, as core has it (base.models.res_partner)
PREFIXES = {"EL": "GR", "XI": "GB"}


class OrderVerificationRule(models.Model):
    """The built-in rule about the customer's VAT number."""

    _inherit = "order.verification.rule"

    vat_needed = fields.Selection(
        [
            ("position", "Where the fiscal position requires one"),
            ("abroad", "There, and of companies in another country of the European Union"),
            ("company", "There, and of all companies"),
        ],
        "VAT number needed",
        default="abroad",
        required=True,
        tracking=True,
        help="A supply to a company in another country of the European Union goes without tax only against its VAT number.",
    )

    @api.model
    def _parameters(self):
        return super()._parameters() | {"vat_invalid": ("vat_needed",)}

    def _find_vat_invalid(self, orders, memory):
        """No valid VAT number of the customer (the commercial partner) where ``vat_needed`` says that one is needed.

        Needed where the order's fiscal position has core's “VAT required”, and of companies as ``vat_needed`` says:
        between two countries of the EU, of which one is that of the order's company, the other that of the delivery. A
        number is checked by core's own check of its country (its VAT add-on, else the library that this uses), once per
        distinct (country, number); a slash, core's sign for “not subject to tax”, is none. Two statements.
        """
        known = self._vat_facts({order.commercial_partner_id for order in orders})
        union = self._vat_union()
        positions = self.sudo().env["account.fiscal.position"].browse({o.fiscal_position_id for o in orders} - {None})
        requiring = set(positions.filtered("vat_required").ids)
        companies = self.sudo().env["res.company"].browse({order.company_id for order in orders})
        homes = {company.id: company.account_fiscal_country_id.code or company.country_id.code for company in companies}
        # read once: a field of a record costs more than what is done with it here
        needed = self.vat_needed
        valid = {}
        findings = []
        for order in orders:
            name, vat, country, is_company = known[order.commercial_partner_id]
            if not (
                order.fiscal_position_id in requiring or is_company and self._vat_wanted(needed, order, homes, union)
            ):
                continue
            key = (country, vat)
            if key not in valid:
                valid[key] = self._vat_valid(country, vat, union)
            if not valid[key]:
                findings.append(self._vat_finding(order, name, vat))
        return findings

    @staticmethod
    def _vat_wanted(needed, order, homes, union):
        """Whether a company needs a number for this order, whatever its fiscal position says; ``needed`` as ``vat_needed``."""
        if needed != "abroad":
            return needed == "company"
        home, there = homes[order.company_id], order.ship_to["country"]
        return home != there and home in union and there in union

    def _vat_finding(self, order, name, vat):
        if vat in ("", "/"):
            message = self.env._("%s has no VAT number, and one is needed.", name)
        else:
            message = self.env._("%(vat)s is no valid VAT number of %(customer)s.", vat=vat, customer=name)
        expected = self.env._("a valid VAT number")
        return self._finding(order, expected, vat or self.env._("none"), message, scope="customer")

    def _vat_facts(self, partner_ids):
        """``(name, number, country code, whether it is a company)`` by partner id."""
        self.env.cr.execute(
            SQL(
                """
                SELECT p.id, p.name, trim(coalesce(p.vat, '')), coalesce(c.code, ''), coalesce(p.is_company, FALSE)
                  FROM res_partner p
             LEFT JOIN res_country c ON c.id = p.country_id
                 WHERE p.id = ANY(%s)
                """,
                id_array(partner_ids),
            )
        )
        return {partner_id: rest for partner_id, *rest in self.env.cr.fetchall()}

    def _vat_union(self):
        """Codes of the countries whose numbers begin with a prefix, as core groups them."""
        self.env.cr.execute(
            SQL(
                """
                SELECT country.code
                  FROM res_country_group g
                  JOIN %(members)s ON %(group)s = g.id
                  JOIN res_country country ON country.id = %(country)s
                 WHERE g.code = 'EU_PREFIX'
                """,
                **self._vat_members(),
            )
        )
        return {code for (code,) in self.env.cr.fetchall()}

    def _vat_members(self):
        field = self.env["res.country.group"]._fields["country_ids"]
        return {
            "members": SQL.identifier(field.relation),
            "group": SQL.identifier(field.relation, field.column1),
            "country": SQL.identifier(field.relation, field.column2),
        }

    def _vat_valid(self, country, vat, union):
        """Whether ``vat`` is a number of ``country`` (code), or one of the EU's that its prefix names.

        Core's ``res.partner._run_vat_checks`` without the searches that it makes for every number.
        """
        if len(vat) < 2:
            return False
        prefix = vat[:2].upper()
        named = PREFIXES.get(prefix, prefix)
        number = vat[2:].replace(" ", "")
        if prefix == "EU" and country not in union:
            # traders from outside the EU who serve consumers in it
            return True
        if named in union and not number.upper().startswith(prefix):
            # a number with a prefix is that country's, wherever the customer sits; a country outside may use the letters itself
            return self._vat_check(named, number) or (country not in union and self._vat_check(country, vat))
        return self._vat_check(country, vat)

    def _vat_check(self, country, number):
        """One number without prefix; true where nobody knows the form of the country's numbers."""
        if not country:
            return False
        partners = self.env["res.partner"]
        if hasattr(partners, "_check_vat_number"):
            number = partners._format_vat_number(country, number)
            return bool(partners._check_vat_number(country, number))
        module = get_cc_module(country.lower(), "vat")
        return module.is_valid(number) if module else True
