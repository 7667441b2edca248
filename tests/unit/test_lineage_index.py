"""The lineage index in the catalogue table: it follows what is in force, whatever breaks off while publishing."""

from collections.abc import Mapping

import pytest

from miaoban.catalogue.compiled import compile_edition
from miaoban.catalogue.lineage import ASKABLE, Lineage, Todo, Why, node_of
from miaoban.catalogue.nodes import Dependent, Kind, Node
from miaoban.catalogue.publication import Edition
from miaoban.memory import MemoryStore
from miaoban.operations import keys
from miaoban.operations.editions import publish
from miaoban.operations.errors import StandardsTooLargeError
from miaoban.operations.lineage import BundleError, bundle_of, page_of_todo, page_of_uses
from miaoban.operations.lineage_index import TOGETHER, index_writes
from miaoban.operations.services import Services
from miaoban.operations.standards import publish_standards
from miaoban.ports import UnavailableError
from miaoban.storage import Commit
from tests import kit, made
from tools.folders import edition_of, folders
from tools.lineage import todo
from tools.naming import house_standards

FIRST = kit.edition()
_LESS = dict(FIRST.matter.materials)
del _LESS["authorisation"]
SECOND = made.edition(
    materials={**_LESS, "plan": made.material("平面图")},
    conditions=tuple(found for found in FIRST.matter.conditions if found.id != "C6"),
    records={name: use for name, use in FIRST.matter.records.items() if name != "listing"},
)
"""The next edition: it no longer asks the abnormal list nor for an authorisation, and asks for a plan instead."""


class BreakingStore(MemoryStore):
    """A store that breaks off before its n-th commit, once."""

    def __init__(self, left: int) -> None:
        super().__init__()
        self.left = left

    def commit(self, commit: Commit) -> None:
        self.left -= 1
        if self.left == 0:
            raise UnavailableError("断开")
        super().commit(commit)


def told(store: MemoryStore) -> Mapping[Node, tuple[Dependent, ...]]:
    """What readers are told of every node that any edition uses."""
    nodes = {node for edition in (FIRST, SECOND) for node in _graph(edition)}
    services = kit.services(store)
    return {node: found for node in nodes if (found := page_of_uses(services, node)[0])}


def _graph(edition: Edition) -> Mapping[Node, tuple[Dependent, ...]]:
    lineage = Lineage.build([compile_edition(edition)])
    nodes = {Node(kind, key) for kind in (*ASKABLE, Kind.HELD, Kind.ASKED) for key in lineage.keys(kind)}
    return {node: lineage.dependents(node) for node in nodes}


def index_of(store: MemoryStore) -> set[object]:
    return {key for key in store.items if key.partition.startswith("USES#")}


def test_what_is_published_is_told_as_the_graph_in_memory_tells_it() -> None:
    store = MemoryStore()
    publish(kit.services(store), FIRST, kit.NOW)
    assert told(store) == _graph(FIRST)


def test_the_next_edition_takes_the_place_of_the_one_before() -> None:
    store = MemoryStore()
    for edition in (FIRST, SECOND):
        publish(kit.services(store), edition, kit.NOW)
    assert told(store) == _graph(SECOND)
    assert index_of(store) == {write.item.key for write in index_writes(SECOND)}
    assert page_of_uses(kit.services(store), node_of("source:abnormal-operations")) == ((), None)


def commits_of(first: Edition, second: Edition) -> int:
    store = BreakingStore(-1)
    publish(kit.services(store), first, kit.NOW)
    before = store.left
    publish(kit.services(store), second, kit.NOW)
    return before - store.left


COMMITS = commits_of(FIRST, SECOND)


def test_an_edition_takes_several_commits() -> None:
    assert 2 * len(index_writes(SECOND)) // TOGETHER < COMMITS


@pytest.mark.parametrize("at", range(1, COMMITS + 1))
def test_wherever_publishing_breaks_off_readers_believe_what_is_in_force_and_repeating_mends(at: int) -> None:
    store = BreakingStore(0)
    publish(kit.services(store), FIRST, kit.NOW)
    store.left = at
    with pytest.raises(UnavailableError):
        publish(kit.services(store), SECOND, kit.NOW)
    in_force = SECOND if '"version":2' in store.items[keys.pointer(kit.GRAIN)].body else FIRST
    assert told(store) == _graph(in_force)
    publish(kit.services(store), SECOND, kit.NOW)
    assert told(store) == _graph(SECOND)
    assert index_of(store) == {write.item.key for write in index_writes(SECOND)}


