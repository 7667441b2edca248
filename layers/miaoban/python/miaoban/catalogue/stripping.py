"""Names brought to their bones: written alike, without punctuation, and peeled of the modifiers around what they name."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Final, NamedTuple

from pydantic import StringConstraints

from miaoban.models import Frozen
from miaoban.text import clean, comparable

LONGEST: Final = 120
"""Characters of a name that is still peeled; no material's name is longer."""

_MARKS: Final = re.compile(r"[\W_]+")
_NUMBER: Final = "[0-9一二三四五六七八九十两]+"
_BRACKETS: Final = re.compile(r"\([^()]*\)")

Word = Annotated[str, StringConstraints(min_length=1, pattern=r"^[^{}]+$")]
Counted = Annotated[str, StringConstraints(min_length=1, pattern=r"^[^{}]*(\{n\}[^{}]*)?$")]


class Modifiers(Frozen):
    """Words around a name that do not change which material it is.

    `attributes` are kept: axis (role, form, state ...) -> value -> words. `ignored` are dropped; `{n}` in them is a number.
    `joiners` go with the word that they join. `clauses` end a remark in brackets that says when or by whom, not what.
    """

    joiners: tuple[Word, ...] = ()
    clauses: tuple[Word, ...] = ()
    attributes: Mapping[str, Mapping[str, tuple[Word, ...]]] = {}
    ignored: tuple[Counted, ...] = ()


class Attribute(NamedTuple):
    """What a modifier says, such as role: agent."""

    axis: str
    value: str


def skeleton(name: str) -> str:
    """The form in which names are looked up: NFKC, cleaned, in one case, without brackets, punctuation and spaces.

    Raises `TextError` for characters that hide or reorder text.
    """
    return _MARKS.sub("", comparable(clean(name)[0]))


def outside(name: str) -> str:
    """The skeleton of a name without what stands in brackets."""
    return _MARKS.sub("", _BRACKETS.sub("", comparable(clean(name)[0])))


class Stripper:
    """Peels modifiers from both ends of a skeleton, one after the other."""

    def __init__(self, modifiers: Modifiers) -> None:
        self._attributes = {
            skeleton(word): Attribute(axis, value)
            for axis, values in modifiers.attributes.items()
            for value, words in values.items()
            for word in words
        }
        words = {*self._attributes, *map(_pattern, modifiers.ignored)}
        word = "|".join(sorted(words, key=lambda one: (-len(one), one))) or "(?!)"
        joiners = f"(?:{'|'.join(map(re.escape, modifiers.joiners)) or '(?!)'})*"
        self._remark = re.compile(rf"\([^()]*(?:{'|'.join(map(re.escape, modifiers.clauses)) or '(?!)'})\)")
        self._first = re.compile(f"({word}){joiners}")
        self._last = re.compile(f"{joiners}({word})$")

    def levels(self, form: str) -> Iterator[Mapping[str, tuple[str, ...]]]:
        """What is left, with the words that went: of nothing, of one word, of two, until no word stands at either end."""
        level: dict[str, tuple[str, ...]] = {form: ()}
        while level:
            yield level
            peeled = (peel for stem, words in level.items() for peel in self._peels(stem, words))
            level = dict(peeled) if len(form) <= LONGEST else {}

    def unremarked(self, name: str) -> str:
        """The skeleton of a name without the remarks in brackets."""
        return _MARKS.sub("", self._remark.sub("", comparable(clean(name)[0])))

    def attributes(self, words: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        """What the words that went say, by axis."""
        found: dict[str, tuple[str, ...]] = {}
        for word in words:
            if said := self._attributes.get(word):
                found[said.axis] = tuple(sorted({*found.get(said.axis, ()), said.value}))
        return found

    def _peels(self, stem: str, words: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
        if (first := self._first.match(stem)) and (rest := stem[first.end() :]):
            yield rest, (*words, first[1])
        if (last := self._last.search(stem)) and (rest := stem[: last.start()]):
            yield rest, (*words, last[1])


def _pattern(word: str) -> str:
    return _NUMBER.join(re.escape(skeleton(part)) for part in word.split("{n}"))
