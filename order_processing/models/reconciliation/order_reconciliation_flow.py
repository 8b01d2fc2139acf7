from odoo import api, fields, models
from odoo.tools import SQL, format_amount

# which rows of the day book bring open goods in, and which take them out
CAME = ("entered", "raised", "reopened")
WENT = ("shipped", "corrected", "lowered", "removed", "cancelled", "closed_short")
OPENING, IN, OUT, CLOSING = "opening", "came", "went", "closing"
# the terms of the equation of open goods, by the part of the flow that they belong to
PARTS = {
    "Open at the start": OPENING,
    "Entered": IN,
    "Raised": IN,
    "Re-opened": IN,
    "Change in over-shipped": IN,
    "Shipped": OUT,
    "Shipments corrected": OUT,
    "Lowered": OUT,
    "Removed": OUT,
    "Cancelled": OUT,
    "Closed short": OUT,
    "Open at the end": CLOSING,
}
BY_SIDE = {"left": IN, "right": OUT}


class OrderReconciliationFlow(models.Model):
    """The day as a flow of open goods: what was open, what came in, what went out, what is open now; each leads to its entries."""

    _inherit = "order.reconciliation"

    flow_opening = fields.Char("Open at the start", compute="_compute_flow")
    flow_came = fields.Char("Came in", compute="_compute_flow")
    flow_went = fields.Char("Went out", compute="_compute_flow")
    flow_closing = fields.Char("Open at the end", compute="_compute_flow")

    @api.depends("equation_ids.terms")
    @api.depends_context("lang")
    def _compute_flow(self):
        for statement in self:
            flow = statement._flow()
            for part, name in ((OPENING, "opening"), (IN, "came"), (OUT, "went"), (CLOSING, "closing")):
                amounts = [format_amount(self.env, sums[part], currency) for currency, sums in flow]
                statement[f"flow_{name}"] = " + ".join(amounts)

    def _flow(self):
        """The terms of the equation of open goods added up to four: list of ``(currency, {part: value})``, a row a currency."""
        self.ensure_one()
        rows = []
        for equation in self.equation_ids:
            if (equation.name, equation.measure) != ("open", "value") or not equation.currency_id:
                continue
            sums = dict.fromkeys((OPENING, IN, OUT, CLOSING), 0.0)
            for side in ("left", "right"):
                for label, value in (equation.terms or {}).get(side, []):
                    # a term that another version of the add-on knew stands on the side of the flow that it was on
                    sums[PARTS.get(label) or BY_SIDE[side]] += float(value)
            rows.append((equation.currency_id, sums))
        return rows

    def _moved_orders(self, kinds):
        """Numbers of the orders with rows of ``kinds`` that the statement owns."""
        self.env.cr.execute(
            SQL(
                """
                SELECT DISTINCT event.order_id FROM order_event event
                 WHERE event.company_id = %s AND event.kind = ANY(%s) AND event.order_id IS NOT NULL
                   AND NOT coalesce(event.opening, FALSE) AND %s
                """,
                self.company_id.id,
                list(kinds),
                self._owned("event"),
            )
        )
        return [row[0] for row in self.env.cr.fetchall()]

    def action_open_opening(self):
        """Open the entries that were open at the start, with what each was.

        :return: a window action
        """
        closed = [("reconciliation_id", "=", self.previous_id.id), ("open_value", "!=", 0)]
        return self._flow_entries("start_value", self.env._("Open at the start"), lambda: closed)

    def action_open_came(self):
        """Open the entries whose open goods became more, with how much.

        :return: a window action
        """
        return self._flow_entries("came_value", self.env._("Came in"), lambda: self._entries_of(CAME))

    def action_open_went(self):
        """Open the entries whose open goods left or fell away, with how much.

        :return: a window action
        """
        return self._flow_entries("went_value", self.env._("Went out"), lambda: self._entries_of(WENT))

    def action_open_closing(self):
        """Open the entries that are open at the end, with what each is.

        :return: a window action
        """
        still = [("reconciliation_id", "=", self.id), ("open_value", "!=", 0)]
        return self._flow_entries("end_value", self.env._("Open at the end"), lambda: still)

    def _flow_entries(self, name, label, otherwise):
        """The entries whose term ``name`` is not nothing; ``otherwise`` makes the domain for a statement that kept no terms."""
        self.ensure_one()
        self.check_access("read")
        domain = [("reconciliation_id", "=", self.id), (name, "!=", 0)] if self._keeps_flow() else otherwise()
        action = self._entries_action({"order_flow": name})
        view = self.env.ref("order_processing.order_reconciliation_line_view_flow")
        return {**action, "name": label, "domain": domain, "views": [(view.id, "list")], "view_mode": "list"}

    def _keeps_flow(self):
        """Whether the entries keep the terms of the flow: those of a statement that was drawn before do not."""
        self.env.cr.execute(
            SQL(
                "SELECT 1 FROM order_reconciliation_line WHERE reconciliation_id = %s AND came_value IS NULL LIMIT 1",
                self.id,
            )
        )
        return not self.env.cr.rowcount

    def _entries_of(self, kinds):
        return [("reconciliation_id", "=", self.id), ("order_number", "in", self.sudo()._moved_orders(kinds))]
