import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from miaoban.calendar import (
    VALID_FROM,
    VALID_THROUGH,
    CalendarError,
    Limit,
    add_natural_days,
    add_working_days,
    due,
    is_working_day,
    working_days_between,
)
from miaoban.errors import FinalError
from tools import calendar_days

CASES: dict[str, Any] = json.loads((Path(__file__).parent / "data/calendar.json").read_text(encoding="utf-8"))
few = settings(max_examples=60, deadline=None)
days = st.dates(VALID_FROM, date(2025, 12, 31))


@pytest.mark.parametrize("case", CASES["work"], ids=lambda case: case["reason"])
def test_working_day_periods(case: dict[str, Any]) -> None:
    start = date.fromisoformat(case["start"])
    if case["due"] is None:
        with pytest.raises(CalendarError, match=str(VALID_THROUGH)):
            add_working_days(start, case["n"])
    else:
        assert add_working_days(start, case["n"]) == date.fromisoformat(case["due"]), case["reason"]


@pytest.mark.parametrize("case", CASES["natural"], ids=lambda case: case["reason"])
def test_natural_day_periods(case: dict[str, Any]) -> None:
    start, expected = date.fromisoformat(case["start"]), date.fromisoformat(case["due"])
    assert add_natural_days(start, case["n"]) == expected, case["reason"]


@pytest.mark.parametrize(
    ("day", "worked", "reason"),
    [
        ("2026-01-04", True, "make-up Sunday"),
        ("2026-02-14", True, "make-up Saturday"),
        ("2026-02-28", True, "make-up Saturday"),
        ("2026-05-09", True, "make-up Saturday"),
        ("2026-09-20", True, "make-up Sunday"),
        ("2026-10-10", True, "make-up Saturday"),
        ("2026-10-01", False, "National Day"),
        ("2026-03-07", False, "a plain Saturday"),
        ("2026-03-09", True, "a plain Monday"),
        ("2018-12-31", False, "moved by the notice for 2019"),
        ("2004-01-01", False, "the first day of the data"),
        ("2026-12-31", True, "the last day of the data"),
    ],
)
def test_what_a_day_is(day: str, worked: bool, reason: str) -> None:  # noqa: FBT001
    assert is_working_day(date.fromisoformat(day)) is worked, reason


@pytest.mark.parametrize(("year", "count"), [(2024, 251), (2025, 248), (2026, 248)])
def test_working_days_of_a_year(year: int, count: int) -> None:
    assert working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) == count


@pytest.mark.parametrize(
    ("start", "n", "unit", "expected", "reason"),
    [
        ("2026-03-02", 5, "working-day", "2026-03-09", "a week later, the first day not counted"),
        ("2026-03-07", 0, "working-day", "2026-03-09", "on the spot, asked on a Saturday"),
        ("2026-03-09", 0, "working-day", "2026-03-09", "on the spot"),
        ("2026-03-07", 1, "working-day", "2026-03-09", "the first working day after a Saturday"),
        ("2026-09-21", 10, "natural-day", "2026-10-08", "rolls over the whole National Day holiday"),
        ("2026-03-02", 7, "natural-day", "2026-03-09", "ends on a Monday"),
        ("2026-01-31", 1, "month", "2026-02-28", "no corresponding day: the month's last, a make-up Saturday"),
        ("2025-12-15", 2, "month", "2026-02-24", "over the new year, rolled over Spring Festival"),
        ("2026-03-10", 1, "month", "2026-04-10", "the corresponding day"),
    ],
)
def test_due(start: str, n: int, unit: Any, expected: str, reason: str) -> None:
    assert due(date.fromisoformat(start), Limit(n=n, unit=unit)) == date.fromisoformat(expected), reason


@pytest.mark.parametrize(
    ("start", "n", "unit", "reason"),
    [
        ("2003-12-31", 1, "working-day", "before the data"),
        ("2027-01-01", 0, "working-day", "after the data"),
        ("2026-12-31", 1, "natural-day", "the answer is after the data"),
        ("2026-12-01", 1, "month", "the answer is after the data"),
        ("2027-01-01", 1, "month", "after the data"),
        ("2003-12-31", 30, "natural-day", "the start is before the data"),
    ],
)
def test_beyond_the_published_years_nothing_is_computed(start: str, n: int, unit: Any, reason: str) -> None:
    limit = Limit(n=n, unit=unit)
    with pytest.raises(CalendarError, match="更新工作日历"):
        pytest.fail(f"{due(date.fromisoformat(start), limit)}: {reason}")


@pytest.mark.parametrize("add", [add_working_days, add_natural_days])
def test_a_period_never_runs_backwards(add: Any) -> None:
    with pytest.raises(CalendarError, match="非负数"):
        add(date(2026, 3, 2), -1)


def test_a_time_is_not_a_law_date() -> None:
    with pytest.raises(TypeError, match="Asia/Shanghai"):
        is_working_day(datetime(2026, 3, 2, tzinfo=UTC))


@pytest.mark.parametrize("wrong", [{"n": -1, "unit": "month"}, {"n": 1, "unit": "week"}, {"n": 1}])
def test_a_limit_is_checked(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Limit.model_validate(wrong)


@few
@given(days, st.integers(0, 200))
def test_adding_and_counting_agree(day: date, n: int) -> None:
    end = add_working_days(day, n)
    assert is_working_day(end)
    assert n == 0 or working_days_between(day, end) == n
    assert working_days_between(end, day) == -working_days_between(day, end)


@few
@given(days, st.integers(0, 300))
def test_a_natural_period_ends_on_the_first_working_day_from_its_last(day: date, n: int) -> None:
    end = add_natural_days(day, n)
    skipped = [day + timedelta(days=n + more) for more in range((end - day).days - n)]
    assert is_working_day(end)
    assert not any(map(is_working_day, skipped))


def test_the_data_is_what_the_generator_writes() -> None:
    assert calendar_days.TARGET.read_text(encoding="utf-8") == calendar_days.source()


def test_the_error_is_final() -> None:
    assert issubclass(CalendarError, FinalError)
