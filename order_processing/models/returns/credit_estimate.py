"""What credit notes would come to, before anything is asked for: the same shares, cents and taxes on lines of no document."""

from collections import defaultdict

from .credit_shares import DISCOUNT, STEPS, CreditShares, bearers, by_tax, kind, of_fees, product_items

# what a credit note gives and takes
PARTS = ("refund", "fee", "bonus", "tax")


class Lines(list):
    """Lines of documents, some of which exist; what ``CreditShares`` asks of a recordset, and no more."""

    def filtered(self, func):
        """Those of these lines that ``func`` (or the field of that name) says yes to."""
        return Lines(line for line in self if (getattr(line, func) if isinstance(func, str) else func(line)))

    def mapped(self, name):
        """The values of one field."""
        return [getattr(line, name) for line in self]


class Row:
    """One line of a credit note that is not made; ``line``: the return line whose goods, fee or bonus it is."""

    display_type = "product"

    def __init__(self, sketch, vals, line=None):
        env = sketch.env
        self.order_return_line_id = line if line is not None else env["order.return.line"]
        self.order_credited_line_id = vals.get("item") or env["account.move.line"].browse(
            vals.get("order_credited_line_id", False)
        )
        self.order_return_part = vals.get("order_return_part", False)
        self.price_unit, self.quantity, self.discount = vals["price_unit"], vals["quantity"], vals["discount"]
        taxes = vals["tax_ids"]
        self.tax_ids = taxes if hasattr(taxes, "ids") else env["account.tax"].browse(taxes[0][2])
        self.product_id = env["product.product"].browse(vals.get("product_id") or False)
        self.product_uom_id = vals.get("uom") or self.product_id.uom_id
        self.currency_id, self.partner_id = sketch.currency_id, sketch.reversed_entry_id.partner_id
        self.amount_currency, self.taxes = 0.0, {}

    def base_line(self, rate):
        """As core's tax engine takes it."""
        return self.tax_ids.env["account.tax"]._prepare_base_line_for_taxes_computation(
            None,
            price_unit=self.price_unit,
            quantity=self.quantity,
            discount=self.discount,
            tax_ids=self.tax_ids,
            currency_id=self.currency_id,
            partner_id=self.partner_id,
            product_id=self.product_id,
            product_uom_id=self.product_uom_id,
            rate=rate,
            sign=1,
            is_refund=True,
        )


