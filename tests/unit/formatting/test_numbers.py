"""Numbers, durations and times as people read them (the plain cases are doctests)."""

import math
import re

import pytest

from nbtrack.formatting import numbers


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1 + 0.2, "0.3"),
        (1e-05, "1e-05"),
        (5e-324, "4.941e-324"),
        (1.7976931348623157e308, "1.798e+308"),
        (-0.0, "0"),
        (9999999, "9999999"),
        (0.99999, "1"),
        (123456.0, "123456"),
        (2**70, "1.181e+21"),
    ],
)
def test_a_number_shows_no_digit_that_is_noise(value, text):
    assert numbers.number(value) == text


def test_a_column_of_very_different_magnitudes_gives_each_number_its_own_digits():
    assert numbers.column([1e-5, 1.0, 1e6]) == ["1e-05", "1", "1000000"]


def test_a_column_keeps_its_decimals_below_each_other():
    texts = numbers.column([0.5, 0.25, 10.125])
    assert {len(text.partition(".")[2]) for text in texts} == {2}


@pytest.mark.parametrize("seconds", [0.9994, 0.9996, 59.94, 59.96, 3599.4, 3599.6, 86399.6])
def test_a_duration_never_shows_sixty_or_a_thousand_of_a_unit(seconds):
    assert not re.search(r"\b(60(\.0)? s|60 m|1000 ms|24 h)", numbers.duration(seconds))


def test_a_moment_is_local_and_its_exact_form_says_the_offset():
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", numbers.moment(1_795_442_400_000))
    assert re.search(r" [+-]\d{4}$", numbers.exact_moment(1_795_442_400_000))
    assert numbers.moment(None) == ""


def test_the_best_of_nothing_and_of_nan_is_none():
    assert numbers.best([], lower=True) is None
    assert numbers.best([math.nan, math.nan], lower=True) is None
    assert numbers.best([-math.inf, 0.0], lower=True) == -math.inf


@pytest.mark.parametrize("milliseconds", [2**63 - 1, 253_402_300_800_000 + 86_400_000, -(2**62)])
def test_a_time_beyond_the_calendar_is_shown_as_its_number(milliseconds):
    assert numbers.moment(milliseconds) == f"{milliseconds} ms"
    assert numbers.exact_moment(milliseconds) == f"{milliseconds} ms"
