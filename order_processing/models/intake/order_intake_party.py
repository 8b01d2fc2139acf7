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
        """Take ``keys`` for new customers of ``company``, or find who was made under them; two statements.

        When another transaction takes a key meanwhile, PostgreSQL raises a serialization failure, which nobody here
        catches: core tries the whole call again, which then finds the other's customer.

        :return: dict of those keys that have a customer already, to its id; the others are the caller's to ``_fill``
        """
        if not keys:
            return {}
        wanted = sorted(keys)
        self.env.cr.execute(
            SQL(
                "INSERT INTO order_intake_party (company_id, key) SELECT %s, key FROM unnest(%s) AS key ON CONFLICT DO NOTHING",
                company.id,
                wanted,
            )
        )
        self.env.cr.execute(
            SQL(
                "SELECT key, partner_id FROM order_intake_party"
                " WHERE company_id = %s AND key = ANY(%s) AND partner_id IS NOT NULL",
                company.id,
                wanted,
            )
        )
        return dict(self.env.cr.fetchall())

    @api.model
    def _fill(self, company, partners):
        """Remember who was made: ``partners`` is a dict of key to partner id."""
        if not partners:
            return
        self.env.cr.execute(
            SQL(
                "UPDATE order_intake_party party SET partner_id = given.partner"
                " FROM unnest(%s::varchar[], %s::int[]) AS given (key, partner)"
                " WHERE party.company_id = %s AND party.key = given.key",
                list(partners),
                list(partners.values()),
                company.id,
            )
        )
