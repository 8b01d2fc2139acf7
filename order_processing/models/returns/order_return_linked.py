import functools

from odoo import api, models
from odoo.exceptions import UserError

# of the cursor, so of one transaction: how many acts of return cases are running
WORKING = "order_processing.return_acts"


def working(method):
    """Let ``method`` of a return case tie documents to it; no remote call reaches what this opens."""

    @functools.wraps(method)
    def act(self, *args, **kwargs):
        cache = self.env.cr.cache
        cache[WORKING] = cache.get(WORKING, 0) + 1
        try:
            return method(self, *args, **kwargs)
        finally:
            cache[WORKING] -= 1

    return act


def is_working(env):
    """Whether an act of a return case is running."""
    return bool(env.cr.cache.get(WORKING))


class Kept(int):
    """A link that Odoo carries over to a part split off; no value of a remote call is one."""


class OrderReturnLinked(models.AbstractModel):
    """Documents of return cases: which case and line they belong to is said by the case's own acts alone.

    ``_return_links`` names the fields; writing them, or giving them at the creation, is refused to everybody else, writing
    those of ``_return_links_once`` afterwards too. What runs inside Odoo with ``sudo`` passes.
    """

    _name = "order.return.linked"
    _description = "Document of a Return"
    _return_links = ()
    _return_links_once = ()

    def _check_return_links(self, given, afterwards=False):
        """:raises UserError: ``given`` (names of fields) hold a link, and no act of a case is running"""
        if self.env.su or is_working(self.env):
            return
        links = (*self._return_links, *(self._return_links_once if afterwards else ()))
        found = [name for name in links if name in given]
        if found:
            raise UserError(
                self.env._(
                    "%(fields)s of %(model)s say which return it belongs to: the acts of the return case write them, nobody else.",
                    fields=", ".join(found),
                    model=self._description,
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        """See the model."""
        given = {name for vals in vals_list for name, value in vals.items() if value and not isinstance(value, Kept)}
        self._check_return_links(given | {key[8:] for key in self.env.context if key.startswith("default_")})
        return super().create(
            [
                {name: int(value) if isinstance(value, Kept) else value for name, value in vals.items()}
                for vals in vals_list
            ]
        )

    def write(self, vals):
        self._check_return_links(vals, afterwards=True)
        return super().write(vals)
