from odoo import fields, models

CLOSED = ("draft", "done", "cancel")


class StockMove(models.Model):
    _inherit = "stock.move"

    def write(self, vals):
        """A receipt that is put off or called off lets what waits for it be promised anew."""
        moved = self.browse()
        if vals.get("state") != "done" and ("date" in vals or vals.get("state") == "cancel"):
            moved = self.filtered(
                lambda move: (
                    move.state not in CLOSED
                    and (vals.get("state") == "cancel" or move.date != fields.Datetime.to_datetime(vals["date"]))
                    and move.location_dest_id.usage == "internal"
                    and move.location_id.usage != "internal"
                )
            )
        answer = super().write(vals)
        if moved:
            self.env["sale.order"]._promise_anew()
        return answer
