"""Products that a case names and that left as parts of kits: of which kit, and whether they make whole ones."""

from .kit_counts import NOTHING, is_whole

# what a row says of its own goods; all else must be the same of all parts of a kit
OWN = ("product", "quantity", "line")


class KitLookup:
    """Parts that rows name, found for the whole set with one query; ``products``: row to the ids of its products."""

    def __init__(self, env, company):
        self.env, self.company = env, company
        self.products, self.lines = {}, {}

    def find(self, asked, products):
        """Find the kits of which the products of rows that no order line sold are parts.

        :param list asked: ``(case, row)``
        :param dict products: row to the ids of its products
        """
        self.products = products
        if not asked or not self.env["sale.order.line"]._order_has_kits():
            return
        orders = {order_id for parcel, _row in asked for order_id in parcel.order_ids}
        partners = {partner_id for parcel, _row in asked for partner_id in parcel.partner_ids}
        moves = self.env["stock.move"].search(
            [
                ("product_id", "in", list({product_id for _parcel, row in asked for product_id in products[row]})),
                ("bom_line_id", "!=", False),
                ("state", "=", "done"),
                ("sale_line_id.company_id", "=", self.company.id),
                "|",
                ("sale_line_id.order_id", "in", list(orders)),
                ("sale_line_id.order_id.partner_id.commercial_partner_id", "in", list(partners)),
            ],
            order="id desc",
        )
        sold = [(move.product_id.id, move.sale_line_id) for move in moves]
        for parcel, row in asked:
            found = [
                line
                for product_id, line in sold
                if product_id in products[row] and self._belongs(parcel, line.order_id)
            ]
            if found:
                self.lines[row] = list(dict.fromkeys(found))

    @staticmethod
    def _belongs(parcel, order):
        named = order.id in parcel.order_ids if parcel.names_order else True
        return named and (not parcel.partner_ids or order.partner_id.commercial_partner_id.id in parcel.partner_ids)

    def line_ids(self):
        """The order lines of all kits that were found."""
        return {line.id for lines in self.lines.values() for line in lines}

    def told(self, row):
        """The latest kit of which the product of ``row`` is a part, as a message names it; ``""`` for none."""
        line = next(iter(self.lines.get(row, ())), None)
        return f"{line.product_id.display_name}, {line.order_id.name}" if line else ""

    def allocate(self, parcel, by_line):
        """Take the parts that a case names as the kits that they make together, where they do to the last piece.

        The first of the rows then stands for the kits, the others for nothing.

        :param dict by_line: order line id to its rows of ``_order_returnable_moves``
        """
        rows = [row for row in parcel.rows if row.code == "part_of_kit"]
        asked = [{name: value for name, value in row.payload.items() if name not in OWN} for row in rows]
        if not rows or any(one != asked[0] for one in asked):
            return
        for line in self.lines[rows[0]]:
            moves = by_line.get(line.id)
            quantity = moves and "kit" in moves[0] and self._made(rows, moves[0]["kit"])
            if not quantity or quantity > sum(move["left"] for move in moves) + NOTHING:
                continue
            self._take(rows, moves, quantity)
            return

    def completes(self, rows, by_line):
        """Whether ``rows``, of several cases, are the parts of whole kits of one order line that may still come back.

        :param dict by_line: order line id to its rows of ``_order_returnable_moves``
        """
        shared = set(self.lines.get(rows[0], ())).intersection(*(self.lines.get(row, ()) for row in rows))
        for line in shared:
            own = by_line.get(line.id)
            quantity = own and "kit" in own[0] and self._made(rows, own[0]["kit"])
            if quantity and quantity <= sum(move["left"] for move in own) + NOTHING:
                return True
        return False

    def _made(self, rows, kit):
        """How much of a kit (in its line's unit) the products of ``rows`` make to the last piece; 0: they do not."""
        each, sums = {}, {}
        for part in kit["parts"]:
            each[part["product"]] = each.get(part["product"], 0.0) + part["quantity"]
        for row in rows:
            product_id = next(iter(self.products[row] & set(each)), None)
            sums[product_id] = sums.get(product_id, 0.0) + row.quantity
        if set(sums) != set(each):
            return 0.0
        shares = [sums[product_id] / quantity for product_id, quantity in each.items()]
        return shares[0] if max(shares) - min(shares) < NOTHING and is_whole(shares[0], kit["whole"]) else 0.0

    @staticmethod
    def _take(rows, moves, quantity):
        for row in rows:
            row.code = row.detail = ""
        rows[0].quantity = quantity
        for move in moves:
            taken = min(quantity, move["left"])
            if taken > NOTHING:
                move["left"] -= taken
                quantity -= taken
                rows[0].picks.append({**move, "quantity": taken, "move": move})
