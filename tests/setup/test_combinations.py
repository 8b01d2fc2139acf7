"""The rows that the tests of combinations take."""

import itertools

from tests.combinations import combined

KINDS = ("abcd", (0, 12.5), ([], [7]), ({}, {"a": 1}, {"b": 2}, {"c": 3}))


def test_every_two_values_meet(monkeypatch):
    monkeypatch.setenv("HYPOTHESIS_PROFILE", "fixed")
    rows = combined(*KINDS)
    assert len(rows) <= 20 and rows == combined(*KINDS)
    for first, second in itertools.combinations(range(len(KINDS)), 2):
        for pair in itertools.product(KINDS[first], KINDS[second]):
            assert [row for row in rows if (row[first], row[second]) == pair], pair


def test_the_long_run_takes_all(monkeypatch):
    monkeypatch.setenv("HYPOTHESIS_PROFILE", "long")
    assert combined(*KINDS) == list(itertools.product(*KINDS))
