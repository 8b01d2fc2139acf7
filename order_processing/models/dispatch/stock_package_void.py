from odoo import api, fields, models
from odoo.exceptions import UserError

CLOSED = ("done", "cancel")
# written by what happens to the goods alone
VOID = {"order_voided_at", "order_voided_by_id", "order_void_reason"}


class StockPackage(models.Model):
    """A parcel that was opened again: its number and labels count no more, and nothing is packed into it any more."""

    _inherit = "stock.package"

    order_voided_at = fields.Datetime("Void since", readonly=True, copy=False)
    order_voided_by_id = fields.Many2one("res.users", "Voided by", readonly=True, copy=False)
    order_void_reason = fields.Char("Void because", readonly=True, copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        """:raises UserError: a package would be born void"""
        for vals in vals_list:
            self._void_guard(vals)
        return super().create(vals_list)

    def write(self, vals):
        """:raises UserError: void is what a request makes of a package, and what nobody writes"""
        self._void_guard(vals)
        return super().write(vals)

    @api.model
    def _void_guard(self, vals):
        if not self.env.su and not VOID.isdisjoint(vals):
            raise UserError(
                self.env._("A package is void by an accepted request alone, and stays it: that cannot be entered.")
            )

    def _void(self, reason):
        """Mark these packages as void, but those that are used again and again; kept with who, when and ``reason``.

        :return: those that were not void before (``sudo``)
        """
        found = self.sudo().filtered(
            lambda package: not package.order_voided_at and package.package_type_id.package_use != "reusable"
        )
        if found:
            found.write(
                {
                    "order_voided_at": fields.Datetime.now(),
                    "order_voided_by_id": self.env.uid,
                    "order_void_reason": reason,
                }
            )
        return found

    def _change_open(self):
        """Take out of these packages what is still to leave in them: it is packed anew.

        :return: the transfers that it is in
        """
        if not self:
            return self.env["stock.picking"]
        lines = self.env["stock.move.line"].search([("result_package_id", "in", self.ids), ("state", "not in", CLOSED)])
        lines.result_package_id = False
        return lines.picking_id


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        """Nothing is packed into a void parcel."""
        self._void_refuse([vals.get("result_package_id") for vals in vals_list])
        return super().create(vals_list)

    def write(self, vals):
        """Nothing is packed into a void parcel."""
        if vals.get("result_package_id"):
            self._void_refuse([vals["result_package_id"]])
        return super().write(vals)

    @api.model
    def _void_refuse(self, package_ids):
        """:raises UserError: one of the packages with ``package_ids`` is void: names it, since when and why"""
        packages = self.env["stock.package"].sudo().browse(dict.fromkeys(filter(None, package_ids)))
        void = packages.filtered("order_voided_at")
        if void:
            raise UserError(
                "\n".join(
                    self.env._(
                        "%(package)s is void because of %(reason)s: its labels count no more. Take a new parcel.",
                        package=package.name,
                        reason=package.order_void_reason,
                    )
                    for package in void
                )
            )
