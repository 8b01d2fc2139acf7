from odoo import fields, models
from odoo.exceptions import UserError

from ..common.business_day import business_day

DATES = ("commitment_date", "order_ship_from", "order_ship_until")
HEAD = {"partner_id", "partner_shipping_id", *DATES}
# what is asked about the order itself, not about its lines
HEADS = ("address", "date")


class SaleOrder(models.Model):
    """Where an order goes and on which day: once picking has begun, changed by a request to the floor alone."""

    _inherit = "sale.order"

    def write(self, vals):
        """Address and days of what the floor has in hand are changed by an accepted request alone."""
        if not HEAD.isdisjoint(vals):
            self._picking_gate_head(vals)
        return super().write(vals)

    def _picking_gate_head(self, vals):
        """
        :raises UserError: as ``_picking_stop``
        """
        accepted = self._change_accepted()
        orders = self.sudo().filtered(
            lambda order: (
                order.state == "sale"
                and order.id not in accepted
                and order.company_id._order_control_records()
                and order._change_head_asks(vals)
            )
        )

        def words(order, transfers):
            address = "partner_shipping_id" in order._change_head_asks(vals)
            told = {"order": order.name, "transfers": transfers}
            if address:
                return self.env._(
                    "%(order)s does not go to another address any more without the floor: picking has begun with"
                    " %(transfers)s.",
                    **told,
                )
            return self.env._(
                "%(order)s does not leave on another day any more without the floor: picking has begun with"
                " %(transfers)s.",
                **told,
            )

        self._picking_stop(orders, words)

    def _change_head_asks(self, vals):
        """As ``_change_head_differs``, without what asks nothing of the floor: more days on which it may leave."""
        found = self._change_head_differs(vals)
        first, last = (found.get(name, self[name]) for name in ("order_ship_from", "order_ship_until"))
        if not first or (self.order_ship_from and first < self.order_ship_from):
            found.pop("order_ship_from", None)
        if not last or (self.order_ship_until and last > self.order_ship_until):
            found.pop("order_ship_until", None)
        return found

    def _change_head_differs(self, vals):
        """Which of address and days ``vals`` would change of this order: ``{field: value}``, as the cache holds it."""
        self.ensure_one()
        wanted = {name: vals[name] for name in ("partner_shipping_id", *DATES) if name in vals}
        if "partner_id" in vals and "partner_shipping_id" not in vals and vals["partner_id"] != self.partner_id.id:
            # core takes the address over from another customer
            customer = self.env["res.partner"].browse(vals["partner_id"])
            wanted["partner_shipping_id"] = customer.address_get(["delivery"])["delivery"]
        found = {}
        for name, value in wanted.items():
            field, now = self._fields[name], self[name]
            value = field.convert_to_cache(value, self) or False
            if value != ((now.id if field.type == "many2one" else now) or False):
                found[name] = value
        return found

    # ------------------------------------------------------------------ asking

    def _change_head_wishes(self, kind, quantities, address, dates):
        """What is wished of these orders (``sudo``) as ``{order: {field: value}}``; nothing where it stands so already.

        :raises UserError: says what is wrong with ``address`` or ``dates``
        """
        if quantities:
            raise UserError(self.env._("Quantities are asked for by themselves: ask for a change."))
        vals = self._change_address(address) if kind == "address" else self._change_days(dates)
        return {order: order._change_head_differs(vals) for order in self}

    def _change_address(self, address):
        if isinstance(address, models.BaseModel):
            # found by other code, for many orders together
            partner = address
        else:
            known = isinstance(address, int) and not isinstance(address, bool)
            partner = self.env["res.partner"].browse(address if known else ()).exists()
        if not partner:
            raise UserError(
                self.env._("Say where %s shall go: name a contact by its id.", ", ".join(self.mapped("name")))
            )
        foreign = self.filtered(lambda order: partner.company_id and partner.company_id != order.company_id)
        if not partner.active or foreign:
            raise UserError(
                self.env._(
                    "%(orders)s cannot go to %(address)s: the contact is archived, or of another company.",
                    orders=", ".join((foreign or self).mapped("name")),
                    address=partner.display_name,
                )
            )
        return {"partner_shipping_id": partner.id}

    def _change_days(self, dates):
        wrong = not isinstance(dates, dict) or not dates or set(dates) - set(DATES)
        if not wrong:
            try:
                return {
                    name: (
                        fields.Datetime.to_datetime(value) if name == "commitment_date" else fields.Date.to_date(value)
                    )
                    if value
                    else False
                    for name, value in dates.items()
                }
            except (TypeError, ValueError):
                wrong = True
        raise UserError(
            self.env._(
                "%(orders)s: a day is wished as %(names)s, each a date, or nothing to take it away. Found: %(found)s.",
                orders=", ".join(self.mapped("name")),
                names=", ".join(f"`{name}`" for name in DATES),
                found=repr(dates)[:80],
            )
        )

    def _change_head_values(self, wishes):
        """Values of a request for ``wishes`` about this order, with what stood when it was asked."""
        self.ensure_one()
        if "partner_shipping_id" in wishes:
            return {**wishes, "partner_before_id": self.partner_shipping_id.id}
        return {
            name: value
            for day in DATES
            for name, value in ((day, wishes.get(day, self[day])), (f"{day}_before", self[day]))
        }

    # ------------------------------------------------------------------ what cannot be any more

    def _change_head_gone(self, left):
        """Why it is too late to send this order (``sudo``) elsewhere or on another day, else ``""``.

        :param str left: names of the transfers by which goods have left
        """
        if not left or any(move._ship_leaves() for move in self.order_line.move_ids):
            return ""
        return self.env._(
            "All of %(order)s has left with %(transfers)s.",
            order=self.name,
            transfers=left,
        )

    def _change_head_barred(self, wishes):
        """What has to be done before this order (``sudo``) goes elsewhere or on another day, else ``""``."""
        first, last = (wishes.get(name, self[name]) for name in ("order_ship_from", "order_ship_until"))
        if first and last and last < first:
            return self.env._(
                "%s cannot be cancelled before the first day it may leave: ask for other days.", self.name
            )
        number = wishes.get("partner_shipping_id")
        return self._change_address_barred(self.env["res.partner"].browse(number)) if number else ""

    def _change_address_barred(self, address):
        shared = {
            move.picking_id.name
            for move in self.order_line.move_ids
            if move._ship_leaves()
            if any(own.sale_line_id and own.sale_line_id.order_id != self for own in move.picking_id.move_ids)
        }
        if shared:
            return self.env._(
                "%(transfers)s carries other orders than %(order)s too: take its goods out of it first.",
                transfers=", ".join(sorted(shared)),
                order=self.name,
            )
        if address.property_stock_customer != self.partner_shipping_id.property_stock_customer:
            return self.env._(
                "Goods for %(address)s go to another place of the stock: cancel %(order)s and enter it anew.",
                address=address.display_name,
                order=self.name,
            )
        posted = self.invoice_ids.filtered(lambda move: move.state == "posted")
        if posted:
            position = self.env["account.fiscal.position"].with_company(self.company_id)
            if position._get_fiscal_position(self.partner_id, address) != self.fiscal_position_id:
                return self.env._(
                    "Taxes at %(address)s are others, and %(order)s is invoiced with %(invoices)s: that is credited first.",
                    address=address.display_name,
                    order=self.name,
                    invoices=", ".join(posted.mapped("name")),
                )
        return ""


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def write(self, vals):
        """A transfer in hand goes where its order says."""
        if "partner_id" in vals:
            self._change_gate_address(vals["partner_id"])
        return super().write(vals)

    def _change_gate_address(self, partner_id):
        """
        :raises UserError: where enforced; names the orders of which one of these transfers is in hand, and the way out
        """
        Order = self.env["sale.order"]
        accepted = Order._change_accepted()
        turned = self.sudo().filtered(
            lambda picking: (
                picking.state not in ("done", "cancel")
                and picking.picking_type_code == "outgoing"
                and picking.sale_id.state == "sale"
                and picking.sale_id.id not in accepted
                and picking.company_id._order_control_records()
                and (partner_id or False) not in (picking.partner_id.id, picking.sale_id.partner_shipping_id.id)
            )
        )
        if not turned:
            return
        # who may turn a transfer need not be one who sells
        self.check_access("write")
        begun = turned.sale_id._picking_begun()
        turned = turned.filtered(lambda picking: picking.id in begun.get(picking.sale_id.id, ()))
        Order.sudo()._picking_stop(
            turned.sale_id,
            lambda order, transfers: self.env._(
                "%(order)s does not go to another address any more without the floor: picking has begun with"
                " %(transfers)s.",
                order=order.name,
                transfers=transfers,
            ),
        )

    def _change_leave_pickup(self, wishes):
        """Take these transfers off a pickup that they no longer fit, ``wishes`` having been written on their order.

        It fits where the carrier serves the address and the order may leave on its day, which lies between the day that the
        transfer is planned for and the day that is wished.
        """
        leaving = self.filtered(lambda picking: picking.order_pickup_id and not picking._change_pickup_fits(wishes))
        pickups = leaving.order_pickup_id
        leaving._change_off_pickup()
        pickups.sudo()._sync_parcels()

    def _change_pickup_fits(self, wishes):
        self.ensure_one()
        pickup, order, company = self.order_pickup_id, self.sale_id, self.company_id
        if "partner_shipping_id" in wishes:
            return not pickup.carrier_id or pickup.carrier_id._match_address(self.partner_id)
        if order._ship_window_problems(pickup.date):
            return False
        if not order.commitment_date or "commitment_date" not in wishes:
            return True
        return business_day(company, self.scheduled_date) <= pickup.date <= business_day(company, order.commitment_date)
