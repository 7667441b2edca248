"""Write the working-day data of the domain package from the chinesecalendar package.

Run it each November, when the State Council has published the next year's holidays and chinesecalendar has followed:
`python -m tools.calendar_days`. The same version of chinesecalendar gives the same bytes.
"""

from datetime import date, timedelta
from pathlib import Path
from textwrap import fill
from typing import Final

from chinese_calendar import is_workday  # type: ignore[import-untyped]
from chinese_calendar.constants import holidays  # type: ignore[import-untyped]

TARGET: Final = Path(__file__).parents[1] / "layers/miaoban/python/miaoban/calendar_days.py"
_SATURDAY: Final = 5
_MODULE: Final = '''\
"""Days that the State Council's yearly notices move: weekdays off, and weekend days worked.

Written by tools/calendar_days.py; do not edit. Each row is a year and days of it, MMDD. A weekday listed here is a rest
day, a Saturday or Sunday listed here is a working day, and every other day is what the week says.
"""

from typing import Final

FIRST_YEAR: Final = {first}
LAST_YEAR: Final = {last}
EXCEPTIONS: Final = """
{rows}
"""
'''


def main() -> None:
    """Write the data module beside the calendar."""
    TARGET.write_text(source(), encoding="utf-8")
    print(f"wrote {TARGET.name}")


def source() -> str:
    """Return the source text of the data module."""
    years = sorted({day.year for day in holidays})
    return _MODULE.format(first=years[0], last=years[-1], rows="\n".join(map(_rows, years)))


def _rows(year: int) -> str:
    return fill(" ".join(_exceptions(year)), width=110, initial_indent=f"{year} ", subsequent_indent=f"{year} ")


def _exceptions(year: int) -> list[str]:
    days = (date(year, 1, 1) + timedelta(days=offset) for offset in range(366))
    return [f"{day:%m%d}" for day in days if day.year == year and is_workday(day) != (day.weekday() < _SATURDAY)]


if __name__ == "__main__":
    main()
