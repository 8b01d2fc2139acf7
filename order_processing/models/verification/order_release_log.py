from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

# by stage of the rule: changes of which records may free an order of its findings
CAUSES = {
    "product": ("product.template",),
    "price": ("product.template", "product.pricelist"),
    "delivery": ("res.partner", "product.template"),
    "customer": ("res.partner", "res.company"),
    "stock": ("product.template",),
    "manual": (),
}


class OrderReleaseLog(models.Model):
    """A change outside the orders (a credit limit, terms, a pricelist, a rule), who made it, and what it set free.

    Raising a limit is releasing whatever the limit held. Written by the add-on alone, never changed but for the orders.
    """

    _name = "order.release.log"
    _description = "Release by Side Effect"
    _order = "id desc"
    _rec_name = "cause_name"

    company_id = fields.Many2one("res.company", readonly=True, index=True)
    cause_model = fields.Char("Kind of record", required=True, readonly=True)
    cause_id = fields.Many2oneReference("Record number", model_field="cause_model", required=True, readonly=True)
    cause_key = fields.Char(required=True, readonly=True, help="What findings of an order are traced back to.")
    cause_name = fields.Char("Changed record", readonly=True)
    field_names = fields.Char("Changed field", readonly=True)
    old_value = fields.Char("Before", readonly=True)
    new_value = fields.Char("After", readonly=True)
    changed_by_id = fields.Many2one("res.users", "Changed by", readonly=True)
    changed_at = fields.Datetime(readonly=True)
    order_ids = fields.Many2many("sale.order", string="Orders freed", readonly=True)
    order_count = fields.Integer("Number of orders freed", compute="_compute_order_count", store=True)
    freed_at = fields.Datetime("First freed at", readonly=True)

    _cause = models.Index("(cause_key, changed_at)")

    @api.depends("order_ids")
    def _compute_order_count(self):
        for log in self:
            log.order_count = len(log.order_ids)

    # ------------------------------------------------------------------ changes

    @api.model
    def _note(self, rows):
        """Keep changes while findings are open that they may set free; one row per changed record, one INSERT.

        :param rows: list of ``(record, company, labels, old, new)``
        """
        # findings are only there where controls record
        if not rows or not self.env["order.verification.check"].sudo().search_count(
            [("state", "=", "failed")], limit=1
        ):
            return
        rows = [row for row in rows if not row[1] or row[1]._order_control_records()]
        now = fields.Datetime.now()
        self.sudo().create(
            [
                {
                    "company_id": company.id,
                    "cause_model": record._name,
                    "cause_id": record.id,
                    "cause_key": record._release_key(),
                    "cause_name": record.sudo().display_name,
                    "field_names": ", ".join(labels),
                    "old_value": ", ".join(old),
                    "new_value": ", ".join(new),
                    "changed_by_id": self.env.uid,
                    "changed_at": now,
                }
                for record, company, labels, old, new in rows
            ]
        )

    # ------------------------------------------------------------------ what they freed

    @api.model
    def _freed_by(self, checks):
        """The changes since each of these findings was made that may have freed its order of it.

        :param checks: findings that are gone though the content of their orders is what it was
        :return: dict of check to the latest such change; findings without one are not in it. One query for the
            changes, one for the records that the orders name.
        """
        places = self._places(checks)
        if not places:
            return {}
        since = min(checks.mapped("found_at"))
        logs = self.sudo().search(
            [
                ("changed_at", ">=", since),
                ("cause_key", "in", list(set().union(*places.values()))),
            ],
            order="id",
        )
        freed = {}
        for check in checks:
            for log in logs:
                ours = not log.company_id or log.company_id == check.company_id
                if ours and log.changed_at >= check.found_at and log.cause_key in places[check]:
                    freed[check] = log
        return freed

    @api.model
    def _places(self, checks):
        """For each check the keys of the records whose change may free its order."""
        if not checks:
            return {}
        self.env.cr.execute(
            SQL(
                """
                SELECT o.id, o.company_id, o.pricelist_id, customer.id, customer.commercial_partner_id,
                       o.partner_shipping_id, array_agg(DISTINCT p.product_tmpl_id)
                  FROM sale_order o
                  JOIN res_partner customer ON customer.id = o.partner_id
             LEFT JOIN sale_order_line l ON l.order_id = o.id
             LEFT JOIN product_product p ON p.id = l.product_id
                 WHERE o.id = ANY(%s)
              GROUP BY o.id, customer.id
                """,
                checks.order_id.ids,
            )
        )
        named = {}
        for order_id, company, pricelist, partner, commercial, ship_to, templates in self.env.cr.fetchall():
            named[order_id] = {
                "res.company": {company},
                "product.pricelist": {pricelist},
                "res.partner": {partner, commercial, ship_to},
                "product.template": set(templates),
            }
        places = {}
        for check in checks:
            orders = named.get(check.order_id.id, {})
            places[check] = {
                f"{model}:{number}"
                for model in CAUSES.get(check.stage, ())
                for number in orders.get(model, ())
                if number
            }
            places[check].add(f"rule:{check.rule_code}")
        return places

    def _free(self, orders_by_log):
        """Add the orders that each change freed.

        :param dict orders_by_log: log to orders
        """
        now = fields.Datetime.now()
        for log, orders in orders_by_log.items():
            log.sudo()._write_freed(orders, log.freed_at or now)

    def _write_freed(self, orders, moment):
        # the guard of `write` below is for everybody else
        super().write({"order_ids": [(4, order.id) for order in orders], "freed_at": moment})

    def _words(self):
        """Who changed what, in one line."""
        self.ensure_one()
        return self.env._(
            "%(who)s changed %(field)s of %(record)s: %(old)s → %(new)s",
            who=self.changed_by_id.name,
            field=self.field_names,
            record=self.cause_name,
            old=self.old_value or "-",
            new=self.new_value or "-",
        )

    def write(self, vals):
        """Refused: it is evidence."""
        raise UserError(self.env._("What set orders free is evidence and is not changed."))

    def unlink(self):
        """Refused: it is evidence."""
        raise UserError(self.env._("What set orders free is evidence and is not deleted."))
