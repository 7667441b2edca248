"""Checking time limits: answers only shorten them, no promise is longer than the law, and items fit into both."""

import re
from collections.abc import Iterator
from typing import Final

from miaoban.calendar import Limit
from miaoban.catalogue.demands import require
from miaoban.catalogue.fields import FieldType
from miaoban.catalogue.items import CHOSEN, ends
from miaoban.catalogue.matter import Matter
from miaoban.catalogue.places import FORM, MATTER
from miaoban.catalogue.regions import Limits, Varying, VaryingTimeLimit
from miaoban.catalogue.spelling import meant

_FIFTHS: Final = {"working-day": 7, "natural-day": 5, "month": 150}
"""Fifths of a natural day in a unit: five working days are a week, thirty days a month."""


_DEPARTMENT: Final = re.compile(r"[a-z][a-z0-9-]{0,63}")
"""The codes under which officers have their departments."""


def check_limits(matter: Matter) -> None:
    """Raise CatalogueError for an answer that does not exist or does not shorten, or a promise longer than the law."""
    for file, words, limit in _varying(matter):
        for question, told in limit.by.items():
            _check_answers(matter, file, words, limit, question)
            longer = [answer for answer, n in told.items() if n > limit.n]
            sentence = f"{words[-1]} 的 by.{question} 只能缩短，{'、'.join(longer)} 比 {limit.n} 长，请改正"
            require(not longer, file, sentence, *words, "by", question)
    _check_promise(matter.limits)


def _varying(matter: Matter) -> Iterator[tuple[str, tuple[str, ...], Varying]]:
    """Every limit that answers may shorten: its file, the words that lead to it, itself."""
    for name, limit in matter.limits:
        if isinstance(limit, Varying):
            yield MATTER, ("limits", name), limit
    for code, item in matter.items.items():
        yield MATTER, ("items", code, "limit"), item.limit
    for region, overlay in matter.regions.items():
        for name, limit in overlay.limits.given().items():
            yield f"regions/{region}.yaml", ("limits", name), limit


def _check_answers(matter: Matter, file: str, words: tuple[str, ...], limit: Varying, question: str) -> None:
    sentence = f"{words[-1]} 的 by 没有 {question} 这个问题{meant(question, matter.questions)}，请核对拼写"
    require(question in matter.questions, file, sentence, *words, "by", question)
    answers = matter.questions[question].answers
    for answer in limit.by[question]:
        sentence = f"{words[-1]} 的 by.{question} 没有 {answer} 这个选项{meant(answer, answers)}，请核对拼写"
        require(answer in answers, file, sentence, *words, "by", question, answer)


def _check_promise(limits: Limits) -> None:
    statutory = limits.statutory
    if statutory is None:
        return
    for answer in ({}, *({question: answer} for question, told in statutory.by.items() for answer in told)):
        promised, law = limits.promised.on(answer), statutory.on(answer)
        sentence = f"limits.promised 的 {promised.n} 比法定时限 {law.n} 长（{promised.unit}、{law.unit}），请缩短"
        require(_length(promised) <= _length(law), MATTER, sentence, "limits", "promised")


def _length(limit: Limit) -> int:
    return limit.n * _FIFTHS[limit.unit]


def check_items(matter: Matter) -> None:
    """Raise CatalogueError for items that wait in a circle, take longer than the law, or cannot be chosen as they are."""
    for code, item in matter.items.items():
        sentence = f"{code} 的 department 应当是部门代码（小写字母、数字和 -），不是 {item.department}，请改正"
        require(_DEPARTMENT.fullmatch(item.department), MATTER, sentence, "items", code, "department")
        for other in item.after:
            sentence = f"{code} 的 after 没有 {other} 这个事项{meant(other, matter.items)}，请核对拼写"
            require(other in matter.items, MATTER, sentence, "items", code, "after")
        same = {item.limit.unit} == {limit.unit for limit in _running(matter.limits)}
        sentence = f"{code} 的 limit 应当与 limits 的 promised、review、statutory 用同一单位，请改为一致"
        require(same, MATTER, sentence, "items", code, "limit")
    _check_order(matter)
    if matter.items:
        _check_path(matter)
        _check_choice(matter)


def _running(limits: Limits) -> list[VaryingTimeLimit]:
    return [limits.promised, limits.review, *([limits.statutory] if limits.statutory else [])]


def _check_order(matter: Matter) -> None:
    """What waits for nothing that is left comes off; what is then left waits in a circle."""
    left = {code: set(item.after) for code, item in matter.items.items()}
    while free := [code for code, before in left.items() if not before & left.keys()]:
        for code in free:
            del left[code]
    sentence = f"{'、'.join(left)} 的 after 互相等待，谁也不能先办，请去掉其中一个"
    require(not left, MATTER, sentence, "items", next(iter(left), ""), "after")


def _check_path(matter: Matter) -> None:
    statutory, done = matter.limits.statutory, ends(matter.items, {})
    last = max(done, key=done.__getitem__)
    law = statutory.n if statutory else done[last]
    sentence = f"{last} 按先后顺序要到第 {done[last]} 天才能办完，比法定时限 {law} 长，请缩短或者改为并行"
    require(done[last] <= law, MATTER, sentence, "items", last, "limit")


def _check_choice(matter: Matter) -> None:
    field = matter.fields.get(CHOSEN)
    if field is None:
        return
    names = {code: item.name for code, item in matter.items.items()}
    fits = field.type is FieldType.CHOICES and field.options == names
    differing = "、".join(sorted({code for code, _ in names.items() ^ field.options.items()}) or ["type"])
    sentence = f"{CHOSEN} 应当是 choices，options 与 matter.yaml 的 items 编码、名称一致，不同的有 {differing}，请核对"
    require(fits, FORM, sentence, "fields", CHOSEN, "options")
