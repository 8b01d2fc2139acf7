from odoo import fields, models


class OrderEnquiryMailbox(models.Model):
    """An address to which customers write: what comes there becomes a question."""

    _name = "order.enquiry.mailbox"
    _description = "Mailbox of Enquiries"
    _inherit = ["order.company.mixin", "mail.alias.mixin.optional"]
    _order = "sequence, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    kind_id = fields.Many2one(
        "order.enquiry.kind", "About", help="What questions that come here are about, until the desk says otherwise."
    )
    owner_id = fields.Many2one(
        "res.users", domain=[("share", "=", False)], help="Empty: the salesperson of the order that is found."
    )

    def _alias_get_creation_values(self):
        values = super()._alias_get_creation_values()
        values["alias_model_id"] = self.env["ir.model"]._get_id("order.enquiry")
        values["alias_contact"] = "everyone"
        if self.id:
            values["alias_defaults"] = repr(
                {
                    "company_id": self.company_id.id,
                    "kind_id": self.kind_id.id,
                    "owner_id": self.owner_id.id,
                    "channel": "mail",
                }
            )
        return values

    def write(self, vals):
        """What comes by the address from now on is of the present company, kind and owner."""
        answer = super().write(vals)
        if {"company_id", "kind_id", "owner_id", "alias_name"} & set(vals):
            for box in self.filtered("alias_id"):
                box.alias_id.sudo().write(box._alias_get_creation_values())
        return answer
