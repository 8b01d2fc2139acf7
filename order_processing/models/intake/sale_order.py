from odoo import api, fields, models
from odoo.exceptions import AccessError

# written by intake alone
PAYMENT = {
    "method": "order_payment_method",
    "reference": "order_payment_reference",
    "amount": "order_payment_amount",
    "state": "order_payment_state",
}
EVIDENCE = ("intake_id", "order_dated", "order_stated_total", *PAYMENT.values())


class SaleOrder(models.Model):
    _inherit = "sale.order"

    intake_id = fields.Many2one("order.intake", "Submitted as", readonly=True, copy=False, index="btree_not_null")
    order_dated = fields.Boolean(
        copy=False, readonly=True, help="The customer's own order date stands, also when confirmed."
    )
    order_stated_total = fields.Monetary("Total as stated by the customer", copy=False, readonly=True)

    # what a sender says of a payment is shown and books nothing: money is booked by whoever saw it arrive
    order_payment_method = fields.Char("Stated means of payment", copy=False, readonly=True)
    order_payment_reference = fields.Char("Stated payment reference", copy=False, readonly=True)
    order_payment_amount = fields.Monetary("Stated payment", copy=False, readonly=True)
    order_payment_state = fields.Char("Stated payment state", copy=False, readonly=True)

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse that a user says an order was submitted that was not."""
        defaults = {name: self.env.context.get(f"default_{name}") for name in EVIDENCE}
        for vals in vals_list:
            self._intake_guard({**defaults, **vals})
        return super().create(vals_list)

    def write(self, vals):
        """Confirming sets the order date to now in core; an order that was submitted with its date keeps it."""
        self._intake_guard(vals)
        if vals.get("state") == "sale" and "date_order" in vals:
            dated = self.filtered("order_dated")
            if dated:
                super(SaleOrder, dated).write({name: value for name, value in vals.items() if name != "date_order"})
                return super(SaleOrder, self - dated).write(vals)
        return super().write(vals)

    def _intake_guard(self, vals):
        given = [name for name in EVIDENCE if vals.get(name)]
        # a remote call is never privileged; intake is
        if given and not self.env.su:
            raise AccessError(
                self.env._(
                    "%s cannot be written directly: it says what a sender submitted.",
                    ", ".join(self._fields[name]._description_string(self.env) for name in given),
                )
            )
