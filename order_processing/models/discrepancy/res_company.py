from odoo import fields, models
from odoo.exceptions import AccessError, UserError

MANAGER = "order_processing.group_manager"
# the largest number that a column of integers holds
MOST = 2**31 - 1
# what managers of the order desk set themselves, who may write no company
RULES = ("order_invoice_days", "order_alert_count", "order_escalate_to_id", "order_escalate_days")


class ResCompany(models.Model):
    _inherit = "res.company"

    order_invoice_days = fields.Integer(
        "Days until shipped goods must be invoiced",
        default=1,
        required=True,
        help="What left and is not invoiced this many calendar days later, not even as a draft, is a discrepancy.",
    )
    order_alert_count = fields.Integer(
        "One alert for more than",
        default=10,
        required=True,
        help="When more discrepancies of one kind than this are found within a day, those of one cause become one alert;"
        " 0: never.",
    )
    order_escalate_to_id = fields.Many2one(
        "res.users",
        "Overdue discrepancies go to",
        domain=[("share", "=", False)],
        help="Where the setting of the kind names nobody, and after whom it names. Empty: they stay where they are.",
    )
    order_escalate_days = fields.Integer(
        "Days overdue until then",
        default=1,
        required=True,
        help="Calendar days after the due day, or after whom the kind names had it.",
    )

    _order_invoice_days_positive = models.Constraint(
        "CHECK (order_invoice_days >= 0)", "The days until an invoice are 0 or more."
    )
    _order_alert_count_positive = models.Constraint(
        "CHECK (order_alert_count >= 0)", "The number of discrepancies that make an alert is 0 or more."
    )
    _order_escalate_days_positive = models.Constraint(
        "CHECK (order_escalate_days >= 0)", "The days until an escalation are 0 or more."
    )

    def order_discrepancy_set_rules(self, vals):
        """Set from when, how and to whom discrepancies of these companies are told (managers, of their own companies).

        :param dict vals: any of ``order_invoice_days``, ``order_alert_count``, ``order_escalate_days`` (integers, 0 or more)
            and ``order_escalate_to_id`` (id of a user or ``False``)
        :return: ``True``
        :raises AccessError: no manager, or a company that the user does not work in
        :raises UserError: another field, a number below 0, or a person without access to a company
        """
        self._check_order_group(MANAGER)
        if not isinstance(vals, dict):
            raise UserError(self.env._("Say what to set as values by name: %s.", ", ".join(RULES)))
        foreign = self.sudo() - self.env.user.sudo().company_ids
        if foreign:
            raise AccessError(
                self.env._("You do not work in %s: ask a manager of that company.", ", ".join(foreign.mapped("name")))
            )
        other = set(vals) - set(RULES)
        if other:
            raise UserError(self.env._("No rule of discrepancies is called %s.", ", ".join(sorted(other))))
        for name in set(vals) - {"order_escalate_to_id"}:
            if isinstance(vals[name], bool) or not isinstance(vals[name], int) or not 0 <= vals[name] <= MOST:
                label = self._fields[name]._description_string(self.env)
                raise UserError(self.env._("“%s” is a whole number, 0 or more.", label))
        person = vals.get("order_escalate_to_id")
        if person is True or not isinstance(person, (int, bool, type(None))):
            raise UserError(self.env._("Overdue discrepancies go to one person: give the number of a user, or none."))
        self._order_discrepancy_check_person(person)
        self.sudo().write(vals)
        return True

    def _order_discrepancy_check_person(self, user_id):
        """Raise unless the user may get discrepancies of each of these companies; no user is all right, and of no company any
        colleague."""
        if not user_id:
            return
        known = self.env["res.users"].sudo().browse(user_id).exists()
        outside = self.sudo().filtered(lambda company: company not in known.company_ids)
        if outside or not known or known.share or not known.active:
            raise UserError(
                self.env._(
                    "%(user)s cannot get discrepancies of %(companies)s: choose an active colleague who works there.",
                    user=known.name or self.env._("This person"),
                    companies=", ".join((outside or self.sudo()).mapped("name")) or self.env._("all companies"),
                )
            )
