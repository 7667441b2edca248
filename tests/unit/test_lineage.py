"""The lineage graph: the index answers what a scan of every matter would, and knows what need not be asked."""

import json
from collections.abc import Iterable

import pytest

from benchmarks.generated import Catalogue, Size
from miaoban.catalogue.answers import key_of, situations_of
from miaoban.catalogue.bundle import Reduced, bundle, grouped
from miaoban.catalogue.compiled import compile_edition
from miaoban.catalogue.errors import CatalogueError
from miaoban.catalogue.lineage import ASKABLE, Lineage, Why, node_of
from miaoban.catalogue.nodes import Kind, Node
from miaoban.catalogue.plans import Way
from miaoban.catalogue.publication import Edition
from miaoban.catalogue.situations import select
from miaoban.catalogue.verifying import rests_on
from miaoban.text import comparable
from tests import kit, made

SMALL = Size(matters=14, situations=40, materials=30, fields=40, sources=30)


def graph(*editions: Edition) -> Lineage:
    return Lineage.build(map(compile_edition, editions))


def asked(lineage: Lineage, text: str) -> list[str]:
    return [found.matter for found in lineage.dependents(node_of(text))]


def scanned(editions: Iterable[Edition], node: Node) -> list[str]:
    """The matters that depend on a node, by looking through everything that each of them says."""
    return [edition.matter.code for edition in editions if _mentions(edition, node)]


def _mentions(edition: Edition, node: Node) -> bool:
    matter, key = edition.matter, node.key
    if node.kind is Kind.FIELD:
        return key in matter.fields
    if node.kind is Kind.MATERIAL:
        return any(key in {code, part.standard, comparable(part.name)} for code, part in matter.materials.items())
    text = json.dumps(matter.model_dump(mode="json", by_alias=True), ensure_ascii=False)
    if key == "applicant":
        return "applicant" in text
    source, _, rest = key.partition("/")
    kind, _, field = rest.partition(".")
    names = [name for name, use in matter.records.items() if use.source == source and rest in {"", kind, f"{use.kind}.{field}"}]
    named = [name for name in names if not rest or matter.records[name].kind == kind]
    return any(f"{name}.{field}" in text for name in named) if field else bool(named)


@pytest.mark.parametrize("seed", range(2))
def test_the_index_answers_what_a_scan_answers(seed: int) -> None:
    editions = [*Catalogue(SMALL, seed).editions(), kit.edition()]
    lineage = graph(*editions)
    for kind in ASKABLE:
        for key in lineage.keys(kind):
            node = Node(kind, key)
            assert [found.matter for found in lineage.dependents(node)] == scanned(editions, node), node


@pytest.mark.parametrize("seed", range(3))
def test_nothing_that_is_used_is_missing_from_the_index(seed: int) -> None:
    editions = list(Catalogue(SMALL, seed).editions())
    lineage = graph(*editions)
    sources = {use.source for edition in editions for use in edition.matter.records.values()}
    assert sources == {key for key in lineage.keys(Kind.SOURCE) if "/" not in key}
    assert {code for edition in editions for code in edition.matter.fields} == set(lineage.keys(Kind.FIELD))
    names = {comparable(part.name) for edition in editions for part in edition.matter.materials.values()}
    assert names <= set(lineage.keys(Kind.MATERIAL))


@pytest.mark.parametrize("seed", range(3))
def test_conditions_and_situations_are_those_of_a_scan(seed: int) -> None:
    editions = list(Catalogue(SMALL, seed).editions())
    lineage = graph(*editions)
    for edition in editions:
        matter = edition.matter
        for use in matter.records.values():
            entries = lineage.dependents(Node(Kind.SOURCE, use.source))
            found = next(entry for entry in entries if entry.matter == matter.code)
            roots = {name for name, other in matter.records.items() if other.source == use.source}
            resting = {one.id for one in matter.conditions if {p.partition(".")[0] for p in rests_on(matter, one)} & roots}
            assert set(found.conditions) == resting
            assert list(found.situations) == _situations(edition, roots, resting)


def _situations(edition: Edition, roots: set[str], conditions: set[str]) -> list[str]:
    found = []
    for answers in situations_of(edition.matter):
        situation = select(edition.matter, answers)
        fields = any((field.prefill or "").partition(".")[0] in roots for field in situation.fields.values())
        materials = any(material.record in roots for material in situation.materials.values())
        if fields or materials or conditions & {condition.id for condition in situation.conditions}:
            found.append(key_of(answers))
    return found


def test_what_breaks_when_the_abnormal_list_is_down() -> None:
    (found,) = graph(kit.edition()).dependents(node_of("source:abnormal-operations"))
    assert (found.conditions, found.records, found.materials, found.fields) == (("C6",), ("listing",), (), ())
    assert len(found.situations) == 6, "enterprises that do not cancel"


def test_a_field_carries_what_is_looked_up_by_it() -> None:
    (found,) = graph(kit.edition()).dependents(node_of("field:uscc"))
    assert set(found.records) == {"enterprise", "authority", "listing"}
    assert "C6" in found.conditions, "found by the code"
    assert {"持证主体", "不得重复", "企业名称"} <= set(found.licence)


