from odoo import fields, models
from odoo.exceptions import UserError

MANAGER = "order_processing.group_manager"
CHUNK = 500
NAMED = 20
SENSITIVE = ("ship_to", "price", "discount")
NOTHING = "none"


class ResCompany(models.Model):
    _inherit = "res.company"

    order_sensitive_parts = fields.Char(
        "Sensitive changes", readonly=True, help="Codes of what may not change on a confirmed order without a person."
    )
    order_sensitive_by_id = fields.Many2one("res.users", "Sensitive changes set by", readonly=True)
    order_sensitive_at = fields.Datetime("Sensitive changes set at", readonly=True)
    order_sensitive_reason = fields.Char("Reason of the setting", readonly=True)

    def _transition_guarded_fields(self):
        return (
            *super()._transition_guarded_fields(),
            "order_sensitive_parts",
            "order_sensitive_by_id",
            "order_sensitive_at",
            "order_sensitive_reason",
        )

    def _order_sensitive_parts(self):
        """The parts of a sealed content whose change on a confirmed order needs a person: a set of codes."""
        self.ensure_one()
        stored = self.sudo().order_sensitive_parts
        if not stored:
            return set(SENSITIVE)
        return set(stored.split(",")) - {NOTHING}

    def action_order_sensitive(self, parts, reason=""):
        """Set what may not change on a confirmed order without a person (managers, with a reason).

        :param list parts: codes: line, product, quantity, unit, price, discount, taxes, options, ship_to, invoice_to,
            contact, customer, pricelist, fiscal_position, currency, payment_term, incoterm, carrier, wished; none: nothing
        :return: the codes set, sorted
        :raises AccessError: the user is no manager, or the company is none of the user's
        :raises UserError: no reason, or a code that is none
        """
        self.env["res.company"]._check_order_group(MANAGER)
        self.check_access("read")
        known = self.env["sale.order"]._verification_parts()
        unknown = sorted(set(parts) - set(known))
        if unknown:
            raise UserError(
                self.env._(
                    "Unknown: %(parts)s. What a seal covers: %(known)s.",
                    parts=", ".join(unknown),
                    known=", ".join(known),
                )
            )
        if not (reason or "").strip():
            raise UserError(self.env._("Say why: a reason is required for %s.", ", ".join(self.mapped("name"))))
        self._transition_write(
            {
                "order_sensitive_parts": ",".join(sorted(set(parts))) or NOTHING,
                "order_sensitive_by_id": self.env.uid,
                "order_sensitive_at": fields.Datetime.now(),
                "order_sensitive_reason": reason.strip(),
            }
        )
        return sorted(set(parts))

    def order_control_preview(self):
        """What switching to enforced would catch: the rules over all open quotations, nothing recorded (managers).

        :return: one dict per company ``{company, company_id, control, orders, held, holds: [{rule, name, severity,
            orders}], examples: [{order, order_id, customer, reasons}]}``; ``orders`` are the quotations looked at,
            ``held`` those that would be held, ``examples`` at most twenty of them
        :raises AccessError: the user is no manager, or the company is none of the user's
        """
        self.env["res.company"]._check_order_group(MANAGER)
        self.check_access("read")
        return [company._order_control_preview() for company in self]

    def _order_control_preview(self):
        orders = (
            self.env["sale.order"]
            .sudo()
            .search([("company_id", "=", self.id), ("state", "in", ("draft", "sent"))], order="id")
        )
        held, rules, examples = 0, {}, []
        for start in range(0, len(orders), CHUNK):
            chunk = orders[start : start + CHUNK]
            for order_id, assessment in chunk._verification_evaluate().items():
                held += bool(assessment.blocking)
                self._count_rules(rules, assessment)
                if assessment.blocking and len(examples) < NAMED:
                    order = chunk.browse(order_id)
                    examples.append(
                        {
                            "order": order.name,
                            "order_id": order_id,
                            "customer": order.partner_id.display_name,
                            "reasons": [finding.message for finding in assessment.blocking],
                        }
                    )
        return {
            "company": self.name,
            "company_id": self.id,
            "control": self.sudo().order_control,
            "orders": len(orders),
            "held": held,
            "holds": [
                {"rule": rule.code, "name": rule.name, "severity": rule.severity, "orders": count}
                for rule, count in sorted(rules.items(), key=lambda pair: (pair[0].severity, -pair[1], pair[0].id))
            ],
            "examples": examples,
        }

    @staticmethod
    def _count_rules(rules, assessment):
        for rule in {finding.rule for finding in assessment.findings if not finding.waived}:
            rules[rule] = rules.get(rule, 0) + 1
