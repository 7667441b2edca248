"""Folders and sources: every mistake is one sentence that names file, place and cure."""

import re
from collections.abc import Callable

import pytest

from miaoban.catalogue.errors import CatalogueError
from miaoban.catalogue.folder import PARTS, read_edition, read_source
from miaoban.catalogue.publication import Edition
from tests import kit
from tools.folders import folders, texts_of

TEXTS = texts_of(kit.ROOT / "matters" / kit.GRAIN)
SOURCES = dict(kit.source_texts())
MATTER, FORM, MATERIALS, CONDITIONS = "matter.yaml", "form.yaml", "materials.yaml", "conditions.yaml"

Change = Callable[[str], str]


def swap(old: str, new: str) -> Change:
    """A change of a text's first `old`, which must be there."""

    def change(text: str) -> str:
        assert old in text, f"nothing to change: {old}"
        return text.replace(old, new, 1)

    return change


def add(more: str) -> Change:
    return lambda text: f"{text}\n{more}\n"


C9 = 'holds: "not held.present"'
BOMB = "\n".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9) if n else '1'}]" for n in range(12))

MISTAKES = [
    (CONDITIONS, lambda _: "", "conditions.yaml：最外层应当是", "an empty file"),
    (CONDITIONS, lambda _: "- a\n- b", "conditions.yaml：最外层应当是", "a list"),
    (
        CONDITIONS,
        lambda _: "conditions:\n  - id: [",
        "conditions.yaml：不是正确的 YAML",
        "unclosed bracket, with its line",
    ),
    (CONDITIONS, lambda _: "conditions:\n\t- id: x", "conditions.yaml：不是正确的 YAML.*制表符", "a tab, with its line"),
    (CONDITIONS, lambda _: "a: \x07", "conditions.yaml：有看不见的字符 U\\+0007", "a control character"),
    (CONDITIONS, lambda _: "a: " + "[" * 9000, "conditions.yaml：", "nested without end"),
    (CONDITIONS, lambda _: "a: 2026-02-30", "conditions.yaml：有不存在的日期.*加引号", "a day that does not exist"),
    (CONDITIONS, lambda text: text + "#" * 1_000_000, "conditions.yaml：.*超过 1000000 字，请拆分", "a text of a megabyte"),
    (CONDITIONS, lambda _: BOMB, "conditions.yaml：.*不允许使用别名", "a billion laughs"),
    (CONDITIONS, lambda _: "a: &a {b: *a}", "不允许使用别名", "an alias inside itself"),
    (CONDITIONS, lambda _: "a: {<<: {b: 1}, <<: {c: 1}}", "键应当是文字", "merge keys"),
    (CONDITIONS, lambda _: "? [a, b]\n: 1", "键应当是文字", "a list as a key"),
    (CONDITIONS, lambda _: "1: x", "键应当是文字，数字请加引号", "a number as a key"),
    (CONDITIONS, lambda _: "a: !!python/object/apply:os.getcwd []", "不允许使用标签", "a tag that would run code"),
    (CONDITIONS, lambda _: "a: 1\nb: 2\na: 3", "conditions.yaml：.*重复的键 a", "a repeated key, with its line"),
    (MATTER, add("fields: {}"), "form.yaml：fields 在 matter.yaml 中已有", "a part in two files"),
    (MATTER, add("colour: red"), "matter.yaml：colour 没有这一项", "an unknown key"),
    (FORM, swap("label: 通讯地址", "title: 通讯地址"), "form.yaml：fields.contact_address.label 缺少这一项", "in its own file"),
    (FORM, swap("type: uscc", "type: creditcode"), "form.yaml：fields.uscc.type 的内容不对", "an unknown type"),
    (FORM, swap("max_length: 120", "max_length: 0"), "form.yaml：fields.enterprise_name.max_length", "a bound out of bounds"),
    (
        FORM,
        swap("prefill: enterprise.name", "prefill: enterprise.nom"),
        "form.yaml：enterprise_name 中的 enterprise.nom",
        "prefill",
    ),
    (FORM, swap("prefill: applicant.name", "prefill: held.licence"), "form.yaml：agent_name 中的 held.licence", "not a source"),
    (FORM, swap("situation.kind != 'cancel'\"}", 'form.kind != 1"}'), "form.yaml：.*form.kind 不能用", "when on a form value"),
    (MATERIALS, swap("source: legal-person-base", "source: weather"), "materials.yaml：没有数源 weather", "an unknown source"),
    (MATERIALS, swap("kind: enterprise", "kind: firm"), "materials.yaml：enterprise 的数源 .* 没有 firm", "an unknown kind"),
    (
        MATERIALS,
        swap("[form.uscc, applicant.number]", "[form.uscc]"),
        "materials.yaml：authority 的 key 应当有 2 项",
        "half a key",
    ),
    (
        MATERIALS,
        swap("[form.uscc]", "[form.code]"),
        "materials.yaml：enterprise 中的 form.code 没有",
        "a key path that is not there",
    ),
    (MATERIALS, swap("fields: [promise]", "fields: [promises]"), "materials.yaml：promise 中的 form.promises 没有", "material"),
    (
        MATERIALS,
        swap("storage == 'lease'", "storing == 'lease'"),
        "materials.yaml：.*situation.storing 不能用",
        "a when's typo",
    ),
    (MATERIALS, swap("situation.storage == 'lease'", "situation.storage =="), "materials.yaml：.*无法编译", "half a when"),
    (
        MATTER,
        swap("value: organ.place", "value: organ.city"),
        "matter.yaml：收购地 中的 organ.city 没有",
        "a licence line of nothing",
    ),
    (
        MATTER,
        swap("name: enterprise.name", "name: enterprise.names"),
        "matter.yaml：holder 中的 enterprise.names 没有",
        "the holder",
    ),
    (MATTER, swap("unique: [form.uscc,", "unique: [form.usc,"), "matter.yaml：unique 中的 form.usc 没有", "the unique key"),
    (
        MATTER,
        swap("unique: [form.uscc,", "unique: [situation.king,"),
        "matter.yaml：unique 中的 situation.king 没有",
        "nor this",
    ),
    (MATTER, swap("unit: working-day", "unit: workday"), "matter.yaml：limits.promised.unit", "a unit that is not one"),
    (CONDITIONS, swap("id: C13", "id: C4"), "conditions.yaml：C4 出现了 2 次", "an id twice"),
    (CONDITIONS, swap("situation.subject ==", "situation.subject = ="), "conditions.yaml：C4 的表达式 .* 无法编译", "a typo"),
    (
        CONDITIONS,
        swap(C9, 'holds: "not held.presnt"'),
        "conditions.yaml：C9 中的 held.presnt 没有",
        "an unknown path of our own",
    ),
    (
        CONDITIONS,
        swap("enterprise.status in", "enterprise.state in"),
        "conditions.yaml：C3 中的 enterprise.state 没有",
        "of a record",
    ),
    (
        CONDITIONS,
        swap("enterprise.status in", "enterprise.Status in"),
        "C3 中的 enterprise.Status 没有",
        "a capital would be null, and true",
    ),
    (CONDITIONS, swap("enterprise.status in", "firm.status in"), "C3 中的 firm.status 没有", "an unknown root"),
    (
        CONDITIONS,
        swap("enterprise.status in", "enterprise['status'] in"),
        "C3 中的 enterprise 没有",
        "brackets hide what is needed",
    ),
    (CONDITIONS, swap("needs: [enterprise.status]", "needs: []"), "C3 中的 enterprise.status 没有列入 needs", "not needed"),
    (
        CONDITIONS,
        swap("needs: [enterprise.status]", "needs: [enterprise.sta]"),
        "C3 中的 enterprise.status 没有列入",
        "another needed",
    ),
    (CONDITIONS, swap("needs: [held.present]", "needs: [held.presnt]"), "C9 中的 held.presnt 没有", "an unknown need"),
    (CONDITIONS, swap("declared: form.enterprise_name", "declared: form.name"), "C2 中的 form.name 没有", "an unknown match"),
    (CONDITIONS, swap("needs: [enterprise.name,", "needs: ["), "C2 中的 enterprise.name 没有列入", "a match not needed"),
    (
        CONDITIONS,
        swap(C9, C9 + "\n    matches: [{declared: form.uscc, held: enterprise.uscc}]"),
        "C9 应当有 holds、matches 或者 examine",
        "both",
    ),
    (CONDITIONS, swap(f"    {C9}\n", ""), "C9 应当有 holds、matches 或者 examine", "neither"),
    (
        CONDITIONS,
        swap(C9, C9 + "\n    grades: {form.adress: A}"),
        "C9 的 grades 只能写表单字段（form.…），没有 form.adress",
        "a typo",
    ),
    (CONDITIONS, swap(C9, C9 + "\n    grades: {held.present: A}"), "没有 held.present，请核对拼写", "no field of the form"),
    (CONDITIONS, swap(C9, C9 + "\n    grades: {form.address: E}"), "grades.form.address 的内容不对，只能是 'A'", "no grade"),
    (
        CONDITIONS,
        swap("otherwise: redirect", "otherwise: reject"),
        "conditions.yaml：conditions.0.otherwise",
        "an unknown effect",
    ),
    (
        CONDITIONS,
        swap("redirect: {to: not-needed}", "cost: 1"),
        "conditions.yaml：conditions.0.cost 没有这一项",
        "an unknown key in a list",
    ),
    (CONDITIONS, swap("    redirect: {to: not-needed}\n", ""), "C4 的 otherwise 是 redirect 时要写 redirect", "nowhere to go"),
    (CONDITIONS, swap("region: form.county}", "region: form.town}"), "C8 的 redirect.region 没有", "an unknown region"),
    (CONDITIONS, swap("{to: not-needed}", "{to: held}"), "C4 指引到已有的结果", "what is held, where nothing need be"),
    (CONDITIONS, swap("answers: {kind: change}", "answers: {kind: alter}"), "C9 的 redirect.answers", "an unknown answer"),
    (
        CONDITIONS,
        swap("when: \"situation.subject == 'enterprise' and situation.kind != 'cancel'\"", 'when: "form.county"'),
        "C13 的 when 中的 form.county",
        "when on a fact",
    ),
    (
        CONDITIONS,
        lambda text: re.sub(r"(title: 主体登记状态有效\n    basis: \{law: 粮食流通管理条例, article: )[^}]*", r"\1''", text),
        "C3 备案不得无据拒绝，请写明条款",
        "a filing refused without an article",
    ),
]


