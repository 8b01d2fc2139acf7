from odoo import fields, models
from odoo.tools import format_date, format_datetime

from .sale_order_change_head import DATES

# what says where goods go; a pick list says which goods, and stays
PAPERS = {"address": ("slip", "label", "return_label"), "date": ("slip",)}


class OrderChangeRequest(models.Model):
    """Another delivery address or another day: what is wished, what stood before, and what an accepted request does."""

    _inherit = "order.change.request"

    partner_shipping_id = fields.Many2one("res.partner", "New address", readonly=True, ondelete="restrict")
    partner_before_id = fields.Many2one("res.partner", "Address before", readonly=True, ondelete="restrict")
    commitment_date = fields.Datetime("Wished for", readonly=True)
    commitment_date_before = fields.Datetime("Was wished for", readonly=True)
    order_ship_from = fields.Date("Not before", readonly=True)
    order_ship_from_before = fields.Date("Was not before", readonly=True)
    order_ship_until = fields.Date("Cancel after", readonly=True)
    order_ship_until_before = fields.Date("Was cancel after", readonly=True)

    def _head_wishes(self):
        """What is wished of the order itself: its field to the value."""
        self.ensure_one()
        if self.kind == "address":
            return {"partner_shipping_id": self.partner_shipping_id.id}
        if self.kind != "date":
            return {}
        return {name: self[name] for name in DATES if self[name] != self[f"{name}_before"]}

    def _carry_out_address(self):
        """The order and its open transfers go to the new address; what was printed of the old one counts no more."""
        self.ensure_one()
        order, address = self.order_id, self.partner_shipping_id
        position, pickings = order.fiscal_position_id, self._head_pickings()
        # core's note “you should probably update the partner” is done right here
        order.with_context(mail_activity_automation_skip=True).partner_shipping_id = address
        if order.fiscal_position_id != position:
            order._recompute_taxes()
        pickings.partner_id = address
        self._head_papers(pickings)

    def _carry_out_date(self):
        """The order and its open transfers are planned for the new day."""
        self.ensure_one()
        order, pickings = self.order_id, self._head_pickings()
        order.write(self._head_wishes())
        moves = pickings.move_ids.filtered(lambda move: move._ship_leaves() and move.sale_line_id)
        for line, own in moves.grouped("sale_line_id").items():
            own.date = line._prepare_procurement_values()["date_planned"]
        self._head_papers(pickings)

    def _head_pickings(self):
        """The open transfers by which goods of the order are still to leave, in any step."""
        return self.order_id.order_line.move_ids.filtered(lambda move: move._ship_leaves()).picking_id

    def _head_papers(self, pickings):
        """Papers of ``pickings`` that say what is no longer so are void, the next print is an original; pickups are left."""
        self.env["order.print"]._void(PAPERS[self.kind], pickings, self.display_name)
        pickings._change_leave_pickup(self._head_wishes())

    # ------------------------------------------------------------------ words

    def _wish_words(self):
        """What is wished as lines for people."""
        return [
            *self.line_ids._words(),
            *(f"{row['product']}: {row['before']} → {row['after']}" for row in self._head_rows()),
        ]

    def _head_rows(self):
        """What is wished of the order itself: ``[{product, before, after, unit}]``, as the lines of a message."""
        self.ensure_one()
        if self.kind == "address":
            before, after = (
                ", ".join(self.env["stock.picking"]._label_lines(partner, partner.name))
                for partner in (self.partner_before_id, self.partner_shipping_id)
            )
            return [{"product": self.env._("Delivery address"), "before": before, "after": after, "unit": ""}]
        return [
            {
                "product": self.order_id._fields[name]._description_string(self.env),
                "before": self._head_day(f"{name}_before"),
                "after": self._head_day(name),
                "unit": "",
            }
            for name in self._head_wishes()
        ]

    def _head_day(self, name):
        value = self[name]
        if not value:
            return self.env._("no day")
        if self._fields[name].type == "date":
            return format_date(self.env, value)
        zone = self.company_id.order_tz or self.company_id.partner_id.tz or "UTC"
        return format_datetime(self.env, value, tz=zone, dt_format="short")
