from odoo import models

from ..common.business_day import business_day


class OrderReturnSlip(models.Model):
    """What the slip and the messages say of a case in plain words, in the language of the context."""

    _inherit = "order.return"

    def _return_address(self):
        """The ``res.partner`` to which the goods are sent: that of the one warehouse they left from, else the company's."""
        self.ensure_one()
        warehouse = self.line_ids.move_id.picking_id.picking_type_id.warehouse_id
        return (len(warehouse) == 1 and warehouse.partner_id) or self.company_id.partner_id

    def _return_address_text(self):
        """The return address as lines of text, the company's name first."""
        address = self._return_address()
        lines = [self.company_id.name, *address._display_address(without_company=True).splitlines()]
        return "\n".join(dict.fromkeys(line.strip() for line in lines if line.strip()))

    def _freight_words(self):
        """Who pays for the way back, as a sentence."""
        self.ensure_one()
        lines = self._comes_back()
        ours = lines.filtered(lambda line: line.return_freight == "us")
        if not lines - ours:
            return self.env._("We pay for the way back.")
        if not ours:
            return self.env._("You pay for the way back.")
        return self.env._(
            "We pay for the way back of %(ours)s; you pay for that of the rest.",
            ours=", ".join(ours.product_id.mapped("display_name")),
        )

    def _terms_words(self):
        """What the policy says of each line: ``{line id: text}``; nothing that was decided is decided anew."""
        terms = self.env["order.return.policy"]._terms(self.line_ids.order_line_id)
        words = {}
        for line in self.line_ids:
            if not line.eligible:
                approved = line.state not in ("requested", "rejected", "cancelled")
                words[line.id] = self.env._("Accepted as an exception") if approved else line.eligibility
                continue
            judged = terms[line.order_line_id.id].judge(
                business_day(line.company_id, line.move_id.date),
                line.return_id.business_date,
                line.reason_id,
                line.settlement,
                line.condition,
            )
            words[line.id] = judged["eligibility"]
        return words
