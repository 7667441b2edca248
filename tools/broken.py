"""Lines that no import takes, as platforms really send them: one kind after another."""

import json
from collections.abc import Callable
from typing import Any, Final

Item = dict[str, Any]


def broken(number: int, item: Item) -> bytes:
    """A line that is wrong in the way whose turn it is."""
    return BREAKS[number % len(BREAKS)](item)


def _line(item: Item) -> bytes:
    return json.dumps(item, ensure_ascii=False).encode()


BREAKS: Final[tuple[Callable[[Item], bytes], ...]] = (
    lambda item: _line(item)[:-7],
    lambda item: _line({**item, "code": "1" + item["code"][:17] + "0" + item["code"][19:]}),
    lambda item: _line({**item, "region": "110101"}),
    lambda item: _line({**item, "name": "\u200b "}),
    lambda item: _line({**item, "备注": "多出的一项"}),
    lambda item: _line({**item, "type": "99"}),
    lambda item: _line({**item, "name": "长" * 40_000}),
    lambda item: _line(item).decode().encode("gb18030"),
)
"""Cut off, a wrong check character, another province, an empty name, an unknown key, another type, too long, not UTF-8."""
