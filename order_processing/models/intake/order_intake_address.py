from odoo import api, models

from .lookup_partner import PartnerLookup, make_partners
from .parcel import Parcel
from .places import said


class OrderIntake(models.Model):
    """Addresses that senders name outside an order."""

    _inherit = "order.intake"

    @api.model
    def _ship_to_contacts(self, company, source, wanted):
        """The contacts that are meant by addresses of ``source``, found or made as those of an order; hook of other rooms.

        :param list wanted: of ``(customer, address)``: a contact, and a text or an object as ``ship_to`` of an order
        :return: list of ``(contact, words)`` in order: the words say why there is none
        """
        if not wanted:
            return []
        parcels = [Parcel({"ship_to": address}) for _customer, address in wanted]
        lookup = PartnerLookup(self.env, company, self.env["order.intake.profile"]._settings_of(source, company))
        lookup.find(parcels)
        for parcel, (customer, _address) in zip(parcels, wanted):
            parcel.values = {"partner_id": customer.id}
            lookup.fill_address(parcel, customer)
        make_partners(self.env, company, [parcel for parcel in parcels if not parcel.errors])
        contacts = self.env["res.partner"].browse([parcel.values.get("partner_shipping_id") for parcel in parcels])
        return [
            (contact, "; ".join(said(self.env, parcel.payload, error) for error in parcel.errors))
            for contact, parcel in zip(contacts, parcels)
        ]