CITY = "regions/211200.yaml"
ORGAN = '{region: "211202", place: 银州区, name: 示例局, uscc: "11211202MBXX00019H", department: grain-reserve}'
LONGER = "{n: 5, unit: working-day, start: submission}"
BASIC = 'basic_code: "211098009001"'
MISTAKES += [
    (
        CITY,
        swap('region: "211204"', 'region: "211202"'),
        f"{CITY}：.*代码属于区划 211204，而 region 是 211202",
        "a code of another region",
    ),
    (MATTER, add(f"organs: [{ORGAN}]"), f"{CITY}：211202 已经有受理机关", "the same organ in two files"),
    (
        CITY,
        swap("11211204MBXX000279", "11211204MBXX000278"),
        f"{CITY}：机关 铁岭市清河区.* 的代码不对",
        "a wrong check character",
    ),
    (CITY, lambda text: f"name: 粮食收购许可\n{text}", f"{CITY}：name 各级统一，不能在区划文件中更改", "an inherited name"),
    (CITY, lambda text: f"basis: []\n{text}", f"{CITY}：basis 各级统一", "an inherited basis"),
    (CITY, lambda text: f"colour: red\n{text}", f"{CITY}：colour 没有这一项", "an unknown key"),
    (CITY, lambda text: f"limits: {{promised: {LONGER}}}\n{text}", f"{CITY}：limits.promised 只能缩短", "a longer limit"),
    (
        CITY,
        lambda text: f"parameters: {{days: 5}}\n{text}",
        f"{CITY}：parameters.days 在 matter.yaml 中没有",
        "a parameter of its own",
    ),
    (
        MATERIALS,
        swap("key: [form.uscc, applicant.number]}", 'key: [form.uscc, applicant.number], when: "form.county"}'),
        "materials.yaml：authority 的 when 中的 form.county",
        "a record read by a fact",
    ),
    (
        MATTER,
        swap("  contents:", "  valid_until: form.county\n  contents:"),
        "matter.yaml：result.valid_until 的 form.county 不是日期字段",
        "a last day that is no day",
    ),
    (CONDITIONS, swap(C9, 'holds: "parameter.days > 0"'), "C9 中的 parameter.days 没有", "an unknown parameter"),
    (
        MATTER,
        swap("level: county", "level: contry"),
        "matter.yaml：level 没有 contry 这个代码（是不是 county",
        "no level",
    ),
    (MATTER, swap("[enterprise]", "[enterprises]"), "audience 没有 enterprises 这个代码（是不是 enterprise", "no audience"),
    (MATTER, swap('type: "10"', 'type: "98"'), "basic_code 第 3、4 位是 10，而 type 是 98", "a type may be a province's own"),
    (MATTER, swap('type: "10"', 'type: "00"'), "type 没有 00 这个代码", "but not one that the standard keeps"),
    (MATTER, swap(BASIC, 'basic_code: "210198009001"'), "matter.yaml：basic_code 第 3、4 位是 01，而 type 是 10", "two types"),
    (MATTER, swap(BASIC, 'basic_code: "21109800900I"'), "matter.yaml：basic_code", "a letter that codes do not use"),
    (
        CONDITIONS,
        swap(C9, "examine: 现场核查"),
        "C9 由人核查（examine），otherwise 只能是 review",
        "only a person may follow a person's look",
    ),
]


