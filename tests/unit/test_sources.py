"""Sources as data: what each says of itself fits together, and whatever does not is one sentence with file, line and cure."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from miaoban.catalogue.errors import CatalogueError
from miaoban.catalogue.folder import read_edition, read_source, read_sources
from miaoban.catalogue.source import Access, Purpose, Sharing, Source
from tests import kit
from tools.folders import SOURCES, FoldersError, edition_of, editions_of, sources_of, texts_of
from tools.publish import check_all, main

GRAIN = kit.ROOT / "matters" / kit.GRAIN
REGISTRY, HTTP, QUEUE = "legal-person-base.yaml", "social-insurance.yaml", "tax-payments.yaml"
P256 = (
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li"
    "/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q=="
)
"""The base point of P-256 as a public key."""
SM2 = P256.replace("KoZIzj0DAQcDQgAE", "KoEcz1UBgi0DQgAE")


def changed(file: str, old: str, new: str) -> str:
    """A source's text with its first `old` changed, which must be there."""
    text = kit.source_texts()[file]
    assert old in text, f"nothing to change: {old}"
    return text.replace(old, new, 1)


def quality(rule: str) -> tuple[str, str, str]:
    """The legal-person base with another first quality rule."""
    return REGISTRY, "{id: Q1, says: 没有经营范围, holds: record.scope != null}", rule


