import re
import secrets

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import AccessError

from . import reading
from .lookup import Lookup
from .parcel import Chosen, Parcel

PROCESSOR = "order_processing.group_processor"
# the sender under which the desk enters what it is told by telephone
DESK = "phone"
LINE = re.compile(r"lines\[(\d+)\]")


class OrderIntakeDesk(models.Model):
    """Orders that the desk enters itself, by the same room as those that are sent."""

    _inherit = "order.intake"

    @api.model
    def _check_desk(self, company):
        """:raises AccessError: the user is no processor, or none of the company; what follows is done with ``sudo``"""
        self._check_order_group(PROCESSOR)
        if company not in self.env.user.company_ids and self.env.uid != SUPERUSER_ID:
            raise AccessError(self.env._("%s is not a company of yours.", company.sudo().name))

    @api.model
    def _desk_read(self, order, company, partners, products):
        """What an order means so far, complete or not; nothing is kept and nothing written.

        :param dict order: as of the contract
        :param partners: dict of role (``customer``, ``ship_to``) to the partner that was chosen
        :param products: dict of the place of a line to the product that was chosen
        :return: ``(values, problems)``: by the place of the line its values for ``sale.order.line.create``, and what is wrong
            with it, in the user's language
        :raises AccessError: no processor, or none of the company
        """
        self._check_desk(company)
        self = self.sudo().with_company(company)
        parcel = Parcel(order)
        parcel.choose(Chosen(parcel.reference, partners, products))
        parcel.envelope = self.browse()
        parcel.errors = reading.check_form(parcel.payload)
        settings = self.env["order.intake.profile"]._settings_of(DESK, company)
        Lookup(self.env, company.sudo(), settings).resolve([parcel])
        words, problems = self._error_words(), {}
        for error in parcel.errors:
            if found := LINE.match(error["path"]):
                problems.setdefault(int(found[1]), []).append(reading.told(error, words)["message"])
        return dict(parcel.line_values), problems

    @api.model
    def _desk_submit(self, order, company, partners, products, reference):
        """Enter an order of the desk under its own ``reference``; arguments as ``_desk_read``.

        :return: as ``submit``
        :raises AccessError: no processor, or none of the company
        """
        self._check_desk(company)
        return self._submit([order], DESK, company, chosen=[Chosen(reference, partners, products)])[0]

    @api.model
    def _desk_try(self, order, company, partners, products):
        """What verification would say of an order of the desk; all of it taken back.

        :return: the answer of ``submit`` with ``findings`` and ``holds`` (names) of the verification, ``amount`` and
            ``verification``
        :raises AccessError: no processor, or none of the company
        """
        self._check_desk(company)
        told = {}

        def act():
            # a name that no order has: it is taken back with the rest
            answer = self._desk_submit(order, company, partners, products, f"trial-{secrets.token_hex(8)}")
            made = self.env["sale.order"].browse(answer["order_id"])
            if made:
                verified = made.action_verify()[0]
                open_holds = made.sudo().order_hold_ids.filtered(lambda hold: hold.state == "open")
                places = {line.id: line.order_sender_line for line in made.order_line}
                told.update(
                    findings=[{**found, "line": places.get(found["line"], "")} for found in verified["findings"]],
                    verification=verified["state"],
                    holds=open_holds.mapped("reason_id.name"),
                    amount=made.currency_id.format(made.amount_total),
                )
            return [answer]

        answer = self._trial(act)[0]
        return {"findings": [], "holds": [], "amount": "", "verification": "", **answer, **told}