def broken(name: str, change: Change) -> Edition:
    return read_edition({**TEXTS, name: change(TEXTS[name])}, SOURCES)


@pytest.mark.parametrize(("name", "change", "says", "reason"), MISTAKES)
def test_a_mistake_in_a_folder(name: str, change: Change, says: str, reason: str) -> None:
    with pytest.raises(CatalogueError, match=says.replace(".yaml：", ".yaml：第 [0-9]+ 行，")) as caught:
        pytest.fail(f"{broken(name, change).digest} accepted: {reason}")
    sentence = str(caught.value)
    assert re.match(r"[a-z0-9/]+\.yaml：第 [0-9]+ 行，", sentence), "the file comes first, then the line"
    assert "请" in sentence, "the cure is named"
    assert "\n" not in sentence, "one sentence"
    assert len(sentence) < 500, "no text thrown back"


@pytest.mark.parametrize("name", PARTS)
def test_a_missing_file(name: str) -> None:
    with pytest.raises(CatalogueError, match=f"^{name}：缺少这个文件，请"):
        read_edition({other: text for other, text in TEXTS.items() if other != name}, SOURCES)


SOURCE_MISTAKES = [
    (swap("absence: unknown", "absence: maybe"), "x.yaml：absence", "no such absence"),
    (swap("owner:", "employer:"), "x.yaml：owner 缺少这一项", "nobody owns it"),
    (swap("key: [uscc]", "key: [code]"), "x.yaml：enterprise 的 key code 应当是必填字段", "a key that is no field"),
    (swap("key: [uscc]", "key: [type]"), "x.yaml：enterprise 的 key type 应当是必填字段", "a key that may be left out"),
    (swap("key: [uscc]", "key: []"), "x.yaml：enterprise 的 key", "no key"),
]


@pytest.mark.parametrize(("change", "says", "reason"), SOURCE_MISTAKES)
def test_a_mistake_in_a_source(change: Change, says: str, reason: str) -> None:
    with pytest.raises(CatalogueError, match=says.replace(".yaml：", ".yaml：第 [0-9]+ 行，")):
        pytest.fail(f"{read_source('x.yaml', change(SOURCES['legal-person-base.yaml']))} accepted: {reason}")


def test_two_sources_with_one_code() -> None:
    with pytest.raises(CatalogueError, match="legal-person-base 已在另一个文件中登记"):
        read_edition(TEXTS, {**SOURCES, "zz.yaml": SOURCES["legal-person-base.yaml"]})


@pytest.mark.parametrize("matter", [folder.name for folder in folders()])
def test_every_matter_reads_and_keeps_its_digest_in_storage(matter: str) -> None:
    edition = kit.edition(matter)
    again = Edition.read(edition.text())
    assert again == edition
    assert again.digest == edition.digest


def test_any_change_of_a_text_is_another_edition() -> None:
    assert broken(CONDITIONS, swap("0.2 *", "0.3 *")).digest != kit.edition().digest
    assert broken(CONDITIONS, swap("0.2 *", "0.20 *")).digest != kit.edition().digest
