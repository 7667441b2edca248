"""YAML read strictly in one pass over libyaml's events: a third of the time that nodes and constructors take.

Aliases, which can make a gigabyte of a line, and nesting that no reader follows are refused where they stand, before
anything is built of them; so are tags, repeated keys and keys that are not text.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

import yaml

from miaoban.text import hidden

DEEPEST: Final = 40
"""Levels of one text."""
QUOTE: Final = "应当是文字，数字请加引号，日期和 true、false、yes、no、on、off 也要加"

_RESOLVERS: Final = yaml.SafeLoader.yaml_implicit_resolvers
_CONSTRUCTOR: Final = yaml.constructor.SafeConstructor()
_CONSTRUCTORS: Final = yaml.SafeLoader.yaml_constructors
# Looked up a hundred times in every text.
_SCALAR, _END_OF_MAPPING, _END_OF_SEQUENCE = yaml.ScalarEvent, yaml.MappingEndEvent, yaml.SequenceEndEvent

_Following = Callable[[], Any]
"""Gives the next event of a text."""


class UnwelcomeError(yaml.MarkedYAMLError):
    """Raised for what is YAML, but not ours to take; `problem` is the whole sentence, with the cure."""

    def __init__(self, sentence: str, mark: Any) -> None:
        super().__init__(problem=sentence, problem_mark=mark)


def values(text: str) -> Any:
    """The value that a text of one YAML document is; None for an empty one.

    Raises yaml.YAMLError with the mark of the place; UnwelcomeError, which is one, for what is YAML but not taken here.
    """
    loader = yaml.CSafeLoader(text)
    try:
        return _document(loader.get_event)
    finally:
        loader.dispose()


def _document(following: _Following) -> Any:
    following()
    if type(following()) is yaml.StreamEndEvent:
        return None
    found = _value(following, following(), 1)
    following()
    after = following()
    if type(after) is not yaml.StreamEndEvent:
        raise _refusal("一个文件只能有一份文档，请拆分", after)
    return found


def _value(following: _Following, event: Any, depth: int) -> Any:
    kind = type(event)
    if kind is _SCALAR:
        return _scalar(event)
    if kind is yaml.AliasEvent:
        raise _refusal("不允许使用别名，请把内容写全", event)
    if depth > DEEPEST:
        raise _refusal(f"嵌套过深，超过 {DEEPEST} 层，请减少层次", event)
    if event.tag is not None:
        raise _refusal("不允许使用标签，请删除", event)
    return _mapping(following, depth) if kind is yaml.MappingStartEvent else _sequence(following, depth)


def _mapping(following: _Following, depth: int) -> dict[str, Any]:
    """A mapping; plain text, which is most of what there is, is taken here, for each call more would cost a tenth."""
    found: dict[str, Any] = {}
    while type(event := following()) is not _END_OF_MAPPING:
        plain = type(event) is _SCALAR and event.implicit[0] and _tag(event.value) is None
        key = event.value if plain else _key(event)
        if key in found:
            raise _refusal(f"重复的键 {key}，请只保留一个", event)
        event = following()
        plain = type(event) is _SCALAR and event.implicit[0] and _tag(event.value) is None
        found[key] = event.value if plain else _value(following, event, depth + 1)
    return found


def _sequence(following: _Following, depth: int) -> list[Any]:
    found: list[Any] = []
    while type(event := following()) is not _END_OF_SEQUENCE:
        found.append(_value(following, event, depth + 1))
    return found


def _key(event: Any) -> str:
    if type(event) is yaml.AliasEvent:
        raise _refusal("不允许使用别名，请把内容写全", event)
    if type(event) is not _SCALAR or event.tag is not None or (event.implicit[0] and _tag(event.value)):
        raise _refusal(f"键{QUOTE}", event)
    text: str = event.value
    if event.style == '"':
        _check_shown(text, event)
    return text


def _scalar(event: Any) -> Any:
    if event.tag is not None:
        raise _refusal("不允许使用标签，请删除", event)
    text = event.value
    if event.implicit[0]:
        tag = _tag(text)
        return text if tag is None else _constructed(tag, event)
    if event.style == '"':
        _check_shown(text, event)
    return text


def _constructed(tag: str, event: Any) -> Any:
    node = yaml.ScalarNode(tag, event.value, event.start_mark, event.end_mark)
    try:
        return _CONSTRUCTORS[tag](_CONSTRUCTOR, node)
    except (ValueError, AttributeError, LookupError):
        raise _refusal("有不存在的日期或者数字，请核对，或者加引号写成文字", event) from None


def _check_shown(text: str, event: Any) -> None:
    """Only between double quotes can a character be escaped; what stands in the text itself is seen before it is parsed."""
    if found := hidden(text):
        raise _refusal(f"有看不见的字符 {found[1]}，请删除", event)


@lru_cache(maxsize=16_384)
def _tag(text: str) -> str | None:
    """What a plain scalar is, unless it is text: null, a truth value, a number or a date, by YAML 1.1's rules."""
    found = (tag for tag, shape in _RESOLVERS.get(text[:1], ()) if shape.match(text))
    return next(found, None)


def _refusal(sentence: str, event: Any) -> UnwelcomeError:
    return UnwelcomeError(sentence, event.start_mark)
