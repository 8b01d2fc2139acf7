from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.common.business_day import business_day
from ..models.common.number_words import number_words

# what a line is settled by unless somebody says otherwise: the first that its policy allows
PROPOSED = ("refund", "credit", "replacement")


class OrderReturnCreate(models.TransientModel):
    """Take goods back: every delivered line, what is left of it, what the policy says, what shall become of it.

    Ends in an approved case, or in a settled one where the goods are on the counter. What it checks is checked again, under
    a lock, by the case itself.
    """

    _name = "order.return.create"
    _description = "Take Goods Back"

    order_ids = fields.Many2many("sale.order", string="Orders", readonly=True)
    picking_ids = fields.Many2many("stock.picking", string="Transfers", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", compute="_compute_partner_id")
    line_ids = fields.One2many("order.return.create.line", "wizard_id", "Lines")
    note = fields.Text()
    override_reason = fields.Char("Why beyond the policy")
    beyond_policy = fields.Boolean(compute="_compute_beyond_policy")
    several_orders = fields.Boolean(compute="_compute_partner_id")

    @api.depends("order_ids")
    def _compute_partner_id(self):
        for wizard in self:
            wizard.partner_id = wizard.order_ids.partner_id.commercial_partner_id[:1]
            wizard.several_orders = len(wizard.order_ids) > 1

    @api.depends("line_ids.quantity", "line_ids.eligible")
    def _compute_beyond_policy(self):
        for wizard in self:
            wizard.beyond_policy = any(line.quantity > 0 and not line.eligible for line in wizard.line_ids)

    def _fill(self, lines=None, only_left=False):
        """Lines for what the orders (or the transfers) delivered; the queries do not grow with the lines.

        :param lines: only these of the orders' lines
        :param bool only_left: only what may still come back, and the orders that have such
        :raises UserError: orders of several customers or companies, or nothing delivered
        """
        self.ensure_one()
        orders = self.order_ids
        orders.check_access("read")
        if len(orders.partner_id.commercial_partner_id) > 1 or len(orders.company_id) > 1:
            raise UserError(self.env._("A return case takes orders of one customer and one company."))
        Line = self.env["sale.order.line"].sudo()
        moves = Line._order_returnable_moves((orders.order_line if lines is None else lines).ids)
        if self.picking_ids:
            moves = [move for move in moves if move["picking_id"] in self.picking_ids.ids]
        if not moves:
            raise UserError(
                self.env._("%s: nothing was delivered yet, so nothing can come back.", ", ".join(orders.mapped("name")))
            )
        company = orders.company_id
        reason = self.env["order.return.reason"].search([], limit=1)
        by_line = {}
        for move in moves:
            by_line.setdefault(move["line_id"], []).append(move)
        if only_left:
            by_line = {
                line_id: found
                for line_id, found in by_line.items()
                if any(move["left"] or move.get("obstacle") for move in found)
            }
            left = orders.filtered(lambda order: set(order.order_line.ids) & set(by_line))
            if not left:
                raise UserError(
                    self.env._(
                        "%(customer)s: all that was delivered with %(orders)s has come back or is on its way.",
                        customer=self.partner_id.display_name,
                        orders=", ".join(orders.mapped("name")),
                    )
                )
            orders = self.order_ids = left
        terms = self.env["order.return.policy"]._terms(self.env["sale.order.line"].browse(by_line))
        values = []
        for line in orders.order_line.filtered(lambda line: line.id in by_line):
            found = by_line[line.id]
            values.append(
                {
                    "wizard_id": self.id,
                    "order_line_id": line.id,
                    "delivered": sum(move["delivered"] for move in found),
                    "returnable": sum(move["left"] for move in found),
                    "delivered_on": business_day(company, found[0]["delivered_at"]),
                    "reason_id": reason.id,
                    "settlement": next(filter(terms[line.id].allows, PROPOSED), PROPOSED[0]),
                    "obstacle": found[0].get("obstacle", False),
                }
            )
        self.env["order.return.create.line"].create(values)

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Take Goods Back"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _request(self):
        """The case of the chosen lines, requested once however often the button is pressed.

        :raises UserError: nothing chosen, or names every line that takes more than is left
        """
        self.ensure_one()
        chosen = self.line_ids.filtered(lambda line: line.uom_id.compare(line.quantity, 0.0) > 0)
        negative = self.line_ids.filtered(lambda line: line.uom_id.compare(line.quantity, 0.0) < 0)
        if negative or not chosen:
            raise UserError(self.env._("Enter the quantity that comes back on at least one line, above zero."))
        left = {line.id: line.order_returnable_qty for line in chosen.order_line_id}
        refused = [
            self.env._(
                "%(order)s, %(product)s: %(asked)s %(unit)s cannot come back, only %(left)s are left.",
                order=line.order_line_id.order_id.name,
                product=line.product_id.display_name,
                asked=number_words(self.env, line.quantity),
                unit=line.uom_id.name,
                left=number_words(self.env, left[line.order_line_id.id]),
            )
            for line in chosen
            if line.uom_id.compare(line.quantity, left[line.order_line_id.id]) > 0
        ]
        key = f"{self.id}"
        Case = self.env["order.return"]
        company = self.order_ids.company_id
        known = Case.search(
            [("source", "=", "desk"), ("external_key", "=", key), ("company_id", "=", company.id)], limit=1
        )
        if known:
            return known
        if refused:
            raise UserError("\n".join(refused))
        answer = Case.request([self._prepare_case(key, chosen)], "desk", company.id)[0]
        if not answer["ok"]:
            raise UserError(answer["message"])
        return Case.browse(answer["return_id"])

    def _prepare_case(self, key, chosen):
        """The case as ``order.return.request`` takes it, called by ``_request``."""
        return {
            "key": key,
            "note": self.note or "",
            "lines": [
                {
                    "line_id": line.order_line_id.id,
                    "quantity": line.quantity,
                    "reason": line.reason_id.code,
                    "disposition": line.disposition,
                    "settlement": line.settlement,
                    **line._prepare_exchange(),
                }
                for line in chosen
            ],
        }

    def action_approve(self):
        """Make the case and approve it; the goods are expected.

        :return: the action that opens the case
        """
        case = self._request()
        if case.state == "requested":
            self._approve(case)
        return case._get_records_action(context={})

    def action_settle(self):
        """Make the case, approve, receive and settle it: the goods are on the counter.

        :return: the action that opens the case
        """
        case = self._request()
        if case.state == "requested":
            self._approve(case)
        case.action_process()
        return case._get_records_action(context={})

    def _approve(self, case):
        if self.override_reason and not case.eligible:
            case.action_override(reason=self.override_reason)
        else:
            case.action_approve()


class OrderReturnCreateLine(models.TransientModel):
    """One delivered order line in the wizard; only what the person chooses is read back from it."""

    _name = "order.return.create.line"
    _description = "Line to Take Back"

    wizard_id = fields.Many2one("order.return.create", required=True, ondelete="cascade")
    order_line_id = fields.Many2one("sale.order.line", required=True, readonly=True, ondelete="cascade")
    order_id = fields.Many2one(related="order_line_id.order_id")
    product_id = fields.Many2one(related="order_line_id.product_id")
    picture = fields.Image(related="product_id.image_128")
    uom_id = fields.Many2one(related="order_line_id.product_uom_id")
    delivered = fields.Float(digits="Product Unit", readonly=True)
    returnable = fields.Float(digits="Product Unit", readonly=True)
    obstacle = fields.Char(readonly=True, help="Why nothing of the line can come back here, whatever the policy says.")
    delivered_on = fields.Date(readonly=True, help="The latest delivery, in the company's calendar.")
    quantity = fields.Float("Comes back", digits="Product Unit")
    reason_id = fields.Many2one("order.return.reason")
    disposition = fields.Selection(
        lambda self: self.env["order.return.line"]._fields["disposition"].selection,
        compute="_compute_disposition",
        inverse="_inverse_disposition",
        store=True,
        readonly=False,
        required=True,
        default="restock",
    )
    disposition_chosen = fields.Boolean(help="Somebody has chosen: nothing else is proposed any more.")
    settlement = fields.Selection(
        lambda self: self.env["order.return.line"]._fields["settlement"].selection, required=True, default="refund"
    )
