from odoo import api, models
from odoo.exceptions import RedirectWarning, UserError
from odoo.tools import SQL

from ..common.business_day import desk_day
from .checks import BY_CODE
from .order_reconciliation import PROCESSOR

# core's posting grows faster than the set beyond this
CHUNK = 100
# queues that are what a check finds: code, model, check, method
FOUND = (
    ("hand_over", "order.pickup", "pickups_open", None),
    ("reset_printed", "stock.picking", "printed_unshipped", "_tidy_reset"),
    ("orphans", "stock.picking", "orphan_transfers", "_tidy_cancel"),
)


def names_of(records):
    """The display names of ``records`` as one text."""
    return ", ".join(records.mapped("display_name"))


class OrderReconciliationTidy(models.Model):
    """Housekeeping before a day is drawn: what is left lying, counted as it stands now, and put away a set at a time."""

    _inherit = "order.reconciliation"

    @api.model
    def _tidy_queues(self, company):
        """``{code: (model, domain, method)}``; a method takes the records and puts them away, ``None`` where a person must."""
        mine = ("company_id", "=", company.id)
        return {
            "invoice": (
                "sale.order",
                [
                    mine,
                    ("state", "=", "sale"),
                    (
                        "order_line",
                        "any",
                        [("product_id.type", "=", "consu"), ("qty_delivered", ">", 0), ("qty_to_invoice", ">", 0)],
                    ),
                ],
                "_tidy_invoice",
            ),
            **{code: (model, self._tidy_found(check, company), method) for code, model, check, method in FOUND},
        }

    @api.model
    def _tidy_found(self, check, company):
        """A domain of what a check before the signature finds now: what is counted here is what is looked for there."""
        # the search knows only the fields that a domain names
        self.env.flush_all()
        found = SQL(BY_CODE[check].query, company=company.id, day=desk_day(company))
        return [("company_id", "=", company.id), ("id", "in", SQL("(SELECT found.id FROM (%s) found)", found))]

    @api.model
    def _tidy_labels(self):
        return {
            "invoice": self.env._("Left and not invoiced"),
            "hand_over": self.env._("Pickups not handed over"),
            "reset_printed": self.env._("Printed and not shipped"),
            "orphans": self.env._("Transfers of cancelled orders"),
        }

    @api.model
    def _tidy_records(self, code, company):
        model, domain, _method = self._tidy_queues(company)[code]
        records = self.env[model].with_company(company).search(domain)
        # a domain cannot compare two fields
        return records.filtered("order_line.order_left_to_invoice") if code == "invoice" else records

    @api.model
    def _tidy_company(self, company_id):
        self._check_order_group(PROCESSOR)
        return self._own_company(company_id)

    @api.model
    def housekeeping(self, company_id=None):
        """What is left lying now (processors).

        :param int company_id: one of the user's companies, default the present one
        :return: list of dicts ``{code, label, count}``: invoice, hand_over, reset_printed, orphans
        :raises AccessError: no processor, or a foreign company
        """
        company = self._tidy_company(company_id)
        labels = self._tidy_labels()
        return [
            {
                "code": code,
                "label": labels[code],
                "count": len(self._tidy_records(code, company)),
            }
            for code in self._tidy_queues(company)
        ]

    @api.model
    def tidy(self, code, company_id=None):
        """Put away what is left lying (processors): invoice what left, take printed pick lists back, cancel orphans.

        Each document goes by itself or not at all; one that is refused holds up no other.

        :param str code: ``invoice``, ``reset_printed`` or ``orphans``; pickups are handed over one by one, to a driver
        :param int company_id: one of the user's companies, default the present one
        :return: list of dicts ``{document, id, ok, message}``
        :raises UserError: an unknown code, or pickups
        """
        company = self._tidy_company(company_id)
        queues = self._tidy_queues(company)
        if code not in queues:
            raise UserError(self.env._("There is nothing to put away called “%s”.", code))
        method = queues[code][2]
        if not method:
            raise UserError(self.env._("A pickup is handed over to a driver, who says his name: open it."))
        records = self._tidy_records(code, company)
        records.check_access("write")
        refused = {}
        for start in range(0, len(records), CHUNK):
            self._tidy_try(records[start : start + CHUNK], getattr(self, method), refused)
        return [
            {
                "document": record.display_name,
                "id": record.id,
                "ok": record.id not in refused,
                "message": refused.get(record.id, ""),
            }
            for record in records
        ]

    def _tidy_try(self, records, method, refused):
        """Put ``records`` away in one go; where that is refused, each half by itself, down to the document at fault."""
        try:
            with self.env.cr.savepoint():
                method(records)
        except (UserError, RedirectWarning) as error:
            if len(records) == 1:
                refused[records.id] = str(error.args[0])
                return
            half = len(records) // 2
            self._tidy_try(records[:half], method, refused)
            self._tidy_try(records[half:], method, refused)

    @api.model
    def _tidy_invoice(self, orders):
        """Invoice what left, with what is no goods of these orders; less a down payment, and never what came back: what is
        to be credited waits for its return to be settled."""
        quantities = {
            line.id: line.order_left_to_invoice if line.product_id.type == "consu" else line.qty_to_invoice
            for line in orders.order_line
            if line.order_left_to_invoice or line.is_downpayment or line._order_beside_goods()
        }
        # final: what was paid down is taken off, as core's own screen does
        moves = orders.with_context(order_mend_quantities=quantities)._create_invoices(grouped=True, final=True)
        if missing := orders - moves.line_ids.sale_line_ids.order_id:
            raise UserError(self.env._("%s: core invoices nothing of it, look at its lines.", names_of(missing)))
        if credits := moves.filtered(lambda move: move.move_type == "out_refund"):
            raise UserError(
                self.env._(
                    "%s: what was paid down is more than what left, so it would be a credit note. Invoice it by hand.",
                    names_of(credits.line_ids.sale_line_ids.order_id),
                )
            )
        moves.action_post()

    @api.model
    def _tidy_reset(self, transfers):
        transfers.write({"printed": False})

    @api.model
    def _tidy_cancel(self, transfers):
        transfers.action_cancel()

    @api.model
    def action_housekeeping(self):
        """Open the list of what is left lying (processors).

        :return: a window action
        """
        company = self._tidy_company(None)
        wizard = self.env["reconciliation.housekeeping"].create({"company_id": company.id})
        return wizard._reopen()
