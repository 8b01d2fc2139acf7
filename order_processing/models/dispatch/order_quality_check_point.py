from odoo import api, fields, models
from odoo.exceptions import UserError

from .order_quality_point import ANSWERED

MANAGER = "order_processing.group_manager"
CLOSED = ("done", "cancel")
NAMED = 10


class OrderQualityCheck(models.Model):
    """The check of a quality point: its goods, who may judge them, and what of its transfer it stops."""

    _inherit = "order.quality.check"

    line_ids = fields.One2many("order.quality.check.line", "check_id", "Goods judged", readonly=True)
    kind = fields.Selection(related="point_id.kind")
    instruction = fields.Html(related="point_id.instruction")
    picture = fields.Image(related="point_id.picture")
    team_id = fields.Many2one(related="point_id.team_id")
    user_id = fields.Many2one(related="point_id.user_id")
    picking_state = fields.Selection(related="picking_id.state", string="State of the transfer")

    @api.depends("point_id.name")
    def _compute_display_name(self):
        super()._compute_display_name()
        for check in self.filtered("point_id"):
            check.display_name = f"{check.display_name} / {check.point_id.name}"

    # ------------------------------------------------------------------ who and when

    def _transition_check_rights(self, declared):
        """Verdicts of quality points are re-opened by managers."""
        super()._transition_check_rights(declared)
        if declared.name == "check_again" and self.sudo().point_id:
            self._check_order_group(MANAGER)

    def _transition_check(self, declared, reason):
        """See the mixin: nor is anything judged that is gone, or that must be measured, scanned or shown first."""
        super()._transition_check(declared, reason)
        self._check_transfers_open()
        problems = [problem for check in self.sudo() for problem in check._problems_of(declared.name)]
        if problems:
            raise UserError("\n".join(problems))

    def _check_transfers_open(self):
        """:raises UserError: names the transfers of these checks that are done or cancelled"""
        closed = self.sudo().filtered(lambda check: check.picking_state in CLOSED)
        if closed:
            labels = dict(self.env["stock.picking"]._fields["state"]._description_selection(self.env))
            raise UserError(
                "\n".join(
                    self.env._(
                        "%(transfer)s is “%(state)s”: there is nothing left to check before it leaves.",
                        transfer=picking.name,
                        state=labels[picking.state],
                    )
                    for picking in closed.picking_id
                )
            )

    def _problems_of(self, act):
        """Why this check of a point cannot be moved by ``act``; for ``sudo``."""
        self.ensure_one()
        point, rows, problems = self.point_id, self.line_ids._present(), []
        if not point or act not in ("pass", "fail"):
            return problems
        name = self.display_name
        if not rows:
            problems.append(self.env._("%s: none of its goods lie ready to be checked.", name))
        if act == "fail":
            return problems
        if rows._failing():
            problems.append(
                self.env._(
                    "%(check)s: %(goods)s failed, so it cannot pass.", check=name, goods=rows._failing()._words()
                )
            )
        if point.kind in ANSWERED and rows._open():
            kinds = dict(point._fields["kind"]._description_selection(self.env))
            problems.append(
                self.env._(
                    "%(check)s (%(kind)s) has no answer yet for %(goods)s: open the check and enter what you find.",
                    check=name,
                    kind=kinds[point.kind],
                    goods=rows._open()._words(),
                )
            )
        return problems + self._problem_of_packer()

    def _problem_of_packer(self):
        """Why the user may not pass this check, where who packed may not: a list of one text, or of none; for ``sudo``."""
        self.ensure_one()
        if not self.point_id.second_person:
            return []
        if self.env.user not in self.point_id._goods_of(self.picking_id.move_line_ids).order_packed_by_id:
            return []
        return [
            self.env._(
                "%(check)s: %(user)s packed these goods, so somebody else must check them.",
                check=self.display_name,
                user=self.env.user.name,
            )
        ]

    # ------------------------------------------------------------------ what follows

    def _judged(self, act, reason):
        """The goods of a check of a point carry its verdict."""
        answer = super()._judged(act, reason)
        checks = self.sudo().filtered("point_id")
        rows = checks.line_ids._present()
        seen = {"answered_by_id": self.env.uid, "answered_at": fields.Datetime.now()}
        if act in ("pass", "fail"):
            rows._open()._seen()
        if act == "pass":
            for row in rows._open():
                row.write({"passed_qty": row.quantity - row.failed_qty, "note": reason or row.note, **seen})
        elif act == "fail":
            for row in rows._open():
                row.write({"failed_qty": row.quantity - row.passed_qty, "conceded": False, "note": reason, **seen})
            checks._book_checked("check_failed")
        elif act == "concede":
            # who lets them leave is known as who judged them, whatever becomes of the check
            rows._failing()._seen()
            rows._failing().conceded = True
        elif act == "check_again":
            rows._clear()
        return answer

    def _untouched(self):
        """Those that nobody has answered in any part."""
        return self.filtered(lambda check: check.state == "to_check" and not check.line_ids.filtered("answered_at"))

    def _screen(self):
        """The action that opens these checks."""
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Checks before Dispatch"),
            "res_model": self._name,
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", self.ids)],
        }
        if len(self) == 1:
            action.update(views=[(False, "form")], res_id=self.id)
        return action

    # ------------------------------------------------------------------ what it stops

    def _stopping(self):
        """A check of a point stops the goods that have not passed it, not the others of their transfer."""
        plain = self.filtered(lambda check: not check.point_id)
        stopping = super(OrderQualityCheck, plain)._stopping()
        pointed = self - plain
        if not pointed:
            return stopping
        leaving = pointed.picking_id._quality_leaving()
        none = self.env["stock.move.line"]
        return stopping | pointed.filtered(lambda check: check._stops(leaving.get(check.picking_id, none)))

    def _stops(self, lines):
        """Whether some of the move lines ``lines``, which are about to leave, may not."""
        self.ensure_one()
        mine = self.point_id._goods_of(lines)
        if not mine:
            return False
        if self._same_persons(mine):
            return True
        if self.state == "passed":
            return False
        rows = self.line_ids._present().grouped(lambda row: row._key())
        for key, quantity in self._wanted_goods(mine).items():
            own = rows.get(key, self.line_ids.browse())
            if not own or own._failing():
                return True
            cleared = sum(row.passed_qty + (row.failed_qty if row.conceded else 0.0) for row in own)
            if own[0]._compare(quantity, cleared) > 0:
                return True
        return False

    def _same_persons(self, lines):
        """Who packed goods of the move lines ``lines`` and found the same good, or conceded them, where the point wants two persons."""
        self.ensure_one()
        found = self.env["res.users"]
        packed = lines.filtered("order_packed_by_id") if self.point_id.second_person else lines.browse()
        rows = self.line_ids._present().grouped(lambda row: row._key()) if packed else {}
        for line in packed:
            own = rows.get(self._key_of(line), self.line_ids.browse())
            found |= line.order_packed_by_id & own.answered_by_ids
        return found

    def _stop_text(self):
        """With the goods that it is about."""
        text = super()._stop_text()
        if not self.point_id:
            return text
        same = self._same_persons(self.point_id._goods_of(self.picking_id.move_line_ids))
        if same:
            text = self.env._("%(text)s: %(users)s packed it, too", text=text, users=", ".join(same.mapped("name")))
        if self.state == "passed":
            return text
        rows = self.line_ids._present()
        parts = []
        if rows._failing():
            parts.append(self.env._("failed: %s", rows._failing()._words(failed=True)))
        if rows._open():
            parts.append(self.env._("not checked: %s", rows._open()._words()))
        return f"{text} ({'; '.join(parts)})" if parts else text


class OrderQualityCheckLine(models.Model):
    _inherit = "order.quality.check.line"

    def _words(self, failed=False):
        """These goods in words, the first few by name; ``failed``: with the quantity that failed, else with what is open."""
        words = []
        for line in self[:NAMED]:
            quantity = line.failed_qty if failed or line.state == "failed" else line._left()
            words.append(
                f"{line.uom_id._quantity_words(quantity)} {line.display_name}" if line.product_id else line.display_name
            )
        if len(self) > NAMED:
            words.append(self.env._("%s more", len(self) - NAMED))
        return ", ".join(words)
