from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import float_round

from .buckets import LABELS


class OrderReconciliationPlain(models.Model):
    """A statement as plain values, for screens, the report and programs."""

    _inherit = "order.reconciliation"

    @api.model
    def _own_company(self, company_id):
        """The company of that number, default the present one.

        :raises AccessError: none of the user's
        """
        companies, number = self.env["res.company"], company_id or self.env.company.id
        if self.env.uid == SUPERUSER_ID or number in self.env.user.sudo().company_ids.ids:
            return companies.browse(number)
        known = companies.sudo().browse(number).exists() if isinstance(number, int) else companies
        raise AccessError(self.env._("%s is not a company of yours.", known.name or number))

    def _cut(self):
        """The cut as ``order.event`` takes it, ``None`` for no statement."""
        if not self:
            return None
        return {
            "snapshot": self.cut_snapshot,
            "xact": self.cut_xact or "",
            "event_id": self.cut_event,
            "era_id": self.cut_era,
        }

    def _bucket_rows(self):
        """All buckets in their order: list of ``{code, label, orders, moved, value}``, value in the company's currency."""
        found = {}
        if self:
            found = {
                bucket: (count, moved, value)
                for bucket, count, moved, value in self.env["order.reconciliation.line"]._read_group(
                    [("reconciliation_id", "in", self.ids)],
                    ["bucket"],
                    ["__count", "moved:sum", "ordered_value_company:sum"],
                )
            }
        unit = self.currency_id.rounding or 0.01
        return [
            {
                "code": code,
                "label": label,
                "orders": found.get(code, (0, 0, 0))[0],
                "moved": found.get(code, (0, 0, 0))[1],
                "value": float_round(found.get(code, (0, 0, 0))[2], precision_rounding=unit),
            }
            for code, label in LABELS
        ]

    def _plain(self):
        self.ensure_one()
        return {
            "id": self.id,
            "date": fields.Date.to_string(self.date),
            "state": self.state,
            "revision": self.revision,
            "entries": self.entry_count,
            "proven": self.is_proven,
        }

    # ------------------------------------------------------------------ drill-down

    def action_open_entries(self):
        """Open the entries of the statement, in the order of the buckets.

        :return: a window action
        """
        return self._entries_action({})

    def action_open_moved(self):
        """Open the entries that moved in the day.

        :return: a window action
        """
        action = self._entries_action({})
        return {**action, "domain": [*action["domain"], ("touched", "=", True)]}

    def action_open_differences(self):
        """Open what makes the differences: documents of one kind at once, else the equations, each leading to its own.

        :return: a window action
        """
        faults = self.equation_ids.filtered(lambda equation: not equation.is_proven)
        keys = {key for equation in faults for key in equation._document_keys()}
        return faults._documents_action(keys.pop()) if len(keys) == 1 else self.action_open_differing()

    def action_open_differing(self):
        """Open the balances with a difference, each leading to its documents.

        :return: a window action
        """
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Balances with a difference"),
            "res_model": "order.reconciliation.equation",
            "view_mode": "list,form",
            "domain": [("reconciliation_id", "in", self.ids), ("is_proven", "=", False)],
        }

    def _entries_action(self, context):
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": "order.reconciliation.line",
            "view_mode": "list,pivot,graph",
            "domain": [("reconciliation_id", "in", self.ids)],
            "context": context,
        }
