from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..common.business_day import business_day
from ..common.transition import Transition, transition

PROCESSOR = "order_processing.group_processor"
MANAGER = "order_processing.group_manager"
# stored, so that lists sort by them; a remote call could write them
SUMS = {"amount", "deadline"}
PARTIES = [("carrier", "Carrier"), ("vendor", "Vendor")]
# the party that a kind of discrepancy suggests; all others: the carrier, if one took the goods
VENDOR_KINDS = ("quality_failed", "late", "short_shipped")


class OrderClaim(models.Model):
    """What is claimed from a carrier or a vendor for an order: how much, until when it must be filed, with which proof, and
    what came of it."""

    _name = "order.claim"
    _description = "Claim from a Carrier or Vendor"
    _inherit = ["order.transition.mixin", "order.company.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "deadline, id"
    _check_company_auto = True
    _transition_initial = "draft"
    _transition_guarded = ("settled_amount",)
    _transitions = (
        Transition("file", ("draft", "refused"), "filed", group=PROCESSOR, who="filed_by_id", when="filed_at"),
        Transition(
            "settle", ("filed",), "settled", group=PROCESSOR, who="closed_by_id", when="closed_at", why="outcome"
        ),
        Transition(
            "refuse",
            ("filed",),
            "refused",
            group=PROCESSOR,
            reason=True,
            who="closed_by_id",
            when="closed_at",
            why="outcome",
        ),
        Transition(
            "withdraw",
            ("draft", "filed", "refused"),
            "withdrawn",
            group=MANAGER,
            reason=True,
            who="closed_by_id",
            when="closed_at",
            why="outcome",
        ),
    )

    name = fields.Char(default="/", readonly=True, copy=False)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, default=lambda self: self.env.company, index=True
    )
    order_id = fields.Many2one("sale.order", required=True, index=True, check_company=True)
    picking_id = fields.Many2one(
        "stock.picking", "Transfer", check_company=True, domain="[('sale_id', '=', order_id)]", index="btree_not_null"
    )
    return_id = fields.Many2one(
        "order.return",
        "Return case",
        check_company=True,
        domain="[('order_id', '=', order_id)]",
        index="btree_not_null",
    )
    pickup_id = fields.Many2one(related="picking_id.order_pickup_id", string="Pickup")
    party = fields.Selection(PARTIES, "Claimed from", required=True, default="carrier")
    carrier_id = fields.Many2one("delivery.carrier", check_company=True)
    partner_id = fields.Many2one(
        "res.partner", "Contact", help="Who gets the claim: the vendor, or the carrier's address for claims."
    )
    party_name = fields.Char("From", compute="_compute_party_name")
    currency_id = fields.Many2one("res.currency", required=True, default=lambda self: self.env.company.currency_id)
    line_ids = fields.One2many("order.claim.line", "claim_id", "Claimed")
    amount = fields.Monetary("Amount claimed", compute="_compute_amount", store=True)
    event_date = fields.Date(
        "Day of the damage",
        required=True,
        default=lambda self: business_day(self.env.company),
        help="From this day the time for filing counts: the goods were handed over, delivered or received.",
    )
    claim_days = fields.Integer(
        "Days to file",
        compute="_compute_claim_days",
        store=True,
        readonly=False,
        help="Of the carrier or the vendor, else of the company.",
    )
    deadline = fields.Date("File until", compute="_compute_deadline", store=True, index=True)
    is_late = fields.Boolean("Past its deadline", compute="_compute_is_late", search="_search_is_late")
    proof_ids = fields.Many2many("ir.attachment", help="Photos, delivery notes, reports of damage.")
    has_proof = fields.Boolean(
        compute="_compute_has_proof",
        compute_sudo=True,
        help="A file, or a pickup that was signed by who took the goods over.",
    )
    owner_id = fields.Many2one("res.users", default=lambda self: self.env.user, tracking=True)
    note = fields.Text("What happened")
    state = fields.Selection(
        [
            ("draft", "To file"),
            ("filed", "Filed"),
            ("settled", "Settled"),
            ("refused", "Refused"),
            ("withdrawn", "Withdrawn"),
        ],
        default="draft",
        required=True,
        readonly=True,
        index=True,
    )
    filed_by_id = fields.Many2one("res.users", "Filed by", readonly=True, copy=False)
    filed_at = fields.Datetime("Filed at", readonly=True, copy=False)
    closed_by_id = fields.Many2one("res.users", "Closed by", readonly=True, copy=False)
    closed_at = fields.Datetime("Closed at", readonly=True, copy=False)
    outcome = fields.Char(readonly=True, copy=False)
    answer_amount = fields.Monetary("Amount granted", copy=False, help="Written here, then settled with the button.")
    answer_text = fields.Char("Their answer", copy=False, help="Written here, then kept with the button.")
    settled_amount = fields.Monetary("Amount recovered", readonly=True, copy=False)

    _amounts = models.Constraint("CHECK (claim_days >= 0)", "The days to file a claim are 0 or more.")

    # ------------------------------------------------------------------ computed

    @api.depends("name", "order_id")
    def _compute_display_name(self):
        for claim in self:
            claim.display_name = " · ".join(filter(None, (claim.name, claim.order_id.name)))

    @api.depends("party", "carrier_id", "partner_id")
    def _compute_party_name(self):
        labels = dict(self._fields["party"]._description_selection(self.env))
        for claim in self:
            who = claim.carrier_id if claim.party == "carrier" else claim.partner_id
            claim.party_name = who.display_name or claim.partner_id.display_name or labels.get(claim.party)

    @api.depends("line_ids.amount")
    def _compute_amount(self):
        for claim in self:
            claim.amount = sum(claim.line_ids.mapped("amount"))

    @api.depends("party", "carrier_id", "partner_id", "company_id")
    def _compute_claim_days(self):
        for claim in self:
            if claim.party == "carrier":
                own = claim.carrier_id.order_claim_days
            else:
                own = claim.partner_id.commercial_partner_id.order_claim_days
            claim.claim_days = own or claim.company_id.order_claim_days

    @api.depends("event_date", "claim_days")
    def _compute_deadline(self):
        for claim in self:
            claim.deadline = claim.event_date and claim.event_date + timedelta(days=claim.claim_days)

    @api.depends("deadline", "state", "filed_at")
    def _compute_is_late(self):
        for claim in self:
            day = business_day(claim.company_id or self.env.company, claim.filed_at or None)
            claim.is_late = bool(claim.deadline) and day > claim.deadline and claim.state in ("draft", "filed")

    @api.model
    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = self.search([("state", "=", "draft"), ("deadline", "<", business_day(self.env.company))])
        late |= self.search([("state", "=", "filed")]).filtered("is_late")
        return [("id", "in" if True in value else "not in", late.ids)]

    @api.depends("proof_ids", "picking_id")
    def _compute_has_proof(self):
        for claim in self:
            pickup = claim.picking_id.order_pickup_id
            claim.has_proof = bool(claim.proof_ids) or (pickup.state == "handed_over" and bool(pickup.signed_by))

    # ------------------------------------------------------------------ made and kept

    @api.model_create_multi
    def create(self, vals_list):
        """Number the claims and remind their owners of the deadline."""
        for vals in vals_list:
            self._check_sums(vals)
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].next_by_code("order.claim") or "/"
        claims = super().create(vals_list)
        for claim in claims:
            claim.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=claim.deadline,
                summary=self.env._("File the claim"),
                user_id=claim.owner_id.id or self.env.uid,
            )
        return claims

    def write(self, vals):
        """What was filed stands: its content changes only before."""
        self._check_sums(vals)
        content = {
            name
            for name in vals
            if name in ("order_id", "party", "carrier_id", "partner_id", "currency_id", "line_ids", "event_date",
                        "claim_days", "picking_id", "return_id", "company_id")
        }  # fmt: skip
        filed = self.filtered(lambda claim: claim.state != "draft") if content else self.browse()
        if filed:
            raise UserError(
                self.env._(
                    "%s was filed and stands as it is. Withdraw it and make another claim.",
                    ", ".join(filed.mapped("display_name")),
                )
            )
        kept = {claim: claim.proof_ids for claim in self if claim.state != "draft"} if "proof_ids" in vals else {}
        answer = super().write(vals)
        lost = [claim.display_name for claim, proof in kept.items() if proof - claim.proof_ids]
        if lost:
            raise UserError(self.env._("Proof is added to a filed claim, never taken away: %s.", ", ".join(lost)))
        return answer

    @api.model
    def _check_sums(self, vals):
        """What is claimed comes from the lines and the deadline from the days: neither is written beside them."""
        if SUMS.intersection(vals):
            raise UserError(
                self.env._("The amount of a claim is that of its lines, its deadline that of its days: change those.")
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_draft(self):
        kept = self.filtered(lambda claim: claim.state != "draft")
        if kept:
            raise UserError(self.env._("%s was filed: withdraw it instead.", ", ".join(kept.mapped("display_name"))))

    # ------------------------------------------------------------------ actions

    @transition("file")
    def action_file(self, reason=""):
        """Record that the claims were sent to the carrier or vendor, now (processors).

        :raises UserError: names every claim without an amount or without proof
        """
        problems = []
        for claim in self:
            if claim.currency_id.compare_amounts(claim.amount, 0) <= 0:
                problems.append(self.env._("%s claims no amount: enter what is claimed.", claim.display_name))
            if not claim.has_proof:
                problems.append(
                    self.env._(
                        "%s has no proof: add a photo, a delivery note or a report, or choose a transfer whose pickup was"
                        " signed.",
                        claim.display_name,
                    )
                )
        if problems:
            raise UserError("\n".join(problems))
        self.activity_feedback(["mail.mail_activity_data_todo"])
        for amount, claims in self.grouped("amount").items():
            claims.answer_amount = amount
        late = self.filtered("is_late")
        late.sudo()._message_log_batch(
            bodies={claim.id: self.env._("Filed after its deadline (%s).", claim.deadline) for claim in late}
        )

    @transition("settle")
    def action_settle(self, reason="", amount=None):
        """Record what the carrier or vendor pays (processors).

        :param str reason: what they say
        :param amount: in the claim's currency; ``None``: the amount written as granted, at first all that is claimed
        :raises UserError: nothing, or more than is claimed
        """
        for claim in self:
            paid = claim.answer_amount if amount is None else amount
            if (
                claim.currency_id.compare_amounts(paid, 0) <= 0
                or claim.currency_id.compare_amounts(paid, claim.amount) > 0
            ):
                raise UserError(
                    self.env._(
                        "%s: what is paid is more than 0 and no more than is claimed. If they pay nothing, record the refusal.",
                        claim.display_name,
                    )
                )
            claim._transition_write({"settled_amount": paid})

    @transition("refuse")
    def action_refuse(self, reason=""):
        """Record that they pay nothing, and their ``reason`` (processors). It may be filed again."""

    @transition("withdraw")
    def action_withdraw(self, reason=""):
        """Give the claim up, with a ``reason`` (managers)."""
        self.activity_unlink(["mail.mail_activity_data_todo"])

    def action_settle_as_written(self):
        """Settle with the amount and answer written on the form."""
        for claim in self:
            claim.action_settle(reason=claim.answer_text or "")
        return True

    def action_refuse_as_written(self):
        """Refuse with the answer written on the form."""
        for claim in self:
            claim.action_refuse(reason=claim.answer_text or "")
        return True

    def action_withdraw_as_written(self):
        """Withdraw with what is written as the answer."""
        for claim in self:
            claim.action_withdraw(reason=claim.answer_text or "")
        return True

    def action_open_order(self):
        """Open the order of this claim."""
        self.ensure_one()
        return self.order_id.get_formview_action()

    # ------------------------------------------------------------------ from discrepancies

    @api.model
    def _create_for(self, records, party="", note=""):
        """Draft claims over discrepancies, one per order and party.

        :param records: ``order.discrepancy``
        :param str party: ``carrier``, ``vendor`` or ``""``: as each record suggests
        :return: the claims
        """
        groups = {}
        for record in records:
            vals = self._party_of(record, party)
            groups.setdefault((record.order_id, *sorted(vals.items())), (vals, []))[1].append(record)
        return self.create(
            [
                {
                    **vals,
                    **self._prepare_claim_vals(found[0]),
                    "note": note or False,
                    "line_ids": [Command.create(self._prepare_claim_line_vals(record)) for record in found],
                }
                for vals, found in groups.values()
            ]
        )

    @api.model
    def _party_of(self, record, party):
        """Values of the claim that say from whom: the vendor of the product, or the carrier of the order."""
        vendor = (
            record.product_id._select_seller(quantity=None).partner_id or record.product_id.seller_ids[:1].partner_id
        )
        carrier = record.line_id.move_ids.picking_id.carrier_id[:1] or record.order_id.carrier_id
        if not party:
            party = "vendor" if record.kind in VENDOR_KINDS and vendor or not carrier and vendor else "carrier"
        if party == "vendor":
            return {"party": party, "partner_id": vendor.id, "carrier_id": False}
        return {"party": party, "partner_id": False, "carrier_id": carrier.id}

    @api.model
    def _prepare_claim_vals(self, record):
        """Values of a claim over the order of ``record``, called by ``_create_for``: what left last, and when."""
        sent = record.line_id.move_ids.filtered(lambda move: move.state == "done").sorted("date")[-1:]
        company = record.company_id
        case = sent.picking_id.order_return_id if "order_return_id" in sent.picking_id._fields else None
        return {
            "company_id": company.id,
            "order_id": record.order_id.id,
            "picking_id": sent.picking_id.id,
            "return_id": case.id if case else False,
            "currency_id": record.currency_id.id,
            "event_date": business_day(company, sent.date or record.found_at),
        }

    @api.model
    def _prepare_claim_line_vals(self, record):
        """Values of a line of a claim, called by ``_create_for``: the difference, at the order's price."""
        return {
            "discrepancy_id": record.id,
            "name": record.display_name,
            "product_id": record.product_id.id,
            "quantity": abs(record.difference) if record.measure == "quantity" else 0,
            "uom_id": record.uom_id.id,
            "amount": record.value,
        }
