"""What many discrepancies have in common: plain Python, no database."""

import time

from odoo.addons.order_processing.models.discrepancy.alert_cause import common_causes, shares


def rows(number, start=0, **same):
    """Records whose traits all differ, except for what is ``same``."""
    return [
        {
            "id": start + n,
            **{trait: same.get(trait, 1000 + start + n) for trait in ("order", "product", "partner", "carrier")},
        }
        for n in range(number)
    ]


def test_few_are_no_cause():
    assert common_causes(rows(10, product=7), {}, 10) == []
    assert len(common_causes(rows(11, product=7), {}, 10)) == 1


def test_the_product_that_all_share_is_named():
    assert common_causes(rows(12, product=7), {}, 10) == [("product", 7, list(range(12)))]


def test_of_two_that_tell_as_much_the_more_special_is_named():
    assert common_causes(rows(12, order=3, partner=5), {}, 10)[0][:2] == ("order", 3)
    assert common_causes(rows(12, product=7, carrier=2), {}, 10)[0][:2] == ("product", 7)


def test_the_larger_one_is_one_alert_and_not_two():
    both = rows(12, product=7, carrier=2) + rows(30, start=100, carrier=2)
    assert [cause[:2] for cause in common_causes(both, {}, 10)] == [("carrier", 2)]


def test_the_only_carrier_of_the_company_tells_nothing():
    usual = {("carrier", 2): 1.0, ("product", 7): 0.01}
    found = common_causes(rows(12, product=7, carrier=2) + rows(30, start=100, carrier=2), usual, 10)
    assert found[0] == ("product", 7, list(range(12)))
    assert found[1] == ("kind", None, list(range(100, 130)))


def test_two_causes_are_two_alerts_and_the_few_left_over_none():
    mixed = rows(20, product=7) + rows(15, start=100, partner=5) + rows(4, start=200)
    assert [(trait, value, len(ids)) for trait, value, ids in common_causes(mixed, {}, 10)] == [
        ("product", 7, 20),
        ("partner", 5, 15),
    ]


def test_what_nothing_explains_has_the_kind_in_common():
    assert common_causes(rows(11), {}, 10) == [("kind", None, list(range(11)))]
    assert common_causes(rows(11, carrier=None), {}, 10)[0][:2] == ("kind", None)


def test_a_large_order_is_a_cause_and_many_large_orders_are_none():
    alone = rows(12, order=3) + rows(8, start=100)
    assert common_causes(alone, {}, 10) == [("order", 3, list(range(12)))]
    several = [row for number in range(5) for row in rows(12, start=100 * number, order=number + 1)]
    assert [(trait, len(ids)) for trait, _value, ids in common_causes(several, {}, 10)] == [("kind", 60)]
    # one carrier had them all: that is what they have in common, however the orders were cut
    carried = [{**row, "carrier": 2} for row in several]
    assert [cause[:2] for cause in common_causes(carried, {("carrier", 2): 0.3}, 10)] == [("carrier", 2)]


def test_shares_count_what_is_there():
    lines = [
        {"order": 1, "product": 7, "partner": 5, "carrier": None},
        {"order": 2, "product": 7, "partner": 6, "carrier": 2},
    ]
    found = shares(lines)
    assert found["product", 7] == 1 and found["partner", 5] == 0.5 and found["carrier", 2] == 0.5
    assert ("carrier", None) not in found


def test_tens_of_thousands_take_no_minutes():
    """The first comparison of an old database: every order is a cause of its own."""
    many = [
        {"id": n, "order": 1 + n // 20, "product": 1 + n % 997, "partner": 1 + n // 60, "carrier": 1 + n % 3}
        for n in range(40000)
    ]
    usual = {("carrier", carrier): 1 / 3 for carrier in (1, 2, 3)}
    # its own work: on a busy machine the clock runs on without it
    started = time.thread_time()
    found = common_causes(many, usual, 10)
    assert time.thread_time() - started < 20
    assert sorted(record for _trait, _value, ids in found for record in ids) == list(range(40000))
    assert all(trait == "partner" for trait, _value, _ids in found[:600])
