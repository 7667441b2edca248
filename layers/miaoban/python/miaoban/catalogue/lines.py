"""The line of a mistake: found in the text by the words that lead there, and only once there is a mistake."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import yaml

from miaoban.catalogue.errors import CatalogueError

_NAMES: Final = frozenset({"id", "code", "region", "label", "name", "type"})
"""The keys whose value names an item of a list."""


class _Place(NamedTuple):
    """A node of the text, the names that it goes by, and the line where it begins."""

    node: Any
    names: tuple[str, ...]
    line: int

    @property
    def value(self) -> str:
        """The text of a value; nothing for what has parts."""
        return str(self.node.value) if isinstance(self.node, yaml.ScalarNode) else ""


def located(error: CatalogueError, texts: Mapping[str, str]) -> CatalogueError:
    """The error with the line of its place, where its file is among the texts and it has none yet."""
    if error.line is not None or error.file not in texts:
        return error
    return error.at(line_of(texts[error.file], error.words))


def line_of(text: str, words: Iterable[str]) -> int:
    """The line of what the words lead to, each looked for within what the one before found, the nearest first.

    A word is a key, the number of an item, what names an item, a value, or a part of one. What is not there (a missing key)
    leaves the line where the search had come.
    """
    place = _Place(yaml.compose(text, Loader=yaml.CSafeLoader), (), 1)
    for word in filter(None, words):
        found = (_nearest(place, fits) for fits in _meanings(word))
        place = next(filter(None, found), place)
    return place.line


def _meanings(word: str) -> Iterator[Callable[[_Place], bool]]:
    """What a word may be, the likeliest first."""
    yield lambda place: word in place.names
    yield lambda place: word == place.value
    yield lambda place: word in place.value


def _nearest(start: _Place, fits: Callable[[_Place], bool]) -> _Place | None:
    waiting = deque(_within(start.node))
    while waiting:
        place = waiting.popleft()
        if fits(place):
            return place
        waiting.extend(_within(place.node))
    return None


def _within(node: Any) -> Iterator[_Place]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield _Place(value, (str(key.value),), key.start_mark.line + 1)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield _Place(item, (str(number), *_named(item)), item.start_mark.line + 1)


def _named(node: Any) -> tuple[str, ...]:
    if not isinstance(node, yaml.MappingNode):
        return ()
    return tuple(str(value.value) for key, value in node.value if key.value in _NAMES and isinstance(value, yaml.ScalarNode))
