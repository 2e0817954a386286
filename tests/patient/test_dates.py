"""Dates as tables write them: one reading, or refused."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from all_cli.patient.dates import ORDERS, read_table_date
from all_cli.patient.unreadable import UnreadableError


@pytest.mark.parametrize(
    "text",
    [
        "2019-03-07", " 2019-03-07 ", "2019/03/07", "2019.03.07", "2019-3-7", "2019-03-07 00:00:00",
        "2019-03-07T00:00:00Z",
        "2019-03-07T14:05", "7 Mar 2019", "07-MAR-2019", "7-March-2019", "07Mar2019", "7. March 2019", "Mar 7, 2019",
        "March 07 2019",
    ],
)  # fmt: skip
@pytest.mark.parametrize("order", ["", *ORDERS])
def test_a_date_of_one_reading_is_read_whatever_was_said(text: str, order: str) -> None:
    assert read_table_date("born", text, order) == date(2019, 3, 7)


@pytest.mark.parametrize("text", ["03/04/2020", "3.4.2020", "03-04-2020", "3/4/2020 00:00"])
def test_a_date_of_two_readings_is_refused_with_both(text: str) -> None:
    with pytest.raises(UnreadableError, match=r"2020-03-04 or 2020-04-03\? Say --date-format dmy"):
        read_table_date("born", text)


def test_the_order_that_was_said_settles_it() -> None:
    assert read_table_date("born", "03/04/2020", "dmy") == date(2020, 4, 3)
    assert read_table_date("born", "03/04/2020", "mdy") == date(2020, 3, 4)
    with pytest.raises(UnreadableError, match="said to begin with it"):
        read_table_date("born", "03/04/2020", "ymd")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("13/04/2020", date(2020, 4, 13)), ("04/13/2020", date(2020, 4, 13)), ("4.4.2020", date(2020, 4, 4))],
)
def test_a_date_that_is_a_day_only_one_way_needs_no_order(text: str, expected: date) -> None:
    assert read_table_date("born", text) == expected


@pytest.mark.parametrize(("text", "order"), [("04/13/2020", "dmy"), ("13/04/2020", "mdy")])
def test_an_order_that_makes_no_day_is_refused_and_not_turned_round(text: str, order: str) -> None:
    with pytest.raises(UnreadableError, match="no such day"):
        read_table_date("born", text, order)


@pytest.mark.parametrize("text", ["2019-02-29", "31.04.2019", "2019-13-01", "99/99/2019", "0000-01-01", "32 Jan 2019"])
def test_a_day_that_never_was_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError, match="no such day"):
        read_table_date("born", text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("07/03/19", "which century"), ("7-Mar-19", "which century"), ("43531", "day count"), ("43531.0", "day count"),
        ("20191307", "no such day"), ("201903", "not a date"),
        ("03-2019", "not a date"), ("spring", "not a date"), ("", "not a date"),
        ("2019-03/07", "not a date"), ("2019", "not a date"), ("7/3.2019", "not a date"),
    ],
)  # fmt: skip
def test_what_is_no_whole_date_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(UnreadableError, match=why):
        read_table_date("born", text)


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_every_day_is_read_back_under_its_own_order(day: date) -> None:
    forms = {"dmy": "%d.%m.%Y", "mdy": "%m/%d/%Y", "ymd": "%Y/%m/%d"}
    for order, form in forms.items():
        assert read_table_date("born", day.strftime(form), order) == day


@given(st.text(max_size=25), st.sampled_from(["", *ORDERS]))
def test_no_text_breaks_the_reader(text: str, order: str) -> None:
    with suppress(UnreadableError):
        read_table_date("born", text, order)