WRONG: list[tuple[str, str, str, str, str, str]] = [
    ("nobody to turn to", REGISTRY, ", phone: 024-00000000", "", "contact", "contact 至少要有 phone 或者 email，请补上"),
    ("no contact", REGISTRY, "contact:", "kontact:", "kontact", "kontact 没有这一项（是不是 contact？）"),
    (
        "an access that is none",
        REGISTRY,
        "access: registry",
        "access: ftp",
        "access",
        "只能是 'registry'、'http'、'queue'，请改正",
    ),
    (
        "a class that is none",
        REGISTRY,
        "sharing: un",
        "sharing: semi",
        "sharing",
        "只能是 'unconditional'、'conditional'、'refused'",
    ),
    (
        "conditional on what?",
        HTTP,
        "basis:\n  - {law: 政务数据共享条例（国务院令第809号）",
        "basis: []\n# {",
        "sharing",
        "要写 basis，请写明共享所依据的法律和条款",
    ),
    ("asked, and nobody knows how", REGISTRY, "access: registry", "access: http", "access", "access 是 http 时要写 asking"),
    ("pushed and asked", HTTP, "access: http", "access: registry", "asking", "请删去 asking，或者改正 access"),
    ("asked in real time, and not where", HTTP, "  endpoint:", "  #", "asking", "要写 endpoint（https 地址），请补上"),
    ("a queue with an address", HTTP, "access: http", "access: queue", "endpoint", "access 是 queue 时没有 endpoint"),
    ("an address in the clear", HTTP, "https://", "http://", "endpoint", "应当是 https:// 开头的完整地址"),
    (
        "a public address in the clear",
        HTTP,
        "https://social-insurance.example.cn/",
        "http://8.8.8.8/",
        "endpoint",
        "只有内网 IP",
    ),
    ("a name in the clear", HTTP, "https://social-insurance.example.cn/", "http://localhost/", "endpoint", "只有内网 IP"),
    ("an address with a password", HTTP, "https://", "https://me:word@", "endpoint", "不带用户名、片段和空白，请改正"),
    ("an address without a host", HTTP, "https://social-insurance.example.cn/v1", "https:///v1", "endpoint", "完整地址"),
    ("an address with a wild port", HTTP, ".example.cn/", ".example.cn:99999/", "endpoint", "完整地址"),
    ("an address with a space", HTTP, ".example.cn/v1/", ".example.cn/v 1/", "endpoint", "和空白，请改正"),
    ("silence means none, unasked", HTTP, "absence: unknown", "absence: none", "absence", "没有问到的，不等于没有，请改正"),
    ("no time at all", HTTP, "timeout_seconds: 2", "timeout_seconds: 0", "timeout_seconds", "不能小于 0.1，请改正"),
    ("too much time", HTTP, "timeout_seconds: 2", "timeout_seconds: 11", "timeout_seconds", "不能大于 10"),
    ("time in words", HTTP, "timeout_seconds: 2", "timeout_seconds: 两秒", "timeout_seconds", "应当是数字，请改正"),
    ("no attempt", HTTP, "attempts: 2", "attempts: 0", "attempts", "不能小于 1"),
    ("attempts without end", HTTP, "attempts: 2", "attempts: 5", "attempts", "不能大于 4"),
    ("a quota of none", HTTP, "n: 20,", "n: 0,", "quota", "不能小于 1"),
    ("a quota per day", HTTP, "per: second", "per: day", "quota", "只能是 'second'、'minute'、'hour'"),
    ("no quota", HTTP, "  quota:", "  # quota:", "asking", "asking.quota 缺少这一项，请补上"),
    ("a breaker that never breaks", HTTP, "failures: 5", "failures: 0", "breaker", "不能小于 1"),
    ("a key that is no base64", HTTP, "  attempts", "  public_key: 钥匙\n  attempts", "public_key", "P-256 或者 SM2 公钥"),
    ("a key cut short", HTTP, "  attempts", f"  public_key: {P256[:-8]}\n  attempts", "public_key", "P-256 或者 SM2 公钥"),
    ("another kind of key", HTTP, "  attempts", f"  public_key: {'A' * 122}==\n  attempts", "public_key", "P-256 或者 SM2"),
    ("a purpose that is none", REGISTRY, "decide: 30", "decide: 30, prefil: 9", "freshness", "没有这一项（是不是 prefill？）"),
    ("no freshness to decide", REGISTRY, "decide: 30", "prefill: 30", "freshness", "freshness.decide 缺少这一项，请补上"),
    ("the old key", REGISTRY, "freshness: {decide: 30}", "freshness_days: 30", "freshness_days", "没有这一项"),
    ("freshness of nothing", REGISTRY, "decide: 30", "decide: 0", "freshness", "不能小于 1"),
    (
        "freshness in words",
        REGISTRY,
        "decide: 30",
        "decide: 一个月",
        "freshness",
        "应当是天数，或者 {n: 15, unit: minute} 这样的时长",
    ),
    ("freshness yes", REGISTRY, "decide: 30", "decide: true", "freshness", "应当是天数，或者"),
    ("freshness in weeks", REGISTRY, "decide: 30", "decide: {n: 2, unit: week}", "freshness", "只能是 'day'、'hour'、'minute'"),
    (
        "nobody to ask again",
        REGISTRY,
        "decide: 30",
        "decide: 30, ask_again: 1",
        "freshness",
        "没有 freshness.ask_again，请删除",
    ),
    ("stale, and not asked again", HTTP, "n: 1, unit: day", "n: 31, unit: day", "freshness", "不能比 decide 长"),
]


@pytest.mark.parametrize(("reason", "file", "old", "new", "at", "says"), WRONG, ids=[row[0] for row in WRONG])
def test_what_does_not_fit_is_one_sentence(reason: str, file: str, old: str, new: str, at: str, says: str) -> None:
    text = changed(file, old, new)
    with pytest.raises(CatalogueError) as caught:
        pytest.fail(f"accepted: {read_source('x.yaml', text)}, {reason}")
    sentence = str(caught.value)
    line = next(number for number, words in enumerate(text.split("\n"), 1) if words.lstrip().startswith(at))
    assert sentence.startswith(f"x.yaml：第 {line} 行，")
    assert says in sentence
    assert "请" in sentence
    assert "\n" not in sentence


