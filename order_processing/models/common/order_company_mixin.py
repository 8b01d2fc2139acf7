from odoo import models


class OrderCompanyMixin(models.AbstractModel):
    """What is kept for a company is moved to no company that is not the user's, where it would count.

    Core asks the record rules before a write alone; ``create`` is asked after it as well.
    """

    _name = "order.company.mixin"
    _description = "Record of the User's Own Companies"

    def write(self, vals):
        """:raises AccessError: the records would be of a company that is not the user's"""
        answer = super().write(vals)
        if "company_id" in vals:
            self.check_access("write")
        return answer
