from odoo import SUPERUSER_ID, api, fields, models

from ..common.transition import Transition


class SaleOrder(models.Model):
    """What verification knows of an order: its state beside Odoo's, its findings, its holds and its seal."""

    _name = "sale.order"
    _inherit = ["sale.order", "order.transition.mixin"]

    _transition_field = "verification_state"
    _transition_initial = "to_verify"
    # moved by the verification itself, which checks who may ask for it
    _transitions = (
        Transition("verify", ("to_verify", "held"), "verified", who="verified_by_id", when="verified_at"),
        Transition("hold", ("to_verify", "verified"), "held", who="held_by_id", when="held_at"),
        Transition("unseal", ("verified", "held"), "to_verify"),
    )

    verification_state = fields.Selection(
        [("to_verify", "To verify"), ("held", "Held"), ("verified", "Verified")],
        "Verification",
        default="to_verify",
        required=True,
        readonly=True,
        copy=False,
        index=True,
    )
    verified_at = fields.Datetime(readonly=True, copy=False)
    verified_by_id = fields.Many2one("res.users", "Verified by", readonly=True, copy=False)
    held_at = fields.Datetime("Held since", readonly=True, copy=False)
    held_by_id = fields.Many2one("res.users", "Held by", readonly=True, copy=False)
    order_check_ids = fields.One2many("order.verification.check", "order_id", "Findings", readonly=True, copy=False)
    order_hold_ids = fields.One2many("order.hold", "order_id", "Holds", readonly=True, copy=False)
    order_verification_ids = fields.One2many(
        "order.verification", "order_id", "Verifications", readonly=True, copy=False
    )
    hold_reasons = fields.Char("Held because", compute="_compute_hold_reasons", compute_sudo=True)
    verification_age_hours = fields.Float("Waiting for (hours)", compute="_compute_verification_age_hours")
    order_finding_count = fields.Integer("Open findings", compute="_compute_order_finding_count", compute_sudo=True)
    order_seal_changes = fields.Text("Changed since verified", compute="_compute_order_seal_changes", compute_sudo=True)
    order_control = fields.Selection(related="company_id.order_control", string="Controls")

    @api.depends("order_hold_ids.state", "order_hold_ids.reason_id")
    def _compute_hold_reasons(self):
        for order in self:
            holds = order.order_hold_ids.filtered(lambda hold: hold.state == "open")
            order.hold_reasons = ", ".join(holds.reason_id.sorted().mapped("name"))

    @api.depends("held_at", "verification_state", "create_date")
    def _compute_verification_age_hours(self):
        now = fields.Datetime.now()
        for order in self:
            since = {"held": order.held_at, "to_verify": order.create_date}.get(order.verification_state)
            order.verification_age_hours = (now - since).total_seconds() / 3600 if since else 0

    @api.depends("order_check_ids.state")
    def _compute_order_finding_count(self):
        counts = dict(
            self.env["order.verification.check"]._read_group(
                [("order_id", "in", self.ids), ("state", "=", "failed")], ["order_id"], ["__count"]
            )
        )
        for order in self:
            order.order_finding_count = counts.get(order._origin, 0)

    def _compute_order_seal_changes(self):
        sealed = self.filtered(lambda order: order.id and order.verification_state == "verified")
        texts = sealed._verification_change_texts(sealed._verification_broken())
        for order in self:
            order.order_seal_changes = texts.get(order._origin.id, "")

    # ------------------------------------------------------------------ helpers of the room

    def _verification_engine(self):
        """``self`` as the verification works on it: with all rights, as the user, or as OdooBot for outsiders.

        A customer who signs or pays online, or a flow of core that reaches another company, has no right of its
        own to record; the book then says OdooBot.
        """
        orders = self.sudo()
        user = self.env.user.sudo()
        if self.env.uid != SUPERUSER_ID and (user.share or orders.company_id - user.company_ids):
            return self.with_user(SUPERUSER_ID).sudo()
        return orders

    @api.model
    def _verification_hold_reasons(self):
        """The reasons by code; one query."""
        reasons = self.env["order.hold.reason"].sudo().with_context(active_test=False).search([])
        return {reason.code: reason for reason in reasons}

    def _verification_evaluate(self, confirming=False):
        """Run the rules over ``self`` and write nothing; constant queries.

        :param bool confirming: they are about to become sales, whatever their state is already
        :return: dict of order id to ``Assessment``
        """
        return self.env["order.verification.rule"].sudo()._evaluate(self, confirming)

    def _verification_broken(self):
        """The orders of ``self`` whose content is not what was sealed.

        :return: dict of order id to the list of changes ``(part, key, old, new)``
        """
        seals = self.env["order.verification"].sudo()._last_seals(self.ids)
        sealed = self.browse(seals)
        if not sealed:
            return {}
        from_facts = self.env["order.verification.facts"].sudo()._load(sealed)
        return {
            order_id: facts.changes_from(seals[order_id][1])
            for order_id, facts in from_facts.items()
            if facts.differs(*seals[order_id])
        }

    def _verification_open_holds(self):
        """The open holds of ``self``, by order id; one query."""
        holds = self.env["order.hold"].sudo().search([("order_id", "in", self.ids), ("state", "=", "open")], order="id")
        return holds.grouped(lambda hold: hold.order_id.id)
