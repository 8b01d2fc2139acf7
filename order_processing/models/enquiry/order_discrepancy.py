from odoo import api, fields, models

from ..common.business_day import business_day

REPORTED = "reported"
DUE_DAYS = 2
OVER = ("answered", "closed")


class OrderDiscrepancy(models.Model):
    """What the desk asks the customer about a discrepancy is logged beside what customers ask, and so is the answer.

    What a customer reports of goods is a discrepancy too: between what the ledgers say and what lies before the customer. No
    comparison of ledgers ends it, but whoever answers the customer.
    """

    _inherit = "order.discrepancy"

    kind = fields.Selection(selection_add=[(REPORTED, "Reported by the customer")], ondelete={REPORTED: "cascade"})
    order_enquiry_ids = fields.Many2many(
        "order.enquiry", string="Questions", readonly=True, groups="order_processing.group_processor"
    )

    def _asked_customer(self):
        """See the model: one enquiry per order, waiting for the customer."""
        asked = super()._asked_customer()
        self.env["order.enquiry"].create(
            [
                {
                    "company_id": order.company_id.id,
                    "order_id": order.id,
                    "partner_id": order.partner_id.id,
                    "channel": "mail",
                    "asked_by_us": True,
                    "question": "\n".join(questions),
                    "discrepancy_ids": (self & order.order_discrepancy_ids).ids,
                }
                for order, questions in asked.items()
                if questions
            ]
        )
        return asked

    @api.depends("detail")
    def _compute_texts(self):
        super()._compute_texts()
        for record in self.filtered(lambda record: record.kind == REPORTED):
            record.explanation = self.env._("The customer says of these goods: %s", record.detail or "-")

    @api.model
    def _report(self, line, quantity, words):
        """What a customer says of goods of an order ``line``, for ``sudo``: the open record of it, a new one where there is none.

        :param float quantity: how many, in the line's unit
        :param str words: what is wrong with them
        """
        order, company = line.order_id, line.company_id
        known = self._reported(line)
        if known:
            known._message_log(body=self.env._("Reported again: %s", words))
            return known
        value = line.currency_id.round(quantity * line.price_reduce_taxexcl)
        self._sweep_open(
            [
                {
                    "kind": REPORTED,
                    "severity": "high",
                    "order_id": order.id,
                    "line_id": line.id,
                    "company_id": company.id,
                    "partner_id": order.partner_id.id,
                    "product_id": line.product_id.id,
                    "uom_id": line.product_uom_id.id,
                    "currency_id": order.currency_id.id,
                    "owner_id": order.user_id.id or None,
                    "measure": "quantity",
                    "expected": 0,
                    "found": quantity,
                    "difference": quantity,
                    "detail": words,
                    "value": value,
                    "value_company": company.currency_id.round(value / (order.currency_rate or 1)),
                    "due": str(fields.Date.add(business_day(company), days=DUE_DAYS)),
                }
            ]
        )
        return self._reported(line)

    @api.model
    def _reported(self, line):
        return self.search(
            [("kind", "=", REPORTED), ("line_id", "=", line.id), ("state", "in", ("open", "in_progress"))], limit=1
        )

    def _sweep_close(self, rows):
        """What a customer reported stands, whatever the ledgers say."""
        return super()._sweep_close([row for row in rows if row["kind"] != REPORTED])

    def _end_reported(self, reason):
        """The customer has got the answer: what was reported is over, but for what another open question is about."""
        open_ones = self.filtered(lambda record: record.kind == REPORTED and record.state in ("open", "in_progress"))
        over = open_ones.filtered(lambda record: all(asked.state in OVER for asked in record.order_enquiry_ids))
        if over:
            over._transition("auto_close", reason)
            over._book("discrepancy_closed", reason)
        return over


class OrderDiscrepancyAlert(models.Model):
    _inherit = "order.discrepancy.alert"

    kind = fields.Selection(selection_add=[(REPORTED, "Reported by the customer")], ondelete={REPORTED: "cascade"})
