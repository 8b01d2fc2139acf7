from odoo import SUPERUSER_ID, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..common.business_day import desk_bounds
from . import checks

KEPT = 200


class OrderReconciliationFit(models.Model):
    """Whether a day is fit to be signed: the checks, drawn with the cut, asked at the signature."""

    _inherit = "order.reconciliation"

    check_ids = fields.One2many("order.reconciliation.check", "reconciliation_id", "Checks")
    to_explain_count = fields.Integer("To explain", compute="_compute_to_explain_count")
    stop_count = fields.Integer("Stops", compute="_compute_to_explain_count")

    def _compute_to_explain_count(self):
        for statement in self:
            found = statement.check_ids.mapped("status")
            statement.to_explain_count = found.count("explain")
            statement.stop_count = found.count("stop")

    def explain_checks(self, explanations):
        """Say why what the checks found is right nevertheless (processors).

        :param dict explanations: code of a check to a text, left out where nothing was found; ``"*"`` for all that must be
            explained and are not
        :return: True
        :raises UserError: an unknown code, or a signed statement
        """
        unknown = sorted(set(explanations) - set(checks.BY_CODE) - {"*"})
        if unknown:
            raise UserError(self.env._("There is no check called %s.", ", ".join(unknown)))
        for code, text in explanations.items():
            if code == "*":
                self.check_ids.filtered(lambda check: check.status == "explain").write({"explanation": text})
            else:
                self.check_ids.filtered(lambda check, code=code: check.code == code and check.document_count).write(
                    {"explanation": text}
                )
        return True

    def _insert_checks(self, fact, kept):
        """Draw the checks from the cut.

        :param SQL fact: the table of the facts
        :param dict kept: code to ``(explanation, user, fingerprint)`` of what was said to the draft before; it stays said
            where the very same is found
        """
        weights = self.env["order.reconciliation.rule"]._weights(self.company_id)
        before = self.previous_id._cut()
        for place, check in enumerate(checks.CHECKS, 1):
            explanation, user, fingerprint = kept.get(check.code) or (None, None, None)
            found = SQL(
                check.query,
                company=self.company_id.id,
                day=self.date,
                closed=self.previous_id.date if before else None,
                ends=desk_bounds(self.company_id, self.date)[1],
                statement=self.id,
                fact=fact,
                owned=self._owned("event"),
            )
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO order_reconciliation_check (
                        reconciliation_id, company_id, sequence, code, weight, model, documents, document_count,
                        fingerprint, numbers, explanation, explained_by_id)
                    SELECT %(statement)s, %(company)s, %(place)s, %(code)s, %(weight)s, %(model)s,
                           jsonb_path_query_array(coalesce(sums.documents, '[]'), %(kept)s::text::jsonpath), sums.count,
                           sums.fingerprint, CASE WHEN sums.count > %(most)s THEN sums.numbers END,
                           CASE WHEN sums.fingerprint = %(fingerprint)s THEN %(explanation)s END,
                           CASE WHEN sums.fingerprint = %(fingerprint)s THEN %(user)s::int END
                      FROM (
                        SELECT jsonb_agg(jsonb_build_object('id', found.id, 'name', found.name) ORDER BY found.name, found.id)
                               AS documents, count(*) AS count, jsonb_agg(found.id) FILTER (WHERE found.id IS NOT NULL) AS numbers,
                               md5(string_agg(coalesce(found.id::text, found.name), ',' ORDER BY found.id, found.name)) AS fingerprint
                          FROM (%(found)s) found) sums
                    """,
                    statement=self.id,
                    company=self.company_id.id,
                    place=place,
                    code=check.code,
                    weight=weights[check.code],
                    model=check.model,
                    kept=f"$[0 to {KEPT - 1}]",
                    most=KEPT,
                    fingerprint=fingerprint,
                    explanation=explanation,
                    user=user,
                    found=found,
                )
            )

    def _check_second_person(self):
        """Raise if the company wants another signer than who drew the day; what a cron drew has no such person."""
        alone = self.prepared_by_id.id == self.env.uid and self.env.uid != SUPERUSER_ID
        if self.company_id.order_sign_second_person and alone:
            raise UserError(
                self.env._(
                    "%s was drawn by you: here another manager signs it.",
                    self.display_name,
                )
            )

    def _check_fit(self):
        """Raise unless nothing stops the signature and all is explained that must be; companies that enforce only."""
        if not self.company_id._order_control_enforced():
            return
        if not self.check_ids:
            raise UserError(self.env._("%s was drawn before its checks were made: draw it again.", self.display_name))
        labels = dict(self.check_ids._fields["code"]._description_selection(self.env))
        standing = {
            status: [f"{labels[check.code]} ({check.document_count})"
                     for check in self.check_ids if check.status == status]
            for status in ("stop", "explain")
        }  # fmt: skip
        words = []
        if standing["stop"]:
            words.append(self.env._("Mend this and draw the day again: %(stops)s.", stops=", ".join(standing["stop"])))
        if standing["explain"]:
            words.append(
                self.env._("Write an explanation under “Checks” for: %(found)s.", found=", ".join(standing["explain"]))
            )
        if words:
            raise UserError(
                self.env._("%s is not fit to be signed.", self.display_name) + "\n" + "\n".join(words)
            )  # fmt: skip
