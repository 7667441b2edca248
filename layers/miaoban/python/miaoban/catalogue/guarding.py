"""Guards: standards that are never merged, told apart by the marks in a name."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, NamedTuple

from pydantic import StringConstraints

from miaoban.catalogue.stripping import skeleton
from miaoban.models import Frozen

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
Words = tuple[Annotated[str, StringConstraints(min_length=1)], ...]


class Guard(Frozen):
    """Standards that are never merged: a name with a mark of another, or of `others`, is not this one.

    A mark inside a longer mark of its own does not count: 契税完税证明 is not 完税证明, and says so by 契税完税.
    """

    between: Mapping[Code, Words]
    others: Words = ()
    because: str

    def foreign(self, code: str) -> tuple[str, ...]:
        """The marks that a name of this standard must not have, unless inside its own."""
        return (*self.others, *(mark for other, marks in self.between.items() if other != code for mark in marks))


class _Mark(NamedTuple):
    mark: str
    shadow: re.Pattern[str]
    because: str

    def stands(self, normal: str) -> bool:
        return self.mark in normal and self.mark in self.shadow.sub(" ", normal)


class Marks:
    """All guards at once, by the standard that they guard."""

    def __init__(self, guards: Iterable[Guard]) -> None:
        self._marks: dict[str, list[_Mark]] = {}
        for guard in guards:
            for code in guard.between:
                self._marks.setdefault(code, []).extend(_marks(guard, code))

    def against(self, code: str, normal: str) -> str | None:
        """Why a skeleton is not a name of a standard, in a Chinese sentence; None when no guard says so."""
        found = (f"含有“{one.mark}”：{one.because}" for one in self._marks.get(code, ()) if one.stands(normal))
        return next(found, None)


def _marks(guard: Guard, code: str) -> Iterator[_Mark]:
    own = [skeleton(mark) for mark in guard.between[code]]
    for mark in map(skeleton, guard.foreign(code)):
        shadow = "|".join(longer for longer in own if mark in longer)
        yield _Mark(mark, re.compile(shadow or "(?!)"), guard.because)
