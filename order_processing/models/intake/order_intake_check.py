from odoo import api, models

from . import reading
from .lookup import Lookup
from .parcel import Parcel


class OrderIntake(models.Model):
    _inherit = "order.intake"

    @api.model
    def _check(self, orders, source, company):
        """What ``submit`` would say of ``orders`` as far as it can be said without making them; nothing is written.

        What only Odoo itself says when an order is made is not among it. The queries do not grow with the number.

        :param list orders: dicts of the contract
        :param str source: the sender
        :param company: the ``res.company``
        :return: one dict per order, as ``submit``; ``code`` ``accepted`` means that it can be
        """
        self = self.sudo().with_company(company)
        company = company.sudo()
        settings = self.env["order.intake.profile"]._settings_of(source, company)
        parcels = [Parcel(order) for order in orders]
        domain = [("company_id", "=", company.id), ("source", "=", source)]
        known = self.search([*domain, ("reference", "in", [parcel.reference for parcel in parcels])])
        by_reference = {envelope.reference: envelope for envelope in known}
        for parcel in parcels:
            parcel.envelope = by_reference.get(parcel.reference, self.browse())
            if parcel.envelope.state in ("accepted", "cancelled"):
                parcel.answer_from_before()
        fresh = [parcel for parcel in parcels if not parcel.answer]
        for parcel in fresh:
            parcel.errors = reading.check_form(parcel.payload)
        Lookup(self.env, company, settings).resolve(fresh)
        words = self._error_words()
        for parcel in fresh:
            parcel.errors = [reading.told(error, words) for error in parcel.errors]
        return [parcel.result() for parcel in parcels]