RULES: list[tuple[str, str, str]] = [
    ("no form", "{id: Q1, says: 无}", "Q1 应当有 holds、timely 或者 refers，且只有一个"),
    ("two forms", "{id: Q1, says: 二, holds: record.scope != null, timely: 3}", "且只有一个，请删去或者补上"),
    ("late is set aside", "{id: Q1, says: 迟, timely: 3, severity: quarantine}", "severity 只能是 note"),
    ("another severity", "{id: Q1, says: 严, holds: record.scope != null, severity: fatal}", "只能是 'quarantine'、'note'"),
    ("an id twice", "{id: Q3, says: 又, timely: 1}", "enterprise 的质量规则 Q3 出现了两次"),
    ("no sentence", "{id: Q1, timely: 3}", "says 缺少这一项，请补上"),
    ("what does not compile", '{id: Q1, says: 错, holds: "record.scope ="}', "无法编译，请检查写法"),
    ("what assigns", '{id: Q1, says: 错, holds: "record.scope = null"}', "有单个的 =，比较请写成 =="),
    (
        "no such field",
        "{id: Q1, says: 错, holds: record.scop != null}",
        "record.scop 没有这个字段（是不是 record.scope？），请",
    ),
    ("a bare field", "{id: Q1, says: 错, holds: scope != null}", "请写成 record.字段，或者 today"),
    ("neither yes nor no", "{id: Q1, says: 错, holds: record.scope}", "的结果不是“是”或“否”（scope 为 示例），请检查类型"),
    (
        "what may be left out",
        '{id: Q1, says: 错, holds: "len(record.scope) > 1"}',
        "scope 为空），请检查类型，可以不填的先与 null 比较",
    ),
    ("a date of a text", '{id: Q1, says: 错, holds: "d(record.name) <= d(today)"}', "当作日期，而它的类型是 text，请改正"),
    ("a text as a number", "{id: Q1, says: 错, holds: record.name == 1}", "record.name（文字）与 1（数字）比较，永远不相等"),
    ("a source that is none", "{id: Q1, says: 指, refers: {source: tax, kind: year, key: [uscc]}}", "没有数源 tax"),
    ("a kind that is none", "{id: Q1, says: 指, refers: {source: tax-payments, kind: yaer, key: [uscc]}}", "（是不是 year？）"),
    (
        "its own field is none",
        "{id: Q1, says: 指, refers: {source: tax-payments, kind: year, key: [uscd]}}",
        "（是不是 uscc？）",
    ),
    (
        "a key too long",
        "{id: Q1, says: 指, refers: {source: tax-payments, kind: year, key: [uscc, name]}}",
        "逐项对应、类型相同",
    ),
    (
        "a key of another type",
        "{id: Q1, says: 指, refers: {source: tax-payments, kind: year, key: [name]}}",
        "的键（uscc）逐项对应",
    ),
    ("no key", "{id: Q1, says: 指, refers: {source: tax-payments, kind: year, key: []}}", "至少 1 项，请改正"),
]


@pytest.mark.parametrize(("reason", "rule", "says"), RULES, ids=[row[0] for row in RULES])
def test_a_quality_rule_that_cannot_be_carried_out(reason: str, rule: str, says: str) -> None:
    text = changed(*quality(rule))
    with pytest.raises(CatalogueError) as caught:
        pytest.fail(f"accepted: {read_sources({**kit.source_texts(), REGISTRY: text})}, {reason}")
    sentence = str(caught.value)
    first = text[: text.index("quality:")].count("\n") + 2
    assert re.match(rf"{REGISTRY}：第 ({first}|{first + 2}) 行，", sentence), "the line of the rule, or of its twin"
    assert says in sentence
    assert "请" in sentence


RIGHT: list[tuple[str, str, str, str]] = [
    ("a key of P-256", HTTP, "  attempts", f"  public_key: {P256}\n  attempts"),
    ("a key of SM2", HTTP, "  attempts", f"  public_key: {SM2}\n  attempts"),
    ("a port and a query", HTTP, ".example.cn/v1/records", ".example.cn:8443/v1?a=b"),
    ("an e-mail address is enough", REGISTRY, "phone: 024-00000000", "email: data@example.cn"),
    ("fresh for minutes", HTTP, "decide: 30, ask_again: {n: 1, unit: day}", "decide: {n: 15, unit: minute}"),
    ("a reference", *quality("{id: Q1, says: 指, refers: {source: tax-payments, kind: year, key: [uscc]}}")),
]


