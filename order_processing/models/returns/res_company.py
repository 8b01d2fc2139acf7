from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    order_return_inspection = fields.Boolean(
        "Inspect returned goods", help="What came back is inspected before it is settled; it waits outside the stock."
    )
    order_return_credit_draft = fields.Boolean(
        "Accountants post credit notes of returns",
        help="Credit notes of settled returns stand as drafts until an accountant posts them.",
    )
    order_return_approval_days = fields.Integer(
        "Days an approved return is kept",
        default=30,
        help="Business days from the approval; what did not come by then is free again and the customer is told. 0: no end.",
    )
    order_return_mail = fields.Boolean(
        "Tell customers of their returns",
        default=True,
        help="Each step of a return is told by mail, once, after it is done. What is entered for a past day is not.",
    )
    order_return_portal = fields.Boolean(
        "Returns in the portal",
        default=True,
        help="Customers ask for returns and follow them on their pages.",
    )
    order_quarantine_location_id = fields.Many2one(
        "stock.location",
        "Quarantine of returns",
        check_company=True,
        help="Returned goods wait here; outside every warehouse, so nothing promises or reserves them.",
    )
    order_inspection_location_id = fields.Many2one(
        "stock.location",
        "Returns to inspect",
        check_company=True,
        help="Where goods that came back wait for their inspection; outside every warehouse.",
    )
    order_repair_location_id = fields.Many2one(
        "stock.location",
        "Returns in repair",
        check_company=True,
        help="Where goods that came back wait for their repair; outside every warehouse.",
    )

    _approval_days = models.Constraint(
        "CHECK (order_return_approval_days >= 0)", "The days an approved return is kept cannot be negative."
    )

    def _order_quarantine_location(self):
        """The company's quarantine as a record of ``sudo``, made the first time it is needed."""
        return self._order_return_location("order_quarantine_location_id", self.env._("Quarantine"))

    def _order_inspection_location(self):
        """Where the company's returns wait for their inspection; as ``_order_quarantine_location``."""
        return self._order_return_location("order_inspection_location_id", self.env._("Returns to inspect"))

    def _order_repair_location(self):
        """Where the company's returns wait for their repair; as ``_order_quarantine_location``."""
        return self._order_return_location("order_repair_location_id", self.env._("Returns in repair"))

    def _order_return_location(self, field, name):
        self.ensure_one()
        company = self.sudo()
        if not company[field]:
            # two first returns at once may not make two places
            company.lock_for_update()
            company[field] = (
                self.env["stock.location"].sudo().create({"name": name, "usage": "internal", "company_id": company.id})
            )
        return company[field]

    def _order_return_places(self):
        """The places outside the stock that these companies have so far."""
        company = self.sudo()
        return (
            company.order_quarantine_location_id
            | company.order_inspection_location_id
            | company.order_repair_location_id
        )
