from odoo import models

MANAGER = "order_processing.group_manager"
CHUNK = 500
NAMED = 20


class ResCompany(models.Model):
    _inherit = "res.company"

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
