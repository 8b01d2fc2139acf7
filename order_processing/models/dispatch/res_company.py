from odoo import api, fields, models
from odoo.exceptions import ValidationError

# GS1 General Specifications 1.4.4: a company prefix has four to twelve digits
PREFIX_LENGTHS = range(4, 13)


class ResCompany(models.Model):
    _inherit = "res.company"

    order_gs1_prefix = fields.Char(
        "GS1 company prefix",
        help="The digits that GS1 gave to the company. With it each package gets a serial shipping container code (SSCC), which "
        "stands on its label as GS1-128; without it the label carries the package's name as Code 128, and says so.",
    )
    order_label_format = fields.Selection(
        [("4x6", "4 x 6 inch"), ("a6", "A6")], "Label size", default="4x6", required=True
    )
    order_slip_prices = fields.Boolean(
        "Prices on packing slips", help="Never on the slip of an order that is a gift, whatever stands here."
    )
    order_paper_pick_list = fields.Boolean("Pick lists")
    order_paper_slip = fields.Boolean("Packing slips", default=True)
    order_paper_label = fields.Boolean("Shipping labels", default=True)
    order_paper_return_label = fields.Boolean("Return labels")
    order_paper_invoice = fields.Boolean("Invoices", default=True)
    order_change_mail = fields.Boolean(
        "Tell customers of answered requests",
        default=True,
        help="Whether an order was cancelled or changed after its picking had begun is told by mail, once.",
    )
    order_pickup_days = fields.Integer(
        "Plan pickups", default=7, help="Pickups of windows are made for so many days ahead."
    )
    order_pickup_missed_mail = fields.Boolean(
        "Tell customers of missed pickups",
        default=True,
        help="When a carrier did not come, each customer is told once, by mail, when the goods leave now.",
    )
    order_pickup_scan = fields.Boolean(
        "Parcels are scanned as they are loaded",
        help="A pickup is handed over only when each of its parcels was scanned.",
    )
    order_pickup_tracking_mail = fields.Boolean(
        "Send tracking numbers",
        default=True,
        help="When a pickup was handed over, customers get the tracking numbers of what left, by mail.",
    )
    order_export_papers = fields.Boolean(
        "Papers for customs",
        help="A commercial invoice and a packing list go with the manifest for each transfer that leaves the customs area.",
    )

    _order_pickup_days_possible = models.Constraint(
        "CHECK (order_pickup_days BETWEEN 0 AND 366)", "Pickups are planned for 0 to 366 days ahead."
    )

    @api.constrains("order_gs1_prefix")
    def _check_order_gs1_prefix(self):
        for company in self:
            prefix = company.order_gs1_prefix
            # isdecimal alone takes the digits of all scripts
            if prefix and not (prefix.isascii() and prefix.isdecimal() and len(prefix) in PREFIX_LENGTHS):
                raise ValidationError(
                    self.env._(
                        "%(company)s: “%(prefix)s” is no GS1 company prefix. It has 4 to 12 digits and nothing else; it stands on"
                        " the certificate of your GS1 organisation.",
                        company=company.display_name,
                        prefix=prefix,
                    )
                )