def test_what_a_broken_publication_left_is_not_believed_of_another_edition() -> None:
    third = made.edition(materials=_LESS)
    store = BreakingStore(0)
    publish(kit.services(store), FIRST, kit.NOW)
    store.left = 3
    with pytest.raises(UnavailableError):
        publish(kit.services(store), SECOND, kit.NOW)
    publish(kit.services(store), third, kit.NOW)
    found = page_of_uses(kit.services(store), node_of("material:平面图"))
    assert found == ((), None), "written under the same version, of an edition that never was in force"
    assert told(store) == _graph(third)


def test_publishing_again_writes_an_index_that_is_missing() -> None:
    store = MemoryStore()
    publish(kit.services(store), FIRST, kit.NOW)
    bare = MemoryStore(item for key, item in store.items.items() if not key.partition.startswith("USES#"))
    publish(kit.services(bare), FIRST, kit.NOW)
    assert bare.items == store.items


def test_a_partition_is_paged_by_matter() -> None:
    services = kit.services()
    for number in range(60):
        publish(services, made.edition(f"matter-{number:02}"), kit.NOW)
    node = node_of("source:legal-person-base")
    first, cursor = page_of_uses(services, node)
    second, end = page_of_uses(services, node, cursor)
    assert ([len(first), len(second)], end) == ([50, 10], None)
    assert [found.matter for found in (*first, *second)] == [f"matter-{number:02}" for number in range(60)]


def test_the_to_do_list_is_that_of_the_graph_page_by_page() -> None:
    held = made.material("法定代表人证明", record="enterprise")
    asking = [made.edition(f"asking-{number:02}", materials={"b": made.material("法定代表人证明")}) for number in range(12)]
    editions = [made.edition("zz-held", materials={"a": held}), *asking]
    services = kit.services()
    for edition in editions:
        publish(services, edition, kit.NOW)
    first, cursor = page_of_todo(services)
    second, end = page_of_todo(services, cursor)
    assert end is None
    assert (*first, *second) == Lineage.build(map(compile_edition, editions)).asked_though_held()
    assert {todo.why for todo in first} == {Why.HELD}


def pages(services: Services) -> tuple[Todo, ...]:
    found, cursor = page_of_todo(services)
    while cursor:
        more, cursor = page_of_todo(services, cursor)
        found += more
    return found


def test_the_route_and_the_command_tell_the_same_of_the_house() -> None:
    editions = {folder.name: edition_of(folder) for folder in folders()}
    named = made.edition("zz-named", materials={"a": made.material("企业营业执照副本"), "b": made.material("章程")})
    services = kit.services()
    for edition in (*editions.values(), named):
        publish(services, edition, kit.NOW)
    assert publish_standards(services, house_standards())
    told = pages(services)
    assert told == todo({**editions, "zz-named": named})
    assert [(one.name, one.source, one.spared_in) for one in told if one.matter == "zz-named"] == [
        ("企业营业执照副本", "legal-person-base/enterprise", None)
    ], "by its standard alone"


def test_standards_are_known_by_their_digest_and_replaced_as_a_whole() -> None:
    services, standards = kit.services(), house_standards()
    first = publish_standards(services, standards)
    assert (publish_standards(services, standards), first is not None) == (None, True)
    publish(services, made.edition("one", materials={"a": made.material("企业营业执照副本")}), kit.NOW)
    assert [one.source for one in pages(services)] == ["legal-person-base/enterprise"]
    assert publish_standards(services, standards.model_copy(update={"standards": {}, "guards": ()})) not in {None, first}
    assert pages(services) == ()


def test_standards_that_do_not_fit_into_an_item_are_refused() -> None:
    services, standards = kit.services(), house_standards()
    one = next(iter(standards.standards.values())).model_copy(update={"aliases": tuple(map(str, range(100_000)))})
    with pytest.raises(StandardsTooLargeError, match="请删去"):
        publish_standards(services, standards.model_copy(update={"standards": {"a": one}}))
    assert services.store.read([keys.STANDARDS]) == {}


BUNDLES = [
    (["one"], "收到 1 个", "no bundle of one"),
    (["one", "one"], "收到 1 个", "the same twice"),
    ([], "收到 0 个", "none"),
]


@pytest.mark.parametrize(("matters", "sentence", "reason"), BUNDLES, ids=[row[-1] for row in BUNDLES])
def test_a_bundle_has_two_matters_at_least(matters: list[str], sentence: str, reason: str) -> None:
    with pytest.raises(BundleError, match=sentence):
        bundle_of(kit.services(), matters)
    assert reason


def test_a_bundle_is_of_what_is_in_force() -> None:
    services = kit.services()
    for code in ("one", "two"):
        publish(services, made.edition(code), kit.NOW)
    found = bundle_of(services, ["one", "two"])
    assert (found.materials.before, found.materials.merged, found.materials.after) == (14, 7, 1)
