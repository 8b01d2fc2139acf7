from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.date_utils import start_of

from ..common.business_day import business_day, day_bounds
from ..common.sql_arrays import id_array


class OrderAllocationQuota(models.Model):
    """How much of a product the customers of a group get in a period, where it is dealt out."""

    _name = "order.allocation.quota"
    _inherit = ["order.company.mixin", "mail.thread"]
    _description = "Quota of a Customer Group"
    _order = "product_id, category_id"
    _rec_name = "category_id"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    product_id = fields.Many2one(
        "product.product", required=True, check_company=True, index=True, domain="[('is_storable', '=', True)]"
    )
    category_id = fields.Many2one("res.partner.category", "Customer group", required=True, tracking=True)
    period = fields.Selection(
        [("week", "Week"), ("month", "Month"), ("quarter", "Quarter"), ("year", "Year")],
        required=True,
        default="month",
        tracking=True,
    )
    quantity = fields.Float(required=True, digits="Product Unit", tracking=True, help="In the product's unit.")
    used = fields.Float(compute="_compute_used", digits="Product Unit", help="What left for the group in this period.")

    _once = models.UniqueIndex(
        "(company_id, product_id, category_id)", "This group has a quota of the product already."
    )
    _not_negative = models.Constraint("CHECK (quantity >= 0)", "A quota is 0 or more.")

    @api.depends("product_id", "category_id", "period")
    def _compute_used(self):
        used = self._used()
        for quota in self:
            quota.used = used.get(quota.id, 0.0)

    def _used(self):
        """What left for the groups of these quotas in their running periods: dict of id to quantity; a statement per period."""
        found = {}
        self.env["stock.move"].flush_model(["state", "date", "quantity", "product_id", "location_dest_id"])
        self.env["res.partner"].flush_model(["category_id", "commercial_partner_id"])
        for (company, period), quotas in self.sudo().grouped(lambda quota: (quota.company_id, quota.period)).items():
            if not (company and quotas.ids):
                continue
            since = day_bounds(company, start_of(business_day(company), period))[0]
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT quota.id, sum(CASE WHEN target.usage = 'customer' THEN 1 ELSE -1 END
                                         * move.quantity * unit.factor / own.factor)
                      FROM order_allocation_quota quota
                      JOIN stock_move move ON move.product_id = quota.product_id AND move.company_id = quota.company_id
                           AND move.state = 'done' AND move.date >= %s
                      JOIN stock_location source ON source.id = move.location_id
                      JOIN stock_location target ON target.id = move.location_dest_id
                           AND (target.usage = 'customer') <> (source.usage = 'customer')
                      JOIN sale_order_line line ON line.id = move.sale_line_id
                      JOIN sale_order sale ON sale.id = line.order_id
                      JOIN res_partner partner ON partner.id = sale.partner_id
                      JOIN res_partner_res_partner_category_rel member
                           ON member.partner_id = partner.commercial_partner_id AND member.category_id = quota.category_id
                      JOIN product_product product ON product.id = move.product_id
                      JOIN product_template template ON template.id = product.product_tmpl_id
                      JOIN uom_uom unit ON unit.id = move.product_uom
                      JOIN uom_uom own ON own.id = template.uom_id
                     WHERE quota.id = ANY(%s)
                  GROUP BY quota.id
                    """,
                    since,
                    id_array(quotas.ids),
                )
            )
            found.update((number, float(quantity)) for number, quantity in rows)
        return found


class OrderAllocation(models.Model):
    _inherit = "order.allocation"

    def _quotas(self):
        """What is left of the quotas for this product: dict of customer group (id) to quantity."""
        self.ensure_one()
        quotas = (
            self.env["order.allocation.quota"]
            .sudo()
            .search([("company_id", "=", self.company_id.id), ("product_id", "=", self.product_id.id)])
        )
        used = quotas._used()
        return {quota.category_id.id: max(quota.quantity - used.get(quota.id, 0.0), 0.0) for quota in quotas}
