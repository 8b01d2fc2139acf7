from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

EXPECTED = ("approved", "on_way")
NOT_HERE = ("customer_keeps", "not_arrived")


class OrderReturnCounter(models.TransientModel):
    """The counter where returns come in: scan the slip, count what came, then say what the inspection finds.

    Made for a scanner and a phone. What it is told is checked again, under a lock, by the case itself.
    """

    _name = "order.return.counter"
    _description = "Receive and Inspect Returns"

    code = fields.Char("Scan", help="The number of the case or of the order, then the products, one by one.")
    said = fields.Char(readonly=True)
    return_id = fields.Many2one(
        "order.return", "Return case", domain=[("state", "in", (*EXPECTED, "received")), ("unmatched", "=", False)]
    )
    partner_id = fields.Many2one(related="return_id.partner_id")
    step = fields.Selection([("count", "Count"), ("inspect", "Inspect"), ("done", "Done")], compute="_compute_step")
    line_ids = fields.One2many("order.return.counter.line", "counter_id", "Goods")

    @api.depends("return_id.state")
    def _compute_step(self):
        for counter in self:
            state = counter.return_id.state
            counter.step = "count" if state in EXPECTED else "inspect" if state == "received" else "done"

    @api.onchange("return_id")
    def _onchange_return_id(self):
        # a scan that found the case has filled them, and may have counted
        if self.line_ids.return_line_id.return_id._origin != self.return_id._origin:
            self.line_ids = self._lines()

    def _lines(self):
        """Commands for the lines of the case: to be counted from nothing, or to be inspected as they came."""
        # not by the step: what is computed may be from before the receipt
        counting = self.return_id.state in EXPECTED
        lines = self.return_id.line_ids.filtered(
            lambda line: line.disposition not in NOT_HERE and (counting or line.received_qty)
        )
        came = {} if counting else lines._lots_that_came()
        return [
            Command.clear(),
            *(
                Command.create(
                    {
                        "return_line_id": line.id,
                        "product_id": line.product_id.id,
                        "announced": line.announced_qty if counting else line.received_qty,
                        "quantity": 0.0 if counting else line.received_qty,
                        "condition": False if counting else line.condition or "new",
                        "disposition": line.disposition,
                        "lot_ids": [Command.set(came[line].ids if line in came else [])],
                    }
                )
                for line in lines
            ),
        ]

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Receive and Inspect"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def action_all(self):
        """All came as announced.

        :return: this screen again
        """
        self.ensure_one()
        for line in self.line_ids.filtered("return_line_id"):
            line.quantity = line.announced
        return self._reopen()

    def action_receive(self):
        """Receive what was counted; what nobody announced is taken in beside it, to be matched.

        :return: this screen again where the goods are inspected now, else the case
        :raises UserError: no case, nothing counted, or what the case refuses
        """
        self.ensure_one()
        case = self._case("count")
        counts = {line.id: 0.0 for line in case.line_ids if line.disposition not in NOT_HERE}
        others = []
        for line in self.line_ids:
            if line.return_line_id:
                counts[line.return_line_id.id] = line.quantity
            elif line.quantity:
                code = line.product_id.default_code or line.product_id.barcode
                others.append({"product": code, "quantity": line.quantity, "lot": line.lot_id.name or ""})
        lots = {
            line.return_line_id.id: line._lots_counted() for line in self.line_ids if line.lot_ids and line.quantity
        }
        case.action_receive(counts=counts, lots=lots)
        if others:
            partner = case.partner_id.commercial_partner_id
            customer = partner.ref or partner.email_normalized or partner.vat or ""
            case.with_company(case.company_id).receive_unannounced(
                others, customer=customer, key=f"counter-{self.id}", origin=case.id
            )
        if not case.inspects:
            return case._get_records_action(context={})
        self.write({"line_ids": self._lines(), "said": False})
        return self._reopen()

    def action_inspect(self):
        """Keep what the inspection found and bring the goods to where they belong.

        :return: the action that opens the case
        """
        self.ensure_one()
        case = self._case("inspect")
        case.action_inspect(
            findings=[
                {
                    "line_id": line.return_line_id.id,
                    "quantity": line.quantity,
                    "condition": line.condition,
                    "disposition": line.disposition,
                    "lot_id": line.lot_id.id,
                    "lots": line.lot_ids.ids,
                    "note": line.note or "",
                }
                for line in self.line_ids
                if line.return_line_id
            ]
        )
        return case._get_records_action(context={})

    def _case(self, step):
        if not self.return_id:
            raise UserError(self.env._("Scan or choose the case first."))
        if self.step != step:
            raise UserError(
                self.env._("%s has gone on meanwhile: close this screen and open the case.", self.return_id.name)
            )
        return self.return_id


class OrderReturnCounterLine(models.TransientModel):
    """So many of one line of the case, in one condition; without a line: what nobody announced."""

    _name = "order.return.counter.line"
    _description = "Goods at the Counter"

    counter_id = fields.Many2one("order.return.counter", required=True, ondelete="cascade")
    return_line_id = fields.Many2one("order.return.line", ondelete="cascade")
    product_id = fields.Many2one("product.product", required=True, ondelete="cascade")
    step = fields.Selection(related="counter_id.step")
    announced = fields.Float(digits="Product Unit")
    quantity = fields.Float("Came", digits="Product Unit")
    lot_id = fields.Many2one("stock.lot", "Lot/serial", domain="[('product_id', '=', product_id)]")
    condition = fields.Selection(lambda self: self.env["order.return.line"]._fields["condition"].selection)
    disposition = fields.Selection(
        [
            ("restock", "Back to stock"),
            ("quarantine", "Quarantine"),
            ("repair", "Repair"),
            ("scrap", "Scrap"),
            ("vendor", "Back to the vendor"),
        ],
        default="restock",
    )
    note = fields.Char()

    def action_split(self):
        """Take one piece of this line out, as it is found otherwise than the others.

        :return: the screen again
        :raises UserError: there is but one piece
        """
        self.ensure_one()
        if self.return_line_id.uom_id.compare(self.quantity, 1.0) <= 0:
            raise UserError(self.env._("%s: one piece cannot be split.", self.product_id.display_name))
        self.quantity -= 1
        if len(self.lot_ids) > 1:
            # which piece has which of them is said anew
            self.lot_ids = False
        self.copy({"quantity": 1.0, "announced": 0.0, "lot_ids": [Command.set(self.lot_ids.ids)]})
        return self.counter_id._reopen()