def test_a_records_field_is_told_apart_from_its_record() -> None:
    (found,) = graph(kit.edition()).dependents(node_of("source:legal-person-base/enterprise.status"))
    assert (found.conditions, found.fields) == (("C3", "C3-2"), ())


MATERIAL = [
    ("material:business-licence", "its code in the matter"),
    ("material:营业执照", "its name"),
    ("material:resident-id", "its standard"),
    ("material:居民身份证(经办人)", "its name, in other brackets"),
]


@pytest.mark.parametrize(("text", "reason"), MATERIAL, ids=[row[-1] for row in MATERIAL])
def test_a_material_is_found_by_code_name_and_standard(text: str, reason: str) -> None:
    parts = dict(kit.edition().matter.materials)
    parts["agent-id"] = parts["agent-id"].model_copy(update={"standard": "resident-id"})
    assert asked(graph(made.edition(materials=parts)), text) == [kit.GRAIN], reason


def test_what_a_matter_rests_on() -> None:
    rests = graph(kit.edition()).rests(kit.GRAIN)
    assert rests is not None
    assert {Node(Kind.SOURCE, "legal-person-base"), Node(Kind.FIELD, "uscc")} <= set(rests.nodes)
    assert {node.kind for node in rests.nodes} == set(ASKABLE)
    assert graph().rests("nothing") is None


@pytest.mark.parametrize("text", ["", "source:", "law:x", "held:营业执照", "legal-person-base"])
def test_what_is_no_node_is_refused_with_the_cure(text: str) -> None:
    with pytest.raises(CatalogueError, match="请写成 source:"):
        node_of(text)


HELD = made.material("法定代表人证明", record="enterprise", **{"class": "government"})
TODO = [
    (made.material("法定代表人证明"), Why.HELD, "the same name, and a source holds it elsewhere"),
    (made.material("法定代表人证明 "), Why.HELD, "the same name, written otherwise"),
    (made.material("完税证明", **{"class": "government"}), Why.GOVERNMENT, "government issues it, and no source is linked"),
    (made.material("章程"), None, "the applicant's own, held by nobody"),
    (made.material("法定代表人证明", fields=["contact_phone"]), None, "the form carries it: it is not asked for"),
    (made.material("法定代表人证明", necessity="3"), Why.HELD, "later is still asked for"),
]


@pytest.mark.parametrize(("given", "why", "reason"), TODO, ids=[row[-1] for row in TODO])
def test_what_is_asked_though_it_is_held(given: object, why: Why | None, reason: str) -> None:
    one, other = made.edition("one", materials={"a": HELD}), made.edition("other", materials={"b": given})
    found = graph(one, other).asked_though_held()
    assert [(todo.matter, todo.why) for todo in found] == ([("other", why)] if why else []), reason
    if why is Why.HELD:
        assert (found[0].source, found[0].spared_in) == ("legal-person-base/enterprise", "one")


ROLES = [
    ("居民身份证（负责人）", "resident-id", "居民身份证（经办人）", False, "the representative's card is not the agent's"),
    ("居民身份证（负责人）", "resident-id", "身份证（负责人）", True, "the same standard and the same role"),
    ("营业执照", "business-licence", "营业执照副本", True, "the same standard, no role"),
]


@pytest.mark.parametrize(("held", "standard", "name", "same", "reason"), ROLES, ids=[row[-1] for row in ROLES])
def test_a_standard_is_the_same_material_in_the_same_role(
    held: str,
    standard: str,
    name: str,
    same: bool,  # noqa: FBT001
    reason: str,
) -> None:
    one = made.edition("one", materials={"a": made.material(held, record="enterprise", standard=standard)})
    other = made.edition("other", materials={"b": made.material(name, standard=standard)})
    assert bool(graph(one, other).asked_though_held()) is same, reason
    assert bundle([one, other]).materials.merged == (1 if same else 2), reason


def test_a_bundle_asks_once_and_spares_what_any_of_its_matters_gets() -> None:
    one = made.edition("one", materials={"a": HELD, "b": made.material("申请表", fields=["contact_phone"])})
    other = made.edition("other", materials={"c": made.material("法定代表人证明"), "d": made.material("章程")})
    found = bundle([one, other])
    assert found.materials == Reduced(before=4, merged=3, after=1)
    ways = {part.name: (part.matters, part.way) for part in found.merged}
    assert ways["法定代表人证明"] == (("one", "other"), Way.SPARED)
    assert ways["章程"] == (("other",), Way.HANDED)
    assert found.fields == Reduced(before=32, merged=16, after=10)
    assert found.sources == Reduced(before=6, merged=3, after=3)


GROUPS = [
    (["ab", "bc", "cd"], [["ab", "bc", "cd"]], "a chain is one group"),
    (["a", "b", "ab"], [["a", "b", "ab"]], "two groups that a third joins"),
    (["a", "b"], [["a"], ["b"]], "nothing in common"),
    ([], [], "nothing"),
]


@pytest.mark.parametrize(("things", "groups", "reason"), GROUPS, ids=[row[-1] for row in GROUPS])
def test_what_shares_a_key_is_one_group(things: list[str], groups: list[list[str]], reason: str) -> None:
    assert grouped(things, lambda thing: thing) == groups, reason
