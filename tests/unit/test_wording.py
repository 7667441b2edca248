"""What a body may have wrong, in the words of the API: a place, a stable code and a sentence that needs no English."""

import re
from datetime import date
from typing import Any, Literal

import pytest
from pydantic import AwareDatetime, ValidationError
from pydantic import Field as Declared

from functions.api.wording import problems_of
from miaoban.models import Frozen
from miaoban.operations.deliveries import Way


class Body(Frozen):
    """Every kind of field that a body has."""

    words: str = Declared(default="", max_length=3, pattern=r"^[a-z]*$")
    number: int = Declared(default=1, ge=1, le=9)
    truth: bool = True
    day: date | None = None
    moment: AwareDatetime | None = None
    way: Way = Way.PULL
    word: Literal["a", "b"] = "a"
    several: tuple[str, ...] = Declared(default=("x",), min_length=1, max_length=2)
    inner: dict[str, str] = Declared(default_factory=dict)


WRONG: list[tuple[dict[str, Any], str, str, str]] = [
    ({"words": 1}, "/words", "field-type", "应当是文字"),
    ({"words": "abcd"}, "/words", "field-too-long", "太长"),
    ({"words": "A"}, "/words", "field-format", "格式不对"),
    ({"number": 0}, "/number", "field-range", "不能小于 1"),
    ({"number": 10}, "/number", "field-range", "不能大于 9"),
    ({"number": "x"}, "/number", "field-type", "应当是整数"),
    ({"number": 1.5}, "/number", "field-type", "应当是整数"),
    ({"truth": "x"}, "/truth", "field-type", "true 或者 false"),
    ({"day": "2026-13-01"}, "/day", "field-format", "应当是日期"),
    ({"day": []}, "/day", "field-format", "应当是日期"),
    ({"moment": "2026-03-02T10:00:00"}, "/moment", "field-format", "带时区"),
    ({"moment": "soon"}, "/moment", "field-format", "带时区"),
    ({"way": "pigeon"}, "/way", "field-choice", "只能是 'webhook'、'queue'、'pull'"),
    ({"word": "c"}, "/word", "field-choice", "只能是 'a'、'b'"),
    ({"several": []}, "/several", "field-empty", "至少 1 项"),
    ({"several": ["a", "b", "c"]}, "/several", "field-too-long", "最多 2 项"),
    ({"several": "a"}, "/several", "field-type", "列表"),
    ({"inner": []}, "/inner", "field-type", "一组填写项"),
    ({"other": 1}, "/other", "field-unknown", "没有这一项"),
]


@pytest.mark.parametrize(("given", "pointer", "code", "says"), WRONG, ids=[f"{row[1]}-{row[3]}" for row in WRONG])
def test_what_is_wrong_is_told_without_english(given: dict[str, Any], pointer: str, code: str, says: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Body.model_validate(given)
    (problem,) = problems_of(refused.value)
    assert (problem.pointer, problem.code) == (pointer, code)
    assert says in problem.message
    assert not re.search(r"[A-Z][a-z]+ [a-z]+", problem.message), "no sentence of pydantic's"
