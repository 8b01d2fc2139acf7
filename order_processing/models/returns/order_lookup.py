"""Orders that return cases name by a reference: one query per kind of name for the whole set."""

from .case_payload import text


class OrderLookup:
    """Finds the orders of one company by what cases call them; ``env`` is privileged.

    The sender's own references come first, then Odoo's names, then the references of other senders, then what customers call
    their orders. Of several that answer to the same name the customer's is meant, where the case names one; else the case is
    not matched and says which they are.
    """

    def __init__(self, env, company, source=""):
        self.env, self.company, self.source = env, company, source

    def find(self, parcels):
        """Give every case that names an order the id of it, or say on it what is wrong; their customers are found before."""
        Order = self.env["sale.order"]
        names = {text(parcel.payload.get("reference")) for parcel in parcels} - {""}
        given = {parcel.payload["order_id"] for parcel in parcels if isinstance(parcel.payload.get("order_id"), int)}
        by_id = self._search([("id", "in", list(given))]) if given else Order
        by_name = self._by_name(names)
        orders = Order.union(*by_name.values())
        # what is read of one is read of all
        orders.partner_id.commercial_partner_id.mapped("name")
        for parcel in parcels:
            if not parcel.names_order:
                continue
            if parcel.payload.get("order_id"):
                parcel.order_ids = {parcel.payload["order_id"]} & set(by_id.ids)
                if not parcel.order_ids:
                    parcel.fail("unknown_order", text(parcel.payload.get("reference") or parcel.payload["order_id"]))
                continue
            name = text(parcel.payload["reference"])
            found = self._meant(parcel, by_name.get(name, Order))
            if len(found) == 1:
                parcel.order_ids = set(found.ids)
            elif found:
                parcel.fail("ambiguous", f"{name}: {self.told(found)}")
            else:
                parcel.fail("unknown_order", name)

    @staticmethod
    def _meant(parcel, orders):
        """Those of ``orders`` that are of the customer whom the case names, else all."""
        own = orders.filtered(lambda order: order.partner_id.commercial_partner_id.id in parcel.partner_ids)
        return own or orders

    @staticmethod
    def told(orders):
        """Orders as a message names them: by number and customer."""
        return ", ".join(
            f"{order.name} ({order.partner_id.commercial_partner_id.display_name}, {order.id})"
            for order in orders.sorted("id")
        )

    def _search(self, domain):
        return self.env["sale.order"].search([("company_id", "=", self.company.id), *domain])

    def _by_name(self, names):
        """The orders that answer to each name: ``{name: sale.order}``."""
        found = {}
        for search in (self._of_sender, self._of_odoo, self._of_senders, self._of_customers):
            left = names - set(found)
            for name, order in search(left) if left else ():
                found[name] = found.get(name, order) | order
        return found

    def _of_sender(self, names):
        return self._envelopes(names, [("source", "=", self.source)]) if self.source else ()

    def _of_odoo(self, names):
        return [(order.name, order) for order in self._search([("name", "in", list(names))])]

    def _of_senders(self, names):
        return self._envelopes(names, [])

    def _of_customers(self, names):
        # the order of an exchange has the reference of the one that it came from
        called = [("client_order_ref", "in", list(names)), ("state", "=", "sale"), ("order_return_id", "=", False)]
        orders = self._search(called)
        return [(order.client_order_ref, order) for order in orders]

    def _envelopes(self, names, domain):
        envelopes = self.env["order.intake"].search(
            [
                *domain,
                ("company_id", "=", self.company.id),
                ("reference", "in", list(names)),
                ("order_id", "!=", False),
            ]
        )
        return [(envelope.reference, envelope.order_id) for envelope in envelopes]
