import logging

from odoo import api, fields, models
from odoo.tools import SQL

from ..common import contract

_logger = logging.getLogger(__name__)
PROCESSOR = "order_processing.group_processor"
CHUNK = 100


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    order_told_date = fields.Date(
        "Told", readonly=True, copy=False, help="The date that the customer was told last. Nothing: the first promise."
    )

    def _delay_late(self):
        """How much of this line comes later, in its unit: what free stock covers does not."""
        self.ensure_one()
        still = self.product_uom_qty - self.qty_delivered
        return min(self.order_short_qty or still, still)

    def _delay_values(self):
        """What a notice says of this line."""
        self.ensure_one()
        return {
            "order_line_id": self.id,
            "quantity": self._delay_late(),
            "told_before": self.order_told_date or self.order_first_promise_date,
            "promised": self.order_promise_date,
            "source": self.order_promise_source,
        }


class SaleOrder(models.Model):
    """Customers are told of slipped promises: one message to each for all orders, and none that has been told before."""

    _inherit = "sale.order"

    order_slipped = fields.Boolean("Delay not told", compute="_compute_order_slipped", compute_sudo=True)

    @api.depends("order_line.order_promise_date", "order_line.order_told_date", "state")
    def _compute_order_slipped(self):
        slipped = self._slipped_lines(self.ids).order_id
        for order in self:
            order.order_slipped = order._origin in slipped

    @api.model
    def _slipped_lines(self, order_ids=None, company=None):
        """Lines still to leave of which the customer is to be told a later day; one statement.

        A later day is one of which something is known: a receipt, or the time to replenish. What is in stock and has not left is
        the desk's own delay. Nobody is told of a day before the one that the customer wished for.

        :param order_ids: ids of orders, default all
        :param company: its orders alone
        :return: ``sale.order.line`` (``sudo``), of orders confirmed
        """
        lines = self.env["sale.order.line"].sudo()
        if order_ids is not None and not order_ids:
            return lines
        lines.flush_model(
            [
                "state",
                "order_promise_date",
                "order_first_promise_date",
                "order_told_date",
                "order_promise_basis",
                "product_uom_qty",
                "qty_delivered",
            ]
        )
        self.env["res.company"].flush_model(["order_delay_days", "order_tz", "partner_id"])
        self.env["sale.order"].flush_model(["commitment_date", "order_ship_from"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.id
                  FROM sale_order_line line
                  JOIN sale_order sale ON sale.id = line.order_id
                  JOIN res_company company ON company.id = line.company_id
                  JOIN res_partner owner ON owner.id = company.partner_id
                 WHERE line.state = 'sale' AND line.display_type IS NULL AND line.product_uom_qty > line.qty_delivered
                   AND line.order_promise_basis IN ('receipt', 'lead')
                   AND line.order_promise_date > company.order_delay_days + greatest(
                       coalesce(line.order_told_date, line.order_first_promise_date), sale.order_ship_from,
                       (sale.commitment_date AT TIME ZONE 'UTC' AT TIME ZONE coalesce(company.order_tz, owner.tz, 'UTC'))::date)
                   AND %s AND %s
              ORDER BY line.order_id, line.id
                """,
                SQL("line.order_id = ANY(%s)", list(order_ids)) if order_ids is not None else SQL("TRUE"),
                SQL("line.company_id = %s", company.id) if company else SQL("TRUE"),
            )
        )
        lines = lines.browse(row[0] for row in rows)
        # the unit's rounding decides what is still to leave; services and what comes with the delivery are not goods
        return lines.filtered(
            lambda line: (
                line.product_id.type == "consu"
                and line.product_uom_id.compare(line.product_uom_qty, line.qty_delivered) > 0
            )
        )

    def action_tell_delays(self):
        """Tell the customers of these orders of what slipped, now; a day that was told before is not told again.

        The promises are looked at anew first: what recovered is not told. Other orders of the same customer are not told with
        them.

        :return: one dict per order ``{order, order_id, code, lines}``: ``code`` is ``sent``, ``to_call`` (no e-mail address, or
            the message was refused) or ``nothing``; ``lines`` is how many of its lines the customer is to know
        :raises AccessError: no processor, or an order that the user may not write
        """
        self.env["order.transition.mixin"]._check_order_group(PROCESSOR)
        self.check_access("write")
        confirmed = self.filtered(lambda order: order.state == "sale")
        confirmed.action_promise()
        notices = self._tell_delays(self._slipped_lines(confirmed.ids))
        told = notices.line_ids.grouped("order_id")
        return [
            {
                "order": order.name,
                "order_id": order.id,
                "code": told[order][:1].notice_id.outcome if order in told else "nothing",
                "lines": len(told.get(order, ())),
            }
            for order in self.sudo()
        ]

    def action_open_tell_delays(self):
        """Tell of the delay of these orders, and show what came of it."""
        self.action_tell_delays()
        action = self.env["ir.actions.act_window"]._for_xml_id("order_processing.order_delay_notice_action")
        return {**action, "domain": [("line_ids.order_id", "in", self.ids)]}

    @api.model
    def _tell_delays(self, lines):
        """Make one notice for each customer (and company) of slipped ``lines`` (``sudo``) and send it.

        :return: the ``order.delay.notice`` of these lines: those made, and those about which somebody is to be called still
        """
        Notice = self.env["order.delay.notice"].sudo()
        if not lines:
            return Notice
        # who comes second finds the lines told
        self.env.cr.execute(
            SQL("UPDATE sale_order_line SET write_date = write_date WHERE id = ANY(%s)", sorted(lines.ids))
        )
        waiting = (
            self.env["order.delay.notice.line"]
            .sudo()
            .search([("order_line_id", "in", lines.ids), ("notice_id.outcome", "=", "to_call")])
        )
        known = waiting.filtered(lambda item: item.promised == item.order_line_id.order_promise_date)
        # what a colleague is to call about today stands already
        kept = known.notice_id.filtered(lambda notice: not notice.line_ids - known)
        lines -= kept.line_ids.order_line_id
        overtaken = waiting.notice_id - kept
        overtaken.outcome = "overtaken"
        # who was to be called about other orders too still is
        lines |= self._slipped_lines(overtaken.line_ids.order_id.ids) & overtaken.line_ids.order_line_id
        notices = Notice.create(
            [
                {
                    "company_id": company.id,
                    "partner_id": partner.id,
                    "outcome": "to_call",
                    "line_ids": [fields.Command.create(line._delay_values()) for line in own],
                }
                for (company, partner), own in lines.grouped(
                    lambda line: (line.company_id, line.order_id.partner_id)
                ).items()
            ]
        )
        # an address may have been entered since
        (notices | kept.filtered("partner_id.email_normalized"))._send()
        return notices | kept

    @api.model
    def _cron_tell_delays(self):
        """Each morning, for the companies that want it: slipped promises are looked at anew, then told."""
        self._overtake_calls()
        companies = self.env["res.company"].sudo().search([("order_delay_mail", "=", True)])
        partners = [
            (company, partner)
            for company in companies
            for partner in self._slipped_lines(company=company).order_id.partner_id
        ]
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(partners))
        for company in companies:
            own = [partner.id for owner, partner in partners if owner == company]
            for start in range(0, len(own), CHUNK):
                chunk = own[start : start + CHUNK]
                orders = self._slipped_lines(company=company).order_id.filtered(
                    lambda order, chunk=chunk: order.partner_id.id in chunk
                )
                try:
                    with contract.one_record(self.env.cr):
                        orders.action_promise()
                        self._tell_delays(self._slipped_lines(orders.ids))
                except contract.REFUSALS:
                    # the others are told all the same
                    _logger.exception("delays of %s could not be told", ", ".join(orders.mapped("name")))
                if not progress(processed=len(chunk)):
                    return

    @api.model
    def _overtake_calls(self):
        """Nobody need be called any more about what recovered, left or was cancelled."""
        calls = self.env["order.delay.notice"].sudo().search([("outcome", "=", "to_call")])
        slipped = self._slipped_lines(calls.line_ids.order_id.ids)
        calls.filtered(lambda notice: not notice.line_ids.order_line_id & slipped).outcome = "overtaken"
