from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from ..common.business_day import business_day
from .credit_shares import sold_net
from .return_process import PROCESSOR

PARTIES = ("carrier", "vendor")
# nothing of it is here yet, or ever
BEFORE = ("requested", "approved", "on_way", "rejected", "cancelled")
NOT_HERE = ("customer_keeps", "not_arrived")


class OrderReturn(models.Model):
    """What goods that came back by the fault of a carrier or a vendor cost is claimed from them."""

    _inherit = "order.return"

    claim_ids = fields.One2many("order.claim", "return_id", "Claims", readonly=True, groups=PROCESSOR)
    claim_count = fields.Integer(compute="_compute_claim_count", groups=PROCESSOR)
    recoverable = fields.Boolean(
        "To be claimed",
        compute="_compute_recoverable",
        groups=PROCESSOR,
        help="It came by the fault of a carrier or a vendor, and nothing is claimed from them yet.",
    )

    @api.depends("claim_ids")
    def _compute_claim_count(self):
        for case in self:
            case.claim_count = len(case.claim_ids)

    @api.depends(
        "state", "line_ids.fault", "line_ids.quantity", "line_ids.received_qty", "claim_ids.state", "claim_ids.line_ids"
    )
    def _compute_recoverable(self):
        for case in self:
            case.recoverable = bool(case._to_recover())

    def _to_recover(self):
        """The lines of this case that a carrier or a vendor is to pay for and that no standing claim is over."""
        self.ensure_one()
        if self.state in BEFORE:
            return self.line_ids.browse()
        claimed = self.claim_ids.filtered(lambda claim: claim.state != "withdrawn").line_ids.return_line_id
        return (self.line_ids - claimed).filtered(
            lambda line: line.fault in PARTIES and not line.uom_id.is_zero(line._claimable_qty())
        )

    def action_claim(self):
        """Draft claims from whoever's fault it is (processors): one per case, order and party, the carrier of the delivery or the
        vendor of the product; over the value of the goods, with the customer's photos as proof. Once: what is claimed already is
        opened.

        :return: an action of the web client
        :raises UserError: names cases of which nothing is to be claimed, and lines without a carrier or vendor
        """
        self._check_order_group(PROCESSOR)
        self.check_access("write")
        # a second one at the same time is tried again, and then finds the first one's claims
        self.env.cr.execute(SQL("UPDATE order_return SET write_date = write_date WHERE id = ANY(%s)", sorted(self.ids)))
        lines = self.env["order.return.line"].union(*(case._to_recover() for case in self))
        if not lines and not self.claim_ids:
            raise UserError(
                self.env._(
                    "%s: nothing that came by the fault of a carrier or a vendor. Give the lines the reason that says so.",
                    ", ".join(self.mapped("name")),
                )
            )
        lines._check_party()
        photos = {
            case_id: found.ids
            for case_id, found in self.env["ir.attachment"]
            .search([("res_model", "=", self._name), ("res_id", "in", self.ids), ("mimetype", "=like", "image/%")])
            .grouped("res_id")
            .items()
        }
        self.env["order.claim"].create(
            [
                case._prepare_claim_vals(order, fault, own, photos.get(case.id, ()))
                for (case, order, fault, _who), own in lines.grouped(
                    lambda line: (line.return_id, line.order_id, line.fault, line._party())
                ).items()
            ]
        )
        return self.action_view_claims()

    def action_view_claims(self):
        """Open the claims of these cases (processors)."""
        self._check_order_group(PROCESSOR)
        return self.claim_ids._get_records_action(name=self.env._("Claims"), context={})

    def _prepare_claim_vals(self, order, party, lines, photos):
        """Values of a claim over ``lines`` of one order, with ``photos`` (ids) as proof; called by ``action_claim``."""
        self.ensure_one()
        sent = lines.move_id.sorted("date")[-1:]
        who = lines[:1]._party()
        # who claims may not read all that was sold beside it
        net = sold_net(order.sudo())
        return {
            "company_id": self.company_id.id,
            "order_id": order.id,
            "picking_id": sent.picking_id.id if sent.picking_id.sale_id == order else False,
            "return_id": self.id,
            "party": party,
            "carrier_id": who.id if party == "carrier" else False,
            "partner_id": who.id if party == "vendor" else False,
            "currency_id": order.currency_id.id,
            "event_date": business_day(self.company_id, sent.date),
            "note": self.note or False,
            "proof_ids": [Command.set(photos)],
            "line_ids": [Command.create(line._prepare_claim_line_vals(net)) for line in lines],
        }


class OrderReturnLine(models.Model):
    _inherit = "order.return.line"

    def _party(self):
        """Who is to pay for this line by its fault: a ``delivery.carrier`` or a vendor's ``res.partner``; may be empty."""
        self.ensure_one()
        if self.fault == "carrier":
            return self.move_id.picking_id.carrier_id or self.order_id.carrier_id
        return self.product_id.with_company(self.company_id)._select_seller(quantity=None).partner_id

    def _claimable_qty(self):
        """How much of this line is claimed, in its unit: what came; of goods that stay away, what the case says of them."""
        self.ensure_one()
        return self.quantity if self.disposition in NOT_HERE else self.received_qty

    def _check_party(self):
        """:raises UserError: names every line of which nobody is known to claim from, and what to enter"""
        missing = self.filtered(lambda line: not line._party())
        if missing:
            raise UserError(
                "\n".join(
                    self.env._("%s: its transfer names no carrier. Enter it there, then claim.", line.display_name)
                    if line.fault == "carrier"
                    else self.env._("%s: its product has no vendor. Enter one there, then claim.", line.display_name)
                    for line in missing
                )
            )

    def _prepare_claim_line_vals(self, net):
        """Values of a line of a claim, called by ``_prepare_claim_vals``: the goods at their order line's price less its
        discount and its share of the discounts of the whole order, without tax.

        :param dict net: order line to the share (0..1) that those discounts leave of it
        """
        self.ensure_one()
        quantity = self._claimable_qty()
        sold = self.order_line_id.sudo()
        price = sold.price_unit * (1 - sold.discount / 100)
        found = sold.tax_ids.compute_all(price, sold.currency_id, quantity, sold.product_id)
        return {
            "name": f"{self.product_id.display_name}: {self.reason_id.name}",
            "product_id": self.product_id.id,
            "quantity": quantity,
            "return_line_id": self.id,
            "uom_id": self.uom_id.id,
            "amount": sold.currency_id.round(found["total_excluded"] * net.get(sold, 1.0)),
        }


class OrderClaimLine(models.Model):
    _inherit = "order.claim.line"

    return_line_id = fields.Many2one(
        "order.return.line", "Return", readonly=True, index="btree_not_null", ondelete="set null"
    )
