from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..models.common.scalars import day_text, present, times
from .intake_entry_paste import pasted_rows

ADDRESS = {
    "reference": "ref",
    "name": "name",
    "email": "email",
    "phone": "phone",
    "street": "street",
    "street2": "street2",
    "city": "city",
    "zip": "zip",
}
# of a row whose quantity went to another one
EMPTIED = (
    "code",
    "found_code",
    "product_id",
    "found_product",
    "picked",
    "unit_id",
    "price",
    "found_price",
    "price_typed",
)
PROCESSOR = "order_processing.group_processor"


class OrderIntakeEntry(models.TransientModel):
    """An order taken by telephone: code and quantity a row, with prices, stock and credit while one types.

    It goes through intake as an order of the sender ``phone``, so that it is read, kept and verified as any other.
    """

    _name = "order.intake.entry"
    _description = "Fast Entry"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, readonly=True, default=lambda self: self.env.company)
    partner_id = fields.Many2one("res.partner", "Customer", check_company=True)
    commercial_partner_id = fields.Many2one(related="partner_id.commercial_partner_id")
    partner_shipping_id = fields.Many2one("res.partner", "Delivery address", check_company=True)
    client_order_ref = fields.Char("Customer's reference", help="The number that the customer gives the order.")
    wished_date = fields.Date(help="The day for which the customer wants the goods.")
    note = fields.Text(help="Printed on the order.")
    line_ids = fields.One2many("order.intake.entry.line", "entry_id", "Lines")
    scan = fields.Char(
        help="Scan a barcode or type a code and press Enter: a row is added, or one more is put on the row that has the product."
        " “12*CODE” adds twelve."
    )
    pasted = fields.Text("Rows to paste", help="A code and, after a tab or semicolon, a quantity on each line.")
    currency_id = fields.Many2one("res.currency", readonly=True, default=lambda self: self.env.company.currency_id)
    pricelist_id = fields.Many2one("product.pricelist", readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)
    amount_untaxed = fields.Monetary("Untaxed", readonly=True)
    amount_total = fields.Monetary("Total", readonly=True)
    promise_date = fields.Date("Can leave", readonly=True)
    arrival_date = fields.Date("Arrives", readonly=True)
    problem_count = fields.Integer("Rows to mend", readonly=True)
    typed_count = fields.Integer("Rows with a price of their own", readonly=True)
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Currency of the company")
    credit_limited = fields.Boolean(readonly=True)
    credit_limit = fields.Monetary("Credit limit", currency_field="company_currency_id", readonly=True)
    credit_used = fields.Monetary(
        "Credit used",
        currency_field="company_currency_id",
        readonly=True,
        help="What is open, and what is confirmed and not invoiced.",
    )
    credit_left = fields.Monetary("Left after this order", currency_field="company_currency_id", readonly=True)
    result_html = fields.Html("Result", readonly=True, sanitize=False)
    order_id = fields.Many2one("sale.order", readonly=True)

    def _compute_display_name(self):
        for entry in self:
            entry.display_name = entry.env._("Fast Entry")

    # ------------------------------------------------------------------ while one types

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        """Another customer has other addresses, prices, codes and another credit."""
        self.partner_shipping_id = self.partner_id and self.partner_id.address_get(["delivery"])["delivery"]
        self._refresh()

    @api.onchange("partner_shipping_id", "line_ids")
    def _onchange_line_ids(self):
        """Read the rows: what is meant, what it costs, whether it is there; a barcode of a product that has a row adds up."""
        emptied = self.line_ids.filtered("added_up")
        self.line_ids -= emptied.filtered(lambda row: row._is_blank())
        (self.line_ids & emptied).added_up = False
        scanned = self.line_ids.filtered(lambda row: row._is_scanned())
        if scanned:
            self._read()
            for row in scanned:
                if self._add_up(row):
                    # the cursor stands in it: emptied, not taken away, it is ready for the next scan
                    row.update(dict.fromkeys(EMPTIED, False) | {"quantity": 1.0, "added_up": True})
        self._refresh()

    def _add_up(self, new):
        """Put the quantity of ``new`` on another row of the same product and unit; whether there is one."""
        same = (self.line_ids - new).filtered(
            lambda row: row.product_id == new.product_id and row.unit_id == new.unit_id and not row.problem
        )[:1]
        if not new.product_id or new.problem or not same:
            return False
        same.quantity += new.quantity
        return True

    @api.onchange("scan")
    def _onchange_scan(self):
        """Put what was scanned on a row of its own, or one more on the row that has it."""
        text, self.scan = (self.scan or "").strip(), False
        if not text:
            return
        quantity, code = times(text)
        before = self.line_ids
        self._add_rows([(code, quantity)])
        self._read()
        new = self.line_ids - before
        if self._add_up(new):
            self.line_ids -= new
        self._refresh()

    @api.onchange("pasted")
    def _onchange_pasted(self):
        """A row for each line that was pasted; a quantity that is none is marked in its row."""
        text, self.pasted = self.pasted or "", False
        lang = self.env["res.lang"]._get_data(code=self.env.lang or "en_US")
        rows = pasted_rows(text, lang.decimal_point or ".", (lang.thousands_sep or "").strip())
        if rows:
            self._add_rows(rows)
            self._refresh()

    def _add_rows(self, rows):
        """Add ``(code, quantity)`` below; rows that were left blank go."""
        self.line_ids -= self.line_ids.filtered(lambda row: row._is_blank())
        self.line_ids += self.env["order.intake.entry.line"].concat(
            *(self.line_ids.new({"code": code, "quantity": quantity}) for code, quantity in rows)
        )

    def _refresh(self):
        """Fill what the rows and the head show; queries do not grow with the number of rows that did not change."""
        self.ensure_one()
        self.result_html = False
        self._read()
        rows = self.line_ids.filtered(lambda row: row.product_id and row.quantity > 0)
        order = self._quotation(rows)
        for row, line in zip(rows, order.order_line):
            row._show_price(line)
        for row in self.line_ids - rows:
            row._show_no_price()
        self.update(
            {
                "typed_count": len(rows.filtered("price_typed")),
                "currency_id": order.currency_id.id,
                "pricelist_id": order.pricelist_id.id,
                "warehouse_id": order.warehouse_id.id,
                "amount_untaxed": order.amount_untaxed,
                "amount_total": order.amount_total,
            }
        )
        self._show_stock(rows, order)
        self._show_credit(order)

    # ------------------------------------------------------------------ buttons

    def action_check(self):
        """Show what verification would say of the order; nothing is entered.

        :return: True
        :raises UserError: the order is incomplete, or a row is not understood
        """
        order, rows = self._complete()
        answer = self.env["order.intake"]._desk_try(order, self.company_id, *self._chosen(rows))
        self.result_html = self.env["ir.qweb"]._render("order_processing.intake_entry_result", {"answer": answer})
        return True

    def action_save(self):
        """Enter the order as a quotation and verify it.

        :return: the action that opens it
        :raises UserError: the order is incomplete, a row is not understood, or Odoo refuses the order
        """
        order = self._save()
        order.action_verify()
        return self._open()

    def action_save_and_confirm(self):
        """Enter the order, verify it and confirm it where nothing is found; what is held stays a quotation.

        :return: the action that opens it
        :raises UserError: as ``action_save``
        """
        order = self._save()
        if order.state in ("draft", "sent"):
            answer = order.action_verify_and_confirm()[0]
            if answer["error"]:
                # the order stands, with the reason for the next one who looks at it
                order.message_post(body=self.env._("Not confirmed: %s", answer["error"]))
        return self._open()

    def _save(self):
        """The order of this entry, entered once however often a button is pressed."""
        self.lock_for_update()
        if self.order_id:
            return self.order_id
        order, rows = self._complete()
        reference = self.env["ir.sequence"].sudo().next_by_code("order.intake.entry")
        order["reference"] = order.get("reference") or reference
        answer = self.env["order.intake"]._desk_submit(order, self.company_id, *self._chosen(rows), reference)
        if not answer["ok"]:
            raise UserError("\n".join(error["message"] for error in answer["errors"]))
        self.order_id = answer["order_id"]
        self.order_id.action_promise()
        return self.order_id

    def _complete(self):
        """``(order as a sender would send it, rows)``.

        :raises UserError: says everything that is missing or not understood, each row by its number
        """
        self.ensure_one()
        self.env["order.intake"]._check_order_group(PROCESSOR)
        self._refresh()
        rows = self._rows()
        wrong = [] if self.partner_id else [self.env._("Choose the customer.")]
        if not rows:
            wrong.append(self.env._("Enter at least one row with a code and a quantity."))
        wrong += [
            self.env._(
                "Row %(number)s, “%(code)s”: %(problem)s",
                number=row.number,
                code=row._product_code(),
                problem=row.problem,
            )
            for row in rows
            if row.problem
        ]
        if wrong:
            raise UserError("\n".join([*wrong, self.env._("Nothing was entered.")]))
        return self._payload(rows), rows

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": "sale.order",
            "res_id": self.order_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    # ------------------------------------------------------------------ inside

    def _rows(self):
        """Rows that say something, in their order; the place of a row among them is that of its line in the order."""
        return self.line_ids.filtered(lambda row: not row._is_blank())

    def _read(self):
        """What each row means and what is wrong with it, as intake reads it."""
        rows = self._rows()
        for place, row in enumerate(self.line_ids, 1):
            row.number = place
        rows._notice_picked()
        rows._notice_typed()
        values, problems = self.env["order.intake"]._desk_read(
            self._payload(rows), self.company_id, *self._chosen(rows)
        )
        for place, row in enumerate(rows):
            row._show_meaning(values.get(place), problems.get(place, ()))
        self.problem_count = len(rows.filtered("problem"))
        (self.line_ids - rows).write(
            {"problem": False, "unit_id": False, "free": 0.0, "short": 0.0, "promise_date": False}
        )

    def _payload(self, rows, reference=""):
        """The order as a sender would send it."""
        order = {
            "reference": (self.client_order_ref or "").strip() or reference,
            "customer": self._address(self.partner_id),
            "lines": [
                {
                    "line": str(row.number),
                    "product": row._product_code(),
                    "quantity": row.quantity,
                    **({"price": row.price} if row.price_typed else {}),
                }
                for row in rows
            ],
        }
        if self.partner_shipping_id and self.partner_shipping_id != self.partner_id:
            order["ship_to"] = self._address(self.partner_shipping_id)
        if self.wished_date:
            order["wished_date"] = day_text(self.wished_date)
        if self.note:
            order["note"] = self.note
        return {key: value for key, value in order.items() if present(value)}

    @api.model
    def _address(self, partner):
        address = {key: partner[name] for key, name in ADDRESS.items() if partner[name]}
        if partner.country_id:
            address["country"] = partner.country_id.code
        return address

    def _chosen(self, rows):
        """``(partners by role, products by place)`` that were picked from Odoo and need not be found."""
        partners = {"customer": self.partner_id._origin, "ship_to": self.partner_shipping_id._origin}
        partners = {role: partner.sudo() for role, partner in partners.items() if partner}
        return partners, {place: row.product_id._origin.sudo() for place, row in enumerate(rows) if row.picked}

    def _quotation(self, rows):
        """A quotation in memory, on which core computes prices, taxes and totals as it will on the real one."""
        order = self.env["sale.order"].with_company(self.company_id)
        values = {"company_id": self.company_id.id, "partner_id": self.partner_id._origin.id}
        if self.partner_shipping_id:
            values["partner_shipping_id"] = self.partner_shipping_id._origin.id
        head = order.new(values)
        terms = (
            head.pricelist_id.id,
            head.fiscal_position_id.id,
            head.currency_id.id,
            day_text(head.date_order.date()),
        )
        known = {"pricelist_id": head.pricelist_id.id, "fiscal_position_id": head.fiscal_position_id.id}
        unlisted = rows.filtered(lambda row: row.price_typed and row.listed_for != row._priced_by(terms))
        fresh = rows.filtered(lambda row: not row.price_typed and row.priced_for != row._priced_by(terms))
        items = self._pricelist_items(head, unlisted | fresh, terms)

        def priced(row):
            return {**row._quotation_values(), "pricelist_item_id": items.get(row._priced_by(terms))}

        if unlisted:
            beside = order.new({**values, **known, "order_line": [Command.create(priced(row)) for row in unlisted]})
            for row, line in zip(unlisted, beside.order_line):
                row._show_list_price(line, terms)
        for row in rows.filtered("price_typed"):
            if not row._differ(row.price, row.list_price):
                # what the pricelist says is no price of its own
                row._forget_typed()
                fresh |= row
        lines = []
        for row in rows:
            if row in fresh:
                lines.append(Command.create(priced(row)))
                row.priced_for = row._priced_by(terms)
            else:
                # a price that was typed is net, as one that is sent
                discount = 0.0 if row.price_typed else row.discount
                given = {"price_unit": row.price, "technical_price_unit": row.price, "discount": discount}
                lines.append(Command.create({**row._quotation_values(), **given}))
        return order.new({**values, **known, "order_line": lines})

    def _pricelist_items(self, head, rows, terms):
        """The id of core's pricelist item by ``priced_for``; one search a distinct quantity and unit, not one a row."""
        groups, found = {}, {}
        for row in rows:
            groups.setdefault((row.unit_id._origin, row.quantity), []).append(row)
        for (unit, quantity), members in groups.items() if head.pricelist_id else ():
            products = self.env["product.product"].union(*(row.product_id._origin for row in members))
            rules = head.pricelist_id._compute_price_rule(
                products, quantity, currency=head.currency_id, uom=unit, date=head.date_order, compute_price=False
            )
            for row in members:
                found[row._priced_by(terms)] = rules[row.product_id._origin.id][1]
        return found

    def _show_stock(self, rows, quotation):
        wanted = [(row.product_id._origin, row._reference_quantity()) for row in rows]
        Order = self.env["sale.order"].with_company(self.company_id).sudo()
        answers = Order._promise_entering(wanted, self.warehouse_id._origin.sudo(), order=quotation) if rows else []
        for row, (free, short, day, _arrival) in zip(rows, answers):
            row._show_stock(free, short, day)
        self.promise_date = max((row.promise_date for row in rows), default=False)
        self.arrival_date = max((arrival for *_stock, arrival in answers), default=False)

    def _show_credit(self, order):
        company = self.company_id
        house = self.partner_id._origin.commercial_partner_id.sudo().with_company(company)
        used = house.credit + house.credit_to_invoice if house else 0.0
        limit = house.credit_limit if house and company.account_use_credit_limit else 0.0
        asked = order.amount_total / order.currency_rate if order.currency_rate else order.amount_total
        self.update(
            {
                "credit_limited": bool(limit),
                "credit_limit": limit,
                "credit_used": used,
                "credit_left": limit - used - asked if limit else 0.0,
            }
        )
