from odoo import api, fields, models
from odoo.exceptions import UserError

MANAGER = "order_processing.group_manager"
HOLD = ("order_hold", "order_hold_reason", "order_held_by_id", "order_held_at")


class ResPartner(models.Model):
    """A customer on hold: its orders are found by the rule ``customer_on_hold``. Per company, kept on the company's contact."""

    _inherit = "res.partner"

    order_hold = fields.Boolean("On hold", company_dependent=True, readonly=True, copy=False)
    order_hold_reason = fields.Char("On hold because", company_dependent=True, readonly=True, copy=False)
    order_held_by_id = fields.Many2one("res.users", "Put on hold by", company_dependent=True, readonly=True, copy=False)
    order_held_at = fields.Datetime("On hold since", company_dependent=True, readonly=True, copy=False)

    def action_order_hold(self, reason=""):
        """Put the customers on hold in the user's company; a contact's hold is that of its company.

        :param str reason: why, required
        :raises AccessError: the user is no manager, or may not write the contacts
        :raises UserError: no reason
        """
        reason = self._order_hold_check(reason)
        customers = self.commercial_partner_id.filtered(lambda customer: not customer.order_hold)
        customers._order_hold_write(
            {
                "order_hold": True,
                "order_hold_reason": reason,
                "order_held_by_id": self.env.uid,
                "order_held_at": fields.Datetime.now(),
            },
            self.env._("Orders on hold in %(company)s: %(reason)s", company=self.env.company.name, reason=reason),
        )
        return True

    def action_order_hold_lift(self, reason=""):
        """Take the customers off hold in the user's company; the orders are looked at again by the next sweep.

        :param str reason: why, required
        :raises AccessError: the user is no manager, or may not write the contacts
        :raises UserError: no reason
        """
        reason = self._order_hold_check(reason)
        customers = self.commercial_partner_id.filtered("order_hold")
        customers._order_hold_write(
            dict.fromkeys(HOLD, False),
            self.env._(
                "Orders no longer on hold in %(company)s: %(reason)s", company=self.env.company.name, reason=reason
            ),
        )
        return True

    def _order_hold_check(self, reason):
        self.env["sale.order"]._check_order_group(MANAGER)
        self.check_access("write")
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why: a reason is required for %s.", ", ".join(self.mapped("display_name"))))
        return reason

    def _order_hold_write(self, vals, words):
        """The one door to the guarded fields, private, so that no remote call reaches it."""
        # super() skips the guard of `write` below and nothing else of the models that follow
        super(ResPartner, self.sudo()).write(vals)
        self.sudo()._message_log_batch(
            bodies={customer.id: words for customer in self}, author_id=self.env.user.partner_id.id
        )

    @api.model
    def _orders_on_hold(self, partner_ids):
        """Which of ``partner_ids`` are on hold in the company of the environment; one statement.

        :return: dict of partner id to ``(name, reason)``
        """
        held = self.search_fetch(
            [("id", "in", list(partner_ids)), ("order_hold", "=", True), ("active", "in", [True, False])],
            ["name", "order_hold_reason"],
        )
        return {customer.id: (customer.name, customer.order_hold_reason or "") for customer in held}

    def action_open_order_hold(self):
        """Open the wizard that asks why."""
        lift = all(self.commercial_partner_id.mapped("order_hold"))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Take off hold") if lift else self.env._("Put on hold"),
            "res_model": "order.customer.hold",
            "view_mode": "form",
            "target": "new",
            "context": {"default_partner_ids": self.ids, "default_lift": lift},
        }

    # ------------------------------------------------------------------ the guard

    def _order_hold_refuse(self, names):
        raise UserError(
            self.env._(
                "%s cannot be written directly: put the customer on hold, or take it off, with a reason.",
                ", ".join(self._fields[name]._description_string(self.env) for name in names),
            )
        )

    @api.model_create_multi
    def create(self, vals_list):
        """Nobody is created on hold: neither by a value nor by a default."""
        for vals in vals_list:
            given = [name for name in HOLD if vals.get(name)]
            if given:
                self._order_hold_refuse(given)
        return super().create([{**vals, **dict.fromkeys(HOLD, False)} for vals in vals_list])

    def write(self, vals):
        """Refuse what only the actions write; the same value again (core's merge of contacts) is no change."""
        given = [
            name
            for name in HOLD
            if name in vals
            and any(
                self._fields[name].convert_to_cache(vals[name], partner)
                != self._fields[name].convert_to_cache(partner[name], partner)
                for partner in self
            )
        ]
        if given:
            self._order_hold_refuse(given)
        return super().write({name: value for name, value in vals.items() if name not in HOLD})
