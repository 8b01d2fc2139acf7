from odoo import models


class OrderPickup(models.Model):
    """The list that the driver signs."""

    _inherit = "order.pickup"

    def _manifest(self):
        """What the manifest lists, a row per parcel, transfers in the order of their names.

        :return: ``{parcels: [{parcel, transfer, order, consignee, place, weight}], transfers, weight, unit}``; the weight of
            a transfer stands with its first parcel, in the company's unit of weight
        """
        self.ensure_one()
        rows = []
        pickings = self.picking_ids.sorted("name")
        for picking in pickings:
            partner = picking.partner_id
            place = [f"{partner.zip or ''} {partner.city or ''}".strip(), partner.country_id.name or ""]
            for number, parcel in enumerate(picking._label_parcels()):
                rows.append(
                    {
                        "parcel": parcel,
                        "transfer": picking.name,
                        "order": picking.sale_id.name or "",
                        "consignee": partner.name or partner.commercial_partner_id.name or "",
                        "place": ", ".join(part for part in place if part),
                        "weight": 0.0 if number else picking.weight,
                    }
                )
        return {
            "parcels": rows,
            "transfers": len(pickings),
            "weight": sum(pickings.mapped("weight")),
            "unit": pickings[:1].weight_uom_name or "",
        }
