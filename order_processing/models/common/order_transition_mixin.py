from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .transition import Transition


class OrderTransitionMixin(models.AbstractModel):
    """States that move only by declared transitions.

    A model inherits it first, declares ``_transitions`` and decorates its public actions with
    ``@transition``. The state, the who, when and why fields and what ``_transition_guarded`` names are
    written by the transitions alone: ``create``, ``write``, ``load``, ``copy`` and ``default_*`` contexts are
    refused or ignored for everybody, the superuser included, and no context key opens them.
    """

    _name = "order.transition.mixin"
    _description = "Declared Transitions"

    _transition_field = "state"
    _transition_initial = "draft"
    _transitions = ()
    _transition_guarded = ()
    # what the acting user must be allowed on the record itself; the right to act is the group's
    _transition_access = "write"

    # ------------------------------------------------------------------ declaration

    @api.model
    def _transition_declared(self, name):
        """The ``Transition`` called ``name`` of this model."""
        for declared in self._transitions:
            if declared.name == name:
                return declared
        raise ValueError(f"{self._name} declares no transition {name!r}")

    @api.model
    def _transition_guarded_fields(self):
        """Names of all fields that only transitions may write, the state first."""
        names = [self._transition_field]
        for declared in self._transitions:
            names += declared.evidence_fields()
        names += self._transition_guarded
        return tuple(dict.fromkeys(names))

    # ------------------------------------------------------------------ rights

    @api.model
    def _check_order_group(self, group):
        """Raise ``AccessError`` unless the real user has ``group`` (an XML id); OdooBot always passes."""
        if self._has_order_group(group):
            return
        privilege = self.env.ref(group).sudo()
        raise AccessError(
            self.env._(
                "%(user)s may not do this: it needs the right “%(group)s”. Ask a manager of the order desk.",
                user=self.env.user.name,
                group=privilege.full_name,
            )
        )

    @api.model
    def _has_order_group(self, group):
        """Whether the real user (``sudo`` does not count) has ``group``, or is OdooBot."""
        return self.env.uid == SUPERUSER_ID or self.env.user.has_group(group)

    # ------------------------------------------------------------------ the act

    def _transition(self, name, reason=""):
        """Move ``self`` by the transition ``name`` and return the records that really moved.

        :param str reason: why; required where the transition says so
        :raises AccessError: the user lacks the group, or may not write a record
        :raises UserError: names every record in a wrong state, a missing reason, the same person twice
        """
        declared = self._transition_declared(name)
        if not self:
            return self
        self._transition_check_rights(declared)
        self._transition_lock()
        todo = self.filtered(lambda record: record[self._transition_field] != declared.target)
        reason = (reason or "").strip()
        if todo:
            todo._transition_check(declared, reason)
            before = {record.id: record[self._transition_field] for record in todo}
            todo._transition_write(todo._transition_values(declared, reason))
            todo._transition_log(declared, before, reason)
        return todo

    def _transition_act(self, name, method, reason, args, kwargs):
        """Run ``method`` on what the transition ``name`` moves; the public face of ``@transition``."""
        moved = self._transition(name, reason)
        if not moved:
            return True
        answer = method(moved, *args, reason=reason, **kwargs)
        return True if answer is None else answer

    def _transition_check_rights(self, declared):
        if declared.group:
            self._check_order_group(declared.group)
        if not self.env.su:
            self.check_access(self._transition_access)
        if declared.group_field:
            self._transition_check_member(declared)
        foreign = self._transition_foreign_company()
        if foreign:
            raise AccessError(
                self.env._(
                    "%(records)s belong to a company that you are not working in. Switch the company first.",
                    records=", ".join(foreign.sudo().mapped("display_name")),
                )
            )

    def _transition_check_member(self, declared):
        """Raise unless the real user is of the group that each record names itself; OdooBot always passes."""
        if self.env.uid == SUPERUSER_ID:
            return
        mine = self.env.user.sudo().all_group_ids
        for record in self.sudo():
            group = record.mapped(declared.group_field)
            if not group:
                raise UserError(
                    self.env._("Nobody may do this on %s: it names no group that may.", record.display_name)
                )
            if not group & mine:
                raise AccessError(
                    self.env._(
                        "%(user)s may not do this on %(record)s: only members of “%(group)s” may.",
                        user=self.env.user.name,
                        record=record.display_name,
                        group=", ".join(group.mapped("full_name")),
                    )
                )

    def _transition_foreign_company(self):
        """Records of a company that the user has no access to."""
        if "company_id" not in self._fields or self.env.uid == SUPERUSER_ID:
            return self.browse()
        allowed = self.env.user.sudo().company_ids
        return self.sudo().filtered(lambda record: record.company_id and record.company_id not in allowed)

    def _transition_lock(self):
        """Lock the rows in the order of their ids; a second transaction waits, then core retries it."""
        self.flush_recordset(self._transition_guarded_fields())
        self.env.cr.execute(
            SQL(
                "SELECT id FROM %s WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
                SQL.identifier(self._table),
                list(self.ids),
            )
        )
        self.invalidate_recordset(self._transition_guarded_fields(), flush=False)

    def _transition_check(self, declared, reason):
        wrong = self.filtered(lambda record: not declared.starts_from(record[self._transition_field]))
        if wrong:
            labels = dict(self._fields[self._transition_field]._description_selection(self.env))
            raise UserError(
                "\n".join(
                    self.env._(
                        "%(record)s is “%(state)s”, so it cannot become “%(target)s” (only from: %(sources)s).",
                        record=record.display_name,
                        state=labels.get(record[self._transition_field], "-"),
                        target=labels.get(declared.target),
                        sources=", ".join(labels.get(source, source) for source in declared.sources),
                    )
                    for record in wrong
                )
            )
        if declared.reason and not reason:
            raise UserError(
                self.env._(
                    "Say why: a reason is required for %(records)s.",
                    records=", ".join(self.mapped("display_name")),
                )
            )
        if declared.second_person:
            same = self.filtered(lambda record: record[declared.second_person].id == self.env.uid)
            if same:
                raise UserError(
                    self.env._(
                        "A second person is needed for %(records)s: you did the step before. Ask a colleague.",
                        records=", ".join(same.mapped("display_name")),
                    )
                )

    def _transition_values(self, declared, reason):
        values = {self._transition_field: declared.target}
        if declared.who:
            values[declared.who] = self.env.uid
        if declared.when:
            values[declared.when] = fields.Datetime.now()
        if declared.why:
            values[declared.why] = reason
        return values

    def _transition_write(self, vals):
        """Write guarded fields; the one door, private, so that no remote call reaches it."""
        # super() skips the guard of `write` below and nothing else of the models that follow
        return super(OrderTransitionMixin, self.sudo()).write(vals)

    def _transition_log(self, declared, before, reason):
        """Post who moved what, and why, with one query for the whole set."""
        if not hasattr(self, "_message_log_batch"):
            return
        labels = dict(self._fields[self._transition_field]._description_selection(self.env))
        author = self.env.user.partner_id.id
        bodies = {}
        for record in self:
            text = f"{labels.get(before[record.id], '-')} → {labels.get(declared.target)}"
            bodies[record.id] = f"{text}: {reason}" if reason else text
        self.sudo()._message_log_batch(bodies=bodies, author_id=author)

    # ------------------------------------------------------------------ the guard

    def _transition_refuse(self, names):
        raise UserError(
            self.env._(
                "%(fields)s of %(model)s cannot be written directly: use the actions of the document.",
                fields=", ".join(self._fields[name]._description_string(self.env) or name for name in sorted(names)),
                model=self.env["ir.model"]._get(self._name).sudo().name or self._name,
            )
        )

    @api.model_create_multi
    def create(self, vals_list):
        guarded = self._transition_guarded_fields()
        clean = []
        for vals in vals_list:
            given = {name for name in guarded if vals.get(name)}
            if vals.get(self._transition_field) == self._transition_initial:
                given.discard(self._transition_field)
            if given:
                self._transition_refuse(given)
            # explicit values: a default_* key of the context must not fill them
            clean.append({**vals, **dict.fromkeys(guarded, False), self._transition_field: self._transition_initial})
        return super().create(clean)

    def write(self, vals):
        given = set(vals).intersection(self._transition_guarded_fields())
        if given:
            self._transition_refuse(given)
        return super().write(vals)

    def copy_data(self, default=None):
        guarded = set(self._transition_guarded_fields())
        given = guarded.intersection(default or ())
        if given:
            self._transition_refuse(given)
        return [
            {name: value for name, value in vals.items() if name not in guarded} for vals in super().copy_data(default)
        ]

    @api.model
    def _transition_diagram(self):
        """The declaration as plain rows, for the documentation and the tests.

        :return: list of dicts ``{name, sources, target, group, group_field, reason, second_person}``
        """
        return [
            {
                "name": declared.name,
                "sources": list(declared.sources),
                "target": declared.target,
                "group": declared.group or "",
                "group_field": declared.group_field or "",
                "reason": declared.reason,
                "second_person": declared.second_person or "",
            }
            for declared in self._transitions
            if isinstance(declared, Transition)
        ]
