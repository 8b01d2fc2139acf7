from odoo import api, fields, models

from .number_words import measure_words


class OrderLimitMixin(models.AbstractModel):
    """Up to where a person, or everybody of a group, may go on his own: the own limit, else the highest of the groups.

    The model that inherits says in ``_limit`` which of its fields is the limit.
    """

    _name = "order.limit.mixin"
    _inherit = ["order.general.mixin", "mail.thread"]
    _description = "Limit of a Person or a Group"
    _limit = None

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

    _one_of_both = models.Constraint(
        "CHECK ((group_id IS NULL) <> (user_id IS NULL))", "A limit is for a group or for a person: choose one of both."
    )
    _once = models.UniqueIndex(
        "(coalesce(group_id, 0), coalesce(user_id, 0), coalesce(company_id, 0))",
        "This group or person has a limit in this company already: change that one.",
    )

    @api.model
    def _of_users(self, users, company):
        """What binds each of ``users`` (``res.users``) in ``company``, for ``sudo``; the same queries for any set.

        A limit of the company replaces the one for all companies of the same person or group.

        :return: dict of user id to the limit; whom none binds is not in it
        """
        found = self.search([("company_id", "in", [False, company.id])], order="company_id NULLS FIRST")
        limits = {(limit.user_id.id, limit.group_id.id): limit for limit in found}
        answer = {}
        for user in users:
            own = limits.get((user.id, False))
            binding = (
                [own]
                if own
                else [
                    limit
                    for (_user, group_id), limit in limits.items()
                    if group_id in user.all_group_ids._ids and limit._binds(user)
                ]
            )
            if binding:
                answer[user.id] = max(limit[self._limit] for limit in binding)
        return answer

    def _binds(self, user):
        """Whether the limit of a group that ``user`` (``res.users``) is in binds him."""
        self.ensure_one()
        return True

    @api.model
    def _shown(self, limit):
        """The words for ``limit``, an amount or a share, of one record."""
        return measure_words(self.env, limit)

    def _compute_display_name(self):
        for limit in self:
            who = limit.user_id.name or limit.group_id.full_name or ""
            limit.display_name = f"{who}: {limit._shown(limit[self._limit])}"
