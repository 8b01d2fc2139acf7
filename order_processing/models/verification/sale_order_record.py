from markupsafe import Markup, escape

from odoo import fields, models


def html_lines(lines):
    """Plain lines as safe HTML, one below the other."""
    return Markup("<br/>").join(escape(line) for line in lines)


class SaleOrder(models.Model):
    """Writing down what the rules found. A set at a time: the number of statements does not grow with the orders."""

    _inherit = "sale.order"

    def _verification_record(self, assessments):
        """Store findings, holds, seals and states of ``assessments`` (of ``_verification_evaluate``).

        Companies whose controls are off are passed over. Where they observe, nothing is held: an order with a
        blocking finding stays to verify.
        """
        orders = self._verification_engine().filtered(
            lambda order: (
                order.id in assessments and order.state != "cancel" and order.company_id._order_control_records()
            )
        )
        if not orders:
            return
        assessments = {order.id: assessments[order.id] for order in orders}
        orders._verification_record_checks(assessments)
        holds = orders._verification_record_holds(assessments)
        unsealed = orders.filtered(lambda o: o.verification_state == "verified" and assessments[o.id].broken)
        orders._verification_record_unsealed(unsealed, assessments)
        held = orders.filtered(lambda order: holds.get(order.id))
        failed = (orders - held).filtered(lambda order: assessments[order.id].blocking)
        passed = orders - held - failed
        held._transition("hold")
        failed.filtered(lambda order: order.verification_state != "to_verify")._transition("unseal")
        verified = passed._transition("verify")
        orders._verification_record_runs(assessments, verified, held, failed)
        self.env["order.event"]._record([order._order_event("verified") for order in verified])

    def _verification_again(self):
        """Evaluate and record; returns the assessments."""
        assessments = self._verification_evaluate()
        self._verification_record(assessments)
        return assessments

    # ------------------------------------------------------------------ findings

    def _verification_record_checks(self, assessments):
        Check = self.env["order.verification.check"]
        known = Check.search([("order_id", "in", self.ids), ("state", "=", "failed")])
        wanted = {
            self._verification_check_key(finding): finding
            for assessment in assessments.values()
            for finding in assessment.findings
            if not finding.waived
        }
        same = known._same_findings(wanted)
        gone = known.filtered(lambda check: check not in same)
        present = set(same.values())
        gone._transition("mend")._note_changed({order: assessment.facts for order, assessment in assessments.items()})
        self._verification_note_freed(gone, wanted, assessments)
        new = [finding for key, finding in wanted.items() if key not in present]
        if not new:
            return
        companies = {order_id: assessment.facts.company_id for order_id, assessment in assessments.items()}
        now = fields.Datetime.now()
        Check.create(
            [
                {
                    "order_id": finding.order_id,
                    "company_id": companies[finding.order_id],
                    "line_id": finding.line_id or False,
                    "line_number": finding.line_id or 0,
                    "line_name": assessments[finding.order_id].facts.names[finding.line_id],
                    "rule_id": finding.rule.id,
                    "rule_code": finding.rule.code,
                    "rule_name": finding.rule.name,
                    "rule_kind": finding.rule.kind,
                    "rule_version": finding.rule.version,
                    "stage": finding.rule.stage,
                    "severity": finding.rule.severity,
                    "expected": finding.expected,
                    "found": finding.found,
                    "message": finding.message,
                    "mend": finding.rule.mend or "",
                    "fingerprint": finding.fingerprint,
                    "content_digest": assessments[finding.order_id].facts.fingerprint(finding.line_id),
                    "found_lang": self.env.lang or "en_US",
                    "found_by_id": self.env.uid,
                    "found_at": now,
                }
                for finding in new
            ]
        )

    def _verification_note_freed(self, gone, wanted, assessments):
        """Blocking findings that went though nothing changed on their orders: say who changed what outside of them."""
        left = {(key[0], key[1], key[2]) for key in wanted}
        freed = gone.filtered(
            lambda check: (
                check.severity == "blocking"
                and (check.order_id.id, check.rule_code, check.line_number) not in left
                and assessments[check.order_id.id].facts.rests_on(check.fingerprint, check.line_number)
            )
        )
        if not freed:
            return
        Log = self.env["order.release.log"]
        causes = Log._freed_by(freed)
        orders, told = {}, {}
        for check, log in causes.items():
            orders[log] = orders.get(log, self.browse()) | check.order_id
            told.setdefault(check.order_id, {})[log] = check.rule_code
        if not told:
            return
        Log._free(orders)
        self.env["order.event"]._record(
            [
                {**order._order_event("released"), "reason": log._words(), "note": code}
                for order, logs in told.items()
                for log, code in logs.items()
            ]
        )
        self.browse([order.id for order in told])._message_log_batch(
            bodies={
                order.id: self.env._("Set free: %s", "; ".join(log._words() for log in logs))
                for order, logs in told.items()
            }
        )

    @staticmethod
    def _verification_check_key(finding):
        """What makes a finding the same one at the next verification."""
        return (
            finding.order_id,
            finding.rule.code,
            finding.line_id or 0,
            finding.rule.severity,
            finding.fingerprint,
            finding.expected,
            finding.found,
        )

    # ------------------------------------------------------------------ seals

    def _verification_record_unsealed(self, unsealed, assessments):
        """A broken seal sets the order back; what changed stands in the book and in the chatter."""
        if not unsealed:
            return
        texts = self._verification_change_texts({order.id: assessments[order.id].changes() for order in unsealed})
        unsealed._transition("unseal")
        self.env["order.event"]._record(
            [{**order._order_event("unsealed"), "note": texts[order.id]} for order in unsealed]
        )
        unsealed._message_log_batch(
            bodies={order.id: self.env._("Changed since it was verified:\n%s", texts[order.id]) for order in unsealed}
        )

    def _verification_record_runs(self, assessments, verified, held, failed):
        """One row per order and run that says something new; the content is kept where it is sealed."""
        now = fields.Datetime.now()
        rows = []
        for order in self:
            assessment = assessments[order.id]
            result = "held" if order in held else "failed" if order in failed else "verified"
            if result == "verified" and order not in verified and not assessment.broken:
                continue
            sealed = result == "verified"
            rows.append(
                {
                    "order_id": order.id,
                    "order_name": order.name,
                    "company_id": order.company_id.id,
                    "result": result,
                    "digest": assessment.facts.digest() if sealed else "",
                    "content": assessment.facts.content() if sealed else {},
                    "passed": assessment.passed,
                    "verified_by_id": self.env.uid,
                    "verified_at": now,
                }
            )
        self.env["order.verification"].create(rows)

    def _verification_reseal(self):
        """Seal again, as it stands, what core itself has just changed in these verified orders."""
        orders = self._verification_engine().filtered(lambda order: order.verification_state == "verified")
        if not orders:
            return
        runs = self.env["order.verification"].sudo()
        seals = runs._last_seals(orders.ids)
        passed = {run.order_id.id: run.passed for run in runs.search([("order_id", "in", orders.ids)], order="id")}
        facts = self.env["order.verification.facts"].sudo()._load(orders)
        now = fields.Datetime.now()
        runs.create(
            [
                {
                    "order_id": order.id,
                    "order_name": order.name,
                    "company_id": order.company_id.id,
                    "result": "verified",
                    "digest": facts[order.id].digest(),
                    "content": facts[order.id].content(),
                    "passed": passed.get(order.id, {}),
                    "verified_by_id": orders.env.uid,
                    "verified_at": now,
                }
                for order in orders
                if order.id in seals and seals[order.id][0] != facts[order.id].digest()
            ]
        )

    def _transition_log(self, declared, before, reason):
        """Where nothing is enforced the chatter stays as core leaves it; a plain verification is in the day book."""
        if declared.name == "verify":
            return
        enforced = self.filtered(lambda order: order.sudo().company_id._order_control_enforced())
        super(SaleOrder, enforced)._transition_log(declared, before, reason)
