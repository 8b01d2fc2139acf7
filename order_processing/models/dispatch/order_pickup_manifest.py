import csv
import io
from base64 import b64encode

from odoo import fields, models

# what a spreadsheet would take for a formula
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class OrderPickup(models.Model):
    """The list that the driver signs, as paper and as a table."""

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

    def manifest_csv(self):
        """The manifests of these pickups as a table, a row per parcel.

        :return: text, comma separated, with a row of titles; the weight of a transfer stands with its first parcel
        :raises AccessError: pickups of another company
        """
        self.check_access("read")
        text = io.StringIO()
        write = csv.writer(text, lineterminator="\r\n").writerow
        write(
            [
                self.env._("Pickup"),
                self.env._("Date"),
                self.env._("Carrier"),
                self.env._("Carrier's reference"),
                self.env._("Parcel"),
                self.env._("SSCC"),
                self.env._("Transfer"),
                self.env._("Order"),
                self.env._("Consignee"),
                self.env._("Street"),
                self.env._("Zip"),
                self.env._("City"),
                self.env._("Country"),
                self.env._("Weight"),
                self.env._("Tracking number"),
            ]
        )
        for pickup in self.sudo():
            for row in pickup._manifest_rows():
                write([f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell for cell in row])
        return text.getvalue()

    def _manifest_rows(self):
        self.ensure_one()
        head = [self.name, fields.Date.to_string(self.date), self.carrier_id.name or "", self.carrier_ref or ""]
        for picking in self.picking_ids.sorted("name"):
            partner = picking.partner_id
            where = [partner.street, partner.zip, partner.city, partner.country_id.code]
            packages = picking._label_packages()
            parcels = [(package.name, package._sscc()) for package in packages] or [(picking.name, "")]
            for number, (parcel, sscc) in enumerate(parcels):
                yield [
                    *head,
                    parcel,
                    sscc,
                    picking.name,
                    picking.sale_id.name or "",
                    partner.name or partner.commercial_partner_id.name or "",
                    *(part or "" for part in where),
                    "" if number else f"{picking.weight:.2f}",
                    picking.carrier_tracking_ref or "",
                ]

    def action_manifest_csv(self):
        """The table of ``manifest_csv`` as a file to save."""
        content = self.manifest_csv()
        names = self.mapped("name")
        attachment = self.env["ir.attachment"].create(
            {
                "name": f"manifest-{names[0].replace('/', '-') if len(names) == 1 else len(names)}.csv",
                "datas": b64encode(content.encode("utf-8-sig")),
                "mimetype": "text/csv",
                **({"res_model": self._name, "res_id": self.id} if len(self) == 1 else {}),
            }
        )
        return {"type": "ir.actions.act_url", "url": f"/web/content/{attachment.id}?download=true", "target": "self"}
