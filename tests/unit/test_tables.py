"""Decision tables: read from the editor's files, checked exactly, asked once a decision, never about what is missing."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miaoban.catalogue.compiled import compile_edition
from miaoban.catalogue.condition import Basis, Condition, Effect
from miaoban.catalogue.errors import CatalogueError, TableError
from miaoban.catalogue.expressions import value_at
from miaoban.catalogue.fields import Field, FieldType
from miaoban.catalogue.folder import read_edition
from miaoban.catalogue.lineage import Lineage, node_of
from miaoban.catalogue.matter import Matter
from miaoban.catalogue.publication import Edition, Published
from miaoban.catalogue.table_cells import terms_of
from miaoban.catalogue.table_files import read_table
from miaoban.catalogue.table_findings import table_findings
from miaoban.catalogue.tables import Row, Table, needed
from miaoban.catalogue.trial import untyped
from miaoban.catalogue.verifying import condition_plan
from miaoban.decision.facts import Applicant, Facts, Held
from miaoban.decision.outcome import Decision, Outcome, decide
from miaoban.decision.playing import failures
from miaoban.decision.receipt import Proof, receipt_of
from miaoban.decision.replay import replay
from miaoban.evidence.record import Evidence, State
from tests import kit
from tools.folders import texts_of

if TYPE_CHECKING:
    from miaoban.catalogue.matter import Matter

JDM = (kit.ROOT / "tests/unit/data/minimum_capital.json").read_text(encoding="utf-8")
FILE = "tables/minimum_capital.json"
CAPITAL = read_table(FILE, JDM)
ANSWERS = {"kind": "first", "subject": "enterprise", "storage": "none"}
HOLDS = "form.capital >= tables.minimum_capital.minimum"
FIELDS = {
    "kind": "{label: 种类, type: choice, options: {association: 社团, public-foundation: 公募, private-foundation: 非公募}}",
    "scope": "{label: 活动范围, type: choice, options: {national: 全国, local: 地方}}",
    "capital": "{label: 注册资金（分）, type: integer, minimum: 0}",
}
CONDITION = f"""
  - id: M1
    title: 注册资金达到最低数额
    basis: {{law: 社会团体登记管理条例, article: 第十条}}
    needs: [form.capital, tables.minimum_capital]
    holds: "{HOLDS}"
    otherwise: review
    says: 注册资金低于最低数额。
    cure: 请核对注册资金。
