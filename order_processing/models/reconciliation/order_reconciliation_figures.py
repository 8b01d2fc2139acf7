from odoo import models
from odoo.tools import SQL


class OrderReconciliationFigures(models.AbstractModel):
    """Figures of several units or currencies in one column: they are added up within one of ``_figures_within``, never across.

    Lists, pivots and programs that group over more than one get no figure, rather than one that means nothing.
    """

    _name = "order.reconciliation.figures"
    _description = "Figures by Unit"

    _figures_within = ("unit",)

    def _read_group_select(self, aggregate_spec, query):
        """A sum over more than one unit is no figure."""
        select = super()._read_group_select(aggregate_spec, query)
        field = self._fields.get(aggregate_spec.partition(":")[0])
        if field is None or field.type != "float":
            return select
        one = [
            SQL("count(DISTINCT %s) < 2", self._field_to_sql(self._table, name, query)) for name in self._figures_within
        ]
        return SQL("CASE WHEN %s THEN %s END", SQL(" AND ").join(one), select)
