from odoo import api, fields, models
from odoo.tools import SQL


class OrderIntakeParty(models.Model):
    """Who was made a customer out of a submitted order, once per key: what keeps two senders from making two."""

    _name = "order.intake.party"
    _description = "Customer Made by Intake"
    _log_access = False
    _rec_name = "key"

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    key = fields.Char(required=True, readonly=True)
    partner_id = fields.Many2one("res.partner", readonly=True, ondelete="cascade")

    _once = models.UniqueIndex("(company_id, key)")

    @api.model
    def _claim(self, company, keys):
        """Take ``keys`` for a new customer of ``company``, or find who was made under one of them.

        When another transaction takes a key meanwhile, PostgreSQL raises a serialization failure: core tries the whole call again,
        which then finds the other's customer.

        :return: the partner, empty if the keys are now the caller's to fill with ``_fill``
        """
        self.env.cr.execute(
            SQL(
                "INSERT INTO order_intake_party (company_id, key) SELECT %s, key FROM unnest(%s) AS key ON CONFLICT DO NOTHING",
                company.id,
                list(keys),
            )
        )
        self.env.cr.execute(
            SQL(
                "SELECT partner_id FROM order_intake_party"
                " WHERE company_id = %s AND key = ANY(%s) AND partner_id IS NOT NULL ORDER BY id LIMIT 1",
                company.id,
                list(keys),
            )
        )
        found = self.env.cr.fetchone()
        return self.env["res.partner"].browse(found[0] if found else None)

    @api.model
    def _fill(self, company, keys, partner):
        """Remember that ``partner`` was made under ``keys``."""
        self.env.cr.execute(
            SQL(
                "UPDATE order_intake_party SET partner_id = %s WHERE company_id = %s AND key = ANY(%s)",
                partner.id,
                company.id,
                list(keys),
            )
        )
