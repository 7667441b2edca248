"""Names brought to their bones: written alike, without punctuation, and peeled of the modifiers around what they name."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Final, NamedTuple

from pydantic import StringConstraints

from miaoban.models import Frozen
from miaoban.text import clean, comparable

LONGEST: Final = 200
"""Characters of a name that is still read; what is longer is no name."""

_MARKS: Final = re.compile(r"[\W_的]+")
_NOTHING: Final = "(?!)"
_NUMBER: Final = "[0-9一二三四五六七八九十两]+"
_BRACKETS: Final = re.compile(r"\([^()]*\)")
_TITLES: Final = str.maketrans({"、": "/"} | dict.fromkeys("《》〈〉", ""))
_PIECES: Final = re.compile(r"[,;:]")

Word = Annotated[str, StringConstraints(min_length=1, pattern=r"^[^{}]+$")]
Counted = Annotated[str, StringConstraints(min_length=1, pattern=r"^[^{}]*(\{n\}[^{}]*)?$")]


class Modifiers(Frozen):
    """Words around a name that do not change which material it is.

    `attributes` are kept: axis (role, form, state ...) -> value -> words. `ignored` are dropped; `{n}` in them is a number.
    `joiners` go with the word that they join. `clauses` are in a remark that says when or how, not what. `openers` end a
    clause before the name that says from whom, such as 会计师事务所出具的.
    """

    joiners: tuple[Word, ...] = ()
    clauses: tuple[Word, ...] = ()
    openers: tuple[Word, ...] = ()
    attributes: Mapping[str, Mapping[str, tuple[Word, ...]]] = {}
    ignored: tuple[Counted, ...] = ()


class Attribute(NamedTuple):
    """What a modifier says, such as role: agent."""

    axis: str
    value: str


def skeleton(name: str) -> str:
    """The form in which names are looked up: NFKC, cleaned, in one case, without brackets, punctuation, spaces and 的.

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
        word = "|".join(sorted(words, key=lambda one: (-len(one), one))) or _NOTHING
        joiners = f"(?:{_any(modifiers.joiners)})*"
        self._clause = re.compile(_any(modifiers.clauses))
        self._opener = re.compile(f"^.*(?:{_any(modifiers.openers)})(?=[^()]*(?:\\(|$))")
        self._first = re.compile(f"({word}){joiners}")
        self._last = re.compile(f"{joiners}({word})$")

    def levels(self, form: str) -> Iterator[Mapping[str, tuple[str, ...]]]:
        """What is left, with the words that went: of nothing, of one word, of two, until no word stands at either end."""
        level: dict[str, tuple[str, ...]] = {form: ()}
        while level:
            yield level
            peeled = (peel for stem, words in level.items() for peel in self._peels(stem, words))
            level = dict(peeled)

    def unissued(self, name: str) -> str:
        """The skeleton of a name without the clause that says from whom it comes."""
        return _MARKS.sub("", self._opener.sub("", _plain(name)))

    def unremarked(self, name: str) -> str:
        """The same without the remarks: the pieces in brackets, or after a comma, that hold a clause."""
        plain = _BRACKETS.sub(lambda found: "/".join(self._kept(found[0][1:-1])), self._opener.sub("", _plain(name)))
        first, *rest = _PIECES.split(plain)
        return _MARKS.sub("", "/".join([first, *self._kept(*rest)]))

    def _kept(self, *texts: str) -> list[str]:
        return [piece for text in texts for piece in _PIECES.split(text) if not self._clause.search(piece)]

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


def _plain(name: str) -> str:
    """A name's comparable form, without title marks; 、 still joins what is listed, and a comma parts clauses."""
    return comparable(clean(name)[0].translate(_TITLES))


def _any(words: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, words)) or _NOTHING


def _pattern(word: str) -> str:
    return _NUMBER.join(re.escape(skeleton(part)) for part in word.split("{n}"))
