"""Opinions (意见) of the departments that are asked before a person decides."""

from collections.abc import Iterable
from datetime import datetime

from miaoban.case.events import Asked, Opined


class Opinion(Asked):
    """A department's opinion on a case; `agree` is None until it is given."""

    agree: bool | None = None
    reason: str | None = None
    given_by: str | None = None
    given_at: datetime | None = None


def sought(asked: Iterable[Asked]) -> tuple[Opinion, ...]:
    """The opinions that are asked for, none of them given."""
    return tuple(Opinion(**dict(one)) for one in asked)


def given(opinion: Opinion, event: Opined) -> Opinion:
    """An opinion as it is once a department, this or another, has spoken."""
    if opinion.department != event.department:
        return opinion
    told = {"agree": event.agree, "reason": event.reason, "given_by": event.by, "given_at": event.at}
    return opinion.model_copy(update=told)
