from odoo import api, fields, models


class OrderDiscountLimit(models.Model):
    """How much discount a person, or everybody of a group, may give. Read by the rule ``discount_limit``."""

    _name = "order.discount.limit"
    _description = "Discount Limit"
    _inherit = ["order.general.mixin", "mail.thread"]
    _order = "percent, id"

    group_id = fields.Many2one("res.groups", ondelete="cascade", index="btree_not_null", tracking=True)
    user_id = fields.Many2one(
        "res.users",
        "Person",
        ondelete="cascade",
        index="btree_not_null",
        tracking=True,
        domain=[("share", "=", False)],
        help="A person's own limit counts instead of the limits of the groups.",
    )
    company_id = fields.Many2one(tracking=True, help="Empty: in all companies.")
    percent = fields.Float("Discount up to (%)", required=True, digits="Discount", tracking=True)

    _one_of_both = models.Constraint(
        "CHECK ((group_id IS NULL) <> (user_id IS NULL))", "A limit is for a group or for a person: choose one of both."
    )
    _is_a_share = models.Constraint("CHECK (percent >= 0 AND percent <= 100)", "A discount is from 0 to 100 percent.")
    _once = models.UniqueIndex(
        "(coalesce(group_id, 0), coalesce(user_id, 0), coalesce(company_id, 0))",
        "This group or person has a limit in this company already: change that one.",
    )

    @api.depends("group_id", "user_id", "percent")
    def _compute_display_name(self):
        for limit in self:
            limit.display_name = f"{limit.user_id.name or limit.group_id.full_name or ''}: {limit.percent:g} %"

    @api.model
    def _of_users(self, users, company_id):
        """What each of ``users`` may give in a company: the own limit, else the highest of the groups.

        A limit of the company replaces the one for all companies of the same person or group; two queries.

        :return: dict of user id to percentage; who has no limit is not in it
        """
        general = self.search([("company_id", "in", [False, company_id])], order="company_id NULLS FIRST")
        limits = {(limit.user_id.id, limit.group_id.id): limit.percent for limit in general}
        answer = {}
        for user in users:
            own = limits.get((user.id, False))
            of_groups = [
                percent for (_user, group_id), percent in limits.items() if group_id in user.all_group_ids._ids
            ]
            if own is not None or of_groups:
                answer[user.id] = max(of_groups) if own is None else own
        return answer
