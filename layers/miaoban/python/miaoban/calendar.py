"""Working days, natural days and months as the law counts them, on Asia/Shanghai dates.

The first day is not counted (Civil Code art. 201). Working days leave out rest days and include make-up days
(Administrative Licensing Law art. 82). A period of days or months that ends on a rest day ends on the next working day
(Civil Code art. 203). Beyond the years that the State Council has published, nothing is computed.
"""

from bisect import bisect_left, bisect_right
from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from miaoban.calendar_days import EXCEPTIONS, FIRST_YEAR, LAST_YEAR
from miaoban.errors import FinalError

VALID_FROM: Final = date(FIRST_YEAR, 1, 1)
VALID_THROUGH: Final = date(LAST_YEAR, 12, 31)
"""The last day of the published years; the notice for the next year comes in November."""

_MONTHS: Final = 12
_WEEKDAYS: Final = frozenset(range(1, 6))


class CalendarError(FinalError):
    """Raised when a date lies outside the published years, or a limit cannot be counted."""

    code = "calendar-unpublished"


class Limit(BaseModel):
    """A time limit of a matter: how many, of what."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    n: Annotated[int, Field(ge=0, le=9999)]
    unit: Literal["working-day", "natural-day", "month"]


def is_working_day(day: date) -> bool:
    """Whether the day is worked, make-up days included; raises `CalendarError` outside the published years."""
    ordinal = _ordinal(day)
    index = bisect_left(_WORKING, ordinal)
    return index < len(_WORKING) and _WORKING[index] == ordinal


def add_working_days(day: date, n: int) -> date:
    """Return the n-th working day after the day, or for 0 the day itself rolled to a working day.

    Raises `CalendarError` when the start or the answer lies outside the published years, or `n` is negative.
    """
    ordinal = _ordinal(day)
    if n < 0:
        raise CalendarError(f"期限应为非负数，实际为 {n}，请检查事项的时限配置。")
    index = bisect_right(_WORKING, ordinal) + n - 1 if n else bisect_left(_WORKING, ordinal)
    if index >= len(_WORKING):
        raise _unpublished(f"{day} 起第 {n} 个工作日")
    return _DATES[index]


def add_natural_days(day: date, n: int) -> date:
    """Return the day n natural days later, rolled to the next working day if it is a rest day (Civil Code art. 203).

    Raises `CalendarError` when the start or the answer lies outside the published years, or `n` is negative.
    """
    _ordinal(day)
    return add_working_days(_ending(day, n), 0)


def working_days_between(a: date, b: date) -> int:
    """Return how many working days after `a` come up to and including `b`; negative when `b` is before `a`.

    `working_days_between(day, add_working_days(day, n)) == n`. Raises `CalendarError` outside the published years.
    """
    return bisect_right(_WORKING, _ordinal(b)) - bisect_right(_WORKING, _ordinal(a))


def due(start: date, limit: Limit) -> date:
    """Return the last day of a limit that starts to run on `start`.

    A month ends on the corresponding day, or on its last day when there is none (Civil Code art. 202). Raises
    `CalendarError` outside the published years.
    """
    if limit.unit == "working-day":
        return add_working_days(start, limit.n)
    if limit.unit == "natural-day":
        return add_natural_days(start, limit.n)
    return add_natural_days(_months_later(start, limit.n), 0)


def _ending(day: date, n: int) -> date:
    if n < 0:
        raise CalendarError(f"期限应为非负数，实际为 {n}，请检查事项的时限配置。")
    return day + timedelta(days=n)


def _months_later(day: date, n: int) -> date:
    _ordinal(day)
    years, month = divmod(day.month - 1 + n, _MONTHS)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _ordinal(day: date) -> int:
    if isinstance(day, datetime):  # a datetime is a date to Python, and its date depends on its zone
        raise TypeError("a law date is a date in Asia/Shanghai: convert the time to it and pass .date()")
    ordinal = day.toordinal()
    if not _FIRST <= ordinal <= _LAST:
        raise _unpublished(str(day))
    return ordinal


def _unpublished(what: str) -> CalendarError:
    return CalendarError(f"{what}超出已公布的放假安排（{VALID_FROM} 至 {VALID_THROUGH}），请在国务院办公厅公布后更新工作日历。")


def _working_days() -> list[int]:
    """Return the ordinals of all working days; an ordinal modulo 7 is 1 on Mondays and 0 on Sundays."""
    moved = {day for row in EXCEPTIONS.split("\n") if row for day in _row(*row.split())}
    return [day for day in range(_FIRST, _LAST + 1) if (day % 7 in _WEEKDAYS) != (day in moved)]


def _row(year: str, *days: str) -> list[int]:
    return [date(int(year), int(day[:2]), int(day[2:])).toordinal() for day in days]


_FIRST: Final = VALID_FROM.toordinal()
_LAST: Final = VALID_THROUGH.toordinal()
_WORKING: Final = _working_days()
_DATES: Final = [date.fromordinal(ordinal) for ordinal in _WORKING]
