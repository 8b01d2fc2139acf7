import base64
import binascii
from math import isfinite

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import float_compare
from odoo.tools.mimetypes import guess_mimetype

from ..common.number_words import measure_words, number_words, share_words

PICTURES = ("image/jpeg", "image/png", "image/webp")
PHOTO_BYTES = 10 * 1024 * 1024
TEXT_LENGTH = 2000
DIGITS = 6
# what an answer may say, by kind of check
SAYS = {
    "pass_fail": {"passed", "failed"},
    "measure": {"value"},
    "scan": {"failed"},
    "photo": {"photo", "failed"},
    "text": {"text", "failed"},
    "weight": {"weight"},
}
REQUIRED = {"measure": "value", "photo": "photo", "text": "text", "weight": "weight"}


class OrderQualityCheck(models.Model):
    """Answers to the check of a point: by product, order line, lot or parcel, how many are good and how many are not."""

    _inherit = "order.quality.check"

    def action_answer(self, answers, reason=""):
        """Say what was found of the goods of these checks; when all are answered the verdict follows.

        What failed goes into a transfer of its own, with a failed check, and the rest may leave; a transfer that is to leave
        complete, or of which everything failed, is held as a whole.

        :param list answers: dicts of ``line`` (id of a row of a check) and, by the kind of the check: ``passed`` and ``failed``
            (quantities in the product's unit; without ``passed`` the rest is good), ``value`` (measure), ``text``, ``photo``
            (base64), ``weight`` (of the parcel, in the database's unit of weight); ``note`` in place of ``reason``
        :param str reason: what is wrong; required where something failed, and written there alone
        :return: one dict per check: ``{check, state, transfer, left, held_back}``; ``left``: number of rows without an answer,
            ``held_back``: name of the transfer that what failed was put into, or ``""``
        :raises AccessError: no processor, or of another company
        :raises UserError: says of every answer what is wrong with it; nothing is changed then
        """
        self._answer_begin()
        goods = self.sudo().picking_id._quality_goods()
        self.sudo()._renew_goods(goods)
        reason = reason.strip() if isinstance(reason, str) else ""
        found = self.sudo()._answers_read(answers, reason, goods)
        for row, values in found.items():
            package = values.pop("weighed", None)
            # a concession was of what was found before
            values["conceded"] = False
            row.write({**values, "answered_by_id": self.env.uid, "answered_at": fields.Datetime.now()})
            if package:
                # what the scales say is known to whoever looks at the parcel
                package.shipping_weight = values["value"]
        rows = self.env["order.quality.check.line"].sudo().union(*found)
        # what was scanned before stands; another answer replaces the one before
        scanned = rows.filtered(lambda row: row.kind == "scan")
        scanned._seen()
        (rows - scanned).write({"answered_by_ids": [Command.set(self.env.user.ids)]})
        held = self._answer_end(reason)
        return [
            {
                "check": check.id,
                "state": check.state,
                "transfer": check.picking_id.name,
                "left": len(check.line_ids._present()._open()),
                "held_back": held[check].name if check in held else "",
            }
            for check in self.sudo()
        ]

    def action_open_answer(self):
        """Open the window in which this check is answered, or its goods are scanned.

        :return: an action
        """
        self.ensure_one()
        self._answer_begin()
        self.sudo()._renew_goods(self.sudo().picking_id._quality_goods())
        return self.env["order.quality.answer"]._open(self)

    def _answer_begin(self):
        """Lock these checks for an answer by the real user.

        :raises AccessError: no processor, or no access
        :raises UserError: a check of no point, that is judged already, or of a transfer that is done or cancelled
        """
        self._transition_check_rights(self._transition_declared("pass"))
        self._transition_lock()
        self._check_transfers_open()
        plain = self.filtered(lambda check: not check.point_id)
        if plain:
            raise UserError(
                self.env._(
                    "%s is a simple check: pass or fail the transfer as a whole.",
                    ", ".join(plain.mapped("display_name")),
                )
            )
        judged = self.filtered(lambda check: check.state != "to_check")
        if judged:
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                "\n".join(
                    self.env._(
                        "%(check)s is “%(state)s” already: a manager of the order desk can re-open it.",
                        check=check.display_name,
                        state=labels[check.state],
                    )
                    for check in judged
                )
            )
        packed = [problem for check in self.sudo() for problem in check._problem_of_packer()]
        if packed:
            raise UserError("\n".join(packed))

    def _answer_end(self, reason):
        """Give the verdicts that the rows of these checks ask for now.

        :return: ``{check: transfer that what failed of it was put into}``
        """
        said = {check: check._said_by_goods() for check in self.sudo()}
        good = self.filtered(lambda check: said[check] == "passed")
        bad = self.filtered(lambda check: said[check] == "failed")
        if good:
            good.action_pass(reason="")
        return bad._hold_back(reason) if bad else {}

    # ------------------------------------------------------------------ reading

    def _answers_read(self, answers, reason, goods):
        """Values of the rows that ``answers`` are about, as ``{row: values}``; for ``sudo``, nothing is written.

        :raises UserError: names every answer that cannot be taken
        """
        if not isinstance(answers, (list, tuple)) or not all(isinstance(answer, dict) for answer in answers):
            raise UserError(self.env._("Give the answers as a list with one set of values for each line."))
        if not answers:
            raise UserError(self.env._("Say what was found of at least one line."))
        rows = {row.id: row for row in self.line_ids._present()}
        found, problems = {}, []
        for answer in answers:
            number = answer.get("line")
            row = rows.get(number) if isinstance(number, int) and not isinstance(number, bool) else None
            if row is None:
                problems.append(
                    self.env._("Line %s is none of these checks, or its goods are not there any more.", number)
                )
            elif row in found:
                problems.append(self.env._("%s is answered twice.", row.display_name))
            else:
                lines = goods.get(row.check_id.picking_id, self.env["stock.move.line"])
                found[row] = row._answer_values(answer, reason, lines, problems)
        if problems:
            raise UserError("\n".join(problems))
        return found


