"""What rules about goods look at beside the facts: products and units of measure, one statement each for a run."""

from dataclasses import dataclass
from itertools import chain

from odoo import models
from odoo.tools import SQL, float_compare

from ..common.business_day import business_day
from ..common.sql_arrays import id_array
from .facts import digest_of, plain_number


@dataclass(frozen=True, eq=False)
class Goods:
    """One product as the rules see it; quantities and ``minimum`` are in its reference unit."""

    id: int
    template_id: int
    uom_id: int
    uom_ids: list
    category_ids: list
    weight: float
    volume: float
    minimum: float
    multiple_uom_id: int
    custom_value_ids: list


@dataclass(frozen=True)
class Unit:
    """One unit of measure: ``factor`` reference units of its kind, ``root`` says of which kind."""

    id: int
    name: str
    factor: float
    root: str


class OrderVerificationRule(models.Model):
    """Products and units for all rules of a run."""

    _inherit = "order.verification.rule"

    def _goods(self, orders, memory):
        """The products of ``orders``: dict of product id to ``Goods``; one statement for those not yet in ``memory``."""
        known = memory.setdefault("goods", {})
        wanted = {line.product_id for order in orders for line in order.subject_lines if line.product_id} - set(known)
        if wanted:
            self.env["product.template.attribute.value"].flush_model()
            self.env["product.attribute.value"].flush_model()
            self.env.cr.execute(self._goods_query(wanted))
            known.update((row["id"], Goods(**row)) for row in self.env.cr.dictfetchall())
        return known

    def _goods_query(self, product_ids):
        template = self.env["product.template"]._fields
        variant = self.env["product.product"]._fields["product_template_attribute_value_ids"]
        self.env["product.category"].flush_model(["parent_path"])
        self.env["uom.uom"].flush_model(["active", "sequence"])
        return SQL(
            """
            SELECT p.id, t.id AS template_id, t.uom_id, t.order_multiple_uom_id AS multiple_uom_id,
                   coalesce(t.order_minimum_quantity, 0)::float AS minimum,
                   coalesce(p.weight, 0)::float AS weight, coalesce(p.volume, 0)::float AS volume,
                   ARRAY(SELECT pack.id FROM %(packagings)s
                           JOIN uom_uom pack ON pack.id = %(packaging)s AND pack.active
                          WHERE %(packed)s = t.id ORDER BY pack.sequence, pack.id) AS uom_ids,
                   string_to_array(trim(BOTH '/' FROM coalesce(c.parent_path, '')), '/')::int[] AS category_ids,
                   ARRAY(SELECT ptav.id FROM %(variant_values)s
                           JOIN product_template_attribute_value ptav ON ptav.id = %(variant_value)s
                           JOIN product_attribute_value value ON value.id = ptav.product_attribute_value_id
                          WHERE %(variant)s = p.id AND value.is_custom) AS custom_value_ids
              FROM product_product p
              JOIN product_template t ON t.id = p.product_tmpl_id
         LEFT JOIN product_category c ON c.id = t.categ_id
             WHERE p.id = ANY(%(products)s)
            """,
            packagings=SQL.identifier(template["uom_ids"].relation),
            packed=SQL.identifier(template["uom_ids"].column1),
            packaging=SQL.identifier(template["uom_ids"].column2),
            variant_values=SQL.identifier(variant.relation),
            variant=SQL.identifier(variant.column1),
            variant_value=SQL.identifier(variant.column2),
            products=id_array(product_ids),
        )

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

        :return: rows ``(order, goods, lines, quantity)``, the quantity in the product's reference unit; lines without a
            quantity, and those in a unit that cannot be converted into it, are left out
        """
        known = memory.setdefault("ordered", {})
        todo = [order for order in orders if order.id not in known]
        goods, sizes = self._goods(todo, memory), {}
        for order in todo:
            by_product = {}
            for line in order.subject_lines:
                if line.quantity <= 0 or line.product_id not in goods:
                    continue
                key = (line.uom_id, line.product_uom_id)
                if key not in sizes:
                    sizes[key] = self._size(*key, self._units(memory))
                factor, own = sizes[key]
                if factor:
                    by_product.setdefault(line.product_id, []).append((line, line.quantity * factor, own))
            known[order.id] = [
                (order, goods[product_id], [rows[0][0]], rows[0][1] / rows[0][2])
                if len(rows) == 1
                else (order, goods[product_id], *self._together(rows))
                for product_id, rows in by_product.items()
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
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return f"{plain_number(round(quantity, digits))} {unit.name}"

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
