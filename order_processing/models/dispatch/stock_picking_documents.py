from odoo import fields, models

from ..common.business_day import business_day
from .order_print import PrintNumbers

CLOSED = ("done", "cancel")


class StockPicking(models.Model):
    """Packing slip, and what all papers of a transfer have in common."""

    _inherit = "stock.picking"

    order_print_ids = fields.One2many(
        "order.print",
        "res_id",
        "Printed papers",
        domain=[("res_model", "=", "stock.picking")],
        readonly=True,
        groups="stock.group_stock_user,order_processing.group_processor",
    )

    def action_order_documents(self):
        """Print packing slips of these transfers."""
        return self.env.ref("order_processing.action_report_packing_slip").report_action(self)

    def _print_mark(self):
        """What a paper of this transfer says of itself: nothing on the original, else that it is a copy, or no print at all."""
        self.ensure_one()
        numbers = self.env.context.get("order_print_numbers")
        if not isinstance(numbers, PrintNumbers) or self.id not in numbers:
            return self.env._("Preview, not printed")
        copies = numbers[self.id] - 1
        return self.env._("Copy %s", copies) if copies else ""

    def _slip_lang(self):
        """The customer's language, else the user's; core's own method reads the moves of each transfer for it."""
        self.ensure_one()
        return self.partner_id.lang or self.env.lang

    def _slip_direction(self):
        """``rtl`` where the language of this record is written from right to left, else ``ltr``."""
        return self.env["res.lang"]._get_data(code=self.env.lang or self.env.user.lang).direction or "ltr"

    def _slip_lines(self):
        """What the packing slip shows of this transfer.

        ``price`` (of a unit, after discount) and ``amount``, both without tax, stand in the rows of ``shipped`` where
        ``prices`` is true: where the customer, else the company, wants them and the order is no gift. There is no ``total`` where goods have no
        price of their own: parts of a kit, and what was added to the transfer.

        :return: ``{shipped: [{product, code, quantity, unit, price, amount}], later: [{product, code, quantity, unit,
            promise}], prices: bool, total: float or None, currency: res.currency, gift: bool, greeting: str}``
        """
        self.ensure_one()
        order = self.sale_id.sudo()
        gift = order.order_is_gift
        prices = bool(order) and not gift and self._slip_has_prices()

        def row(move, quantity):
            return {
                "product": move.product_id.name,
                "code": move.product_id.default_code or "",
                "quantity": quantity,
                "unit": move.product_uom.name,
            }

        shipped = [
            {**row(move, move.quantity), **(self._slip_price(move) if prices else {})}
            for move in self.move_ids
            if move.quantity and move.state != "cancel"
        ]
        later = [
            {**row(move, quantity), "promise": move.sudo().sale_line_id.order_promise_date}
            for move, quantity in self._slip_rest()
        ]
        return {
            "shipped": shipped,
            "later": later,
            "prices": prices,
            "total": self._slip_total(shipped) if prices else None,
            "currency": order.currency_id,
            "gift": gift,
            "greeting": (gift and order.order_gift_note) or "",
        }

    def _slip_has_prices(self):
        wish = self._papers_customer()._order_paper_wish("order_slip_prices", self.company_id)
        return self.company_id.order_slip_prices if wish is None else wish

    def _slip_count(self):
        """How many packing slips of this transfer are printed at a time: as many as the customer wants, at least one."""
        self.ensure_one()
        return self._papers_customer()._order_paper_wish("order_slip_count", self.company_id) or 1

    @staticmethod
    def _slip_total(shipped):
        amounts = [line["amount"] for line in shipped]
        return sum(amounts) if amounts and None not in amounts else None

    def _slip_rest(self):
        """Moves and quantities that still follow: what this transfer lacks, and its backorders, and theirs."""
        rest = [
            (move, move.product_uom_qty - move.quantity)
            for move in self.move_ids
            if move.state not in CLOSED and move.product_uom.compare(move.product_uom_qty, move.quantity) > 0
        ]
        known, after = self, self.backorder_ids
        while after:
            rest += [(move, move.product_uom_qty) for move in after.move_ids if move.state not in CLOSED]
            known |= after
            after = after.backorder_ids - known
        return rest

    @staticmethod
    def _slip_price(move):
        """Price of a unit of ``move`` and what its goods cost; nothing for components of a kit, which have no price."""
        line = move.sale_line_id.sudo()
        if not line.product_uom_qty or line.product_id != move.product_id:
            return {"price": None, "amount": None}
        sold = move.product_uom._compute_quantity(move.quantity, line.product_uom_id, round=False)
        amount = line.price_subtotal * sold / line.product_uom_qty
        return {"price": amount / move.quantity, "amount": line.currency_id.round(amount)}

    def _slip_day(self):
        """The business day on which this transfer left, or is planned to."""
        self.ensure_one()
        return business_day(self.company_id, self.date_done or self.scheduled_date)
