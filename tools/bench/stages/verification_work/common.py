"""What the benches of verification share: a sample of clean orders, rules switched on, queries counted at two sizes."""

from abc import ABC, abstractmethod

from ...measure import measured, take_back
from ..sample import core_company, desk_company, make_orders, order_ids

WARM = 10
# both within the hundred in which the ORM writes
COUNTED = (20, 100)


class Work(ABC):
    """A side on its sample. ``act(orders)`` is the call that is measured; what it did is taken back."""

    company = staticmethod(core_company)

    def __init__(self, session, given):
        self.session = session
        self.given = given
        self.ids = order_ids(session)

    def prepare(self):
        """Masters and orders."""
        make_orders(self.session, self.company, self.given["size"])
        return {}

    def orders(self, ids):
        """Records as the desk sees them."""
        return self.session.as_user("processor")["sale.order"].browse(ids)

    @abstractmethod
    def act(self, orders):
        """The call."""

    def proof(self, orders):
        """What was done, in figures that are the same on both sides."""
        return {"orders": len(orders)}

    def chosen(self, number, size):
        """Ids of the orders of a run."""
        return self.ids[:size]

    def warm(self):
        """The call on a few orders."""
        self.act(self.orders(self.ids[:WARM]))
        self.session.root.flush_all()
        take_back(self.session)
        return True

    def run(self, number, size):
        """One measured call."""
        return self.measure(self.chosen(number, size))

    def measure(self, ids, inside=None):
        """The call on the orders ``ids``, taken back."""
        orders = self.orders(ids)
        with measured(self.session, inside) as found:
            self.act(orders)
        found["proof"] = self.proof(orders)
        take_back(self.session)
        return found

    def count(self):
        """``[orders, queries]`` at two sizes."""
        sizes = [min(size, len(self.ids) // 2 * (place + 1)) for place, size in enumerate(COUNTED)]
        # the first call of a size may still fill caches
        for size in sizes:
            self.measure(self.ids[:size])
        return [[size, self.measure(self.ids[:size])["queries"]] for size in sizes]


class Desk(Work):
    """A side with the add-on."""

    company = staticmethod(desk_company)


class AllRules(Desk):
    """A side with the add-on and every built-in rule on, whatever there are."""

    def prepare(self):
        """Masters, orders, rules; answers what the rules say of the sample."""
        super().prepare()
        rules = self.session.root["order.verification.rule"].with_context(active_test=False).search([])
        built_in = rules.filtered(lambda rule: hasattr(type(rule), f"_find_{rule.code}"))
        built_in.filtered(lambda rule: not rule.active).write({"active": True})
        self.session.commit()
        found = {}
        for assessment in self.orders(order_ids(self.session))._verification_evaluate().values():
            for finding in assessment.findings:
                found[finding.rule.code] = found.get(finding.rule.code, 0) + 1
        return {"notes": f"{len(built_in)} rules; they find in the sample: {found or 'nothing'}"}
