from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from all_cli.knowledge.documents import document_of
from all_cli.knowledge.files import FACTS
from all_cli.knowledge.vocabulary import vocabulary_in
from all_cli.logic.values import NumberSet
from all_cli.patient.age import age_between, age_text, read_age, read_date
from all_cli.patient.unreadable import UnreadableError

AGE = vocabulary_in(document_of(FACTS))["age"]
days_of_a_century = st.dates(date(1950, 1, 1), date(2040, 12, 31))


def age(text: str, unit: str = "") -> NumberSet:
    return read_age(AGE, text, unit)


def on(born: str, diagnosed: str) -> float:
    single = age_between(AGE, date.fromisoformat(born), date.fromisoformat(diagnosed)).single
    assert single is not None
    return single


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("7", 7), ("7.5", 7.5), ("7,5", 7.5), ("9mo", 0.75), ("9 months", 0.75), ("6y3m", 6.25), ("6 y 3 mo", 6.25),
        ("6 years, 3 months", 6.25), ("120mo", 10), ("18m", 1.5), ("12 mo", 1), ("10 years old", 10), ("7yo", 7),
        ("10", 10), ("1", 1), ("45d", 45 / 365.25), ("3 weeks", 21 / 365.25), ("0.5", 0.5), ("1.5y", 1.5), ("0d", 0),
        ("0 mo", 0), ("365d", 1), ("366d", 366 / 365.25), ("3653d", 3653 / 365.25), ("7 Y", 7), ("10a", 10),
    ],
)  # fmt: skip
def test_ages_as_people_write_them(text: str, years: float) -> None:
    assert age(text).single == pytest.approx(years, abs=1e-12)


@pytest.mark.parametrize("text", ["0", "0 y", "0 years", "0y"])
def test_a_bare_zero_is_under_one_year_not_newborn(text: str) -> None:
    assert age(text) == NumberSet.between(0, 1, open_high=True)


@pytest.mark.parametrize(
    ("text", "unit", "years"),
    [("9", "mo", 0.75), ("120", "mo", 10), ("365", "d", 1), ("364", "d", 364 / 365.25), ("2", "w", 14 / 365.25),
    ("7", "y", 7), ("9mo", "y", 0.75)],
)  # fmt: skip
def test_a_bare_number_is_in_the_unit_of_its_column(text: str, unit: str, years: float) -> None:
    assert age(text, unit).single == pytest.approx(years, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "low", "low_in", "high", "high_in"),
    [
        ("<1", 0, True, 1, False), ("<10", 0, True, 10, False), ("<=10", 0, True, 11, False),
        ("≥10", 10, True, 125, True),
        (">10", 10, False, 125, True), (">=10 y", 10, True, 125, True), ("<9mo", 0, True, 0.75, False),
        ("10-15", 10, True, 16, False), ("10 to 15 years", 10, True, 16, False), ("1-9 y", 1, True, 10, False),
        ("1–9", 1, True, 10, False), ("7-8.5", 7, True, 8.5, True), (">=0", 0, True, 125, True),
    ],
)  # fmt: skip
def test_age_groups(text: str, low: float, low_in: bool, high: float, high_in: bool) -> None:
    assert age(text) == NumberSet.between(low, high, open_low=not low_in, open_high=not high_in)


@pytest.mark.parametrize(("text", "birthday"), [("3652d", 10), ("730d", 2), ("6574d", 18), ("1095d", 3)])
def test_a_day_count_on_which_the_birthday_may_or_may_not_have_come_keeps_both_sides(text: str, birthday: int) -> None:
    (((low, low_edge), (high, high_edge)),) = age(text).spans
    assert low < birthday == high
    assert (low_edge, high_edge) == (0, 0)


@pytest.mark.parametrize(
    ("text", "side"), [("364d", -1), ("365d", 0), ("366d", 1), ("3651d", -1), ("3653d", 1), ("1461d", 0), ("1460d", -1)]
)
def test_a_day_count_beside_the_birthday_is_on_one_side(text: str, side: int) -> None:
    single = age(text).single
    assert single is not None
    birthday = round(single)
    assert (single > birthday) - (single < birthday) == side


@given(days_of_a_century, st.integers(0, 30_000))
def test_a_day_count_always_agrees_with_the_dates(born: date, days: int) -> None:
    """Whatever the leap years, the whole years that two dates give are among those that the day count leaves open."""
    exact = age_between(AGE, born, born + timedelta(days=days)).single
    assert exact is not None
    counted = age(f"{days}d")
    for birthday in (1, 2, 5, 10, 15, 18):
        below = NumberSet.comparison("<", birthday)
        if exact < birthday:
            assert counted & below
        elif days not in range(int(birthday * 365.25) - 1, int(birthday * 365.25)):
            assert counted & NumberSet.comparison(">=", birthday)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("-3", "an age cannot be negative"), ("-3 y", "an age cannot be negative"), ("−3", "an age cannot be negative"),
        ("126", "no patient is that old (0 to 125 years)"), (">125", "no patient is that old"), ("1600mo", "that old"),
        ("<0", "no patient is that old"), ("seven", "not an age; write for example 7, 7.5, 9mo, 45d or 6y3m"),
        ("15-10", "not an age"), ("6y3m2", "not an age"), ("7 kg", "not an age"), ("mo", "not an age"),
        ("<", "not an age"),
        ("7 8", "not an age"),
    ],
)  # fmt: skip
def test_what_is_no_age_says_why(text: str, sentence: str) -> None:
    with pytest.raises(UnreadableError, match="age") as caught:
        age(text)
    assert sentence in str(caught.value)
    assert caught.value.text == text


