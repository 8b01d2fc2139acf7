"""Built-in rules about the carrier of an order."""

from odoo import models
from odoo.tools import float_compare

from .facts import plain_number


class OrderVerificationRule(models.Model):
    """Carrier, judged by core's own conditions on ``delivery.carrier``."""

    _inherit = "order.verification.rule"

    def _carriers(self, orders):
        """The carriers of ``orders`` by id, archived ones too, and prefetched together."""
        ids = sorted({order.carrier_id for order in orders if order.carrier_id})
        carriers = self.env["delivery.carrier"].sudo().with_context(active_test=False).browse(ids)
        return {carrier.id: carrier for carrier in carriers}

    def _shipped_by_carrier(self, orders):
        """``(order, carrier)`` of the orders of goods that have one."""
        carriers = self._carriers(orders)
        return [(order, carriers[order.carrier_id]) for order in orders if order.carrier_id and order.has_goods]

    def _find_carrier_missing(self, orders, memory):
        """Goods without a carrier."""
        return [
            self._finding(
                order,
                self.env._("a delivery method"),
                self.env._("none"),
                self.env._("No carrier was chosen for the goods."),
                scope="carrier",
            )
            for order in orders
            if not order.carrier_id and order.has_goods
        ]

    def _find_contact_missing(self, orders, memory):
        """No phone or e-mail at the address, nor of the contact who orders, where the carrier needs one."""
        findings = []
        pairs = self._shipped_by_carrier(orders)
        needs = {carrier: (carrier.order_needs_phone, carrier.order_needs_email) for carrier in {c for _o, c in pairs}}
        for order, carrier in pairs:
            place = order.destination
            phone, email = needs[carrier]
            needed = []
            if phone:
                needed.append(("phone", self.env._("phone"), place.phone))
            if email:
                needed.append(("email", self.env._("e-mail"), place.email))
            missing = [label for _part, label, value in needed if not value]
            if not missing:
                continue
            findings.append(
                self._finding_on(
                    [
                        order.carrier_id,
                        place.partner_id,
                        order.partner_id,
                        [part for part, _label, value in needed if not value],
                    ],
                    order,
                    ", ".join(label for _part, label, _value in needed),
                    ", ".join(value for _part, _label, value in needed if value) or self.env._("nothing"),
                    self.env._(
                        "%(carrier)s needs to reach %(who)s, who has no %(missing)s.",
                        carrier=carrier.name,
                        who=order.ship_to["name"] or order.name,
                        missing=self.env._(" and no ").join(missing),
                    ),
                )
            )
        return findings

    def _find_carrier_unserved(self, orders, memory):
        """A carrier that is archived or does not serve the address; core's answer, once per carrier and address."""
        pairs = self._shipped_by_carrier(orders)
        if not pairs:
            return []
        places = self.env["res.partner"].sudo().browse(sorted({o.destination.partner_id for o, _c in pairs}))
        places.fetch(["country_id", "state_id", "zip"])
        by_id = {place.id: place for place in places}
        served, findings = {}, []
        for order, carrier in pairs:
            key = (carrier.id, order.destination.partner_id)
            if key not in served:
                served[key] = carrier.active and carrier._match_address(by_id[key[1]])
            if served[key]:
                continue
            where = ", ".join(
                order.ship_to[part] for part in ("zip", "city", "state", "country") if order.ship_to[part]
            )
            if carrier.active:
                message = self.env._("%(carrier)s does not go to %(where)s.", carrier=carrier.name, where=where)
            else:
                message = self.env._("%s is a delivery method no longer used.", carrier.name)
            findings.append(
                self._finding_on(
                    [order.carrier_id, order.content()["ship_to"]],
                    order,
                    self.env._("a carrier that goes to %s", where),
                    carrier.name,
                    message,
                )
            )
        return findings

    def _find_carrier_overload(self, orders, memory):
        """Goods heavier or larger than the carrier takes: core's measure, product weight by reference quantity."""
        pairs = self._shipped_by_carrier(orders)
        # read once a carrier: a field of a record costs more than what is done with it here
        most = {carrier: (carrier.max_weight, carrier.max_volume) for carrier in {c for _order, c in pairs}}
        pairs = [(order, carrier) for order, carrier in pairs if any(most[carrier])]
        if not pairs:
            return []
        loads = {}
        for order, product, _lines, quantity in self._ordered([order for order, _carrier in pairs], memory):
            weight, volume = loads.get(order.id, (0.0, 0.0))
            loads[order.id] = (weight + product.weight * quantity, volume + product.volume * quantity)
        template = self.env["product.template"]
        units = (
            template._get_weight_uom_name_from_ir_config_parameter(),
            template._get_volume_uom_name_from_ir_config_parameter(),
        )
        precision = self.env["decimal.precision"].precision_get
        digits = (precision("Stock Weight"), precision("Volume"))
        findings = []
        for order, carrier in pairs:
            limits = most[carrier]
            load = loads.get(order.id, (0.0, 0.0))
            over = [
                index
                for index, limit in enumerate(limits)
                if limit and float_compare(load[index], limit, precision_digits=digits[index]) > 0
            ]
            if not over:
                continue
            expected, found = (
                ", ".join(f"{plain_number(round(values[index], digits[index]))} {units[index]}" for index in over)
                for values in (limits, load)
            )
            findings.append(
                self._finding_on(
                    [order.carrier_id, *(plain_number(load[index]) for index in over)],
                    order,
                    self.env._("at most %s", expected),
                    found,
                    self.env._(
                        "The goods (%(load)s) are more than %(carrier)s takes (%(limit)s).",
                        load=found,
                        carrier=carrier.name,
                        limit=expected,
                    ),
                )
            )
        return findings
