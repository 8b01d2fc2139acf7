"""Finding what return cases name: one query per kind of thing for the whole set, then a plain allocation."""

from odoo.tools import SQL

from ..common.number_words import number_words
from .case_payload import number, text
from .kit_counts import is_whole
from .kit_lookup import KitLookup
from .order_lookup import OrderLookup


class CaseLookup:
    """Resolves cases of one company; ``env`` is privileged, the company's own records are what counts."""

    def __init__(self, env, company, source=""):
        self.env = env
        self.company = company
        self.candidates = {}
        self.kits = KitLookup(env, company)
        self.orders = OrderLookup(env, company, source)

    def line_ids(self):
        """All order lines that a row may come from."""
        return sorted({line_id for found in self.candidates.values() for line_id in found} | self.kits.line_ids())

    # ------------------------------------------------------------------ queries

    def resolve(self, parcels):
        """Fill the candidates of every row, or say on the row or the case what is not known."""
        self._find_reasons()
        self._find_partners(parcels)
        self.orders.find(parcels)
        self._find_products(parcels)
        self._find_others(parcels)
        self._find_lines(parcels)

    def _find_reasons(self):
        reasons = self.env["order.return.reason"].search([])
        self.reasons = {key: reason for reason in reversed(reasons) for key in (reason.code, reason.name)}
        self.other = self.env.ref("order_processing.return_reason_other", raise_if_not_found=False) or reasons[:1]

    def reason(self, row):
        """The reason of a row; an unknown one is kept as ``other``."""
        return self.reasons.get(text(row.payload.get("reason"))) or self.other

    @staticmethod
    def price(row):
        """The price that the sender gave, or 0."""
        return number(row.payload.get("price")) or 0.0

    def exchange(self, row, quantity):
        """What a row wants in place of ``quantity`` of it: values of a return line.

        A row that is taken from several deliveries has the other product shared over them by what each gives.
        """
        payload = row.payload
        product = self.others.get(self._other_key(payload))
        values = {"advance": payload.get("advance") is True}
        if product:
            wanted = number(payload.get("exchange_quantity")) or row.quantity
            values["exchange_product_id"] = product.id
            values["exchange_quantity"] = product.uom_id.round(wanted * quantity / row.quantity)
        return values

    def _find_others(self, parcels):
        """The products that rows name in place of what comes back; one query."""
        rows = [row for parcel in parcels for row in parcel.rows if self._other_key(row.payload)]
        keys = {self._other_key(row.payload) for row in rows}
        self.others = {}
        if not keys:
            return
        codes = [key for key in keys if isinstance(key, str)]
        products = self.env["product.product"].search(
            [
                ("company_id", "in", [False, self.company.id]),
                ("sale_ok", "=", True),
                "|",
                ("id", "in", [key for key in keys if isinstance(key, int)]),
                "|",
                ("default_code", "in", codes),
                ("barcode", "in", codes),
            ]
        )
        for product in products:
            for key in filter(None, (product.id, product.default_code, product.barcode)):
                self.others.setdefault(key, product)
        for row in rows:
            key = self._other_key(row.payload)
            if key not in self.others:
                row.fail("unknown_product", str(key))

    @staticmethod
    def _other_key(payload):
        """By what a row names the other product: Odoo's id, or a code; empty where it names none."""
        given = payload.get("exchange_product_id")
        known = isinstance(given, int) and not isinstance(given, bool) and given
        return known or text(payload.get("exchange_product"))

    def _find_partners(self, parcels):
        keys = {parcel.customer for parcel in parcels} - {""}
        partners = self.env["res.partner"]
        if keys:
            wanted = list(keys)
            partners = partners.search(
                [
                    ("company_id", "in", [False, self.company.id]),
                    "|",
                    "|",
                    ("ref", "in", wanted),
                    ("email_normalized", "in", [key.lower() for key in wanted]),
                    ("vat", "in", wanted),
                ]
            )
        by_key = {}
        for partner in partners:
            for key in filter(None, (partner.ref, partner.email_normalized, partner.vat)):
                by_key.setdefault(key, set()).add(partner.commercial_partner_id.id)
        for parcel in parcels:
            key = parcel.customer
            if not key:
                if not parcel.names_order and not all(row.line_id for row in parcel.rows):
                    parcel.fail("no_customer")
                continue
            parcel.partner_ids = by_key.get(key) or by_key.get(key.lower(), set())
            if len(parcel.partner_ids) != 1 and not parcel.names_order:
                parcel.fail("ambiguous_customer" if parcel.partner_ids else "unknown_customer", key)

    def only_partner(self, parcel):
        """The customer that the case names, though nothing was matched."""
        return next(iter(parcel.partner_ids)) if len(parcel.partner_ids) == 1 else False

    @staticmethod
    def only_order(parcel):
        """The order that the case names, though nothing was matched."""
        return next(iter(parcel.order_ids)) if len(parcel.order_ids) == 1 else False

    def _find_products(self, parcels):
        rows = [row for parcel in parcels for row in parcel.rows if row.product and not (row.line_id or row.line)]
        codes = {row.product for row in rows}
        spellings = [spelling for code in codes for spelling in {code, code.upper(), code.lower()}]
        products = self.env["product.product"].with_context(active_test=False)
        if codes:
            products = products.search(
                [
                    ("company_id", "in", [False, self.company.id]),
                    "|",
                    ("default_code", "in", spellings),
                    ("barcode", "in", list(codes)),
                ]
            )
        by_code = {}
        for product in products:
            for code in filter(None, (product.default_code, product.barcode)):
                by_code.setdefault(code, set()).add(product.id)
        self.products = {}
        for row in rows:
            found = next(filter(None, map(by_code.get, (row.product, row.product.upper(), row.product.lower()))), None)
            self.products[row] = found or set()
            if not found:
                row.fail("unknown_product", row.product)

    def _find_lines(self, parcels):
        """Candidate order lines: those named, those of the order, or those of the customer's delivered orders."""
        self._find_sender_lines(parcels)
        named = {row.line_id for parcel in parcels for row in parcel.rows if row.line_id and not row.code}
        orders = {order_id for parcel in parcels for order_id in parcel.order_ids}
        partners = {partner_id for parcel in parcels if not parcel.names_order for partner_id in parcel.partner_ids}
        products = {product_id for found in self.products.values() for product_id in found}
        self.env["sale.order.line"].flush_model(["order_id", "product_id", "company_id"])
        self.env["sale.order"].flush_model(["partner_id", "state"])
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        self.env.cr.execute(
            SQL(
                """
                SELECT line.id, line.order_id, line.product_id, partner.commercial_partner_id
                  FROM sale_order_line line
                  JOIN sale_order sale ON sale.id = line.order_id
                  JOIN res_partner partner ON partner.id = sale.partner_id
                 WHERE line.company_id = %(company)s AND line.display_type IS NULL
                   AND (line.id = ANY(%(named)s)
                        OR (line.product_id = ANY(%(products)s)
                            AND (line.order_id = ANY(%(orders)s) OR partner.commercial_partner_id = ANY(%(partners)s))))
                """,
                company=self.company.id,
                named=list(named),
                products=list(products),
                orders=list(orders),
                partners=list(partners),
            )
        )
        rows = self.env.cr.fetchall()
        by_id = {row[0]: row for row in rows}
        by_order, by_partner = {}, {}
        for line_id, order_id, product_id, partner_id in rows:
            by_order.setdefault((order_id, product_id), set()).add(line_id)
            by_partner.setdefault((partner_id, product_id), set()).add(line_id)
        for parcel in parcels:
            for row in parcel.rows:
                if not row.code and not parcel.code:
                    self.candidates[row] = self._row_candidates(parcel, row, by_id, by_order, by_partner)
        asked = [
            (parcel, row)
            for parcel in parcels
            for row in parcel.rows
            if not row.code and not parcel.code and not self.candidates.get(row) and self.products.get(row)
        ]
        self.kits.find(asked, self.products)

    def _find_sender_lines(self, parcels):
        """Give rows that name a line by the sender's id the id of the order line."""
        orders = {order_id for parcel in parcels for order_id in parcel.order_ids}
        rows = [(parcel, row) for parcel in parcels for row in parcel.rows if row.line and not row.code]
        lines = self.env["sale.order.line"]
        if rows and orders:
            wanted = list({row.line for _parcel, row in rows})
            lines = lines.search([("order_id", "in", list(orders)), ("order_sender_line", "in", wanted)])
        by_mark = {(line.order_id.id, line.order_sender_line): line for line in lines}
        for parcel, row in rows:
            found = [by_mark[order, row.line] for order in parcel.order_ids if (order, row.line) in by_mark]
            if len(found) == 1:
                row.line_id, row.product = found[0].id, found[0].product_id.default_code or ""
            else:
                row.fail("unknown_line", row.line)

    def _row_candidates(self, parcel, row, by_id, by_order, by_partner):
        if row.line_id:
            line = by_id.get(row.line_id)
            strange = not line or (parcel.order_ids and line[1] not in parcel.order_ids)
            if strange or (parcel.partner_ids and line[3] not in parcel.partner_ids):
                row.fail("unknown_line", str(row.line_id))
                return set()
            return {row.line_id}
        keys, source = (parcel.order_ids, by_order) if parcel.names_order else (parcel.partner_ids, by_partner)
        found = {
            line_id for key in keys for product in self.products[row] for line_id in source.get((key, product), ())
        }
        # an order of somebody else than the case says is no match
        return {line_id for line_id in found if not parcel.partner_ids or by_id[line_id][3] in parcel.partner_ids}

    # ------------------------------------------------------------------ allocation

    def allocate(self, parcels, moves):
        """Give each row the latest deliveries that have its quantity left, in the order of the cases and rows.

        A named line or order may be taken from several moves; where only the customer is known one order line must have
        all of it.
        """
        by_line = {}
        for move in moves:
            by_line.setdefault(move["line_id"], []).append(dict(move))
        units = {line.id: line.product_uom_id for line in self.env["sale.order.line"].browse(by_line)}
        for parcel in parcels:
            for row in parcel.rows:
                if not row.code and not parcel.code:
                    self._allocate_row(parcel, row, by_line, units)
            self.kits.allocate(parcel, by_line)
            taken = [pick for row in parcel.rows for pick in row.picks]
            if not parcel.decide():
                # an unmatched case takes nothing away from those that follow
                for pick in taken:
                    pick["move"]["left"] += pick["quantity"]

    def _allocate_row(self, parcel, row, by_line, units):
        lines = [line_id for line_id in self.candidates.get(row, ()) if line_id in by_line]
        if not lines:
            part = self.kits.told(row)
            row.fail("part_of_kit" if part else "not_delivered", part or row.product)
            return
        # the latest delivery first
        lines.sort(
            key=lambda line_id: (by_line[line_id][0]["delivered_at"], by_line[line_id][0]["move_id"]), reverse=True
        )
        groups = [lines] if parcel.names_order else [[line_id] for line_id in lines]
        for group in groups:
            moves = [move for line_id in group for move in by_line[line_id]]
            left = sum(move["left"] for move in moves)
            if units[group[0]].compare(row.quantity, left) > 0:
                continue
            if any(not is_whole(row.quantity, move["whole"]) for move in moves if "whole" in move):
                row.fail("kit_whole", self._told(moves[0]))
                return
            wanted = row.quantity
            for move in moves:
                unit = units[move["line_id"]]
                quantity = unit.round(min(wanted, move["left"]))
                if unit.compare(quantity, 0.0) > 0:
                    move["left"] -= quantity
                    wanted -= quantity
                    row.picks.append({**move, "quantity": quantity, "move": move})
            return
        best = max(sum(move["left"] for line_id in group for move in by_line[line_id]) for group in groups)
        obstacle = next(
            (move["obstacle"] for line_id in lines for move in by_line[line_id] if move.get("obstacle")), ""
        )
        if obstacle:
            row.fail("kit_obstacle", obstacle)
        row.fail("too_many", f"{number_words(self.env, row.quantity)} > {number_words(self.env, best)}")

    def _told(self, move):
        """The product of what was delivered, as a message names it."""
        return self.env["sale.order.line"].browse(move["line_id"]).product_id.display_name
