"""Money is exact: it rounds half-up, splits without losing a cent, and never mixes currencies."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.errors import DomainError
from base.money import CURRENCIES, Money, allocate, exponent, money_field, round_money, to_json

currencies = st.sampled_from(["EUR", "MAD", "BDT", "JPY", "XOF", "TND", "KWD"])
numbers = st.decimals(min_value=-(10**12), max_value=10**12, places=6, allow_nan=False, allow_infinity=False)
weights = st.lists(st.one_of(st.integers(0, 10**6), st.decimals(min_value=0, max_value=1000, places=9)), min_size=1, max_size=40).filter(
    any
)


def amounts(currency):
    return st.integers(-(10**12), 10**12).map(lambda units: Decimal(units).scaleb(-exponent(currency)))


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("1.005", "EUR", "1.01"),
        ("2.675", "MAD", "2.68"),
        ("-1.005", "EUR", "-1.01"),
        ("1.0049999", "EUR", "1.00"),
        ("10.5", "JPY", "11"),
        ("0.5", "XOF", "1"),
        ("1.2345", "TND", "1.23"),
        ("1.235", "KWD", "1.24"),
        ("-0.001", "EUR", "0.00"),
    ],
)
def test_amounts_are_rounded_half_up_at_the_currency(amount, currency, rounded):
    assert str(round_money(Decimal(amount), currency)) == rounded


def test_a_currency_of_three_decimals_is_kept_with_the_two_that_the_column_has():
    assert CURRENCIES["TND"] == 3
    assert exponent("TND") == 2
    assert money_field().decimal_places == 2


@given(numbers, currencies)
def test_rounding_moves_an_amount_by_half_a_unit_at_most_and_only_once(amount, currency):
    rounded = round_money(amount, currency)
    assert abs(rounded - amount) * 2 <= Decimal(1).scaleb(-exponent(currency))
    assert round_money(rounded, currency) == rounded
    assert round_money(-amount, currency) == -rounded


@given(st.data(), currencies, weights)
def test_the_parts_of_an_amount_sum_to_it_and_each_is_within_a_unit_of_its_share(data, currency, given_weights):
    amount = data.draw(amounts(currency))
    unit = Decimal(1).scaleb(-exponent(currency))
    parts = allocate(amount, given_weights, currency)
    assert sum(parts) == amount
    assert len(parts) == len(given_weights)
    total = sum(Decimal(weight) for weight in given_weights)
    for part, weight in zip(parts, given_weights, strict=True):
        assert round_money(part, currency) == part
        assert abs(part - amount * Decimal(weight) / total) < unit * Decimal("1.000001")
        assert weight or part == 0


@given(st.data(), currencies, weights)
def test_a_refund_is_split_as_the_exact_opposite_of_its_charge(data, currency, given_weights):
    amount = data.draw(amounts(currency))
    assert allocate(-amount, given_weights, currency) == [-part for part in allocate(amount, given_weights, currency)]


def test_the_cent_that_is_left_goes_to_the_largest_remainder_and_the_first_of_equals():
    assert allocate(Decimal("10.00"), [1, 1, 1], "EUR") == [Decimal("3.34"), Decimal("3.33"), Decimal("3.33")]
    assert allocate(Decimal("0.05"), [3, 7], "EUR") == [Decimal("0.02"), Decimal("0.03")]
    assert allocate(Decimal(100), [1, 1, 1], "JPY") == [34, 33, 33]


@pytest.mark.parametrize("bad", [[], [0, 0], [1, -1], [Decimal("NaN")]])
def test_an_amount_cannot_be_split_by_weights_that_say_nothing(bad):
    with pytest.raises(DomainError) as refused:
        allocate(Decimal(1), bad, "EUR")
    assert refused.value.code == "no_weights"


def test_money_of_one_currency_is_added_taken_away_multiplied_and_compared():
    ten, three = Money(Decimal(10), "MAD"), Money(Decimal("3.30"), "MAD")
    assert ten + three == Money(Decimal("13.30"), "MAD")
    assert ten - three == Money(Decimal("6.70"), "MAD")
    assert three * Decimal("0.5") == Money(Decimal("1.65"), "MAD")
    assert 3 * three == Money(Decimal("9.90"), "MAD")
    assert Decimal("0.333") * ten == Money(Decimal("3.33"), "MAD")
    assert -three == Money(Decimal("-3.30"), "MAD")
    assert three < ten
    assert three <= Money(Decimal("3.3"), "MAD")
    assert ten > three
    assert ten >= Money(Decimal(10), "MAD")
    assert not ten - ten
    assert str(ten) == "10.00 MAD"


@pytest.mark.parametrize("operation", ["__add__", "__sub__", "__lt__", "__le__", "__gt__", "__ge__"])
def test_money_of_two_currencies_never_meets(operation):
    with pytest.raises(DomainError) as refused:
        getattr(Money(Decimal(1), "MAD"), operation)(Money(Decimal(1), "EUR"))
    assert refused.value.code == "currency_mismatch"
    assert Money(Decimal(1), "MAD") != Money(Decimal(1), "EUR")


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        ("1.005", "EUR", "too_fine"),
        ("10.5", "JPY", "too_fine"),
        ("1", "EURO", "unknown_currency"),
        ("NaN", "EUR", "not_a_number"),
        ("Infinity", "EUR", "not_a_number"),
        ("1e999999", "EUR", "not_a_number"),
    ],
)
def test_what_is_not_an_amount_of_a_currency_is_refused(amount, currency, code):
    with pytest.raises(DomainError) as refused:
        Money(Decimal(amount), currency)
    assert refused.value.code == code


def test_money_is_never_a_float():
    with pytest.raises(TypeError):
        Money(1.1, "EUR")


@pytest.mark.parametrize(("amount", "text"), [("1110", "1110.00"), ("0.1", "0.10"), ("-0.001", "0.00"), ("1E+3", "1000.00")])
def test_json_carries_money_as_a_string_with_two_decimals(amount, text):
    assert to_json(Decimal(amount)) == text
