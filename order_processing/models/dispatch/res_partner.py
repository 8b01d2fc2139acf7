from odoo import api, fields, models
from odoo.exceptions import ValidationError

GROUPS = "order_processing.group_processor,sales_team.group_sale_salesman"
WANTED = [("yes", "Yes"), ("no", "No")]
YES_OR_NO = ("order_paper_slip", "order_slip_prices", "order_paper_invoice", "order_paper_return_label")
# more copies than anybody files
MOST = 9


class ResPartner(models.Model):
    """Which papers a customer wants with the goods, in each company, kept on the company's contact; empty: as the company does."""

    _inherit = "res.partner"

    order_paper_slip = fields.Selection(
        WANTED,
        "Packing slip in the parcel",
        company_dependent=True,
        help="Printed with a dispatch. Empty: as the company does.",
        groups=GROUPS,
    )
    order_slip_count = fields.Integer(
        "Packing slips", company_dependent=True, help="How many lie in a parcel. 0: one.", groups=GROUPS
    )
    order_slip_prices = fields.Selection(
        WANTED,
        "Prices on packing slips",
        company_dependent=True,
        help="Never on the slip of an order that is a gift. Empty: as the company does.",
        groups=GROUPS,
    )
    order_paper_invoice = fields.Selection(
        WANTED,
        "Invoice in the parcel",
        company_dependent=True,
        help="Printed with a dispatch. Empty: as the company does.",
        groups=GROUPS,
    )
    order_paper_return_label = fields.Selection(
        WANTED,
        "Return label in the parcel",
        company_dependent=True,
        help="Printed with a dispatch. Empty: as the company does.",
        groups=GROUPS,
    )
    order_label_format = fields.Selection(
        [("4x6", "4 x 6 inch"), ("a6", "A6")],
        "Label size",
        company_dependent=True,
        help="Empty: the company's.",
        groups=GROUPS,
    )

    @api.constrains("order_slip_count")
    def _check_order_slip_count(self):
        for partner in self.sudo():
            if not 0 <= partner.order_slip_count <= MOST:
                raise ValidationError(
                    self.env._(
                        "%(customer)s: between one and %(most)s packing slips lie in a parcel.",
                        customer=partner.display_name,
                        most=MOST,
                    )
                )

    def _order_paper_wish(self, name, company):
        """What the contact of this customer's company wishes of its papers.

        :param str name: one of the fields above
        :param company: the ``res.company`` that sends the goods
        :return: the field's value; of those that are yes or no ``True``, ``False``, or ``None`` where it is as the company does
        """
        value = self.commercial_partner_id.sudo().with_company(company)[name]
        return {"yes": True, "no": False}.get(value) if name in YES_OR_NO else value
