"""What rules about goods look at beside the facts: units of measure, one statement for a run."""

from dataclasses import dataclass
from itertools import chain

from odoo import models
from odoo.tools import SQL, float_compare

from ..common.business_day import business_day
from ..common.number_words import number_words
from .facts import digest_of


@dataclass(frozen=True)
class Unit:
    """One unit of measure: ``factor`` reference units of its kind, ``root`` says of which kind."""

    id: int
    name: str
    factor: float
    root: str


class OrderVerificationRule(models.Model):
    """Units, and what is ordered together, for all rules of a run."""

    _inherit = "order.verification.rule"

    def _units(self, memory):
        """All units of measure by id, archived ones too, named in the user's language; one statement a run."""
        if "units" not in memory:
            self.env["uom.uom"].flush_model()
            self.env.cr.execute(
                SQL(
                    "SELECT id, coalesce(name ->> %s, name ->> 'en_US') AS name, factor::float AS factor,"
                    " split_part(parent_path, '/', 1) AS root FROM uom_uom",
                    self.env.lang or "en_US",
                )
            )
            memory["units"] = {row["id"]: Unit(**row) for row in self.env.cr.dictfetchall()}
        return memory["units"]

    def _ordered(self, orders, memory):
        """What each order has of each product, its lines together.

        :return: rows ``(order, product, lines, quantity)``, the quantity in the product's reference unit; lines without a
            quantity, and those in a unit that cannot be converted into it, are left out
        """
        known = memory.setdefault("ordered", {})
        todo = [order for order in orders if order.id not in known]
        sizes = {}
        for order in todo:
            by_product = {}
            for line in order.subject_lines:
                if line.quantity <= 0:
                    continue
                key = (line.uom_id, line.product_uom_id)
                if key not in sizes:
                    sizes[key] = self._size(*key, self._units(memory))
                factor, own = sizes[key]
                if not factor:
                    continue
                row = (line, line.quantity * factor, own)
                if line.product_id in by_product:
                    by_product[line.product_id].append(row)
                else:
                    by_product[line.product_id] = [row]
            known[order.id] = [
                (order, rows[0][0].product, [rows[0][0]], rows[0][1] / rows[0][2])
                if len(rows) == 1
                else (order, rows[0][0].product, *self._together(rows))
                for rows in by_product.values()
            ]
        return chain.from_iterable(known[order.id] for order in orders)

    @staticmethod
    def _together(rows):
        """The lines of ``rows`` ``(line, quantity, size of the reference unit)``, and their quantity in the reference unit."""
        # summed before it is divided: a dozen and a half are eighteen, not almost
        return [line for line, _quantity, _own in rows], sum(quantity for _line, quantity, _own in rows) / rows[0][2]

    @staticmethod
    def _size(uom_id, product_uom_id, units):
        """Factors of a line's unit and of its product's, none where the one cannot be converted into the other."""
        unit, own = units.get(uom_id), units.get(product_uom_id)
        if not unit or not own or unit.root != own.root:
            return 0, 0
        return unit.factor, own.factor

    def _compare_quantities(self, first, second):
        """-1, 0 or 1, as ``uom.uom.compare``: at the precision that all units share."""
        return float_compare(
            first, second, precision_digits=self.env["decimal.precision"].precision_get("Product Unit")
        )

    def _quantity_text(self, quantity, unit):
        """A quantity with its unit for people, at the precision of units."""
        return f"{number_words(self.env, quantity)} {unit.name}"

    def _wished_day(self, order, memory):
        """The wished date of ``order`` as a business day of its company; each moment is looked up once a run."""
        known = memory.setdefault("wished_days", {})
        key = (order.company_id, order.commitment_date)
        if key not in known:
            known[key] = business_day(self.env["res.company"].sudo().browse(order.company_id), order.commitment_date)
        return known[key]

    def _finding_on(self, basis, order, expected, found, message, line=None):
        """A ``Finding`` that rests on ``basis`` (plain values): a waiver of it holds while these stay the same."""
        finding = self._finding(order, expected, found, message, line)
        finding.fingerprint = digest_of(basis)
        return finding
