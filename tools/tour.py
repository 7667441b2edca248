"""What the catalogue says, for the demo: the guides of two matters, and what breaks if a source of theirs is down."""

from typing import Any, Final

from rich.table import Table
from rich.text import Text

from tools.client import Answer
from tools.stage import Stage, StoryError

GUIDES: Final = (("grain-purchase-filing", "211281"), ("housing-fund-withdrawal", "211200"))
"""Two matters, one of a county and one of a city, with a region each."""
SOURCES: Final = (("legal-person-base", "法人基础信息库"), ("population-base", "人口基础信息库"))


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
    """What depends on two sources, by matter; raises StoryError when nothing does."""
    found = Table(title="血缘：数源中断会影响什么", show_lines=True)
    for heading in ("数源", "事项", "条件", "字段", "免交的材料"):
        found.add_column(heading, overflow="fold")
    for code, name in SOURCES:
        items = stage.caller("public").pages("/v1/lineage", node=f"source:{code}")
        if not items:
            raise StoryError(f"没有事项依赖 {name}，血缘索引不完整")
        for number, item in enumerate(items):
            found.add_row(*map(Text, ("" if number else name, item["matter_name"], *_parts(item))))
    return found


def _parts(item: dict[str, Any]) -> tuple[str, str, str]:
    materials = (use["name"] for use in item["materials"])
    return "、".join(item["conditions"]), str(len(item["fields"])), "、".join(dict.fromkeys(materials))
