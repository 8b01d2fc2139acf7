from odoo import api, fields, models
from odoo.tools import SQL

STEPS = [
    ("requested", "Request received"),
    ("approved", "Approved"),
    ("received", "Goods received"),
    ("inspected", "Inspected"),
    ("settled", "Settled"),
    ("rejected", "Rejected"),
    ("cancelled", "Cancelled"),
    ("overdue", "Did not come"),
]


class OrderReturnNotice(models.Model):
    """What a customer was told of a return case: one row for each step, so that no step is told twice.

    Made by ``_queue`` in the transaction of the step; ``order.return._tell`` sends what waits once that has been committed.
    """

    _name = "order.return.notice"
    _description = "Message of a Return Case"
    _order = "return_id, id"
    _rec_name = "step"

    return_id = fields.Many2one("order.return", "Return case", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="return_id.company_id", store=True)
    step = fields.Selection(STEPS, required=True, readonly=True)
    outcome = fields.Selection(
        [("to_send", "Waiting"), ("sent", "Sent"), ("passed", "Overtaken"), ("failed", "Failed")],
        required=True,
        readonly=True,
        default="to_send",
        help="Overtaken: a later step was told in its place, since both were done before the message could leave.",
    )
    email = fields.Char("Sent to", readonly=True)
    sent_at = fields.Datetime(readonly=True)
    error = fields.Char("Why it was not sent", readonly=True)

    _once = models.UniqueIndex("(return_id, step)", "The customer is told of each step once.")
    _waiting = models.Index("(id) WHERE outcome = 'to_send'")

    @api.model
    def _queue(self, cases, step):
        """Let the customers of ``cases`` be told of ``step``, those that were not yet; one statement.

        :return: ids of the cases that were queued
        """
        if not cases:
            return []
        # ``company_id`` is stored and no write of the ORM comes by to fill it
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO order_return_notice (return_id, company_id, step, outcome, create_uid, write_uid, create_date, write_date)
                SELECT given.id, given.company_id, %(step)s, 'to_send', %(user)s, %(user)s, %(now)s, %(now)s
                  FROM unnest(%(cases)s, %(companies)s) AS given (id, company_id)
                ON CONFLICT DO NOTHING
             RETURNING return_id
                """,
                step=step,
                user=self.env.uid,
                now=fields.Datetime.now(),
                cases=cases.ids,
                companies=cases.mapped(lambda case: case.company_id.id),
            )
        )
        queued = [row[0] for row in self.env.cr.fetchall()]
        if queued:
            self.env["order.return"].browse(queued).invalidate_recordset(["notice_ids"], flush=False)
        return queued
