import base64
from urllib.parse import quote

from odoo import fields, models
from odoo.exceptions import UserError


class ReconciliationExport(models.TransientModel):
    """Take a statement away as a file; who may read the statement may have it."""

    _name = "reconciliation.export"
    _description = "Export the Day"

    reconciliation_ids = fields.Many2many(
        "order.reconciliation", string="Days", required=True, default=lambda self: self.env.context.get("active_ids")
    )
    form = fields.Selection(
        [
            ("xlsx", "Workbook with live formulas (XLSX)"),
            ("csv", "Entries as a table (CSV)"),
            ("canonical", "Canonical form with the day book's rows (JSON lines)"),
        ],
        "File",
        required=True,
        default="xlsx",
    )
    filename = fields.Char(readonly=True)
    content = fields.Binary(attachment=False, readonly=True)

    def action_export(self):
        """Make the file and download it.

        :return: an action
        :raises UserError: several days as one workbook
        """
        self.ensure_one()
        days = self.reconciliation_ids.sorted(lambda day: (day.date, day.revision))
        if self.form == "xlsx" and len(days) > 1:
            raise UserError(self.env._("A workbook holds one day: choose one, or another file."))
        content = {
            "xlsx": days._export_xlsx,
            "csv": days.export_csv,
            "canonical": days.export_canonical,
        }[self.form]()
        if isinstance(content, str):
            content = content.encode()
        span = "-".join(dict.fromkeys(str(day.date) for day in (days[:1], days[-1:])))
        ending = {"canonical": "jsonl"}.get(self.form, self.form)
        self.write({"content": base64.b64encode(content), "filename": f"statement-{span}.{ending}"})
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/content/{quote(self.filename)}?download=true",
            "target": "download",
        }
