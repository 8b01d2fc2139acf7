from math import ceil

from odoo import models

from ..common.business_day import business_day

CLOSED = ("done", "cancel")
# the field of the label's address, in CSS pixels, and how wide a letter is in parts of its size
FIELD_WIDTH, FIELD_HEIGHT, LETTER = 285, 150, 0.54
SIZES = range(17, 6, -1)


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def action_order_documents(self):
        """Print packing slips of these transfers."""
        return self.env.ref("order_processing.action_report_packing_slip").report_action(self)

    def _slip_lang(self):
        """The customer's language, else the user's; core's own method reads the moves of each transfer for it."""
        self.ensure_one()
        return self.partner_id.lang or self.env.lang

    def _slip_lines(self):
        """What the packing slip shows of this transfer.

        :return: ``{shipped: [{product, code, quantity, unit}], later: [{product, code, quantity, unit, promise}]}``
        """
        self.ensure_one()

        def row(move, quantity):
            return {
                "product": move.product_id.name,
                "code": move.product_id.default_code or "",
                "quantity": quantity,
                "unit": move.product_uom.name,
            }

        shipped = [row(move, move.quantity) for move in self.move_ids if move.quantity and move.state != "cancel"]
        later = [
            {**row(move, move.product_uom_qty), "promise": move.sale_line_id.order_promise_date}
            for move in self.backorder_ids.move_ids
            if move.state not in CLOSED
        ]
        return {"shipped": shipped, "later": later}

    def _slip_day(self):
        """The business day on which this transfer left, or is planned to."""
        self.ensure_one()
        return business_day(self.company_id, self.date_done or self.scheduled_date)

    def _label_parcels(self):
        """Names of the packages of this transfer; none: the transfer itself is the parcel."""
        self.ensure_one()
        return [package.name for package in self.move_line_ids.result_package_id] or [self.name]

    def _label_sender(self):
        """The lines of who sends: the warehouse's address, under the company's name."""
        self.ensure_one()
        partner = self.picking_type_id.warehouse_id.partner_id or self.company_id.partner_id
        return self._label_lines(partner, self.company_id.name)

    def _label_address(self):
        """Where this transfer goes, and in what size it fits the label whole.

        :return: ``{lines: [str], size: pixels}``
        """
        self.ensure_one()
        lines = self._label_lines(self.partner_id, self.partner_id.name)
        if self.partner_id.phone:
            lines.append(self.partner_id.phone)
        for size in SIZES:
            letters = int(FIELD_WIDTH / (size * LETTER))
            if sum(ceil(len(line) / letters) for line in lines) * size * 1.2 <= FIELD_HEIGHT:
                break
        return {"lines": lines, "size": size}

    @staticmethod
    def _label_lines(partner, name):
        lines = [name or "", *partner._display_address().split("\n")]
        return list(dict.fromkeys(line.strip() for line in lines if line.strip()))
