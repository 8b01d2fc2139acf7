"""The shortage desk: what becomes of short lines is decided for many at once, with a result per order."""

from odoo import models
from odoo.exceptions import UserError

from ..common import contract
from .shortage import CHOICES, Decision

PROCESSOR = "order_processing.group_processor"
SUBSTITUTED = "substituted"
CLOSED = ("done", "cancel")


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def action_decide_shortage(
        self, choice, note="", look_again=None, product_id=None, warehouse_id=None, agreed_price=True, reason="no_stock"
    ):
        """Decide what becomes of what is short of these lines, looked at anew. Each order goes whole or not at all.

        :param str choice: ``wait``, ``part`` (what is there leaves next, the rest with a backorder), ``substitute``,
            ``warehouse`` (taken from another warehouse of the company), ``cancel`` (closed short, or the order cancelled where
            nothing else is left of it), ``standing`` (as the customer wants)
        :param str note: what is to be known; in the day book and the chatter
        :param look_again: for ``wait`` and ``part``: the day (``date`` or text) until which the lines are off the list, default
            the day promised
        :param int product_id: for ``substitute``: one of the product's substitutes, default the one of which most is free
        :param int warehouse_id: for ``warehouse``: default the one that has most of it free
        :param bool agreed_price: a substitute costs what the line costs; else what the pricelist says
        :param str reason: for ``cancel``: code of an ``order.close.reason``
        :return: one dict per order, in order: ``{order, order_id, ok, code, message, lines: [{line_id, choice, quantity,
            message}]}``; ``code`` is ``done``, ``nothing`` (not short any more) or, with ``ok`` false, ``refused``
        :raises AccessError: no processor, or an order that the user may not write
        :raises UserError: no such choice, reason, product or warehouse, or no date
        """
        if not isinstance(choice, str) or choice not in dict(CHOICES):
            known = ", ".join(code for code, _label in CHOICES)
            raise UserError(self.env._("No choice is called “%(code)s”. Known: %(known)s.", code=choice, known=known))
        decision = Decision(
            choice,
            product=self._shortage_named("product.product", product_id),
            warehouse=self._shortage_named("stock.warehouse", warehouse_id),
            day=self.env["sale.order"]._promise_day(look_again),
            agreed=bool(agreed_price),
            reason=self.env["order.close.reason"]._by_code(reason).code,
            note=(note or "").strip(),
        )
        return self._decide_shortages(dict.fromkeys(self, decision))

    def _shortage_named(self, model_name, record_id):
        """The record of that number that the user may read, or ``None`` for no number."""
        if not record_id:
            return None
        record = self.env[model_name]
        if isinstance(record_id, int):
            record = record.search([("id", "=", record_id)])
        if not record:
            label = self.env["ir.model"]._get(model_name).name
            raise UserError(self.env._("There is no %(what)s %(number)s.", what=label, number=record_id))
        return record

    def _decide_shortages(self, decisions):
        """``action_decide_shortage`` with a decision of its own for each line (line to ``Decision``)."""
        lines = self.browse().union(*decisions)
        self.env["sale.order"]._check_order_group(PROCESSOR)
        lines.check_access("write")
        lines.order_id.check_access("write")
        lines._close_lock()
        plans = lines._shortage_plans(decisions)
        results, ready = {}, self.browse()
        for order, own in lines.grouped("order_id").items():
            problems = [line._shortage_problem(plans[line]) for line in own if plans[line].problem]
            todo = own.filtered(lambda line: plans[line].choice)
            code = "refused" if problems else "done" if todo else "nothing"
            results[order] = order._shortage_result(code, "\n".join(problems), own, plans)
            if code == "done":
                ready |= todo
        ready._shortage_try(plans, decisions, results)
        done = self.env["sale.order"].union(*(order for order, result in results.items() if result["ok"]))
        if done:
            # what is there now, and when the rest comes
            done.action_promise()
        return [results[order] for order in lines.order_id]

    def _shortage_problem(self, plan):
        """Why nothing is done about this line, in words that name it."""
        name = (self.name or "").split("\n")[0]
        if name in plan.problem:
            return plan.problem
        return self.env._("%(line)s: %(problem)s.", line=name, problem=plan.problem.rstrip("."))

    def _shortage_try(self, plans, decisions, results):
        """Do what is planned for these lines in one go; where that is refused each half of the orders by itself."""
        if not self:
            return
        try:
            with contract.one_record(self.env.cr):
                self._shortage_do(plans, decisions)
        except contract.REFUSALS as refusal:
            orders = self.order_id
            if len(orders) == 1:
                results[orders] = orders._shortage_result("refused", contract.said(refusal), self, plans)
                return
            half = len(orders) // 2
            for part in (orders[:half], orders[half:]):
                own = self.filtered(lambda line, part=part: line.order_id in part)
                own._shortage_try(plans, decisions, results)

    def _shortage_do(self, plans, decisions):
        """Do what is planned; the book and the chatter say it. Raises what refuses it."""
        self._shortage_book(plans, decisions)
        groups = self.grouped(lambda line: plans[line].choice)
        # what is taken from elsewhere is not reserved here before: other choices reserve
        for choice in sorted(groups, key=lambda choice: choice != "warehouse"):
            getattr(groups[choice], f"_shortage_do_{choice}")(plans, decisions)
        self.env["order.event"].flush_model()

    def _shortage_book(self, plans, decisions):
        rows, bodies = [], {}
        for line in self:
            plan, note = plans[line], decisions[line].note
            said = "\n".join(filter(None, (plan.words, note)))
            rows.append(
                {
                    **line._book_head(),
                    "kind": "short_decided",
                    "quantity": plan.quantity,
                    "reason": plan.choice,
                    "note": said,
                }
            )
            name = (line.name or "").split("\n")[0]
            words = self.env._("Short of %(line)s: %(words)s", line=name, words=said)
            bodies.setdefault(line.order_id.id, []).append(words)
        self.env["order.event"]._record(rows)
        self.order_id.sudo()._message_log_batch(
            bodies={order_id: "\n".join(words) for order_id, words in bodies.items()},
            author_id=self.env.user.partner_id.id,
        )

    def _shortage_look_again(self, plans):
        for day, lines in self.grouped(lambda line: plans[line].day).items():
            lines.order_look_again = day

    def _shortage_do_wait(self, plans, _decisions):
        self._shortage_look_again(plans)

    def _shortage_do_part(self, plans, _decisions):
        """What is there is reserved and leaves next: no transfer waits to be complete, core makes the backorder."""
        kept = self.order_id.filtered(lambda order: order.picking_policy == "one")
        kept.picking_policy = "direct"
        pickings = self.order_id.sudo().picking_ids.filtered(lambda picking: picking.state not in CLOSED)
        pickings.filtered(lambda picking: picking.move_type == "one").move_type = "direct"
        pickings.action_assign()
        self._shortage_look_again(plans)

    def _shortage_do_warehouse(self, plans, _decisions):
        self._shortage_take({line: (plans[line].warehouse, plans[line].quantity) for line in self})

    def _shortage_do_substitute(self, plans, decisions):
        """The short part is closed with a reason of its own, and a line beside it asks for the substitute."""
        self.env["sale.order.line"].create(
            [
                {
                    "order_id": line.order_id.id,
                    "product_id": plans[line].product.id,
                    "product_uom_qty": plans[line].quantity,
                    "product_uom_id": line.product_uom_id.id,
                    "sequence": line.sequence,
                    "order_substitute_for_id": line.id,
                    **({"price_unit": line.price_unit, "discount": line.discount} if decisions[line].agreed else {}),
                }
                for line in self
            ]
        )
        reason = self.env["order.close.reason"].with_context(active_test=False)._by_code(SUBSTITUTED)
        for product, lines in self.grouped(lambda line: plans[line].product).items():
            lines._close(reason, product.display_name, lines._shortage_kept(plans))

    def _shortage_do_cancel(self, plans, decisions):
        for code, lines in self.grouped(lambda line: decisions[line].reason).items():
            reason = self.env["order.close.reason"]._by_code(code)
            orders = lines.filtered(lambda line: plans[line].whole).order_id
            refused = [words for verdict, words in orders._order_cancel_set(reason).values() if verdict != "accepted"]
            if refused:
                raise UserError("\n".join(refused))
            part = lines.filtered(lambda line: not plans[line].whole)
            for note, own in part.grouped(lambda line: decisions[line].note).items():
                own._close(reason, note, own._shortage_kept(plans))

    def _shortage_kept(self, plans):
        """What stays ordered of each of these lines: line to quantity."""
        return {line: line.product_uom_qty - plans[line].quantity for line in self}

    def action_open_shortages(self):
        """Open the screen that asks what becomes of what is short of these lines.

        :return: an action of the web client
        :raises AccessError: no processor, or lines that the user may not read
        :raises UserError: nothing is short of them
        """
        self.env["sale.order"]._check_order_group(PROCESSOR)
        self.check_access("read")
        facts = self._shortage_facts()
        if not facts:
            raise UserError(
                self.env._("Nothing is short of what was chosen. Press “Promise dates” to look at the stock anew.")
            )
        desk = self.env["order.shortage"]._open(facts)
        return desk._shown(self.env._("Shortages"))


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _shortage_result(self, code, message, lines, plans):
        """What became of this order, plain."""
        self.ensure_one()
        return {
            "order": self.name,
            "order_id": self.id,
            "ok": code != "refused",
            "code": code,
            "message": message,
            "lines": [
                {
                    "line_id": line.id,
                    "choice": plans[line].choice if code == "done" else "",
                    "quantity": plans[line].quantity if code == "done" else 0.0,
                    "message": plans[line].problem or plans[line].words,
                }
                for line in lines
            ],
        }

    def action_open_shortages(self):
        """Open the screen that asks what becomes of what is short of these orders."""
        return self.order_line.filtered("order_is_short").action_open_shortages()
