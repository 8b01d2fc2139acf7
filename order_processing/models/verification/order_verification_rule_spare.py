from odoo import api, models


class OrderVerificationRule(models.Model):
    """What a rule leaves alone: steps that were ticked, and sales that were made before it was there or was so strict."""

    _inherit = "order.verification.rule"

    @api.model
    def _left_alone(self, findings, assessments, confirming):
        """Which findings need nobody; at most two queries, none where nothing was found.

        :param list findings: of all rules
        :param dict assessments: order id to ``Assessment``
        :param bool confirming: the orders are about to become sales
        :return: two sets of ``Finding.key``: steps that were ticked for this very content, and findings that are spared
        """
        sales = [finding for finding in findings if not assessments[finding.order_id].facts.open]
        asked = sales + [finding for finding in findings if finding.rule.kind == "manual"]
        if not asked:
            return set(), set()
        ticked, standing = self._earlier_checks({finding.order_id for finding in asked})
        late = [
            finding
            for finding in sales
            if (*finding.key, finding.rule.severity) not in standing
            and not (confirming and not assessments[finding.order_id].sealed_content)
        ]
        return ticked, self._spared(late, assessments)

    @api.model
    def _earlier_checks(self, order_ids):
        """The keys of ticked steps, and the keys with severity of findings that stand open; one query."""
        rows = (
            self.env["order.verification.check"]
            .sudo()
            .search_read(
                [("order_id", "in", list(order_ids)), ("state", "in", ("passed", "failed"))],
                ["order_id", "rule_code", "line_number", "fingerprint", "severity", "state"],
            )
        )
        ticked, standing = set(), set()
        for row in rows:
            key = (row["order_id"][0], row["rule_code"], row["line_number"], row["fingerprint"])
            if row["state"] == "passed":
                ticked.add(key)
            else:
                standing.add((*key, row["severity"]))
        return ticked, standing

    @api.model
    def _spared(self, findings, assessments):
        """The keys of findings on sales that come too late: a rule switched on or tightened holds no finished work.

        Spared are: what was never sealed (confirmed before the controls); a line that is as it was sealed; an order
        that is as it was sealed; the order as a whole once its goods have left. What somebody changed is judged.
        That core locks an order says nothing: by a setting of sales it locks each one as it is confirmed.
        """
        spared, changed = set(), []
        for finding in findings:
            assessment = assessments[finding.order_id]
            if not assessment.sealed_content:
                spared.add(finding.key)
            elif finding.line_id:
                if self._still_sealed(assessment, finding.line_id):
                    spared.add(finding.key)
            elif not assessment.broken:
                spared.add(finding.key)
            else:
                changed.append(finding)
        finished = self._finished({finding.order_id for finding in changed})
        return spared | {finding.key for finding in changed if finding.order_id in finished}

    @staticmethod
    def _still_sealed(assessment, line_id):
        """A confirmed order's line that was verified as it is stays verified: prices and products move on."""
        sealed = assessment.sealed_content.get("lines", {}).get(str(line_id))
        return sealed is not None and sealed == assessment.facts.content()["lines"].get(str(line_id))

    @api.model
    def _finished(self, order_ids):
        """Those of the sales that have wholly left, or, where nothing leaves, are wholly invoiced; one query."""
        if not order_ids:
            return set()
        orders = self.env["sale.order"].sudo()
        return set(
            orders.search(
                [
                    ("id", "in", list(order_ids)),
                    "|",
                    ("delivery_status", "=", "full"),
                    "&",
                    ("delivery_status", "=", False),
                    ("invoice_status", "=", "invoiced"),
                ]
            ).ids
        )
