from odoo import api, models
from odoo.tools import SQL

from .kit_counts import NOTHING
from .return_process import EXPECTED


class OrderReturn(models.Model):
    _inherit = "order.return"

    _held_up_index = models.Index("(company_id) WHERE held_up IS NOT NULL")

    @api.model
    def _let_go_of_advance(self, company, ids, in_parts):
        """What held cases up holds them no more where none of their lines is overdue (``ids``), or is so in parts (``in_parts``)."""
        self.flush_model(["company_id", "held_up"])
        self.env.cr.execute(
            SQL("SELECT id FROM order_return WHERE company_id = %s AND held_up IS NOT NULL ORDER BY id", company.id)
        )
        held = self.sudo().browse(row[0] for row in self.env.cr.fetchall())
        standing = {"advance": self.env["order.return.line"].sudo().browse(ids).return_id, "parts": in_parts}
        for case in held:
            others = {act: why for act, why in case.held_up.items() if case in standing.get(act, case)}
            if others != case.held_up:
                case._transition_write({"held_up": others or False})


class OrderReturnLine(models.Model):
    """What left in advance and came back by hand, or of a kit only in parts."""

    _inherit = "order.return.line"

    def _is_followed(self):
        """Whether what left in advance for this line is still to be followed by what it replaces."""
        return bool(self.advance_until and not self.advance_outcome and self.return_id.state in EXPECTED)

    def _moved_by_hand(self, went):
        """What came back of the moves ``went`` by core's own returns and for no money, and what of that went out again."""
        found, moves = went, went.browse()
        while found:
            found = found.returned_move_ids.filtered(
                lambda move: move.state == "done" and not move.order_return_line_id and not move.to_refund
            )
            moves |= found
        return moves

    def _with_customer(self):
        """The moves of what left for this line in advance: those that brought it to the customer, those that brought it back."""
        self.ensure_one()
        went = self._sent_again().filtered(lambda move: move.state == "done")
        moves = went | self._moved_by_hand(went)
        there = moves.filtered(lambda move: move.location_dest_id.usage == "customer")
        return there, moves - there

    def _kept_of_advance(self):
        """How much of what left in advance is with the customer, in the line's unit; of a kit the whole ones."""
        there, back = self._with_customer()
        if not self.kit:
            return self._sum_moves(there) - self._sum_moves(back)
        whole = self.kit["whole"]
        return (round(min(self._shares_kept(there, back).values()) / whole, 6) // 1) * whole

    def _shares_kept(self, there, back):
        """For how much of this kit the parts with the customer are enough: product to quantity in the line's unit."""
        less = self._part_shares(back)
        return {product: share - less[product] for product, share in self._part_shares(there).items()}

    def _halves_of_advance(self):
        """Those of these overdue lines of which no whole kit is missing, but parts of one are."""
        kits = self.filtered("kit")
        # what is read of one is read of all
        kits._moved_by_hand(kits._sent_again())
        return kits.filtered(lambda line: line.uom_id.is_zero(line._missing_of_advance()))

    def _parts_kept(self):
        """Of a kit that left in advance: the parts with the customer beyond whole kits, and what they lack to be one, each product
        to quantity in its unit."""
        there, back = self._with_customer()
        shares, each, whole = self._shares_kept(there, back), self._part_quantities(), self.kit["whole"]
        kits = (round(min(shares.values()) / whole, 6) // 1) * whole
        begun = -(round(-max(shares.values()) / whole, 6) // 1) * whole
        products = self.env["product.product"].browse(shares)
        return tuple(
            {product: share(product.id) * each[product.id] for product in products if share(product.id) > NOTHING}
            for share in (lambda part: shares[part] - kits, lambda part: begun - shares[part])
        )

    def _words_of_parts(self, parts):
        return ", ".join(
            f"{product.uom_id._quantity_words(quantity)} {product.display_name}" for product, quantity in parts.items()
        )

    def _hold_halves_up(self):
        """Tell on their cases, once, that the day has passed and parts of a kit are with the customer: which are, which are not, and
        the way out. Such a case waits: half a kit can neither be charged nor be written off."""
        words = {}
        for line in self:
            over, lack = line._parts_kept()
            there, back = line._with_customer()
            told = {
                "line": line.display_name,
                "over": line._words_of_parts(over),
                "lack": line._words_of_parts(lack),
                "transfers": ", ".join(there.picking_id.mapped("name")),
                "receipts": ", ".join(back.picking_id.mapped("name")),
            }
            said = self.env._(
                "%(line)s: of a kit that left in advance %(over)s are with the customer and %(lack)s are not. Take the former "
                "back by the return of %(transfers)s, then the case can be cancelled.",
                **told,
            )
            if back:
                said += " " + self.env._(
                    "Or let the latter leave again by the return of %(receipts)s: then the policy's consequence follows.",
                    **told,
                )
            words.setdefault(line.return_id, []).append(said)
        for case, rows in words.items():
            case._hold_up("parts", "\n".join(rows))

    def _words_of_advance_parts(self):
        """Sentences on parts of kits whose whole ones were charged or written off, by line: those with the customer beyond them, and
        those that lie here because nobody could say what they are of."""
        words = {}
        taken_in = self._parts_taken_in()
        for line in self:
            over, _lack = line._parts_kept()
            rows = words.setdefault(line, [])
            if over:
                there, _back = line._with_customer()
                rows.append(
                    self.env._(
                        "Beside whole kits %(over)s are with the customer, neither charged nor written off. Take them back by the "
                        "return of %(transfers)s, or sell them by an order.",
                        over=line._words_of_parts(over),
                        transfers=", ".join(there.picking_id.mapped("name")),
                    )
                )
            rows += [line._words_of_taken_in(case, moves) for case, moves in taken_in.get(line, ())]
        return words

    def _words_of_taken_in(self, case, moves):
        return self.env._(
            "%(parts)s of it came with %(case)s and lie here: they make no whole kit. Send them back; or, once the others are here, "
            "turn %(receipts)s round and let the kit come by a case of its own.",
            parts=", ".join(
                f"{move.product_uom._quantity_words(move.quantity)} {move.product_id.display_name}" for move in moves
            ),
            case=case.name,
            receipts=", ".join(moves.picking_id.mapped("name")),
        )

    def _parts_taken_in(self):
        """What was taken in unannounced, is matched with nothing and is a part of these kits, of their customers or with their own
        cases: ``{line: [(case, moves)]}``."""
        if not self:
            return {}
        cases = self.return_id
        found = cases.search(
            [
                ("company_id", "in", cases.company_id.ids),
                ("unmatched", "=", True),
                ("is_unannounced", "=", True),
                ("state", "=", "requested"),
                "|",
                ("origin_id", "in", cases.ids),
                ("partner_id.commercial_partner_id", "in", cases.partner_id.commercial_partner_id.ids),
            ],
            order="id",
        )
        answer = {}
        for line in self:
            partner = line.return_id.partner_id.commercial_partner_id
            for case in found:
                if line.return_id != case.origin_id and case.partner_id.commercial_partner_id != partner:
                    continue
                moves = case._taken_in().filtered(lambda move, line=line: line._has_part(move.product_id))
                if moves:
                    answer.setdefault(line, []).append((case, moves))
        return answer
