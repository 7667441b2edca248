"""What the catalogue says, for the demo: the guides of two matters, and the lineage of each down to its sources."""

from collections.abc import Iterator
from typing import Any, Final

from rich.table import Table
from rich.text import Text

from tools.client import Answer
from tools.stage import Stage, StoryError

GUIDES: Final = (("grain-purchase-filing", "211281"), ("housing-fund-withdrawal", "211200"))
"""Two matters, one of a county and one of a city, with a region each."""


def guided(stage: Stage) -> Table:
    """The guides side by side, as anybody reads them; raises StoryError when one is not there."""
    pages = [_page(stage, *asked) for asked in GUIDES]
    found = Table(title="办事指南（由事项编译，免登录）", show_lines=True)
    found.add_column("")
    for page in pages:
        found.add_column(page["name"], overflow="fold")
    for label, told in _rows(pages):
        found.add_row(label, *map(Text, told))
    return found


def _page(stage: Stage, matter: str, region: str) -> Answer:
    page = stage.caller("public").get(f"/v1/matters/{matter}/guide", region=region)
    if not page.body.get("materials") or not page.body.get("organ"):
        raise StoryError(f"{matter} 在 {region} 没有办事指南：{page}")
    return page


def _rows(pages: list[Answer]) -> list[tuple[str, list[str]]]:
    return [
        ("受理机关", [page["organ"]["name"] for page in pages]),
        ("实施编码", [page["implementation_code"] for page in pages]),
        ("依据", ["、".join(page["basis"]) for page in pages]),
        ("承诺时限", [page["limits"]["promised"] for page in pages]),
        ("情形", [f"{len(page['situations'])} 种" for page in pages]),
        ("材料", [_materials(page["burden"]) for page in pages]),
    ]


def _materials(burden: dict[str, int]) -> str:
    told = f"共享核验免交 {burden['spared']}，在线填写 {burden['carried']}，需要提交 {burden['handed']}"
    return f"{burden['before']} 份：{told}，容缺后补 {burden['later']}"


def traced(stage: Stage) -> Table:
    """What each of the matters rests on, source by source; raises StoryError when the lineage knows a matter nowhere."""
    found = Table(title="血缘：事项、情形、材料、字段和数源", show_lines=True)
    for heading in ("事项", "数源", "情形", "免交的材料", "预填的字段", "核验的条件"):
        found.add_column(heading, overflow="fold")
    for matter, _ in GUIDES:
        rows = list(_sources(stage, matter))
        if not rows:
            raise StoryError(f"血缘里没有 {matter}，索引不完整")
        for row in rows:
            found.add_row(*map(Text, row))
    return found


def _sources(stage: Stage, matter: str) -> Iterator[tuple[str, ...]]:
    """What in a matter depends on each of its sources."""
    public = stage.caller("public")
    sources = public.get(f"/v1/matters/{matter}")["sources"]
    for code, source in sources.items():
        for item in public.pages("/v1/lineage", node=f"source:{code}"):
            if item["matter"] == matter:
                yield (item["matter_name"], source["name"], str(len(item["situations"])), *_parts(item))


def _parts(item: dict[str, Any]) -> tuple[str, str, str]:
    materials = (use["name"] for use in item["materials"])
    return "、".join(dict.fromkeys(materials)), str(len(item["fields"])), "、".join(item["conditions"])
