from odoo import fields, models
from odoo.exceptions import UserError

from ..common import contract

OPEN = ("done", "cancel")
REASON = "delay"
TOLD = ("sent", "told")


class OrderDelayNotice(models.Model):
    """What the customer wants of goods that come late: done at once where it can be, else left to the desk with the reason."""

    _inherit = "order.delay.notice"

    def _answerable(self, order):
        """The lines of ``order`` (``sudo``) of which this notice still is the last word, and something is still to leave."""
        self.ensure_one()
        own = self.line_ids.filtered(
            lambda line: (
                line.order_id == order
                and line._late_quantity() > 0
                # goods that came meanwhile are late no more
                and line.order_line_id.order_promise_date
                and line.order_line_id.order_promise_date > line.told_before
            )
        )
        if self.outcome not in TOLD:
            # its own message is being written: nothing is newer
            return own
        newer = self.env["order.delay.notice.line"].search(
            [
                ("order_line_id", "in", own.order_line_id.ids),
                ("notice_id", ">", self.id),
                ("notice_id.outcome", "in", TOLD),
            ]
        )
        return own.filtered(lambda line: line.order_line_id not in newer.order_line_id)

    def _choices(self, order):
        """What the customer may choose for ``order``: ``[(code, words)]``, empty where nothing is to be chosen any more."""
        if not self._answerable(order):
            return []
        words = {
            "wait": self.env._("I wait: send everything when it is complete."),
            "part": self.env._("Send now what is there, and the rest when it comes."),
            "cancel": self.env._("Cancel what is late, and send the rest."),
        }
        if order.picking_policy != "one":
            words["wait"] = self.env._("I wait for it. What is there comes first.")
            del words["part"]
        if self._wholly_late(order):
            words["cancel"] = self.env._("Cancel the order.")
            words.pop("part", None)
        return list(words.items())

    def _wholly_late(self, order):
        """Whether nothing of ``order`` has left and all goods of it are late."""
        late = self._answerable(order)
        if any(line.uom_id.compare(line._late_quantity(), line._open_quantity()) < 0 for line in late):
            return False
        goods = order.order_line.filtered(
            lambda line: line.product_id.type == "consu" and line.product_uom_qty and not line.is_delivery
        )
        return not goods - late.order_line_id and not order._order_cancel_late()

    def _answer(self, order, choice):
        """Take the customer's ``choice`` (a code of ``_choices``) for ``order`` and do it where that can be.

        :return: ``""``, or why the desk has to look at it, in words for the desk
        :raises UserError: nothing of the order is to be chosen any more, or no such choice is offered
        """
        self.ensure_one()
        order.order_line._close_lock()
        lines = self._answerable(order)
        if choice not in dict(self._choices(order)):
            raise UserError(self.env._("%s: this can no longer be chosen. Please look at the page again.", order.name))
        problem = ""
        # what is left to do is read by the desk, not by the customer
        desk = self.with_context(lang=self.company_id.partner_id.lang)
        order, lines = order.with_env(desk.env), lines.with_env(desk.env)
        try:
            with contract.one_record(self.env.cr):
                getattr(desk, f"_answer_{choice}")(order, lines)
        except contract.REFUSALS as refusal:
            problem = contract.said(refusal)
        now = fields.Datetime.now()
        lines.write({"answer": choice, "answered_at": now, "to_settle": problem or False})
        self.answered_at = now
        lines._book("delay_answered")
        label = dict(lines._fields["answer"]._description_selection(desk.env))[choice]
        order._message_log(body="\n".join(filter(None, (desk.env._("The customer on the delay: %s.", label), problem))))
        if problem and order.user_id:
            order.activity_schedule(
                "mail.mail_activity_data_todo",
                summary=desk.env._("The customer's wish after a delay: %s", label),
                note=problem,
                user_id=order.user_id.id,
            )
        return problem

    def _answer_wait(self, order, lines):
        """Nothing changes."""

    def _answer_part(self, order, lines):
        facts = lines.order_line_id._shortage_facts()
        problems = dict.fromkeys(line._shortage_unwanted(fact) for line, fact in facts.items())
        if words := "; ".join(filter(None, problems)):
            raise UserError(
                self.env._(
                    "%(order)s: %(problem)s. Ask the customer, or change that on the order and dispatch what is there.",
                    order=order.name,
                    problem=words,
                )
            )
        order.picking_policy = "direct"
        order.picking_ids.filtered(lambda picking: picking.state not in OPEN).move_type = "direct"

    def _answer_cancel(self, order, lines):
        services = order.order_line.filtered(
            lambda line: line.product_id.type == "service" and line.product_uom_qty and not line.is_delivery
        )
        if self._wholly_late(order) and services:
            raise UserError(
                self.env._(
                    "%(order)s: nothing is left of it but %(services)s. Ask the customer, and cancel the order if that is not "
                    "wanted either.",
                    order=order.name,
                    services=", ".join(services.product_id.mapped("display_name")),
                )
            )
        if self._wholly_late(order):
            code, message = order._order_cancel_each(REASON)[order.id]
            if code != "accepted":
                raise UserError(message)
            return
        sold = lines.order_line_id
        problems = sold._close_problems()
        if problems:
            raise UserError("\n".join(problems))
        kept = {line.order_line_id: line.order_line_id.product_uom_qty - line._late_quantity() for line in lines}
        sold._close(self.env["order.close.reason"]._by_code(REASON), self.name, kept)
