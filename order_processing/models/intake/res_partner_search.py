import re

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

# what looks like a number that somebody dials, and the least digits that are worth looking for
DIALLED = re.compile(r"[\d\s()+./-]+")
LEAST = 5


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _search_display_name(self, operator, value):
        """With context ``order_search_phone`` a customer is also found by its telephone number, however it is written."""
        domain = super()._search_display_name(operator, value)
        if not self.env.context.get("order_search_phone") or operator not in ("ilike", "=ilike", "="):
            return domain
        return Domain(domain) | self._order_phone_domain(value)

    @api.model
    def _order_phone_domain(self, value):
        """Partners whose number ends or goes on with the digits of ``value``, the country's or the trunk's prefix left out."""
        text = str(value or "").strip()
        digits = re.sub(r"\(0\)|\D", "", text).lstrip("0") if DIALLED.fullmatch(text) else ""
        if len(digits) < LEAST:
            return Domain.FALSE
        self.flush_model(["phone"])
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM res_partner WHERE phone IS NOT NULL AND active"
                " AND regexp_replace(phone, '\\(0\\)|\\D', '', 'g') LIKE %s LIMIT 100",
                f"%{digits}%",
            )
        )
        return Domain("id", "in", [row[0] for row in rows])
