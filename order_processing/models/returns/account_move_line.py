from odoo import fields, models


class AccountMoveLine(models.Model):
    """A credit note's line of a return names the invoice line that it gives back: what is left to credit follows from it."""

    _name = "account.move.line"
    _inherit = ["account.move.line", "order.return.linked"]
    _return_links = ("order_return_line_id", "order_return_part")
    _return_links_once = ("order_credited_line_id",)

    order_return_line_id = fields.Many2one(
        "order.return.line", "Return line", readonly=True, copy=False, index="btree_not_null"
    )
    order_credited_line_id = fields.Many2one(
        "account.move.line", "Credited invoice line", readonly=True, copy=False, index="btree_not_null"
    )
    order_return_part = fields.Selection(
        [
            ("share", "Given back"),
            ("clawback", "Taken back"),
            ("rounding", "Rounding"),
            ("fee", "Fee"),
            ("bonus", "Bonus"),
        ],
        "Part of a return",
        readonly=True,
        copy=False,
    )
