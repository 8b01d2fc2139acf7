from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.number_words import number_words
from ..common.transition import transition
from .case_payload import number
from .conditions import CONDITIONS
from .order_return_line import DISPOSITIONS
from .order_return_receive import NOT_HERE
from .return_process import ARRIVED, PROCESSOR


class OrderReturnInspect(models.Model):
    """What came is looked at: its condition, and what becomes of it, piece by piece where they differ."""

    _inherit = "order.return"

    sent_by_id = fields.Many2one("res.users", "On its way, said by", readonly=True)
    sent_at = fields.Datetime("On its way since", readonly=True)
    inspected_by_id = fields.Many2one("res.users", "Inspected by", readonly=True)
    inspected_at = fields.Datetime("Inspected at", readonly=True)
    inspects = fields.Boolean(related="company_id.order_return_inspection")
    differs = fields.Boolean(
        "Came otherwise", compute="_compute_differs", store=True, help="More or less came than was announced."
    )
    difference = fields.Text("Received against announced", compute="_compute_difference")

    @api.depends("state", "line_ids.quantity", "line_ids.announced_qty")
    def _compute_differs(self):
        for case in self:
            case.differs = bool(case._differences())

    @api.depends("state", "line_ids.quantity", "line_ids.announced_qty")
    def _compute_difference(self):
        for case in self:
            case.difference = "\n".join(
                self.env._(
                    "%(product)s: %(announced)s %(unit)s announced, %(came)s came",
                    product=product.display_name,
                    announced=number_words(self.env, announced),
                    unit=unit.name,
                    came=number_words(self.env, came),
                )
                for (product, unit), (announced, came) in case._differences().items()
            )

    def _differences(self):
        """``{(product, unit): (announced, came)}`` where they differ; a line may have been split, so by their sums."""
        self.ensure_one()
        if self.state not in ARRIVED:
            return {}
        sums = defaultdict(lambda: [0.0, 0.0])
        for line in self.line_ids:
            found = sums[line.product_id, line.uom_id]
            found[0] += line.announced_qty
            found[1] += line.quantity
        return {key: tuple(found) for key, found in sums.items() if key[1].compare(*found)}

    @transition("inspect")
    def action_inspect(self, findings=None, reason=""):
        """Keep what the inspection of received cases found and bring the goods to where they belong, as a set.

        :param list findings: dicts ``{line_id, quantity, condition, disposition, lot_id, lots, note}``; several for one line
            split it and together make up what came; without quantity: all of the line. Lines not named go as they were proposed
        :raises UserError: names the line and what is wrong with its findings
        """
        self.line_ids._find(findings or [])
        self.line_ids.filtered(lambda line: line.disposition not in NOT_HERE)._dispose()
        self._reach("inspect")

    @transition("correct")
    def action_correct_inspection(self, reason=""):
        """Take an inspection back, with a reason: the goods lie to be inspected again, the case is received.

        :raises UserError: names the lines whose goods were scrapped or have left for the vendor
        """
        lines = self.line_ids.filtered(lambda line: line.disposition not in NOT_HERE and line.received_qty)
        vendor = lines.filtered(lambda line: line.disposition == "vendor").stock_move_ids.filtered(
            lambda move: move.location_dest_id.usage == "supplier"
        )
        gone = (
            lines.filtered(lambda line: line.disposition == "scrap")
            | vendor.filtered(lambda move: move.state == "done").order_return_line_id
        )
        if gone:
            raise UserError(
                self.env._(
                    "%s: these goods were scrapped or have left, so their inspection stands.",
                    ", ".join(gone.mapped("display_name")),
                )
            )
        vendor._action_cancel()
        places = {line: line.company_id._order_inspection_location() for line in lines}
        moving = lines.filtered(lambda line: line.place_id and line.place_id != places[line])
        moving._move_inside(places, moving._pieces())
        self._transition_write({"inspected_at": False, "inspected_by_id": False})

    def _check_settleable(self):
        """:raises UserError: cases that wait for their inspection, or whose credit note stands as a draft"""
        waiting = self.filtered(lambda case: case.inspects and not case.inspected_at and case._has_goods())
        if waiting:
            raise UserError(
                self.env._(
                    "%s: the goods are inspected before they are settled. Say what the inspection found first.",
                    ", ".join(waiting.mapped("name")),
                )
            )
        drafts = self.credit_ids.filtered(lambda move: move.state == "draft")
        if drafts:
            raise UserError(
                self.env._(
                    "%(cases)s: a credit note stands as a draft. Post it, and the case is settled; or delete it first.",
                    cases=", ".join(drafts.order_return_id.mapped("name")),
                )
            )

    def action_counter(self):
        """Open the screen on which this case is counted and inspected.

        :return: an action of the web client
        """
        self.ensure_one()
        self._check_order_group(PROCESSOR)
        counter = self.env["order.return.counter"].create({"return_id": self.id})
        counter.line_ids = counter._lines()
        return counter._reopen()

    def _has_goods(self):
        """Whether anything of this case lies with us to be looked at."""
        self.ensure_one()
        return any(line.received_qty and line.disposition not in NOT_HERE for line in self.line_ids)


