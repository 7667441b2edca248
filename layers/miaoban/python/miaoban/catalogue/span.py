"""Spans of time as sources state them: whole days, or hours and minutes for what is asked in real time."""

from datetime import timedelta
from functools import cached_property
from typing import Any, Literal

from pydantic import Field as Declared
from pydantic import model_validator

from miaoban.models import Frozen


class Span(Frozen):
    """A length of time; a number alone is days. Not a period of law, which `calendar.Limit` counts."""

    n: int = Declared(ge=1, le=10_000)
    unit: Literal["day", "hour", "minute"]

    @model_validator(mode="before")
    @classmethod
    def _of_days(cls, value: Any) -> Any:
        if type(value) is int:
            return {"n": value, "unit": "day"}
        if isinstance(value, str | bool | float | list):
            raise ValueError("应当是天数，或者 {n: 15, unit: minute} 这样的时长，unit 是 day、hour 或 minute")  # noqa: TRY004
        return value

    @cached_property
    def length(self) -> timedelta:
        """How long it is."""
        return timedelta(**{f"{self.unit}s": self.n})

    @property
    def words(self) -> str:
        """How long it is, in words."""
        return f"{self.n} {_UNITS[self.unit]}"


_UNITS = {"day": "天", "hour": "小时", "minute": "分钟"}
