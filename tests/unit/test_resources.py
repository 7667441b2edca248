"""The resource catalogue, page by page: a filter that few sources pass never reads without end, and misses none."""

from collections.abc import Iterable

from miaoban.catalogue.source import PublicSource
from miaoban.memory import MemoryStore
from miaoban.operations import keys
from miaoban.operations.resources import MOST_READS, PAGE, Wanted, page_of_sources
from miaoban.operations.services import Services
from miaoban.storage import Commit, Item, Put
from tests import kit

BASE = kit.sources()["legal-person-base"]
MANY = PAGE * (MOST_READS + 2)


def shelf(owners: Iterable[str]) -> Services:
    """Services with a source for each of these owners, in this order."""
    store = MemoryStore()
    for number, owner in enumerate(owners):
        source = BASE.model_copy(update={"code": f"source-{number:05}", "owner": owner})
        store.commit(Commit((Put(Item(keys.source(source.code), source.text()), replaces=None),)))
    return kit.services(store)


def pages(services: Services, wanted: Wanted) -> list[tuple[PublicSource, ...]]:
    """Every page."""
    found, cursor = page_of_sources(services, wanted)
    told = [found]
    while cursor is not None:
        found, cursor = page_of_sources(services, wanted, cursor)
        told.append(found)
    return told


def test_every_source_is_on_one_page() -> None:
    told = pages(shelf(["one"] * (2 * PAGE + 1)), Wanted())
    assert [len(page) for page in told] == [PAGE, PAGE, 1]
    assert [source.code for page in told for source in page] == [f"source-{number:05}" for number in range(2 * PAGE + 1)]


def test_a_filter_reads_on_until_a_page_is_full() -> None:
    told = pages(shelf(["one", "other"] * PAGE), Wanted(owner="other"))
    assert [len(page) for page in told] == [PAGE]


def test_a_filter_that_few_pass_reads_so_much_and_no_more() -> None:
    services = shelf(["one"] * (MANY - 1) + ["rare"])
    store = kit.CountingStore(services.store)
    found, cursor = page_of_sources(kit.services(store), Wanted(owner="rare"))
    assert (found, cursor is None, store.queries) == ((), False, MOST_READS)
    assert [source.owner for page in pages(services, Wanted(owner="rare")) for source in page] == ["rare"]