class Sketch:
    """A credit note over one invoice as ``CreditShares`` sees a draft; named as the fields of ``account.move``."""

    def __init__(self, invoice, shares, before=()):
        """``shares``: ``(return line, invoice line, quantity in its unit)``; ``before``: sketches over the same invoice."""
        self.before = list(before)
        self.env, self.reversed_entry_id, self.currency_id = invoice.env, invoice, invoice.currency_id
        self.corrections = defaultdict(float)
        self.rows, discounts = Lines(), {}
        for line, item, quantity in shares:
            vals = {name: item[name] for name in ("price_unit", "discount", "tax_ids")}
            goods = {"item": item, "quantity": quantity, "product_id": item.product_id.id, "uom": item.product_uom_id}
            self.rows.append(Row(self, {**vals, **goods}, line))
            self.rows += [Row(self, vals, line) for vals in line._beside_prices(item, quantity, discounts)]
        self.compute()

    @property
    def invoice_line_ids(self):
        """All its lines."""
        return self.rows

    @property
    def amount_total(self):
        """With tax, as core sums a document."""
        return self.currency_id.round(sum(self.rows.mapped("amount_currency")) + sum(map(self.tax, self.all_taxes())))

    def all_taxes(self):
        """The taxes on any of its lines, and those that were corrected."""
        return {tax for row in self.rows for tax in row.taxes} | set(self.corrections)

    def tax(self, tax):
        """What it gives of one tax."""
        return sum(row.taxes.get(tax, 0.0) for row in self.rows) + self.corrections.get(tax, 0.0)

    def compute(self):
        """Amounts and taxes of all lines as core's engine rounds them for a document."""
        invoice = self.reversed_entry_id
        Tax, bases = self.env["account.tax"], [row.base_line(invoice.invoice_currency_rate or 1.0) for row in self.rows]
        Tax._add_tax_details_in_base_lines(bases, invoice.company_id)
        Tax._round_base_lines_tax_details(bases, invoice.company_id)
        for row, base in zip(self.rows, bases, strict=True):
            details = base["tax_details"]
            row.amount_currency = details["total_excluded_currency"] + details["delta_total_excluded_currency"]
            row.taxes = defaultdict(float)
            for found in details["taxes_data"]:
                row.taxes[found["tax"]] += found["tax_amount_currency"]

    def add(self, values, given):
        """Lines of these values, as ``CreditShares`` prepares them."""
        rows = [Row(self, vals) for vals in values]
        self.rows.extend(rows)
        for row in rows:
            given[row.order_credited_line_id].append(row)
        if rows:
            self.compute()
        return rows

    def complete(self, given, lefts):
        """All that stands beside the goods, as a draft gets it.

        :param given: invoice line to ``Lines`` over it of the notes so far; gets those of this one
        :param lefts: order to its ``OrderLeft`` once all of this is back; none where no policy asks for it
        """
        for row in self.rows:
            if row.order_credited_line_id:
                given[row.order_credited_line_id].append(row)
        shares = SketchShares(self, given, lefts)
        self.add(shares.side_lines(), given)
        wanted = shares.wanted()
        lines = {}
        for step in wanted and STEPS:
            off = shares.off(wanted)
            if not off:
                break
            new = [shares.rounding_line(item, rest) for item, rest in off.items() if item not in lines]
            for item, rest in off.items():
                if item in lines:
                    lines[item].price_unit += rest * step
            lines.update((row.order_credited_line_id, row) for row in self.add(new, given))
            self.compute()
        self.add(shares.clawed_cents(), given)
        for tax, amount in shares.tax_corrections().items():
            self.corrections[tax] += amount

    def by_line(self):
        """What each return line has of it: ``{line: dict of PARTS}``, which add up to the whole."""
        answer = defaultdict(lambda: dict.fromkeys(PARTS, 0.0))
        owners = Owners(self)
        goods = owners.goods
        for row in self.rows:
            for owner, part in owners.of(row):
                found = answer[owner.order_return_line_id]
                name, sign = self._part(row)
                found[name] += sign * self.currency_id.round(row.amount_currency * part)
                found["tax"] += sum(row.taxes.values()) * part
        first = goods[0].order_return_line_id
        answer[first]["tax"] += sum(self.corrections.values())
        # what is left of cents that were shared stands with the first
        whole = dict.fromkeys(PARTS[:-1], 0.0)
        for row in self.rows:
            name, sign = self._part(row)
            whole[name] += sign * row.amount_currency
        for name, amount in whole.items():
            answer[first][name] += amount - sum(found[name] for found in answer.values())
        for found in answer.values():
            found["tax"] = self.currency_id.round(found["tax"])
        answer[first]["tax"] += sum(map(self.tax, self.all_taxes())) - sum(found["tax"] for found in answer.values())
        return answer

    @staticmethod
    def _part(row):
        """Which of ``PARTS`` a line is, and its sign in it."""
        return {"fee": ("fee", -1), "bonus": ("bonus", 1)}.get(row.order_return_part, ("refund", 1))


class Owners:
    """Whose each line of a sketch is: goods own themselves, and share what stands beside them."""

    def __init__(self, sketch):
        self.invoice = sketch.reversed_entry_id
        self.goods = [row for row in sketch.rows if row.order_return_line_id and not row.order_return_part]
        self.by_item, self.shared = defaultdict(list), {}
        for row in self.goods:
            self.by_item[row.order_credited_line_id].append(row)

    def of(self, row):
        """The lines of goods that a line belongs to, each with its part (0..1) of it."""
        if row.order_return_line_id:
            return [(row, 1.0)]
        item = row.order_credited_line_id
        if item not in self.shared:
            self.shared[item] = self._share(self._borne(item) or self.goods)
        return self.shared[item]

    def _borne(self, item):
        own = self.by_item.get(item)
        if own or kind(item) != DISCOUNT:
            return own
        borne = set(bearers(item, product_items(self.invoice)))
        return [row for row in self.goods if row.order_credited_line_id in borne]

    @staticmethod
    def _share(goods):
        total = sum(row.amount_currency for row in goods)
        return [(row, row.amount_currency / total if total else 1.0 / len(goods)) for row in goods]


class SketchShares(CreditShares):
    """The state of one invoice after one more sketch."""

    def _own_policies(self):
        policies = self.credit.env["order.return.policy"]
        return policies.union(*(row.order_return_line_id.policy_id for row in self.credit.rows))

    def _own_tax(self, tax):
        return self.credit.tax(tax)

    def _given_taxes(self):
        real = self.credit.env["account.move"]
        real = real.union(
            *(line.move_id for lines in self.given.values() for line in lines if not isinstance(line, Row))
        )
        given = by_tax(real)
        sketches, lines = [*self.credit.before, self.credit], list(real.invoice_line_ids)
        for sketch in sketches:
            lines += sketch.rows
            for tax in sketch.all_taxes():
                given[tax] = given.get(tax, 0.0) + sketch.tax(tax)
        for tax, amount in of_fees(lines).items():
            given[tax] = given.get(tax, 0.0) - amount
        return given
