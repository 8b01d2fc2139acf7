from functools import partial

from odoo import api, fields, models

from ..common.number_words import number_words
from .acknowledgement import acknowledgement, reasons_by_mark
from .lookup_partner import PartnerLookup
from .order_intake_profile import ACKNOWLEDGEMENTS
from .parcel import Parcel
from .places import in_words

AUTOMATIC = ("always", "differences")
RESULTS = [("accepted", "As ordered"), ("changed", "With differences"), ("refused", "Refused")]


class OrderIntakeAcknowledgement(models.Model):
    """What the sender is told of its order: computed from what stands, mailed once per content."""

    _inherit = "order.intake"

    acknowledgement = fields.Selection(
        ACKNOWLEDGEMENTS,
        compute="_compute_acknowledgement",
        compute_sudo=True,
        help="The customer's setting, else that of the sender's profile, else after review.",
    )
    acknowledgement_result = fields.Selection(
        RESULTS,
        "Result",
        compute="_compute_acknowledgement_html",
    )
    acknowledgement_html = fields.Html(compute="_compute_acknowledgement_html", sanitize=False)
    acknowledgement_state = fields.Selection(
        [("to_send", "Waiting"), ("sent", "Sent"), ("failed", "Failed"), ("same", "No differences")], readonly=True
    )
    acknowledgement_digest = fields.Char(readonly=True)
    acknowledgement_sent_at = fields.Datetime("Acknowledged at", readonly=True)
    acknowledgement_sent_by_id = fields.Many2one("res.users", "Acknowledged by", readonly=True)
    acknowledgement_mail_id = fields.Many2one(
        "mail.mail", readonly=True, ondelete="set null", groups="base.group_system"
    )
    acknowledgement_told = fields.Selection(RESULTS, "Told last", readonly=True)
    acknowledgement_error = fields.Char(readonly=True)
    acknowledgement_again_at = fields.Datetime("Tried again at", readonly=True)
    acknowledgement_tries = fields.Integer("Times it failed unexpectedly", readonly=True)
    acknowledgement_problem = fields.Char(
        "Why it was not sent", compute="_compute_acknowledgement_problem", compute_sudo=True
    )

    _to_acknowledge = models.Index("(id) WHERE acknowledgement_state IN ('to_send', 'failed')")

    @api.depends("source", "company_id", "order_id.partner_id", "payload")
    def _compute_acknowledgement(self):
        for company, intakes in self.grouped("company_id").items():
            profiles = self.env["order.intake.profile"].search(
                [("company_id", "=", company.id), ("source", "in", intakes.mapped("source"))]
            )
            by_source = {profile.source: profile.acknowledgement for profile in profiles}
            customers = intakes._acknowledgement_customers()
            for intake in intakes:
                house = customers.get(intake, self.env["res.partner"]).with_company(company).commercial_partner_id
                intake.acknowledgement = house.order_acknowledgement or by_source.get(intake.source) or "review"

    def _acknowledgement_customers(self):
        """Whose orders they are: dict of envelope to partner, of a refused one the known customer that it names."""
        found = {intake: intake.order_id.partner_id for intake in self if intake.order_id}
        refused = self.filtered(lambda intake: not intake.order_id and isinstance(intake.payload, dict))
        for company, intakes in refused.grouped("company_id").items():
            settings = self.env["order.intake.profile"]._settings_of("", company)
            parcels = {intake: Parcel(intake.payload) for intake in intakes}
            lookup = PartnerLookup(self.env, company, settings)
            lookup.find(list(parcels.values()))
            for intake, parcel in parcels.items():
                partner = lookup.fill(parcel, {})
                found[intake] = partner if partner and partner.id else self.env["res.partner"]
        return found

    @api.depends("acknowledgement_error", "acknowledgement_mail_id.state")
    def _compute_acknowledgement_problem(self):
        for intake in self:
            mail = intake.acknowledgement_mail_id
            bounced = mail.failure_reason or mail.failure_type if mail.state == "exception" else False
            intake.acknowledgement_problem = intake.acknowledgement_error or bounced

    @api.depends("state", "order_id", "payload", "acknowledgement_state", "refused_change")
    def _compute_acknowledgement_html(self):
        found = self._acknowledgements()
        for intake in self:
            told = found.get(intake.id)
            intake.acknowledgement_result = told["result"] if told else False
            intake.acknowledgement_html = intake._acknowledgement_table(told) if told else False

    def _acknowledgements(self):
        """What became of the submitted orders of ``self``, line by line against what was sent.

        :return: dict of envelope id to ``{result, lines, differences, errors, refused_change}``; envelopes that are not settled are left out
        """
        self.check_access("read")
        settled = self.sudo().filtered(lambda intake: intake.state != "received")
        # of one set, so that what each needs is read for all
        orders = {order.id: order for order in settled.order_id}
        products = settled.order_id.order_line.product_id
        known = {
            product.id: {
                str(code).strip().casefold().lstrip("0")
                for code in (
                    product.default_code,
                    product.barcode,
                    product.name,
                    *product.seller_ids.mapped("product_code"),
                )
                if code
            }
            for product in products
        }
        for packaging in (
            self.env["product.uom"].sudo().search([("product_id", "in", products.ids)]) if products else ()
        ):
            known[packaging.product_id.id].add(packaging.barcode.casefold().lstrip("0"))
        codes = self.env["order.customer.code"].sudo().search([("product_id", "in", products.ids)]) if products else ()
        for own in codes:
            known[own.product_id.id].add(own.code.casefold().lstrip("0"))
        none = self.env["sale.order"].sudo()
        sent = [intake.sent_payload or intake.payload for intake in settled if intake.order_id]
        units = none._comparison_units([payload for payload in sent if isinstance(payload, dict)])
        return {
            intake.id: acknowledgement(intake, orders.get(intake.order_id.id, none), known, units) for intake in settled
        }

    def _acknowledgement_table(self, told):
        """The table that mail, portal and form show, in the language of the context."""
        self.ensure_one()
        order, content = self.sudo().order_id, self.sudo().payload
        shown = {line["line"] for line in told["lines"]}
        listed = [
            error for mark, own in reasons_by_mark(content, told["errors"]).items() if mark in shown for error in own
        ]
        whole = [
            {**error, "where": in_words(self.env, content, error["path"])}
            for error in told["errors"]
            if error not in listed
        ]
        change = (self.sudo().refused_change or {}).get("content")
        return self.env["ir.qweb"]._render(
            "order_processing.intake_acknowledgement",
            {
                "told": told,
                "order": order,
                "labels": self._acknowledgement_labels(),
                "currency": order.currency_id,
                "number": partial(number_words, self.env),
                "whole": whole,
                "refused": [
                    {**error, "where": in_words(self.env, change, error["path"])} for error in told["refused_change"]
                ],
            },
        )

    @api.model
    def _acknowledgement_labels(self):
        env = self.env
        return {
            "accepted": env._("as ordered"),
            "changed_product": env._("product changed"),
            "changed_quantity": env._("quantity changed"),
            "changed_price": env._("price changed"),
            "changed_date": env._("date changed"),
            "added": env._("added"),
            "refused": env._("refused"),
        }

    def _acknowledgement_subject(self):
        """What became of it, in a few words, for the mail template."""
        self.ensure_one()
        if self.refused_change and self.acknowledgement_result != "refused":
            return self.env._("your change could not be carried out")
        return {
            "accepted": self.env._("entered as ordered"),
            "changed": self.env._("entered with differences"),
            "refused": self.env._("not accepted"),
        }[self.acknowledgement_result]

    def _acknowledgement_mailed(self):
        """The table of one envelope, for the mail template."""
        self.ensure_one()
        return self._acknowledgement_table(self._acknowledgements()[self.id])
