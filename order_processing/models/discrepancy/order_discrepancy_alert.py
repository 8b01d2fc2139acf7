from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..common.transition import Transition
from .alert_cause import KIND
from .kinds import KINDS
from .order_discrepancy import OPEN, PROCESSOR, SEVERITIES

FIGURES = ("count", "open_count", "value", "open_value", "first_found", "last_found", "severity", "due")
KEY = ("company_id", "currency_id", "kind", "trait", "order_id", "product_id", "partner_id", "carrier_id")
# what people may write themselves
WRITABLE = {"owner_id", "cause", "note"}


class OrderDiscrepancyAlert(models.Model):
    """Many discrepancies of one kind that have one thing in common: one piece of work in place of many.

    Made by the comparison alone, when more records of a kind open within a business day than the company says
    (``res.company.order_alert_count``); while it is open what opens with the same trait joins it. It closes by itself when
    the last of its records is closed. Its figures are sums over its records, in the company's currency.
    """

    _name = "order.discrepancy.alert"
    _description = "Discrepancy Alert"
    _inherit = ["order.transition.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "state desc, open_value desc, id desc"
    _transition_initial = "open"
    _transition_guarded = (*KEY, *FIGURES)
    _transitions = (Transition("close", ("open",), "closed", when="closed_at", why="resolution"),)

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    kind = fields.Selection([(kind.code, kind.label) for kind in KINDS], required=True, readonly=True)
    trait = fields.Selection(
        [
            ("order", "The order"),
            ("product", "The product"),
            ("partner", "The customer"),
            ("carrier", "The carrier"),
            (KIND, "The kind alone"),
        ],
        "In common",
        required=True,
        readonly=True,
    )
    order_id = fields.Many2one("sale.order", readonly=True, index="btree_not_null", ondelete="cascade")
    product_id = fields.Many2one("product.product", readonly=True, index="btree_not_null", ondelete="cascade")
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True, index="btree_not_null", ondelete="cascade")
    carrier_id = fields.Many2one("delivery.carrier", readonly=True, index="btree_not_null", ondelete="cascade")
    state = fields.Selection(
        [("open", "Open"), ("closed", "Closed")], default="open", required=True, readonly=True, index=True
    )
    severity = fields.Selection(SEVERITIES, readonly=True, help="The worst of its records.")
    record_ids = fields.One2many("order.discrepancy", "alert_id", "Discrepancies", readonly=True)
    count = fields.Integer("Found", readonly=True)
    open_count = fields.Integer("Still open", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    value = fields.Monetary(
        "Value found", readonly=True, help="Of all its records, untaxed, in the company's currency."
    )
    open_value = fields.Monetary("Value at stake", readonly=True, help="Of those that are still open.")
    first_found = fields.Datetime("First found at", readonly=True)
    last_found = fields.Datetime("Last found at", readonly=True)
    due = fields.Date(readonly=True, help="The earliest due day of what is still open.")
    owner_id = fields.Many2one("res.users", tracking=True, index="btree_not_null", domain=[("share", "=", False)])
    cause = fields.Selection(
        lambda self: self.env["order.discrepancy"]._fields["cause"].selection,
        tracking=True,
        help="Written to all its open records.",
    )
    note = fields.Text()
    closed_at = fields.Datetime("Closed at", readonly=True)
    resolution = fields.Char(readonly=True)
    subject = fields.Char("What they have in common", compute="_compute_subject")

    _one_open = models.UniqueIndex(
        "(company_id, kind, trait, coalesce(order_id, 0), coalesce(product_id, 0), coalesce(partner_id, 0),"
        " coalesce(carrier_id, 0)) WHERE state = 'open'",
        "There is an open alert of this kind and cause already.",
    )

    @api.depends("trait", "order_id", "product_id", "partner_id", "carrier_id")
    def _compute_subject(self):
        for alert in self:
            alert.subject = (
                self.env._("Nothing but the kind") if alert.trait == KIND else alert[f"{alert.trait}_id"].display_name
            )

    @api.depends("kind", "trait", "count", "subject")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for alert in self:
            parts = [f"{alert.count} × {labels.get(alert.kind, '')}"]
            parts += [alert.subject] if alert.trait != KIND else []
            alert.display_name = " · ".join(parts)

    # ------------------------------------------------------------------ the guard

    @api.model_create_multi
    def create(self, vals_list):
        """Refused: alerts come from the comparison."""
        raise UserError(self.env._("Alerts are found, not entered: they stand for many discrepancies of one cause."))

    def write(self, vals):
        """People assign and explain; a cause is that of all its open records, a new owner gets the activity."""
        foreign = {
            name
            for name in vals
            if name in self._fields
            and name not in WRITABLE
            and not name.startswith(("message_", "activity_", "my_activity", "website_message", "rating_"))
        }
        if foreign:
            self._transition_refuse(foreign)
        if vals.get("owner_id") and not self.env.su:
            self.sudo().company_id._order_discrepancy_check_person(vals["owner_id"])
        answer = super().write(vals)
        if vals.get("cause"):
            self.record_ids.filtered(lambda record: record.state in OPEN).cause = vals["cause"]
        if "owner_id" in vals:
            self.sudo()._activity_sync()
        return answer

    # ------------------------------------------------------------------ actions

    def action_take(self):
        """Make the acting user (a processor) the owner of open alerts and of all their open records.

        :return: number of records taken
        :raises AccessError: the user is not of the order desk, or may not write the alerts
        :raises UserError: names every alert that is closed
        """
        self._check_order_group(PROCESSOR)
        self.check_access("write")
        closed = self.filtered(lambda alert: alert.state != "open")
        if closed:
            raise UserError(
                self.env._("Closed already, there is nothing to take: %s.", ", ".join(closed.mapped("display_name")))
            )
        records = self.record_ids.filtered(lambda record: record.state in OPEN)
        records.filtered(lambda record: record.state == "open").action_take()
        others = records.filtered(lambda record: record.owner_id != self.env.user)
        if others:
            others.owner_id = self.env.user
        self.owner_id = self.env.user
        return len(records)

    def action_open_records(self):
        """Open the list of the discrepancies behind these alerts.

        :return: an action of the web client
        """
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id("order_processing.order_discrepancy_action")
        name = self.display_name if len(self) == 1 else self.env._("Discrepancies of alerts")
        context = {"search_default_to_do": 1} if "open" in self.mapped("state") else {}
        return {**action, "name": name, "domain": [("alert_id", "in", self.ids)], "context": context}

    # ------------------------------------------------------------------ figures

    def _count(self):
        """Sum up the records, and close the alerts of which none is open any more; for ``sudo``, a set at a time."""
        if not self:
            return
        self.env["order.discrepancy"].flush_model(
            ["alert_id", "state", "value_company", "due", "severity", "opened_at"]
        )
        self.flush_model(["state"])
        ranks = SQL("array_position(%s::varchar[], record.severity)", [code for code, _label in SEVERITIES])
        self.env.cr.execute(
            SQL(
                """
                UPDATE order_discrepancy_alert alert
                   SET count = sums.count, open_count = sums.open_count, value = sums.value, open_value = sums.open_value,
                       first_found = sums.first_found, last_found = sums.last_found, due = sums.due,
                       severity = coalesce((%(severities)s::varchar[])[sums.worst], alert.severity)
                  FROM (SELECT record.alert_id, count(*) AS count, count(*) FILTER (WHERE %(open)s) AS open_count,
                               coalesce(sum(record.value_company), 0) AS value,
                               coalesce(sum(record.value_company) FILTER (WHERE %(open)s), 0) AS open_value,
                               min(record.opened_at) AS first_found, max(record.opened_at) AS last_found,
                               min(record.due) FILTER (WHERE %(open)s) AS due,
                               min(%(ranks)s) FILTER (WHERE %(open)s) AS worst
                          FROM order_discrepancy record
                         WHERE record.alert_id = ANY(%(ids)s)
                      GROUP BY record.alert_id) sums
                 WHERE alert.id = sums.alert_id AND alert.state = 'open'
                """,
                severities=[code for code, _label in SEVERITIES],
                open=SQL("record.state = ANY(%s)", list(OPEN)),
                ranks=ranks,
                ids=list(self.ids),
            )
        )
        self.invalidate_recordset([*FIGURES, "display_name"], flush=False)
        done = self.filtered(lambda alert: alert.state == "open" and not alert.open_count)
        done._transition("close", self.env._("All its discrepancies are closed"))
