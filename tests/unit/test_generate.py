"""The generator of guide items: the same bytes each time, the size that was asked for, the fan-out of a real list."""

import json
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from miaoban.catalogue.entry import read_line
from tools.generate import SIZES, items, lines, main, places


def test_the_same_arguments_give_the_same_bytes() -> None:
    first, second = (b"".join(lines(500, malformed=7, repeated=9)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("size", [1, 2, 99, 1000])
def test_as_many_items_as_asked_for_each_with_a_code_of_its_own(size: int) -> None:
    codes = [item["code"] for item in items(size)]
    assert len(codes) == len(set(codes)) == size


def test_malformed_and_repeated_lines_come_besides() -> None:
    assert len(list(lines(100, malformed=10, repeated=20))) == 130
    assert len(list(lines(10, malformed=0, repeated=10))) == 20


def test_a_matter_has_one_name_code_and_type_in_every_region_and_stands_in_many() -> None:
    """四级四同: what all levels share is shared; the fan-out is over regions and ways to handle it."""
    found: dict[str, list[dict[str, Any]]] = {}
    for item in items(20_000):
        found.setdefault(item["code"][19:31], []).append(item)
    for alike in found.values():
        assert len({(item["name"].partition("（")[0], item["type"]) for item in alike}) == 1
    spread = Counter(len({item["region"] for item in alike}) for alike in found.values())
    assert max(spread) > 90
    assert min(spread) == 1


def test_every_region_of_the_province_has_its_own_items() -> None:
    regions = {item["region"] for item in items(20_000)}
    assert regions == {place.code for place in places()}


def test_shenyang_is_the_city_and_its_counties() -> None:
    regions = {item["region"] for item in islice(items(SIZES["shenyang"], "2101"), 0, None, 50)}
    assert {region[:4] for region in regions} == {"2101"}
    assert len(regions) == 14


def test_a_file_is_written_as_the_import_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "items.jsonl"
    assert main(["30", "--out", str(file)]) == 0
    assert [read_line(line).name for line in file.read_bytes().splitlines()] == [item["name"] for item in items(30)]
    assert json.loads(file.read_bytes().splitlines()[0])["version"] >= 1
