"""Code tables in words (GB/T 39046-2020 annex A, C0109), for guides and lists; a code that is not listed stays as it is."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from miaoban.calendar import Limit
from miaoban.catalogue.condition import Basis, Condition, Effect

TYPES: Final[Mapping[str, str]] = {
    "01": "行政许可",
    "02": "行政处罚",
    "03": "行政强制",
    "04": "行政征收",
    "05": "行政给付",
    "06": "行政检查",
    "07": "行政确认",
    "08": "行政奖励",
    "09": "行政裁决",
    "10": "其他行政权力",
    "20": "公共服务",
}
"""事项类型, A.1."""

EXTENSIONS: Final = re.compile(r"1[1-9]|2[1-9]|[3-9][0-9]")
"""The types that a province may add (A.1), such as 30 for what Shandong calls a government's own approval."""

AUDIENCES: Final[Mapping[str, str]] = {
    "1": "自然人",
    "2": "企业法人",
    "3": "事业法人",
    "4": "社会组织法人",
    "5": "行政机关",
    "6": "其他组织",
    "person": "自然人",
    "enterprise": "企业",
    "institution": "事业单位",
    "social-organisation": "社会组织",
    "organisation": "其他组织",
}
"""服务对象, A.4, and the words that matters use for them."""

AUDIENCE_CODES: Final[Mapping[str, str]] = {
    "person": "1",
    "enterprise": "2",
    "institution": "3",
    "social-organisation": "4",
    "organisation": "6",
}
"""The codes (A.4) of the words that matters use."""

LEVELS: Final[Mapping[str, str]] = {
    "nation": "国家级",
    "province": "省级",
    "city": "市级",
    "county": "县级",
    "town": "乡镇（街道）级",
    "village": "村（社区）级",
    "shared": "分级管理",
}
"""行使层级, A.2."""

CHANNELS: Final[Mapping[str, str]] = {"1": "窗口办理", "2": "电脑端网上办理", "3": "移动端网上办理", "4": "快递申请"}
"""办理形式, A.5."""

CASE_TYPES: Final[Mapping[str, str]] = {"instant": "即办件", "promised": "承诺件", "other": "其他"}
"""办件类型, A.6."""

NATURES: Final[Mapping[str, str]] = {"filing": "备案", "licence": "许可", "other": "其他"}

CLASSES: Final[Mapping[str, str]] = {"government": "政府部门核发", "own": "申请人自备", "third-party": "第三方出具"}
"""材料来源渠道, C0109."""

NECESSITIES: Final[Mapping[str, str]] = {"1": "必要", "2": "非必要", "3": "容缺后补"}
"""材料必要性, C0109."""

EFFECTS: Final[Mapping[Effect, str]] = {
    Effect.REDIRECT: "告知另行办理",
    Effect.REFUSE: "不予办理",
    Effect.CORRECT: "一次告知补正",
    Effect.REVIEW: "转人工核查",
    Effect.FLAG: "照常办理，告知监察",
}
"""What happens to who does not meet a condition."""

UNITS: Final[Mapping[str, str]] = {"working-day": "个工作日", "natural-day": "日", "month": "个月"}


def word(table: Mapping[str, str], code: str) -> str:
    """A code in words, or the code itself."""
    return table.get(code, code)


def words(table: Mapping[str, str], codes: tuple[str, ...]) -> str:
    """Codes in words, listed."""
    return "、".join(word(table, code) for code in codes)


def duration(limit: Limit) -> str:
    """A limit in words; none at all is at once."""
    return f"{limit.n} {UNITS[limit.unit]}" if limit.n else "即时"


def article(basis: Basis) -> str:
    """An article of law as it is cited."""
    return f"《{basis.law}》{basis.article}"


def cited(bases: Iterable[Basis]) -> str:
    """Articles of law as they are cited, listed."""
    return "、".join(map(article, bases))


def otherwise(condition: Condition) -> str:
    """What happens to who does not meet a condition, with the matter that he is sent to, if it is another."""
    then = EFFECTS[condition.otherwise]
    return f"{then}：{leads(condition)}" if leads(condition) else then


def leads(condition: Condition) -> str:
    """The other matter that a condition sends to, by name and code; empty for none."""
    redirect = condition.redirect
    return f"“{redirect.name}”（{redirect.matter}）" if redirect and redirect.matter else ""
