"""One refused release, for the demo: the grain matter with mistakes made in memory, brought to the API by a steward."""

from typing import Final

from rich.table import Table
from rich.text import Text

from miaoban.catalogue.folder import unchecked_edition
from miaoban.operations.releases import Drafting
from tools.folders import MATTERS, SOURCES, content_of, texts_of
from tools.stage import Stage, expect

MATTER: Final = "grain-purchase-filing"
CONDITIONS: Final = "conditions.yaml"
MISTAKES: Final = (
    ("otherwise: flag\n    says: 登记的经营范围", "otherwise: refuse\n    says: 登记的经营范围"),
    ("law: 企业信息公示暂行条例", 'law: ""'),
    ("form.lease_contract != null", "form.lease_contract > 0"),
    ("<= 0.2 *", "<= 0.19 *"),
)
"""A hint that refuses, a condition without its law, a text compared with a number, and a bound that examples contradict."""
CODES: Final = {"filing-refuses-quality", "basis-missing", "expression-invalid", "example-fails"}


def mistaken() -> Drafting:
    """The grain matter with the mistakes; raises LookupError when its text has moved on."""
    texts = texts_of(MATTERS / MATTER)
    for right, wrong in MISTAKES:
        if right not in texts[CONDITIONS]:
            raise LookupError(f"{CONDITIONS} 里没有“{right}”，请更新 tools/refused.py")
        texts[CONDITIONS] = texts[CONDITIONS].replace(right, wrong, 1)
    _, examples = content_of(MATTERS / MATTER)
    return Drafting(edition=unchecked_edition(texts, texts_of(SOURCES)), examples=examples)


def refused(stage: Stage) -> Table:
    """Bring it, propose it, and show what refuses it; raises StoryError unless it is refused for every mistake."""
    steward = stage.caller("steward")
    drafted = steward.post("/v1/releases", mistaken().model_dump(mode="json", exclude_none=True))
    proposed = steward.post(f"/v1/releases/{drafted['id']}/publication", {})
    expect("发布的答复", (proposed.status, proposed.code), (422, "release-refused"))
    expect("拒绝的理由", {place["code"] for place in proposed["errors"]}, CODES)
    found = Table(title=f"一次被拒绝的发布（{drafted['name']}，{drafted['id']}）", show_lines=True)
    for heading in ("检查", "处数", "其中第一处"):
        found.add_column(heading, overflow="fold")
    told: dict[str, list[str]] = {}
    for place in proposed["errors"]:
        told.setdefault(place["code"], []).append(place["message"])
    for code, messages in told.items():
        found.add_row(*map(Text, (code, str(len(messages)), messages[0])))
    return found
