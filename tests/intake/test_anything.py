"""Whatever is sent under the contract's own keys is answered, kept as it came, and entered whole or not at all."""

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.order_processing.models.common import scalars
from odoo.addons.order_processing.models.intake import reading
from odoo.addons.order_processing.models.intake.schema import ADDRESS_KEYS, CHARGE, LINE, ORDER, PAYMENT

from tests.common import OrderCase
from tests.intake.common import IntakeMixin

ODD = (
    *("", " ", "TG-1", "TG-2", "1", "-1", "1e400", "nan", "2026-02-30", "2026-03-01", "GB", "EUR", "a\x00b", "\ud800"),
    *("2026-03-01T10:15:00Z", "fee", "x" * 3000, 0, 1, -1, 2**31, 2**40, 2**63 - 1, 2**70, 0.5, 1e300, float("inf")),
    *(True, False, None, [], {}, [[]], {"": None}),
)
LEAF = st.sampled_from(ODD) | st.text(max_size=4)
ANY = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
)


def some(keys, **known):
    """Objects with some of ``keys``, each of any value or of one as ``known``."""
    return st.fixed_dictionaries({}, optional={key: known.get(key, ANY) | ANY for key in keys})


ADDRESS = some(ADDRESS_KEYS)
ORDERS = some(
    [*ORDER["properties"], "colour"],
    reference=st.sampled_from(["P-1", "P-2", "P-3"]),
    customer=st.just("buyer@test.example.com") | ADDRESS,
    ship_to=ADDRESS,
    invoice_to=ADDRESS,
    lines=st.lists(
        some([*LINE["properties"], "colour"], product=st.just("TG-1"), quantity=st.just(1)) | ANY, max_size=2
    ),
    charges=st.lists(some(CHARGE["properties"]) | ANY, max_size=2),
    payment=some(PAYMENT["properties"]),
    replace=st.booleans(),
)
RETURN_LINES = (
    *("line", "line_id", "product", "quantity", "reason", "disposition", "settlement", "exchange_product"),
    *("exchange_product_id", "exchange_quantity", "advance", "price", "colour"),
)
RETURNS = some(
    ("key", "reference", "order_id", "customer", "requested_at", "business_date", "allow_partial", "note", "colour"),
    key=st.sampled_from(["K-1", "K-2"]),
    reference=st.just("DONE"),
)


class TestAnything(IntakeMixin, OrderCase):
    def _check(self, strategy, act):
        """``act`` on whatever the strategy makes, each time on what stands now."""

        @given(strategy)
        def check(value):
            with self.env.cr.savepoint() as savepoint:
                act(value)
                savepoint.rollback()

        check()

    def test_whatever_is_sent_of_an_order_is_answered_and_kept(self):
        good = self._order("P-1")
        good["customer"] = "buyer@test.example.com"
        self.customer.email = good["customer"]
        self._submit(good)

        def act(orders):
            answers = self._submit(*orders, self._order("GOOD"), verify=False)
            self.assertEqual(len(answers), len(orders) + 1)
            self.assertTrue(answers[-1]["ok"], "one bad order never spoils the others")
            for order, answer in zip(orders, answers):
                envelope = self.env["order.intake"].browse(answer["intake_id"])
                self.assertIn(envelope.state, ("accepted", "rejected"))
                self.assertEqual(bool(envelope.order_id), envelope.state == "accepted", "no half-made order")
                self.assertNotEqual(answer["ok"], bool(answer["errors"]), answer)
                kept = [envelope.payload, *envelope.attempt_ids.mapped("payload")]
                self.assertIn(self._content(order), map(self._content, kept), "what was sent is there")

        self._check(st.lists(ORDERS | ANY, max_size=3), act)

    @staticmethod
    def _content(value):
        # an empty order is kept as empty
        value = scalars.plain({} if value is None or value is False else value)
        value = value if isinstance(value, dict) else {"as_received": value}
        return reading.canonical({key: item for key, item in value.items() if key != "replace"})

    def test_whatever_is_asked_of_a_return_is_answered(self):
        order = self._made(product="TG-1", quantity=2)
        self._stock(self.product, 5)
        order.action_confirm()
        self._deliver(order)
        reference = order.intake_id.reference
        lines = some(RETURN_LINES, product=st.just("TG-1"), quantity=st.just(1), line=st.just("1"))
        cases = st.tuples(RETURNS, st.lists(lines | ANY, max_size=2) | ANY)
        contract = self._as("integration", self.env["order.processing"])

        def act(sent):
            returns = [{**case, "lines": rows} for case, rows in sent]
            for case in returns:
                if case.get("reference") == "DONE":
                    case["reference"] = reference
            answers = contract.request_return(returns=returns, source="shop")
            self.assertEqual(len(answers), len(returns))
            for answer in answers:
                self.assertTrue(self.env["order.return"].browse(answer["return_id"]).exists(), "it is kept")

        self._check(st.lists(cases, max_size=3), act)
