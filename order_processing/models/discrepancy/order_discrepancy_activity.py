from odoo import api, models
from odoo.tools import SQL

from .order_discrepancy import OPEN

TYPE = "order_processing.mail_activity_type_discrepancy"
KINDS_NAMED = 3


class OrderDiscrepancy(models.Model):
    """One activity per order and owner, for what is open and under no alert; it comes and goes with the records."""

    _inherit = "order.discrepancy"

    def _moved(self):
        super()._moved()
        self._activity_sync()

    @api.model
    def _alert_put(self, places):
        super()._alert_put(places)
        # the alert is one piece of work in place of theirs, also of those that were found before
        self.browse([record for _alert, record in places])._activity_sync()

    def write(self, vals):
        """Another owner gets the activity, another day is its deadline."""
        answer = super().write(vals)
        if "owner_id" in vals or "due" in vals:
            self.browse(self.ids).sudo()._activity_sync()
        return answer

    def _activity_sync(self):
        """Bring the activities of the orders and alerts of these records in line with what is open, for ``sudo``.

        What is missing is made, without a mail; what has changed gets its day and its words; what nobody has to do any
        more is done. The same queries for one record and for a thousand.
        """
        if not self:
            return
        # read together, however these records were come by
        records = self.browse(self.ids)
        self.env["mail.activity"]._order_sync("sale.order", records.order_id, records._activity_wanted())
        records.alert_id._activity_sync()

    def _activity_wanted(self):
        """Per order and owner: the earliest due day, how many records and of which kinds.

        :return: list of ``(order id, user id, due, number, [kinds])``
        """
        self.flush_model(["state", "owner_id", "due", "alert_id"])
        self.env.cr.execute(
            SQL(
                """
                SELECT record.order_id, record.owner_id, min(record.due), count(*),
                       array_agg(DISTINCT record.kind ORDER BY record.kind)
                  FROM order_discrepancy record
                  JOIN res_users person ON person.id = record.owner_id AND person.active
                 WHERE record.order_id = ANY(%s) AND record.state = ANY(%s) AND record.alert_id IS NULL
              GROUP BY record.order_id, record.owner_id
                """,
                list(self.order_id.ids),
                list(OPEN),
            )
        )
        return self.env.cr.fetchall()


class OrderDiscrepancyAlert(models.Model):
    _inherit = "order.discrepancy.alert"

    def _activity_sync(self):
        """One activity for the owner of each open alert, for ``sudo``."""
        if not self:
            return
        wanted = [
            (alert.id, alert.owner_id.id, alert.due, alert.open_count, [alert.kind])
            for alert in self
            if alert.state == "open" and alert.owner_id.active
        ]
        self.env["mail.activity"]._order_sync(self._name, self, wanted)


class MailActivity(models.Model):
    _inherit = "mail.activity"

    @api.model
    def _order_sync(self, model_name, documents, wanted):
        """Make, change or finish the desk's own activities of ``documents``, so that they are what is ``wanted``.

        :param wanted: list of ``(document id, user id, deadline, number, [kinds of discrepancies])``
        """
        kind = self.env.ref(TYPE, raise_if_not_found=False)
        if not kind:
            return
        have = {}
        mine = [("activity_type_id", "=", kind.id), ("automated", "=", True)]
        for activity in self.search([("res_model", "=", model_name), ("res_id", "in", documents.ids), *mine]):
            have.setdefault((activity.res_id, activity.user_id.id), self.browse())
            have[activity.res_id, activity.user_id.id] |= activity
        missing, changed = [], {}
        for document, user, deadline, number, kinds in wanted:
            values = (deadline, self._order_summary(user, number, tuple(kinds)))
            activity = have.pop((document, user), None)
            if activity is None:
                missing.append((document, user, *values))
            elif (activity[0].date_deadline, activity[0].summary) != values:
                changed[values] = changed.get(values, self.browse()) | activity
        self.browse().union(*have.values())._order_finish()
        for (deadline, summary), activities in changed.items():
            activities.write({"date_deadline": deadline, "summary": summary})
        self._order_make(kind, model_name, missing)

    @api.model
    def _order_make(self, kind, model_name, rows):
        """Enter activities without telling anybody by mail: the desk and the clock in the corner show them."""
        if not rows:
            return
        # core asks each document for its name alone: read them together first
        self.env[model_name].browse([row[0] for row in rows]).mapped("display_name")
        model = self.env["ir.model"]._get_id(model_name)
        self.with_context(mail_activity_quick_update=True).create(
            [
                {
                    "activity_type_id": kind.id,
                    "automated": True,
                    "res_model_id": model,
                    "res_id": document,
                    "user_id": user,
                    "date_deadline": deadline,
                    "summary": summary,
                }
                for document, user, deadline, summary in rows
            ]
        )

    def _order_finish(self):
        """Done: kept as core keeps what is done; the discrepancies themselves tell how they ended."""
        if self:
            self.write({"active": False, "feedback": self.env._("Nothing is left to do here.")})

    @api.model
    def _order_summary(self, user_id, number, kinds):
        """What is to be done, in the language of who is to do it: the number and the first kinds."""
        user = self.env["res.users"].browse(user_id)
        there = self.with_context(lang=user.lang or self.env.lang).env
        labels = dict(there["order.discrepancy"]._fields["kind"]._description_selection(there))
        names = ", ".join(labels[code] for code in kinds[:KINDS_NAMED]) + (", …" if len(kinds) > KINDS_NAMED else "")
        return names if number == 1 else there._("%(number)s discrepancies: %(kinds)s", number=number, kinds=names)
