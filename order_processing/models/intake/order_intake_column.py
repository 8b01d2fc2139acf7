from odoo import api, fields, models
from odoo.exceptions import ValidationError

from . import columns


class OrderIntakeColumn(models.Model):
    """What a column of a sender's files means: kept when a file is read, used by itself for the next one."""

    _name = "order.intake.column"
    _inherit = ["order.company.mixin"]
    _description = "Column of a Sender's Files"
    _order = "source, id"
    _rec_name = "header"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    source = fields.Char("Sender", required=True)
    header = fields.Char("Heading", required=True, help="As it stands in the sender's files.")
    header_key = fields.Char(compute="_compute_header_key", store=True, precompute=True)
    path = fields.Selection(columns.TARGETS, "Means", help="Empty: the column is not used.")

    _once = models.UniqueIndex(
        "(company_id, source, header_key)", "This heading of the sender has a meaning in this company already."
    )

    @api.depends("header")
    def _compute_header_key(self):
        for column in self:
            column.header_key = columns.plain_name(column.header or "")

    @api.constrains("header")
    def _check_header(self):
        for column in self:
            if not column.header_key:
                raise ValidationError(
                    self.env._("“%s” is no heading: write it as it stands in the file.", column.header)
                )

    @api.model
    def _of_source(self, source, company):
        """Dict of plain heading to path (``""``: not used), as the sender's files were read before; one query."""
        found = self.search([("company_id", "=", company.id), ("source", "=", source)])
        return {column.header_key: column.path or "" for column in found}

    @api.model
    def _keep(self, source, company, meanings):
        """Remember what the columns of a file mean.

        :param meanings: dict of heading to path (``""``: not used)
        """
        keys = {}
        for header, path in meanings.items():
            key = columns.plain_name(header)
            # "Qty" and "Qty." are one heading: the one that is used is remembered
            if key and not keys.get(key, ("", ""))[1]:
                keys[key] = (header, path)
        standing = self.search([("company_id", "=", company.id), ("source", "=", source)])
        for column in standing:
            _header, path = keys.pop(column.header_key, (None, None))
            if path is not None and (column.path or "") != path:
                column.path = path or False
        self.create(
            [
                {"company_id": company.id, "source": source, "header": header, "path": path or False}
                for header, path in keys.values()
            ]
        )