"""


def folder(table: str = JDM, condition: str = CONDITION) -> dict[str, str]:
    """The grain folder with a table of another field of law in it, and a condition that asks it."""
    texts = texts_of(kit.ROOT / "matters" / kit.GRAIN)
    fields = "".join(f"  {code}: {field}\n" for code, field in FIELDS.items())
    return {
        **texts,
        "form.yaml": texts["form.yaml"].replace("fields:\n", f"fields:\n{fields}"),
        "conditions.yaml": texts["conditions.yaml"] + condition,
        FILE: table,
    }


EDITION = read_edition(folder(), kit.source_texts())


def facts(form: Mapping[str, Any], **held: str | None) -> Facts:
    """Facts with a form and an enterprise whose values are held; None leaves the record unknown."""
    state = State.UNKNOWN if None in held.values() else State.HELD
    values = {name: value for name, value in held.items() if value is not None}
    evidence = {"enterprise": Evidence(source="legal-person-base", source_name="甲库", state=state, values=values)}
    return Facts(
        now=kit.NOW,
        region="211281",
        situation=ANSWERS,
        applicant=Applicant(name="甄示例", number="p-1"),
        held=Held(),
        form=form,
        evidence=evidence if held else {},
    )


def asked(table: Table, holds: str, known: Facts, effect: Effect = Effect.REFUSE) -> Decision:
    """The decision on one condition, which asks the table t."""
    condition = Condition(
        id="T",
        title="t",
        basis=(Basis(law="示例法", article="第一条"),),
        needs=("tables.t",),
        holds=holds,
        otherwise=effect,
        says="不符合。",
        cure="请补正。",
    )
    situation, _ = Published(edition=EDITION, version=1, digest="x").situation(ANSWERS)
    return decide(EDITION.matter, replace(situation, conditions=(condition,), tables={"t": table}), known)


def table(*rows: tuple[Any, ...], inputs: tuple[str, ...] = ("form.kind",), hit: Any = "first") -> Table:
    """A table whose rows are cells, then one output named out."""
    return Table(inputs=inputs, outputs=("out",), hit=hit, rows=tuple(Row(when=row[:-1], then=row[-1:]) for row in rows))


DECISIONS = [
    ({"kind": "association", "scope": "local", "capital": 3_000_000}, Outcome.APPROVED, None, "just enough"),
    ({"kind": "association", "scope": "national", "capital": 3_000_000}, Outcome.REFUSED, None, "the scope asks for more"),
    (
        {"kind": "private-foundation", "scope": "local", "capital": 200_000_000},
        Outcome.APPROVED,
        None,
        "an empty cell takes all",
    ),
    ({"kind": "chamber", "scope": "local", "capital": 9}, Outcome.REVIEWING, "没有适用的规则", "no rule says what it takes"),
    (
        {"scope": "local", "capital": 9_000_000},
        Outcome.REVIEWING,
        "缺少 form.kind",
        "an absent value matches no row by accident",
    ),
    ({"kind": "private-foundation", "capital": 900_000_000}, Outcome.REVIEWING, "缺少 form.scope", "nor an empty cell"),
    (
        {"kind": 7, "scope": "local", "capital": 9},
        Outcome.REVIEWING,
        "缺少 form.kind 或者其类型不对",
        "nor one of another type",
    ),
]


@pytest.mark.parametrize(("form", "outcome", "defect", "reason"), DECISIONS, ids=[row[-1] for row in DECISIONS])
def test_a_condition_asks_a_table(form: Mapping[str, Any], outcome: Outcome, defect: str | None, reason: str) -> None:
    decision = asked(CAPITAL, HOLDS.replace("minimum_capital", "t"), facts(form))
    assert decision.outcome is outcome, reason
    told = decision.verdicts[0].defect
    assert told == (f"决策表 t {told.removeprefix('决策表 t ')}" if told else None)
    assert (defect is None) == (told is None)
    assert (defect or "") in (told or "")


KINDS = table(("'a'", True), ("", False), inputs=("enterprise.type",))


def test_an_unknown_input_waits_for_its_source() -> None:
    decision = asked(KINDS, "tables.t.out", facts({}, type=None))
    assert (decision.outcome, decision.waiting_for) == (Outcome.WAITING, ("甲库",)), "a last row does not answer for it"
    assert asked(KINDS, "tables.t.out", facts({}, type="a")).outcome is Outcome.APPROVED
    assert asked(KINDS, "tables.t.out", facts({}, type="b")).outcome is Outcome.REFUSED


def test_a_table_that_errs_neither_approves_nor_refuses() -> None:
    two = table(("'a'", True), ("", True), hit="unique")
    for effect in (Effect.REFUSE, Effect.CORRECT, Effect.REVIEW):
        decision = asked(two, "not tables.t.out", facts({"kind": "a"}), effect)
        assert decision.outcome is Outcome.REVIEWING, effect
        assert "有不止一条规则适用" in str(decision.verdicts[0].defect)


def test_the_receipt_of_a_table_decides_again() -> None:
    published = Published(edition=EDITION, version=1, digest=EDITION.digest)
    situation, _ = published.situation(ANSWERS)
    known = facts({"kind": "association", "scope": "local", "capital": 1})
    receipt = receipt_of("c-1", published, known, decide(EDITION.matter, situation, known))
    assert "M1" in {verdict.condition for verdict in receipt.verdicts if verdict.effect is Effect.REVIEW}
    _, digest = receipt.sealed()
    proof = Proof(receipt=receipt.document(), digest=digest, edition=EDITION)
    assert replay(json.loads(proof.text())) is None


def test_an_edition_keeps_its_tables_and_its_digest_in_storage() -> None:
    again = Edition.read(EDITION.text())
    assert (again, again.digest) == (EDITION, EDITION.digest)
    assert again.matter.tables["minimum_capital"].answer({"form": {"kind": "association", "scope": "local"}}) == {
        "minimum": 3_000_000
    }


def test_an_edition_without_tables_does_not_speak_of_them() -> None:
    assert '"tables"' not in kit.edition().text(), "or its digest would change"


def original_fund(*rules: tuple[str, str, int]) -> str:
    """The least original fund of a foundation, as a table: 基金会管理条例第八条."""
    changed = json.loads(
        JDM.replace("collect", "first").replace("form.kind", "situation.category").replace("form.scope", "form.register_region")
    )
    content = changed["nodes"][1]["content"]
    content["rules"] = [{"_id": where, "kind": kind, "scope": where, "minimum": str(least)} for kind, where, least in rules]
    return json.dumps(changed, ensure_ascii=False)


FUND = (("'non-public'", "", 200_000_000), ("'public'", "'100000'", 800_000_000), ("'public'", "", 400_000_000))


def test_a_rule_of_a_real_matter_decides_the_same_as_a_table() -> None:
    """Its own examples, the boundary cases among them, come out as they do with the nested choice that it is now."""
    matter = "foundation-establishment"
    texts = texts_of(kit.ROOT / "matters" / matter)
    rules = texts["conditions.yaml"]
    changed = re.sub(r'holds: "form.capital >= .*"', 'holds: "form.capital >= tables.original_fund.minimum"', rules)
    assert changed != rules
    with_table = {
        **texts,
        "conditions.yaml": changed,
        "tables/original_fund.json": original_fund(*FUND),
    }
    edition = read_edition(with_table, kit.source_texts())
    assert list(failures(edition, kit.examples(matter))) == []
    dearer = original_fund(*((kind, where, 10 * least) for kind, where, least in FUND))
    other = read_edition({**with_table, "tables/original_fund.json": dearer}, kit.source_texts())
    assert list(failures(other, kit.examples(matter))), "or no example is about it"


def swap(old: str, new: str) -> str:
    assert old in JDM, f"nothing to change: {old}"
    return JDM.replace(old, new, 1)


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


LAST = '{"_id": "r5", "_description": "", "kind": "\'private-foundation\'"'
SHADOWED = JDM.replace("collect", "first").replace(LAST, f'{{"_id": "r0", "kind": "\'association\'", "minimum": "1"}},\n{LAST}')
FILES = [
    (swap('"hitPolicy": "collect"', '"hitPolicy": "priority"'), "hitPolicy", "hitPolicy 的内容不对，只能是 'first'、'collect'"),
    (swap('"hitPolicy"', '"hitPolcy"'), "hitPolcy", "hitPolcy 没有这一项（是不是 hitPolicy？）"),
    (swap('"executionMode": "single"', '"executionMode": "loop"'), "executionMode", "executionMode 的内容不对"),
    (swap('"sourceId": "in"', '"sourceId": "out"'), '"edges"', "应当由输入连到决策表"),
    (swap('"type": "outputNode"', '"type": "inputNode"'), '"nodes"', "应当只有输入、一张决策表、输出三个节点"),
    (swap('"type": "outputNode"', '"type": "expressionNode"'), "expressionNode", "的内容不对，只能是"),
    (swap('"minimum": "3000000"', '"minimum": ""'), '"r2"', "规则 2 的输出 minimum没有填写"),
    (swap('"minimum": "3000000"', '"minimum": "3 * 10"'), '"r2"', "规则 2 的输出 minimum“3 * 10”不是一个值"),
    (swap('"minimum": "3000000"', '"minimun": "3000000"'), '"r2"', "规则 2 的 minimun 不是任何一列的 id"),
    (swap('"field": "form.scope"', '"field" : "form.kind"'), '"field" :', "列 form.kind 出现了两次"),
    (swap('"field": "form.scope"', '"field": "form.scop"'), '"field": "form.scop"', "列 form.scop 没有这个字段"),
    (swap('"field": "form.scope"', '"field": "form.grains"'), "form.grains", "其类型不能用于决策表"),
    (swap('"field": "form.scope"', '"field": "form.agent_number"'), "form.agent_number", "其类型不能用于决策表"),
    (swap("\"'local'\"", '"local"'), '"r2"', "规则 2 的列 form.scope：“local”不能识别，请写成"),
    (swap("\"'local'\"", "\"'locl'\""), '"r2"', "“'locl'”含有不存在的选项，可选：national、local"),
    (swap("\"'local'\"", '"> 5"'), '"r2"', "“> 5”与该列的类型不符，请写带引号的文字"),
    (swap("\"'local'\"", '"(5..5)"'), '"r2"', "“(5..5)”不包含任何值"),
    (swap("\"'local'\"", '"> 5, > 6 and < 8"'), '"r2"', "“> 5, > 6 and < 8”中 and 与逗号不能同用"),
    (swap("\"'local'\"", "\"'local', 5\""), '"r2"', "混用了不同类型的值"),
    (swap("\"'local'\"", "\"'national'\""), '"rules"', "有缺口，form.kind=association、form.scope=local 没有规则适用"),
    (swap("\"'local'\"", '""'), '"r2"', "规则 1 与规则 2 重叠，form.kind=association、form.scope=national 同时适用"),
    (SHADOWED, '"r0"', "规则 5 被前面的规则完全遮住"),
    (swap('"nodes"', '"nodes": [], "nodes"'), '"nodes"', "重复的键 nodes"),
    (JDM.replace("\n}", ""), "", "不是正确的 JSON"),
    (JDM.replace('"contentType"', "contentType"), "", "JSON 文本"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "at", "says"), FILES, ids=[row[-1] for row in FILES])
def test_a_mistake_in_a_table(text: str, at: str, says: str) -> None:
    with pytest.raises(CatalogueError) as caught:
        read_edition(folder(text), kit.source_texts())
    sentence = str(caught.value)
    assert says in sentence
    assert sentence.startswith(f"{FILE}：第 {line_of(text, at)} 行，" if at else f"{FILE}：")
    assert "请" in sentence
    assert "\n" not in sentence


MEANT = "没有这个字段或数源字段（是不是 tables.minimum_capital.minimum？）"
CONDITIONS = [
    ("tables.minimum_capital.minimum", "tables.minimum_capitl.minimum", MEANT),
    ("capital.minimum", "capital.minimal", MEANT),
]  # fmt: skip


CONDITIONS += [
    (f'"{HOLDS}"', '"tables.minimum_capital != null"', "M1 中的 tables.minimum_capital 没有这个字段"),
    (f'holds: "{HOLDS}"', "matches: [{declared: form.capital, held: tables.minimum_capital.minimum}]", "M1 中的 tables.min"),
]


@pytest.mark.parametrize(("old", "new", "says"), CONDITIONS)
def test_a_condition_that_asks_for_what_no_table_says(old: str, new: str, says: str) -> None:
    with pytest.raises(CatalogueError, match=re.escape(says)):
        read_edition(folder(condition=CONDITION.replace(old, new)), kit.source_texts())


def test_a_table_over_a_record_is_needed_itself_or_what_it_compares() -> None:
    text = (
        JDM.replace("form.kind", "enterprise.status")
        .replace("'association'", "'a'")
        .replace("'public-foundation'", "startsWith($, 'b')")
    )
    text = text.replace("\"'private-foundation'\"", '""').replace("collect", "first")
    condition = CONDITION.replace(", tables.minimum_capital]", "]")
    with pytest.raises(CatalogueError, match=r"第 \d+ 行，M1 中的 tables.minimum_capital.minimum 没有列入 needs"):
        read_edition(folder(text, condition), kit.source_texts())
    for need in ("enterprise.status", "enterprise.present", "tables.minimum_capital", "tables.minimum_capital.minimum"):
        read_edition(folder(text, CONDITION.replace(", tables.minimum_capital]", f", {need}]")), kit.source_texts())


OPEN_ENDS = [
    ("tables.t.out", (("'a'", False), ("", True)), True, "everything else is approved"),
    ("tables.t.out", (("'a'", True), ("", False)), False, "everything else is refused"),
    ("tables.t.out == 'pass'", (("'a'", "stop"), ("", "pass")), True, "in words"),
    ("not tables.t.out", (("'a'", True), ("", False)), True, "the condition turns it round"),
    ("tables.t.out", (("'a'", False), ("'b','c'", True)), False, "a last row that says what it takes"),
]


@pytest.mark.parametrize(("holds", "rows", "refused", "reason"), OPEN_ENDS, ids=[row[-1] for row in OPEN_ENDS])
def test_a_last_row_that_approves_whatever_is_left(holds: str, rows: tuple[Any, ...], refused: bool, reason: str) -> None:  # noqa: FBT001
    condition = EDITION.matter.conditions[-1].model_copy(update={"holds": holds})
    edition = edition_with(table(*rows, inputs=("form.pick",)), conditions=(condition,))
    assert [str(finding) for finding in table_findings(edition) if "放行" in str(finding)] != [] or not refused, reason
    assert refused or table_findings(edition) == (), reason


PICK = Field(label="x", type=FieldType.CHOICE, options={"a": "a", "b": "b", "c": "c"})
WHOLE = Field(label="x", type=FieldType.INTEGER, minimum=0, maximum=6)
NUMBER = Field(label="x", type=FieldType.NUMBER)
TRUTH = Field(label="x", type=FieldType.BOOLEAN)
DAY = Field(label="x", type=FieldType.DATE)
PLACE = Field(label="x", type=FieldType.REGION)
MADE = {"pick": PICK, "whole": WHOLE, "number": NUMBER, "truth": TRUTH, "day": DAY, "place": PLACE}


def edition_with(made: Table, **changes: Any) -> Edition:
    matter: Matter = EDITION.matter.model_copy(update={"fields": MADE, "tables": {"t": made}, **changes})
    return EDITION.model_copy(update={"matter": matter})


def test_a_table_that_tells_too_much_apart_is_not_guessed_at() -> None:
    rows = [(f"{n}", "'a'", f"> d('20{n:02}-01-01')", f"'{n}'", True) for n in range(10, 60)]
    made = table(*rows, inputs=("form.number", "form.pick", "form.day", "form.place"))
    sentences = [str(finding) for finding in table_findings(edition_with(made))]
    assert len(sentences) == 1
    assert re.fullmatch(r"tables/t.json：要区分 \d+ 种输入，超过 200000 种，不能逐一检查，请拆成几张表", sentences[0])


def spans(written: str) -> st.SearchStrategy[str]:
    """Numbers or days on one side of an end, or between two."""
    signed = st.tuples(st.sampled_from(["> ", ">= ", "< ", "<= "]), st.integers(0, 6).map(written.format)).map("".join)
    ends = st.tuples(st.sampled_from([">", ">="]), st.integers(0, 3), st.sampled_from(["<", "<="]), st.integers(4, 6))
    return signed | ends.map(lambda e: f"{e[0]} {written.format(e[1])} and {e[2]} {written.format(e[3])}")


def intervals() -> st.SearchStrategy[str]:
    parts = st.tuples(st.sampled_from("[("), st.integers(0, 3), st.integers(4, 6), st.sampled_from("])"))
    return parts.map(lambda p: f"{p[0]}{p[1]}..{p[2]}{p[3]}")


def several(one: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    cells = st.just("") | one | st.lists(one, min_size=2, max_size=2).map(", ".join)
    return cells.filter(lambda cell: not ("and" in cell and "," in cell))


NUMBERS = several(spans("{}") | intervals() | st.integers(0, 6).map(str))
CELLS: Mapping[str, st.SearchStrategy[str]] = {
    "pick": several(st.sampled_from(["'a'", '"b"', "'c'"])),
    "whole": NUMBERS,
    "number": NUMBERS,
    "truth": several(st.sampled_from(["true", "false"])),
    "day": several(spans("d('2026-01-1{}')")),
    "place": several(
        st.sampled_from(["'21'", "'2112'", "'37'", "startsWith($, '21')", "startsWith($, '2112')", "startsWith($,'3')"])
    ),
}
GRIDS: Mapping[str, list[Any]] = {
    "pick": ["a", "b", "c"],
    "whole": list(range(7)),
    "number": [-1, *(n / 2 for n in range(13)), 7],
    "truth": [True, False],
    "day": ["2025-01-01", *(f"2026-01-1{n}" for n in range(7)), "2027-01-01"],
    "place": ["21", "2112", "211281", "219999", "37", "370", "3", "44"],
}
"""For each field every value that the cells above can tell apart, and more."""


@st.composite
def made_tables(draw: st.DrawFn) -> Table:
    columns = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=2, unique=True))
    rows = draw(st.lists(st.tuples(*(CELLS[column] for column in columns)), min_size=1, max_size=5))
    inputs = tuple(f"form.{column}" for column in columns)
    numbered = [(*row, number) for number, row in enumerate(rows, 1)]
    return table(*numbered, inputs=inputs, hit=draw(st.sampled_from(["first", "unique"])))


def answers(made: Table) -> Iterator[int | str]:
    """What the engine says of every input of the grid: the row that answers, or why none does."""
    columns = [path.removeprefix("form.") for path in made.inputs]
    for values in product(*(GRIDS[column] for column in columns)):
        try:
            yield int(made.answer({"form": dict(zip(columns, values, strict=True))})["out"])
        except TableError as error:
            yield str(error)


@settings(max_examples=150, deadline=None)
@given(made_tables())
def test_the_findings_are_what_trying_every_input_shows(made: Table) -> None:
    said = set(answers(made))
    sentences = [finding.sentence for finding in table_findings(edition_with(made)) if "放行" not in finding.sentence]
    assert any("有缺口" in sentence for sentence in sentences) == ("没有适用的规则" in said)
    assert any("重叠" in sentence for sentence in sentences) == ("有不止一条规则适用" in said)
    if made.hit == "first":
        useless = {int(number) for s in sentences for number in re.findall(r"^规则 (\d+) (?:不可能|被前面)", s)}
        assert set(range(1, len(made.rows) + 1)) - useless == {row for row in said if isinstance(row, int)}


@settings(max_examples=100, deadline=None)
@given(made_tables())
def test_the_input_named_by_a_finding_is_a_true_one(made: Table) -> None:
    for finding in table_findings(edition_with(made)):
        named = dict(re.findall(r"(form\.\w+)=([^、 ]+)", finding.sentence))
        if named:
            roots = {"form": {path.removeprefix("form."): _read(path, value) for path, value in named.items()}}
            says = "没有适用的规则" if "缺口" in finding.sentence else "有不止一条规则适用"
            with pytest.raises(TableError, match=says):
                pytest.fail(f"{made.answer(roots)} for {value_at(roots, 'form')}")


def _read(path: str, value: str) -> Any:
    if path in {"form.whole", "form.number"}:
        return float(value)
    return value == "true" if path == "form.truth" else value


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="'\"[]().,<>=$ 0123456789abdtrue-", max_size=14))
def test_any_cell_is_read_or_refused(cell: str) -> None:
    try:
        terms_of(cell)
    except TableError as error:
        assert "请" in str(error)  # noqa: PT017 (most cells are refused, some are not)


NEEDS = [
    (("form.a", "tables.t"), None, ("form.a", "enterprise.type"), "a table that is listed stands for what it compares"),
    (("tables.t.out",), "tables.t.out", ("enterprise.type",), "told once, however often it is named"),
    (("enterprise.type",), "tables.t.out", ("enterprise.type",), "listing what it compares is the same"),
    ((), "tables.t.out and form.b", ("enterprise.type",), "asking is needing"),
]


@pytest.mark.parametrize(("needs", "holds", "paths", "reason"), NEEDS, ids=[row[-1] for row in NEEDS])
def test_what_a_rule_needs(needs: tuple[str, ...], holds: str | None, paths: tuple[str, ...], reason: str) -> None:
    assert needed(needs, holds, {"t": KINDS}) == paths, reason


def test_an_expression_is_tried_on_all_that_its_table_answers() -> None:
    plain = CONDITION.replace(HOLDS, "tables.minimum_capital.minimum > 0")
    assert list(untyped(read_edition(folder(condition=plain), kit.source_texts()))) == []
    texts = folder(condition=CONDITION.replace(HOLDS, "startsWith(tables.minimum_capital.minimum, '3')"))
    (found,) = untyped(read_edition(texts, kit.source_texts()))
    assert "M1 的" in found.says
    assert "tables.minimum_capital.minimum 为" in found.says


def test_a_condition_rests_on_all_that_its_table_compares() -> None:
    condition = next(one for one in EDITION.matter.conditions if one.id == "M1")
    assert condition_plan(EDITION, condition).needs == ("form.capital", "form.kind", "form.scope")
    assert Lineage.build([compile_edition(EDITION)]).dependents(node_of("field:scope"))[0].conditions == ("M1",)