@pytest.mark.parametrize(("reason", "file", "old", "new"), RIGHT, ids=[row[0] for row in RIGHT])
def test_what_fits_is_read_and_stays_what_it_is(reason: str, file: str, old: str, new: str) -> None:
    source = read_sources({**kit.source_texts(), file: changed(file, old, new)})[file.removesuffix(".yaml")]
    assert Source.read(source.text()) == source, reason


def test_a_purpose_that_is_not_named_takes_what_deciding_takes() -> None:
    source = read_source("x.yaml", changed(HTTP, "decide: 30,", "decide: {n: 36, unit: hour}, prefill: {n: 90, unit: minute},"))
    assert source.fresh_for == {
        Purpose.DECIDE: timedelta(hours=36),
        Purpose.PREFILL: timedelta(minutes=90),
        Purpose.ASK_AGAIN: timedelta(days=1),
    }
    assert source.fresh_for is source.fresh_for, "made once: every decision asks it"
    assert set(kit.sources()["legal-person-base"].fresh_for.values()) == {timedelta(days=30)}


def test_a_source_that_is_not_shared_serves_no_matter() -> None:
    text = changed(REGISTRY, "sharing: unconditional", "sharing: refused")
    with pytest.raises(CatalogueError) as caught:
        read_edition(texts_of(GRAIN), {**kit.source_texts(), REGISTRY: text})
    assert re.match(
        r"materials.yaml：第 [0-9]+ 行，\w+ 的数源 legal-person-base（法人基础信息库）不予共享，", str(caught.value)
    )
    assert "请" in str(caught.value)


def test_everybody_is_told_a_source_but_not_how_it_is_asked() -> None:
    source = read_source("x.yaml", changed(HTTP, "  attempts", f"  public_key: {P256}\n  attempts"))
    told = source.public.text()
    assert "example.cn" not in told
    assert P256 not in told
    assert source.model_copy(update={"asking": None}).text() == told, "and all else"


def test_the_sources_of_this_repository_are_come_by_in_every_way() -> None:
    sources = kit.sources().values()
    assert {source.access for source in sources} == set(Access)
    assert {source.sharing for source in sources} == {Sharing.UNCONDITIONAL, Sharing.CONDITIONAL}
    assert all(source.basis for source in sources)


def own(folder: Path, text: str) -> Path:
    """An installation's own folder, with the legal-person base in its own words."""
    (folder / REGISTRY).write_text(text, encoding="utf-8")
    return folder


def test_an_installation_has_sources_of_its_own(tmp_path: Path) -> None:
    folder = own(tmp_path, changed(REGISTRY, "phone: 024-00000000", "phone: 0410-0000000"))
    assert edition_of(GRAIN, folder).sources["legal-person-base"].contact.phone == "0410-0000000"
    assert sources_of(folder).keys() == sources_of().keys() == {path.name for path in SOURCES.glob("*.yaml")}
    assert check_all([GRAIN], folder) == 0


def test_own_sources_are_checked_like_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = own(tmp_path, changed(*quality("{id: Q1, says: 指, refers: {source: tax, kind: year, key: [uscc]}}")))
    with pytest.raises(FoldersError) as caught:
        editions_of([GRAIN], folder)
    (sentence,) = caught.value.sentences
    assert sentence.startswith(f"sources/{REGISTRY}：第 ")
    assert main([kit.GRAIN, "--check", "--sources", str(folder)]) == 1
    assert sentence in capsys.readouterr().out
    assert main([kit.GRAIN, "--check", "--sources", str(folder / "none")]) == 2