class OrderQualityCheckLine(models.Model):
    _inherit = "order.quality.check.line"

    def _answer_values(self, answer, reason, lines, problems):
        """Values for this row from ``answer``; what is wrong with it is added to ``problems``.

        :param lines: the move lines of its transfer
        """
        self.ensure_one()
        kind = self.kind
        given = {name for name in answer if name not in ("line", "note")}
        foreign = sorted(given - SAYS[kind])
        if foreign:
            problems.append(
                self.env._(
                    "%(goods)s: this check takes %(known)s, not %(given)s.",
                    goods=self.display_name,
                    known=", ".join(sorted(SAYS[kind])),
                    given=", ".join(foreign),
                )
            )
            return {}
        if kind == "scan" and "failed" not in given:
            problems.append(self.env._("%s: scan it, or say how much of it failed.", self.display_name))
            return {}
        if REQUIRED.get(kind, "") and REQUIRED[kind] not in given and not answer.get("failed"):
            problems.append(self.env._("%(goods)s: give the %(name)s.", goods=self.display_name, name=REQUIRED[kind]))
            return {}
        values = getattr(self, f"_answer_{kind}")(answer, lines, problems)
        note = answer.get("note")
        failed = self._compare(values.get("failed_qty", 0.0)) > 0
        values["note"] = (note.strip() if isinstance(note, str) else "") or (reason if failed else "") or False
        if failed and not values["note"]:
            problems.append(self.env._("%s: say what is wrong with what failed.", self.display_name))
        return values

    def _answer_number(self, answer, name, problems, lowest=None):
        """The number that ``answer`` gives as ``name``, or 0.0 and a problem."""
        given = answer.get(name)
        try:
            number = float(given) if not isinstance(given, bool) else None
        except (TypeError, ValueError):
            number = None
        if number is None or not isfinite(number):
            problems.append(
                self.env._(
                    "%(goods)s: “%(given)s” is no number (%(name)s).", goods=self.display_name, given=given, name=name
                )
            )
            return 0.0
        if lowest is not None and number < lowest:
            problems.append(
                self.env._(
                    "%(goods)s: %(name)s cannot be negative (%(number)s).",
                    goods=self.display_name,
                    name=name,
                    number=measure_words(self.env, number),
                )
            )
            return 0.0
        return number

    def _answer_split(self, answer, problems, passed=None):
        """``passed_qty`` and ``failed_qty`` from an answer; ``passed``: what is known to be good whatever it says."""
        failed = self._answer_number(answer, "failed", problems, 0.0) if "failed" in answer else 0.0
        if passed is None:
            passed = (
                self._answer_number(answer, "passed", problems, 0.0) if "passed" in answer else self.quantity - failed
            )
        if self._compare(passed + failed, self.quantity) > 0 or passed < 0:
            problems.append(
                self.env._(
                    "%(goods)s: %(given)s are more than the %(there)s that lie there.",
                    goods=self.display_name,
                    given=number_words(self.env, max(passed, 0.0) + failed),
                    there=number_words(self.env, self.quantity),
                )
            )
        return {"passed_qty": passed, "failed_qty": failed}

    def _answer_pass_fail(self, answer, lines, problems):
        return self._answer_split(answer, problems)

    def _answer_scan(self, answer, lines, problems):
        return self._answer_split(answer, problems, passed=self.passed_qty)

    def _answer_measure(self, answer, lines, problems):
        point, before = self.check_id.point_id, len(problems)
        value = self._answer_number(answer, "value", problems)
        good = len(problems) == before and (
            float_compare(value, point.tolerance_min, precision_digits=DIGITS) >= 0
            and float_compare(value, point.tolerance_max, precision_digits=DIGITS) <= 0
        )
        return {
            "value": value,
            "expected": point._expected_text(),
            "found": f"{measure_words(self.env, value)} {point.uom_id.name}",
            **self._answer_whole(good),
        }

    def _answer_weight(self, answer, lines, problems):
        point, before = self.check_id.point_id, len(problems)
        value = self._answer_number(answer, "weight", problems, 0.0)
        expected, unknown = self._content_weight(lines)
        if len(problems) == before and value <= 0:
            problems.append(self.env._("%s: a parcel weighs more than 0.", self.display_name))
        if unknown:
            problems.append(
                self.env._(
                    "%(parcel)s: %(products)s have no weight, so the parcel cannot be compared. Enter it on the product.",
                    parcel=self.display_name,
                    products=", ".join(unknown.mapped("display_name")),
                )
            )
        allowed = expected * point.weight_tolerance / 100
        good = float_compare(abs(value - expected), allowed, precision_digits=DIGITS) <= 0
        unit = self.env["product.template"]._get_weight_uom_name_from_ir_config_parameter()
        return {
            "value": value,
            "expected_value": expected,
            "expected": f"{measure_words(self.env, expected)} {unit} ± {share_words(self.env, point.weight_tolerance)}",
            "found": f"{measure_words(self.env, value)} {unit}",
            "weighed": self.package_id,
            **self._answer_whole(good),
        }

    def _content_weight(self, lines):
        return self.check_id._content_weight(lines, self.package_id)

    def _answer_whole(self, good):
        return {"passed_qty": self.quantity if good else 0.0, "failed_qty": 0.0 if good else self.quantity}

    def _answer_text(self, answer, lines, problems):
        text = answer.get("text")
        text = text.strip() if isinstance(text, str) else ""
        if not text and not answer.get("failed"):
            problems.append(self.env._("%s: write down what you see.", self.display_name))
        return {"text": text[:TEXT_LENGTH], **self._answer_split(answer, problems)}

    def _answer_photo(self, answer, lines, problems):
        values = self._answer_split(answer, problems)
        photo = answer.get("photo")
        if not photo and answer.get("failed"):
            return values
        try:
            content = base64.b64decode(photo, validate=True) if isinstance(photo, (str, bytes)) else b""
        except (binascii.Error, ValueError):
            content = b""
        if not content or len(content) > PHOTO_BYTES or guess_mimetype(content) not in PICTURES:
            problems.append(
                self.env._(
                    "%(goods)s: send a photo of the type JPEG, PNG or WebP, at most %(size)s MB.",
                    goods=self.display_name,
                    size=PHOTO_BYTES // 1024**2,
                )
            )
            return values
        return {"photo": photo, **values}
