from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..common.business_day import business_day

PROCESSOR = "order_processing.group_processor"
MOST_DAYS = 365


class DeliveryCarrier(models.Model):
    """A carrier that scans what it takes over, and says so."""

    _inherit = "delivery.carrier"

    order_scan_days = fields.Integer(
        "Days until its first scan",
        help="A parcel that this carrier has not scanned so many days after it left is a discrepancy. 0: it does not tell us.",
    )
    order_scan_since = fields.Date("Told since", readonly=True, copy=False, help="What left before is not asked about.")

    @api.constrains("order_scan_days")
    def _check_order_scan_days(self):
        for carrier in self:
            if not 0 <= carrier.order_scan_days <= MOST_DAYS:
                raise ValidationError(
                    self.env._(
                        "%(carrier)s: the first scan comes within no and %(most)s days.",
                        carrier=carrier.display_name,
                        most=MOST_DAYS,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """A carrier is asked about what leaves from today on."""
        carriers = super().create(vals_list)
        carriers.filtered("order_scan_days")._scan_begins()
        return carriers

    def write(self, vals):
        """So is one that begins to tell."""
        begins = (
            self.filtered(lambda carrier: not carrier.order_scan_days) if vals.get("order_scan_days") else self.browse()
        )
        answer = super().write(vals)
        begins._scan_begins()
        return answer

    def _scan_begins(self):
        for company, carriers in self.grouped("company_id").items():
            carriers.order_scan_since = business_day(company or self.env.company)


class StockPackage(models.Model):
    _inherit = "stock.package"

    order_carrier_scanned_at = fields.Datetime("Scanned by the carrier", readonly=True, copy=False)


class StockPicking(models.Model):
    """The first scan of the carrier: that it really has what its label says."""

    _inherit = "stock.picking"

    order_carrier_scanned_at = fields.Datetime(
        "Scanned by the carrier",
        readonly=True,
        copy=False,
        help="When the carrier had scanned the last of its parcels.",
    )

    def action_carrier_scanned(self, moment=None, parcels=None):
        """The carrier has scanned parcels of these transfers, as its tracking says; what was scanned before stays as it was.

        :param moment: when (naive UTC, or its text), default now
        :param parcels: names or SSCCs of parcels (``list`` of ``str``), default all
        :return: number of parcels that were not scanned before
        :raises AccessError: no processor, or transfers that the user may not write
        :raises UserError: a transfer that has not left, a moment to come, or a parcel that is in none of them
        """
        self.env["order.transition.mixin"]._check_order_group(PROCESSOR)
        self.check_access("write")
        try:
            moment = fields.Datetime.to_datetime(moment) or fields.Datetime.now()
        except ValueError as error:
            raise UserError(self.env._("“%s” is no moment; write it as YYYY-MM-DD HH:MM:SS.", moment)) from error
        pickings = self.sudo()
        here = pickings.filtered(lambda picking: picking.state != "done")
        if here or moment > fields.Datetime.now():
            raise UserError(
                self.env._("%s: no carrier can have scanned what has not left yet.", ", ".join(here.mapped("name")))
                if here
                else self.env._("%s is still to come: enter when the carrier has scanned the parcels.", moment)
            )
        inside = pickings._scan_inside()
        packages = pickings._scan_named(self.env["stock.package"].sudo().union(*inside.values()), parcels)
        new = packages.filtered(lambda package: not package.order_carrier_scanned_at)
        new.order_carrier_scanned_at = moment
        open_ = pickings.filtered(lambda picking: not picking.order_carrier_scanned_at)
        bare = open_.filtered(lambda picking: picking not in inside and (parcels is None or picking.name in parcels))
        whole = open_.filtered(
            lambda picking: picking in inside and all(package.order_carrier_scanned_at for package in inside[picking])
        )
        (bare | whole).order_carrier_scanned_at = moment
        return len(new) + len(bare)

    def _scan_inside(self):
        """The packages in which these transfers left: dict of transfer to packages, without those that are in none."""
        lines = (
            self.env["stock.move.line"]
            .sudo()
            .search_fetch(
                [("picking_id", "in", self.ids), ("result_package_id", "!=", False)],
                ["picking_id", "result_package_id"],
            )
        )
        return {picking: own.result_package_id for picking, own in lines.grouped("picking_id").items()}

    def _scan_named(self, packages, parcels):
        """Those of ``packages``, in which these transfers left, that ``parcels`` name; all of them for ``None``."""
        if parcels is None:
            return packages
        Package = self.env["stock.package"]
        codes = {Package._scanned_sscc(code) for code in parcels}
        found = packages.filtered(lambda package: package.name in codes or package.order_sscc in codes)
        strange = codes - set(found.mapped("name")) - set(found.mapped("order_sscc")) - set(self.mapped("name"))
        if strange:
            raise UserError(
                self.env._(
                    "%(parcels)s: in none of %(transfers)s.",
                    parcels=", ".join(sorted(strange)),
                    transfers=", ".join(self.mapped("name")),
                )
            )
        return found
