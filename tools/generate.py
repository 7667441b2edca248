"""Guide items (实施清单) of made-up matters in Liaoning's real regions, as the provincial platform sends them: JSON Lines.

Usage: python -m tools.generate shenyang|liaoning|COUNT [--out FILE] [--malformed COUNT] [--repeated COUNT]

The same arguments give the same bytes. A matter is implemented at the levels that exercise it, in every region of those
levels, in one to three ways: the fan-out of a real list. No organ here exists: organisation codes begin with MAXX.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from itertools import count, islice, product
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from miaoban.identifiers import RegionCode
from miaoban.identifiers.checks import CREDIT_ALPHABET, credit_check, organisation_check
from tools.broken import broken

ROOT: Final = Path(__file__).parent.parent
REGIONS: Final = ROOT / "standards" / "regions.yaml"
VOCABULARY: Final = ROOT / "tools" / "samples" / "vocabulary.yaml"
SIZES: Final = {"shenyang": 28_510, "liaoning": 432_000}
"""Liaoning's is its real number; Shenyang's 2,851 matters stand in ten organs on average."""
WHERE: Final = {"shenyang": "2101"}
ORGANS: Final = 60
"""Departments of a region, at most."""

TYPES: Final = ("01", "01", "05", "07", "07", "10", "10", "20", "20", "20")
LEVELS: Final = ((2,), (2, 3), (3, 4), (3, 4), (3, 4), (3, 4), (2, 3, 4), (4,), (4, 5))
AUDIENCES: Final = (("1",), ("2",), ("1", "2"), ("2", "3", "4"), ("2", "6"))
DAYS: Final = (0, 1, 3, 5, 10, 20)


class Place(NamedTuple):
    """A region: its code, its name with those above it, its level, and its number among all."""

    code: str
    name: str
    level: int
    number: int


@dataclass(frozen=True)
class Kind:
    """A made-up matter: what all its items share (四级四同), and at which levels and in how many ways they stand."""

    basic: str
    name: str
    levels: tuple[int, ...]
    ways: int
    shared: dict[str, Any]


@cache
def places() -> tuple[Place, ...]:
    """The regions of Liaoning, from the province down."""
    told = yaml.safe_load(REGIONS.read_text(encoding="utf-8"))
    province = {told["province"]["code"]: told["province"]["name"]}
    names = {**province, **told["cities"], **told["counties"], **told["streets"]}
    return tuple(Place(code, _full(code, names), int(RegionCode(code).level), number) for number, code in enumerate(names))


def _full(code: str, names: dict[str, str]) -> str:
    above = [f"{code[:4]}00", code[:6]]
    return "".join(names[one] for one in dict.fromkeys([*above, code]) if one in names)


@cache
def words(kind: str) -> tuple[str, ...]:
    """The words of one kind."""
    told: dict[str, str] = yaml.safe_load(VOCABULARY.read_text(encoding="utf-8"))
    return tuple(told[kind].split())


def kinds() -> Iterator[Kind]:
    """Matters without end, each time the same."""
    actions, things = words("actions"), words("objects")
    names = product(("", *words("qualities")), actions, things)
    for number in count():
        dice = random.Random(number)  # noqa: S311  made up on purpose, and the same each time
        quality, action, thing = next(names, ("", actions[number % len(actions)], f"第 {number} 类主体"))
        yield _kind(number, f"{quality}{thing}{action}", dice)


def _kind(number: int, name: str, dice: random.Random) -> Kind:
    matter_type, days = dice.choice(TYPES), dice.choice(DAYS)
    department, sequence = 1 + number % ORGANS, 1 + number // ORGANS % 999
    shared: dict[str, Any] = {
        "type": matter_type,
        "audience": dice.choice(AUDIENCES),
        "case_type": "2" if days else "1",
        "statutory": {"n": 20, "unit": "working-day"},
        "promised": {"n": days, "unit": "working-day"},
        "materials": dice.sample(words("materials"), dice.randint(1, 6)),
        "situations": dice.randint(1, 6),
        "status": "in-force",
        "version": dice.randint(1, 5),
        "valid_from": f"20{dice.randint(19, 25)}-0{dice.randint(1, 9)}-01",
    }
    basic = f"{dice.choice(('00', '00', '21'))}{matter_type}{department:02}{sequence:03}{number // ORGANS // 999:03}"
    return Kind(basic, name, dice.choice(LEVELS), dice.randint(1, 3), shared)


def items(size: int, within: str = "21") -> Iterator[dict[str, Any]]:
    """So many guide items in the regions whose codes begin so, region by region, as the platform exports them."""
    chosen = [place for place in places() if place.code.startswith(within)]
    stands = _stands(size, chosen)
    for place in chosen:
        for kind, left in stands:
            if place.level in kind.levels:
                yield from islice(_ways(kind, place), left.take(kind.ways))


@dataclass
class _Left:
    """How many items of a kind are still to be given; only the last kind has fewer than it could have."""

    items: int

    def take(self, wanted: int) -> int:
        given = min(wanted, self.items)
        self.items -= given
        return given


def _stands(size: int, chosen: list[Place]) -> list[tuple[Kind, _Left]]:
    levels = [place.level for place in chosen]
    stands: list[tuple[Kind, _Left]] = []
    for kind in kinds():
        possible = kind.ways * sum(levels.count(level) for level in kind.levels)
        stands.append((kind, _Left(min(possible, size))))
        size -= min(possible, size)
        if not size:
            return stands
    raise AssertionError("there are matters without end")


def _ways(kind: Kind, place: Place) -> Iterator[dict[str, Any]]:
    department = int(kind.basic[4:6])
    uscc = organ(place.code[:6], place.number * ORGANS + department)
    code = f"{uscc}{place.level}{kind.basic}"
    told = {"organ": {"uscc": uscc, "name": f"{place.name}示例第{department}部门"}, "region": place.code, **kind.shared}
    if kind.ways == 1:
        yield {"code": code, "name": kind.name, **told}
        return
    for number in range(kind.ways):
        yield {"code": f"{code}{number + 1:02}", "name": f"{kind.name}（{words('ways')[number]}）", **told}


@cache
def organ(region: str, number: int) -> str:
    """The code of a made-up organ."""
    digits = ""
    for _ in range(4):
        number, digit = divmod(number, len(CREDIT_ALPHABET))
        digits = CREDIT_ALPHABET[digit] + digits
    body = f"11{region}MAXX{digits}{organisation_check('MAXX' + digits)}"
    return body + credit_check(body)


def lines(size: int, within: str = "21", malformed: int = 0, repeated: int = 0) -> Iterator[bytes]:
    """The file's lines, with so many malformed and so many repeated ones spread among the items."""
    for number, item in enumerate(items(size, within)):
        line = json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode()
        yield line + b"\n"
        if _falls_on(number, repeated, size):
            yield line + b"\n"
        if _falls_on(number, malformed, size):
            yield broken(number, item) + b"\n"


def _falls_on(number: int, times: int, size: int) -> bool:
    """Whether one of so many, spread evenly, falls after this item."""
    return (number + 1) * times // size > number * times // size


def main(arguments: list[str]) -> int:
    """Write the file."""
    parser = argparse.ArgumentParser(prog="python -m tools.generate", description=__doc__)
    parser.add_argument("size", help="shenyang, liaoning, or how many items")
    parser.add_argument("--out", type=Path, help="the file; standard output if none is named")
    parser.add_argument("--malformed", type=int, default=0, help="lines that cannot be taken, besides")
    parser.add_argument("--repeated", type=int, default=0, help="lines that come twice, besides")
    told = parser.parse_args(arguments)
    size = SIZES.get(told.size) or int(told.size)
    with told.out.open("wb") if told.out else nullcontext(sys.stdout.buffer) as file:
        file.writelines(lines(size, WHERE.get(told.size, "21"), told.malformed, told.repeated))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
