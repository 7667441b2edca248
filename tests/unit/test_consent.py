"""Consent: sensitive data of a person are read with a separate consent or on a statute, and otherwise not at all."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from miaoban.catalogue.errors import CatalogueError
from miaoban.catalogue.folder import read_edition
from miaoban.memory import MemoryStore
from miaoban.operations.draft import DraftRequest, draft
from miaoban.operations.looks import looks_of
from miaoban.operations.services import Services
from miaoban.operations.submit import Application, submit
from miaoban.storage import Items, Key
from tests import kit
from tools.folders import texts_of

QUERIES, FUND = "mobile-queries", "housing-fund-withdrawal"
CONSENT = ", consent: consent}"
BASIS = ", basis: {law: 住房公积金管理条例, article: 第二十五条}}"

WRONG: list[tuple[str, str, str, str, str]] = [
    (QUERIES, CONSENT, "}", "medical 有敏感个人信息", "neither consent nor statute"),
    (FUND, BASIS, "}", "account 有敏感个人信息（账户余额（元））", "the statute is not named"),
    (QUERIES, CONSENT, ", consent: agree}", "consent 应当是表单中必填的承诺", "no such field"),
    (QUERIES, CONSENT, ", consent: purpose}", "consent 应当是表单中必填的承诺", "a field that promises nothing"),
]


@pytest.mark.parametrize(("matter", "old", "new", "says", "reason"), WRONG, ids=[row[-1] for row in WRONG])
def test_a_matter_that_reads_sensitive_data_says_why_it_may(matter: str, old: str, new: str, says: str, reason: str) -> None:
    texts = dict(texts_of(Path(kit.ROOT) / "matters" / matter))
    assert old in texts["materials.yaml"], reason
    texts["materials.yaml"] = texts["materials.yaml"].replace(old, new, 1)
    with pytest.raises(CatalogueError, match=says):
        read_edition(texts, kit.source_texts())


class Watching(MemoryStore):
    """A store that tells what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def read(self, keys: Iterable[Key]) -> Items:
        listed = list(keys)
        self.asked += [key.partition for key in listed]
        return super().read(listed)


@pytest.fixture
def store() -> Watching:
    return Watching()


@pytest.fixture
def services(store: Watching) -> Services:
    given = kit.examples(QUERIES)["01-medical.yaml"].given
    return kit.populate(kit.services(store=store), given, QUERIES)


@pytest.mark.parametrize(("form", "reads"), [({}, 0), ({"consent": True}, 1)])
def test_nothing_is_read_before_the_consent_is_given(
    store: Watching, services: Services, form: dict[str, bool], reads: int
) -> None:
    store.asked.clear()
    request = DraftRequest(matter=QUERIES, region="211281", situation={"what": "medical"}, form=form)
    draft(services, request, kit.party(services))
    assert sum(partition.startswith("medical-insurance#") for partition in store.asked) == reads


def test_the_look_states_the_consent_that_was_given(services: Services) -> None:
    given = kit.examples(QUERIES)["01-medical.yaml"].given
    application = Application(matter=QUERIES, region="211281", situation=given.situation, form=given.form)
    assert submit(services, application, kit.party(services), "key-1")["status"] == "approved"
    (look,) = looks_of(services, kit.party(services).owner).items
    assert look.consent == "同意为本人查询调取所选的信息"
