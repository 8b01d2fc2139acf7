from odoo import fields, models
from odoo.exceptions import UserError

from .order_discrepancy import OPEN


class SaleOrder(models.Model):
    _inherit = "sale.order"

    order_discrepancy_ids = fields.One2many(
        "order.discrepancy",
        "order_id",
        "Discrepancies",
        readonly=True,
        copy=False,
        groups="order_processing.group_processor",
    )

    def unlink(self):
        """Not while something differs; asked before the book is told that the lines are gone."""
        self.order_line._check_no_discrepancies()
        return super().unlink()

    def action_compare_ledgers(self):
        """Compare the ledgers of these orders now and tell what came of it (processors).

        :return: an action of the web client that shows a message and refreshes the screen
        """
        answer = self.action_check_discrepancies()
        text = self.env._(
            "%(lines)s lines compared: %(opened)s opened, %(reopened)s opened again, %(closed)s closed.", **answer
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": text,
                "type": "warning" if answer["opened"] + answer["reopened"] else "success",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_check_discrepancies(self):
        """Compare the ledgers of these orders now (processors).

        :return: ``{lines, opened, closed, reopened}`` as ``order.discrepancy.sweep`` does
        """
        Discrepancy = self.env["order.discrepancy"]
        Discrepancy._check_order_group("order_processing.group_processor")
        self.check_access("read")
        return Discrepancy.sudo()._sweep_lines(line_ids=self.sudo().order_line.ids)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def unlink(self):
        """As for orders."""
        self._check_no_discrepancies()
        return super().unlink()

    def _check_no_discrepancies(self):
        """Raise if one of these lines of cancelled orders has an open discrepancy: it would go with the line, unseen."""
        lines = self.filtered(lambda line: line.state == "cancel" and not line.display_type).sudo()
        if not lines:
            return
        Discrepancy = self.env["order.discrepancy"].sudo()
        Discrepancy._sweep_lines(line_ids=lines.ids)
        found = Discrepancy.search([("line_id", "in", lines.ids), ("state", "in", OPEN)])
        if found:
            raise UserError(
                self.env._(
                    "What differs must be settled before it may be deleted: %s. Mend, resolve or accept it first.",
                    ", ".join(found.mapped("display_name")),
                )
            )