class OrderReturnLine(models.Model):
    _inherit = "order.return.line"

    def _find(self, findings):
        """Write what the inspection found on these lines, splitting where one has several findings."""
        known, rows = {line.id: line for line in self}, defaultdict(list)
        for row in findings if isinstance(findings, (list, tuple)) else [findings]:
            line_id = row.get("line_id") if isinstance(row, dict) and not isinstance(findings, dict) else None
            line = known.get(line_id) if isinstance(line_id, int) else None
            if not line:
                raise UserError(self.env._("An inspection's finding names a line of its case: %s does not.", row))
            rows[line].append(line._read_finding(row))
        for line, found in rows.items():
            total = sum(vals["quantity"] for vals in found)
            if line.uom_id.compare(total, line.quantity):
                raise UserError(
                    self.env._(
                        "%(line)s: %(found)s %(unit)s were inspected and %(came)s came. The findings make up what came.",
                        line=line.display_name,
                        found=number_words(self.env, total),
                        unit=line.uom_id.name,
                        came=number_words(self.env, line.quantity),
                    )
                )
            # a piece that was split off and put back counts for nothing
            found = [vals for vals in found if vals["quantity"]] or found
            line._check_lots_found(found)
            line._split(found)

    def _read_finding(self, row):
        """One finding as values of a line."""
        self.ensure_one()
        quantity = number(row.get("quantity", self.quantity))
        if quantity is None:
            raise UserError(
                self.env._(
                    "%(line)s: the quantity of a finding is a number, %(given)s is none.",
                    line=self.display_name,
                    given=row["quantity"],
                )
            )
        vals = {"quantity": self.uom_id.round(quantity)}
        allowed = {"condition": dict(CONDITIONS), "disposition": dict(DISPOSITIONS)}
        for name, values in allowed.items():
            value = row.get(name) or self[name]
            if value and (not isinstance(value, str) or value not in values):
                raise UserError(
                    self.env._("%(line)s: %(value)s is not one of those allowed.", line=self.display_name, value=value)
                )
            vals[name] = value
        if not self.received_qty:
            raise UserError(
                self.env._("%s: nothing of this line came, so there is nothing to inspect.", self.display_name)
            )
        if vals["disposition"] in NOT_HERE:
            raise UserError(
                self.env._("%s: these goods came back, so the customer does not have them.", self.display_name)
            )
        if vals["quantity"] < 0:
            raise UserError(self.env._("%s: the quantity of a finding cannot be negative.", self.display_name))
        self._check_whole(vals["quantity"])
        for name in ("lot_id", "note"):
            vals[name] = row.get(name) or (self[name].id if name == "lot_id" else self[name])
        whole = not self.uom_id.compare(vals["quantity"], self.quantity)
        if row.get("lots"):
            vals["lots"] = self._read_lots(row["lots"])
        else:
            # a part has of the lots that came what the other parts leave
            vals["lots"] = self.lots if whole else False
            if self.lots and not whole:
                vals["lot_id"] = row.get("lot_id") or False
        if row.get("lot_id"):
            self._read_lots([row["lot_id"]])
            vals["lots"] = vals["lots"] if row.get("lots") else False
        return vals

    def _split(self, found):
        """Give the first finding to this line and the others to lines split off it."""
        self.ensure_one()
        first, *others = found
        rest = sum(vals["quantity"] for vals in others)
        whole, sent_in_place, closed = self.quantity, self.exchange_quantity, self.closed_qty
        unit = self.exchange_product_id.uom_id

        def shares(quantity):
            """What of this line's own goes with ``quantity`` of it, beside the first piece."""
            other = unit.round(sent_in_place * quantity / whole) if whole and sent_in_place else 0.0
            return {"exchange_quantity": other, "closed_qty": min(closed, quantity)}

        for vals in others:
            vals.update(shares(vals["quantity"]))
            closed -= vals["closed_qty"]
        self._set(
            {
                **first,
                "exchange_quantity": sent_in_place - sum(vals["exchange_quantity"] for vals in others),
                "closed_qty": closed,
                "announced_qty": self.uom_id.round(self.announced_qty - rest),
                "received_qty": first["quantity"],
            }
        )
        # with all that the request and the policy put on this line
        own = self.sudo().copy_data()[0]
        origin = (self.split_from_id or self).id
        self.sudo().create(
            [
                {
                    **own,
                    **vals,
                    "split_from_id": origin,
                    "credited_qty": 0.0,
                    "credited_amount": 0.0,
                    "announced_qty": vals["quantity"],
                    "received_qty": vals["quantity"],
                }
                for vals in others
            ]
        )
        if self.credited_qty:
            self._count_credited()
