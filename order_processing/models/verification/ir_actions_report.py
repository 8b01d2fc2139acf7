from odoo import models
from odoo.exceptions import UserError


class IrActionsReport(models.Model):
    """Pick list, packing slip and label of a held order are not printed, by whatever way they are asked for."""

    _inherit = "ir.actions.report"

    def _get_rendering_context(self, report, docids, data):
        """Every report passes here that is made anew: PDF, HTML and text."""
        self._order_print_gate(report, docids)
        return super()._get_rendering_context(report, docids, data)

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        """And here those that are kept as attachments."""
        self._order_print_gate(self._get_report(report_ref), res_ids)
        return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids=res_ids)

    def _order_print_gate(self, report, res_ids):
        """
        :raises UserError: names every order and transfer that a hold keeps from being printed, where enforced
        """
        held = self._order_print_pickings(report.sudo().model, res_ids)._order_print_held()
        if held:
            rows = [
                f"{hold._words()} ({picking.name})" for picking, holds in held.items() for hold in holds.sorted("id")
            ]
            raise UserError(
                "\n".join(
                    [
                        self.env._("These papers are not printed while the orders are held:"),
                        *rows,
                        self.env._("Ask a manager of the order desk to release them, or print the others alone."),
                    ]
                )
            )

    def _order_print_pickings(self, model, res_ids):
        """The transfers that a report on records of ``model`` is about; none for the customer's papers."""
        pickings = self.env["stock.picking"].sudo()
        # core takes one id as well as a list of them
        ids = [int(res_id) for res_id in ([res_ids] if isinstance(res_ids, int) else res_ids or ())]
        if model == "stock.picking":
            return pickings.browse(ids).exists()
        if model == "stock.picking.batch":
            return self.env[model].sudo().browse(ids).exists().picking_ids
        if model == "stock.package" and ids:
            lines = self.env["stock.move.line"].sudo()
            return lines.search([("result_package_id", "in", ids), ("state", "not in", ("done", "cancel"))]).picking_id
        return pickings
