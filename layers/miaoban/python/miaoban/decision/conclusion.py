"""What a person decides: to approve or not, or one of the conclusions that the matter has for its review."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from miaoban.catalogue.errors import Problem
from miaoban.catalogue.matter import Conclusion
from miaoban.catalogue.problems import quoted
from miaoban.decision.errors import PersonalDecisionError
from miaoban.decision.outcome import Outcome
from miaoban.models import Frozen

Conclusions = Mapping[str, Conclusion]


class Concluded(Frozen):
    """The conclusion of a review: its code in the matter, and its name for people."""

    code: str
    label: str


class Said(NamedTuple):
    """What a person's word makes of a case, and the conclusion where one was named."""

    outcome: Outcome
    conclusion: Concluded | None = None


def said(conclusions: Conclusions, approve: bool | None, code: str | None) -> Said:  # noqa: FBT001 (an answer, not a switch)
    """What a person said, of a matter with these conclusions or none; raises PersonalDecisionError with every problem."""
    problems = tuple(_unfit(conclusions, approve, code) if conclusions else _undecided(approve, code))
    if problems:
        raise PersonalDecisionError(problems)
    if code is None:
        return Said(_outcome(bool(approve)))
    return concluded(conclusions, code)


def concluded(conclusions: Conclusions, code: str) -> Said:
    """What a conclusion makes of a case; raises KeyError for one that the matter does not have."""
    found = conclusions[code]
    return Said(_outcome(found.approves), Concluded(code=code, label=found.label))


def _outcome(approves: bool) -> Outcome:  # noqa: FBT001
    return Outcome.APPROVED if approves else Outcome.REFUSED


def _unfit(conclusions: Conclusions, approve: bool | None, code: str | None) -> Iterator[Problem]:  # noqa: FBT001
    allowed = "、".join(f"{known}（{conclusion.label}）" for known, conclusion in conclusions.items())
    if code is None:
        yield Problem(pointer="/conclusion", code="conclusion-missing", message=f"请写明结论，可选：{allowed}")
    elif code not in conclusions:
        message = f"没有“{quoted(code)}”这个结论，可选：{allowed}"
        yield Problem(pointer="/conclusion", code="conclusion-unknown", message=message)
    if approve is not None:
        yield Problem(pointer="/approve", code="field-unknown", message="是否准予由结论决定，请删除 approve")


def _undecided(approve: bool | None, code: str | None) -> Iterator[Problem]:  # noqa: FBT001
    if code is not None:
        message = "这里的决定没有结论可选，请删除 conclusion，用 approve 写明是否准予"
        yield Problem(pointer="/conclusion", code="conclusion-unknown", message=message)
    if approve is None:
        yield Problem(pointer="/approve", code="field-missing", message="approve：缺少这一项，请写明是否准予")
