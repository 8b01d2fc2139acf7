from itertools import combinations

from odoo import api, fields, models

from .case_lookup import CaseLookup
from .case_payload import Case
from .order_return_linked import working

# parcels that are tried together: of ten there are a thousand ways
PARCELS = 10


class OrderReturnJoin(models.Model):
    """Parts of a kit that came in several parcels, each taken in by itself, are matched as the kits that they make together.

    The parcel that completes them is the case of all; the cases of the others end, and their receipts are its own.
    """

    _inherit = "order.return"

    joined_id = fields.Many2one(
        "order.return",
        "Joined to",
        readonly=True,
        index="btree_not_null",
        help="The case that its goods are matched with.",
    )

    @api.model
    def _transition_guarded_fields(self):
        return (*super()._transition_guarded_fields(), "joined_id")

    def action_match(self):
        """See ``order.return``; what came in several parcels is looked at together."""
        super().action_match()
        self.sudo()._join_parts()
        return [record._answer() for record in self.sudo()]

    def _join_parts(self):
        """Match each of these parcels with others of the same customer, where the parts in them make whole kits together.

        What goes on waiting is looked at as one set; each match changes what is left, so the rest is looked at again.
        """
        waiting = self.filtered(lambda case: case._is_of_parts())
        for company in waiting.company_id:
            left = waiting.filtered(lambda case, company=company: case.company_id == company)
            while left:
                left = left._join_first(company)

    def _join_first(self, company):
        """Match the first of these parcels of one company that others complete; the parcels to be looked at after it."""
        others = self._other_parts(company)
        tried = self.filtered(others.get)
        if not tried:
            return tried
        parcels = self._parcels_of(tried.union(*(others[case] for case in tried)), company)
        for place, case in enumerate(tried, 1):
            chosen = case._completed_by(others[case], *parcels)
            if chosen:
                case._join_with(chosen)
                return tried[place:].filtered(lambda one: one._is_of_parts())
        return self.browse()

    def _is_of_parts(self):
        """Whether this parcel was taken in, waits to be matched, and holds parts of a kit alone."""
        return self.is_unannounced and self.unmatched_code == "part_of_kit" and self.state == "requested"

    def _other_parts(self, company):
        """The parcels whose parts may belong to those of each of these: of the same order or customer, the oldest first.

        :return: dict of case to at most ``PARCELS`` others
        """
        waiting = self.search(
            [
                ("company_id", "=", company.id),
                ("is_unannounced", "=", True),
                ("unmatched_code", "=", "part_of_kit"),
                ("state", "=", "requested"),
            ],
            order="id",
        )
        of_customer = waiting.grouped(lambda case: case._named_customer())
        return {
            case: of_customer.get(case._named_customer(), waiting.browse()).filtered(
                lambda other, case=case: (
                    other != case and (other.order_id == case.order_id or not other.order_id or not case.order_id)
                )
            )[:PARCELS]
            for case in self
        }

    def _named_customer(self):
        """The commercial partner whom this case names, by itself or by its order."""
        return (self.partner_id or self.order_id.partner_id).commercial_partner_id

    def _join_with(self, chosen):
        """Match this case with ``chosen``, the parcels that complete its kits."""
        self.ensure_one()
        before = self.payload
        rows = [row for case in self | chosen for row in case.payload["lines"]]
        # all parts of a kit come back for one reason: what is not said of some is as of the others
        said = {name: value for row in reversed(rows) for name, value in row.items() if name == "reason"}
        payload = {**before, "lines": [{**said, **row} for row in rows]}
        if not before.get("reference") and not before.get("order_id"):
            named = next((case.payload["reference"] for case in chosen if case.payload.get("reference")), None)
            payload.update({"reference": named} if named else {})
        self._transition_write({"payload": payload})
        super().action_match()
        if self.unmatched:
            self._transition_write({"payload": before})
            return
        chosen._end_joined(self)

    def _parcels_of(self, cases, company):
        """What ``_completed_by`` compares, found for all ``cases`` at once: ``(parcels by case, kits, what is left)``."""
        parcels = {}
        for case in cases:
            parcel = parcels[case] = Case(case.payload)
            parcel.record, parcel.business_date = case, case.business_date
        lookup = CaseLookup(self.env, company)
        lookup.resolve(list(parcels.values()))
        by_line = {}
        for move in self.env["sale.order.line"]._order_returnable_moves(lookup.kits.line_ids()):
            by_line.setdefault(move["line_id"], []).append(move)
        return parcels, lookup.kits, by_line

    def _completed_by(self, others, parcels, kits, by_line):
        """Those of ``others`` whose parts make whole kits with those of this case, the fewest, the oldest; empty: none do.

        For the other parameters see ``_parcels_of``.
        """
        for count in range(1, len(others) + 1):
            for found in combinations(others, count):
                rows = [row for case in (self, *found) for row in parcels[case].rows]
                reasons = {row.payload.get("reason") for row in rows} - {None}
                if len(reasons) <= 1 and kits.completes(rows, by_line):
                    return self.union(*found) - self
        return self.browse()

    @working
    def _end_joined(self, case):
        """End these cases, whose goods are matched with ``case``, and give it what was taken in for them."""
        receipts = self.transfer_ids
        self._transition("join", reason=self.env._("Its parts are matched with those of %s", case.name))
        self._transition_write({"joined_id": case.id})
        receipts.order_return_id = case
        case._message_log(
            body=self.env._(
                "Parts that came with %(cases)s make whole kits with these: %(receipts)s belong here now.",
                cases=", ".join(self.mapped("name")),
                receipts=", ".join(receipts.mapped("name")),
            ),
            author_id=self.env.user.partner_id.id,
        )