# --- two dates --------------------------------------------------------------------------------------------------------


def test_tenth_birthday_is_exactly_ten() -> None:
    assert on("2009-03-07", "2019-03-07") == 10.0


def test_day_before_the_tenth_birthday_is_below_ten() -> None:
    assert 9.99 < on("2009-03-07", "2019-03-06") < 10


def test_day_after_the_tenth_birthday_is_above_ten() -> None:
    assert 10 < on("2009-03-07", "2019-03-08") < 10.01


def test_first_birthday_is_exactly_one_and_the_day_before_below() -> None:
    assert on("2018-05-01", "2019-05-01") == 1.0
    assert on("2018-05-01", "2019-04-30") == pytest.approx(364 / 365.25)


def test_365_days_are_one_year_even_across_29_february() -> None:
    assert on("2019-03-01", "2020-02-29") == 1.0
    assert on("2019-03-01", "2020-02-28") < 1


@pytest.mark.parametrize(
    ("diagnosed", "years"),
    [("2010-02-28", -1), ("2010-03-01", 0), ("2012-02-28", -1), ("2012-02-29", 0), ("2012-03-01", 1)],
)
def test_a_child_of_29_february_has_its_birthday_on_1_march_in_common_years(diagnosed: str, years: int) -> None:
    birthday = int(diagnosed[:4]) - 2000
    exact = on("2000-02-29", diagnosed)
    assert (exact > birthday) - (exact < birthday) == years


def test_born_today_is_zero() -> None:
    assert on("2020-01-01", "2020-01-01") == 0.0


def test_swapped_dates_are_noticed() -> None:
    with pytest.raises(UnreadableError, match="are the two dates swapped"):
        on("2019-03-07", "2009-03-07")


def test_nobody_is_200_years_old() -> None:
    with pytest.raises(UnreadableError, match="no patient is that old"):
        on("1800-01-01", "2000-01-01")


@given(days_of_a_century, st.integers(1, 40))
def test_every_birthday_is_a_whole_number_and_its_eve_is_below(born: date, years: int) -> None:
    try:
        birthday = born.replace(year=born.year + years)
    except ValueError:
        birthday = date(born.year + years, 3, 1)
    assert age_between(AGE, born, birthday).single == years
    eve = age_between(AGE, born, birthday - timedelta(days=1)).single
    assert eve is not None
    assert years - 0.01 < eve < years or (birthday - timedelta(days=1) - born).days == 365


@given(days_of_a_century, st.integers(0, 20_000), st.integers(0, 400))
def test_nobody_gets_younger(born: date, days: int, later: int) -> None:
    first = age_between(AGE, born, born + timedelta(days=days)).single
    second = age_between(AGE, born, born + timedelta(days=days + later)).single
    assert first is not None and second is not None
    assert first <= second


@pytest.mark.parametrize("text", ["2019-03-07", " 2019-03-07 "])
def test_dates_are_written_year_month_day(text: str) -> None:
    assert read_date("born", text) == date(2019, 3, 7)


@pytest.mark.parametrize("text", ["07.03.2019", "2019-3-7", "2019/03/07", "20190307", "2019-W10-4", "", "MARCH1"])
def test_any_other_form_of_date_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError, match="write it as YYYY-MM-DD"):
        read_date("born", text)


@pytest.mark.parametrize("text", ["2019-02-29", "2019-13-01", "2019-00-10", "2019-04-31", "0000-01-01"])
def test_a_day_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError, match="no such day"):
        read_date("born", text)


# --- as reports print it ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("7", "7 y"), ("7.5", "7.5 y"), ("9mo", "9 mo"), ("45d", "45 d"), ("6y3m", "6.25 y"), ("0", "< 1 y"),
        ("18m", "18 mo"),
        ("<10", "< 10 y"), ("<=10", "< 11 y"), ("≥10", ">= 10 y"), (">10", "> 10 y"), ("10-15", "10 to under 16 y"),
        ("365d", "1 y"), ("364d", "364 d"), ("24 mo", "2 y"), ("119mo", "9.917 y"),
    ],
)  # fmt: skip
def test_ages_as_reports_print_them(text: str, shown: str) -> None:
    assert age_text(age(text)) == shown


@given(st.integers(1, 364))
def test_a_day_below_the_tenth_birthday_is_never_printed_as_ten(days: int) -> None:
    born = date(2009, 3, 7)
    shown = age_text(age_between(AGE, born, date(2019, 3, 7) - timedelta(days=days)))
    assert not shown.startswith("10 ")


def test_a_comma_before_three_digits_can_be_two_numbers_of_months() -> None:
    for unit in ("mo", "w"):
        with pytest.raises(UnreadableError, match=f"1.2 or 1200 {unit}"):
            age("1,200", unit)
    assert age("1,200", "d") == age("1200", "d")  # days are whole
