from odoo import api, fields, models
from odoo.fields import Command

DIGITS = 6
EVIDENCE = ("value", "expected_value", "expected", "found", "text", "note", "answered_by_id", "answered_at", "conceded")


class OrderQualityCheckLine(models.Model):
    """Goods of a check, by product, order line and lot, or a parcel; how many of them passed and how many failed.

    Nobody writes them but the acts of the check. Quantities are in the product's own unit. What failed and was taken out of the
    transfer stays as evidence, with its ``disposition``.
    """

    _name = "order.quality.check.line"
    _description = "Goods of a Check"
    _order = "check_id, number, id"
    _rec_name = "product_id"

    check_id = fields.Many2one("order.quality.check", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="check_id.company_id", store=True)
    kind = fields.Selection(related="check_id.point_id.kind")
    number = fields.Integer(readonly=True, help="Which unit, where each has an answer of its own.")
    product_id = fields.Many2one("product.product", readonly=True, ondelete="cascade")
    order_line_id = fields.Many2one("sale.order.line", readonly=True, index="btree_not_null", ondelete="set null")
    lot_id = fields.Many2one("stock.lot", readonly=True, ondelete="set null")
    package_id = fields.Many2one("stock.package", "Parcel", readonly=True, ondelete="set null")
    quantity = fields.Float("To check", digits="Product Unit", readonly=True)
    uom_id = fields.Many2one(related="product_id.uom_id")
    passed_qty = fields.Float("Passed", digits="Product Unit", readonly=True)
    failed_qty = fields.Float("Failed", digits="Product Unit", readonly=True)
    value = fields.Float("Measured", digits=(16, DIGITS), readonly=True)
    expected_value = fields.Float(digits=(16, DIGITS), readonly=True)
    text = fields.Text(readonly=True)
    photo = fields.Image(max_width=1920, max_height=1920, readonly=True)
    expected = fields.Char(readonly=True)
    found = fields.Char(readonly=True)
    note = fields.Char(readonly=True)
    answered_by_id = fields.Many2one("res.users", "Answered last by", readonly=True)
    answered_by_ids = fields.Many2many("res.users", string="Answered by", readonly=True)
    answered_at = fields.Datetime("Answered at", readonly=True)
    conceded = fields.Boolean(readonly=True, help="A manager lets what failed leave all the same.")
    disposition = fields.Selection(
        [
            ("quarantine", "In quarantine"),
            ("scrap", "Scrapped"),
            ("replace", "Replaced"),
            ("removed", "Taken out of the transfer"),
        ],
        "Went to",
        readonly=True,
    )
    document_name = fields.Char("Document", readonly=True)
    state = fields.Selection(
        [
            ("to_check", "To check"),
            ("passed", "Passed"),
            ("failed", "Failed"),
            ("conceded", "Conceded"),
            ("gone", "Taken out"),
        ],
        compute="_compute_state",
    )

    _once = models.UniqueIndex(
        "(check_id, number, coalesce(product_id, 0), coalesce(order_line_id, 0), coalesce(lot_id, 0), coalesce(package_id, 0))"
        " WHERE disposition IS NULL",
        "The same goods stand once in a check.",
    )

    @api.depends("quantity", "passed_qty", "failed_qty", "conceded", "disposition")
    def _compute_state(self):
        for line in self:
            if line.disposition:
                line.state = "gone"
            elif line._compare(line.failed_qty) > 0:
                line.state = "conceded" if line.conceded else "failed"
            else:
                line.state = "to_check" if line._compare(line._left()) > 0 else "passed"

    @api.depends("product_id", "lot_id", "package_id")
    def _compute_display_name(self):
        for line in self:
            names = [line.product_id.display_name, line.lot_id.name, line.package_id.name]
            line.display_name = ", ".join(name for name in names if name) or self.env._("Loose goods")

    def _key(self):
        """What tells these goods from others of their transfer: product, order line, lot and parcel."""
        self.ensure_one()
        return (self.product_id, self.order_line_id, self.lot_id, self.package_id)

    def _compare(self, quantity, other=0.0):
        """-1, 0 or 1, as the unit of the goods has it; a parcel counts as a whole number."""
        self.ensure_one()
        unit = self.uom_id or self.env.ref("uom.product_uom_unit")
        return unit.compare(quantity, other)

    def _left(self):
        """How much of it has no answer yet."""
        self.ensure_one()
        return max(self.quantity - self.passed_qty - self.failed_qty, 0.0)

    def _present(self):
        """Those that are still in their transfer."""
        return self.filtered(lambda line: not line.disposition)

    def _open(self):
        """Those that wait for an answer."""
        return self.filtered(lambda line: line.state == "to_check" or (not line.disposition and line._left() > 1e-9))

    def _failing(self):
        """Those in their transfer that failed and that nobody conceded."""
        return self.filtered(lambda line: line.state == "failed")

    def _taken(self, quantity, failed_first=False):
        """How ``quantity`` of these goods is made up: ``(open, passed, failed)``.

        What has no answer goes first and what failed last, unless it is what failed that is taken.
        """
        self.ensure_one()
        parts = {"open": self._left(), "passed": self.passed_qty, "failed": self.failed_qty}
        order = ("failed", "open", "passed") if failed_first else ("open", "passed", "failed")
        taken = dict.fromkeys(parts, 0.0)
        for name in order:
            taken[name] = min(parts[name], quantity)
            quantity -= taken[name]
        return taken["open"], taken["passed"], taken["failed"]

    def _shrink(self, quantity, apart=None, failed_first=False):
        """Take ``quantity`` off this row; returns what it was made up of, as ``_taken``.

        What is emptied is the caller's to delete (``_empty``). Where it tells of a failure it stays as evidence, unless the
        goods only move to another check, which tells of it then.

        :param list apart: gets the values of the row that tells of what failed of these goods; without it they move
        """
        self.ensure_one()
        opened, passed, failed = self._taken(quantity, failed_first)
        rest = self.quantity - opened - passed - failed
        if self._compare(rest) <= 0 and self._compare(self.failed_qty) > 0 and apart is not None:
            self.disposition = "removed"
        else:
            if self._compare(failed) > 0 and apart is not None:
                apart.append(self._apart(failed, disposition="removed"))
            self.write(
                {
                    "quantity": rest,
                    "passed_qty": self.passed_qty - passed,
                    "failed_qty": self.failed_qty - failed,
                }
            )
        return opened, passed, failed

    def _apart(self, failed, **vals):
        """Values of a row for ``failed`` of these goods, as evidence of its own."""
        self.ensure_one()
        return {
            **self._evidence(),
            "check_id": self.check_id.id,
            "number": self.number,
            "product_id": self.product_id.id,
            "order_line_id": self.order_line_id.id,
            "lot_id": self.lot_id.id,
            "package_id": self.package_id.id,
            "quantity": failed,
            "failed_qty": failed,
            "passed_qty": 0.0,
            **vals,
        }

    def _taken_out(self):
        """Those that failed, were not conceded, and were taken out of their transfer by hand: the same goods may come back."""
        return self.filtered(lambda line: line.disposition == "removed" and not line.conceded)

    def _seen(self):
        """The user is one of those who answered for these goods."""
        self.write({"answered_by_ids": [Command.link(self.env.uid)]})

    def _notes(self):
        """What is written of these goods, as one text."""
        return "; ".join(dict.fromkeys(line.note for line in self if line.note))

    def _empty(self):
        """Those in their transfer that stand for nothing any more."""
        return self.filtered(lambda line: not line.disposition and line._compare(line.quantity) <= 0)

    def _evidence(self):
        """What was found, to stand with the same goods elsewhere."""
        self.ensure_one()
        return {
            **{name: self[name].id if self._fields[name].type == "many2one" else self[name] for name in EVIDENCE},
            "answered_by_ids": [Command.set(self.answered_by_ids.ids)],
            "photo": self.photo,
        }

    def _clear(self):
        """Forget the answers of these rows."""
        self.write(
            {
                **dict.fromkeys(("passed_qty", "failed_qty", "value", "expected_value"), 0.0),
                **dict.fromkeys(("text", "expected", "found", "note", "answered_by_id", "answered_at", "photo"), False),
                "answered_by_ids": [Command.clear()],
                "conceded": False,
            }
        )
