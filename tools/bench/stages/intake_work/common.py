"""What the benches of intake share: the orders as senders write them, entered in calls of a hundred."""

from abc import ABC, abstractmethod

import psutil

from tools.retail.session import chunks

from ...measure import measured, take_back
from ..sample import desk_company, make_masters, ordered

SOURCE = "bench"
WARM = 10
# memory is constant in the number of calls: the last may not stand this much above the one in the middle
GROWTH = 1.1


def submitted(number):
    """The order ``number`` of the sample as a sender writes it."""
    customer, places = ordered(number)
    return {
        "reference": f"T{number:05d}",
        "customer": f"TC-{customer:03d}",
        "lines": [{"product": f"TG-{place:03d}", "quantity": quantity} for place, quantity in places],
    }


class Work(ABC):
    """A side on its sample. ``call(numbers)`` is one of the calls that are measured; what they did is taken back."""

    company = staticmethod(desk_company)

    def __init__(self, session, given):
        self.session = session
        self.given = given

    def prepare(self):
        """Masters."""
        make_masters(self.session, self.company)
        return {}

    @abstractmethod
    def call(self, numbers):
        """Enter the orders ``numbers``; how many stand afterwards."""

    def enter(self, size):
        """All orders, a hundred a call, each call with an empty memory as over RPC; how many stand.

        :raises AssertionError: the process takes more memory the more calls it has answered
        """
        process, count, sizes = psutil.Process(), 0, []
        for numbers in chunks(range(size)):
            count += self.call(numbers)
            self.session.root.flush_all()
            self.session.root.invalidate_all()
            sizes.append(process.memory_info().rss)
        if sizes[-1] > sizes[len(sizes) // 2] * GROWTH:
            raise AssertionError(f"memory grows with the calls: {sizes}")
        return count

    def warm(self):
        """The call on a few orders."""
        self.call(range(WARM))
        self.session.root.flush_all()
        take_back(self.session)
        return True

    def run(self, number, size):
        """One measured run."""
        with measured(self.session) as found:
            count = self.enter(size)
        found["proof"] = {"orders": count}
        take_back(self.session)
        return found


class Submission(Work):
    """``submit_orders`` as the integration user, verification not counted."""

    def call(self, numbers):
        """One submission."""
        contract = self.session.as_user("integration")["order.processing"]
        answers = contract.submit_orders(orders=[submitted(number) for number in numbers], source=SOURCE, verify=False)
        wrong = [answer for answer in answers if not answer["ok"]]
        if wrong:
            raise AssertionError(wrong[0])
        return len(answers)
