from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    order_quarantine_location_id = fields.Many2one(
        "stock.location",
        "Quarantine of returns",
        check_company=True,
        help="Returned goods wait here; outside every warehouse, so nothing promises or reserves them.",
    )

    def _order_quarantine_location(self):
        """The company's quarantine as a record of ``sudo``, made the first time it is needed."""
        self.ensure_one()
        company = self.sudo()
        if not company.order_quarantine_location_id:
            company.order_quarantine_location_id = (
                self.env["stock.location"]
                .sudo()
                .create({"name": self.env._("Quarantine"), "usage": "internal", "company_id": company.id})
            )
        return company.order_quarantine_location_id
