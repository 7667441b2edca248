"""A matter of which no Python knows, written as docs/add-a-matter.md says: checked, released and decided on the fakes."""

import pytest

from miaoban.catalogue.compiled import compile_edition
from miaoban.catalogue.guidance import guide_of
from miaoban.catalogue.lineage import Lineage, node_of
from miaoban.catalogue.markdown import markdown
from miaoban.decision.checks import findings
from miaoban.operations.submit import Application, submit
from tests import kit
from tools.folders import Content, content_of
from tools.releasing import Stewards, drafted, published

NEW = kit.ROOT / "tests" / "unit" / "data" / "newcomer"
MATTER, REGION = "food-sale-filing", "211281"


@pytest.fixture(scope="module")
def content() -> Content:
    """The new folder, read with its own source beside those of the house."""
    return content_of(NEW / "matters" / MATTER, NEW / "sources")


def test_nothing_stands_against_it(content: Content) -> None:
    assert findings(*content) == ()


@pytest.mark.parametrize(
    ("example", "status", "reasons"),
    [
        ("01-shop.yaml", "approved", []),
        ("02-cold.yaml", "correcting", ["F5"]),
        ("04-special.yaml", "reviewing", ["F6"]),
        ("06-silent.yaml", "waiting", ["F1", "F3"]),
    ],
)
def test_it_is_released_and_decides(content: Content, example: str, status: str, reasons: list[str]) -> None:
    found, stewards = kit.services(), Stewards()
    assert published(found, drafted(found, content, stewards.proposer), stewards).version == 1
    given = content[1][example].given
    for source, at in given.heard.items():
        kit.hear(found, source, at)
    kit.put_record(found, "legal-person-base", "enterprise", given.records["legal-person-base/enterprise"]["own"].values)
    application = Application(matter=MATTER, region=REGION, situation=given.situation, form=given.form)
    answer = submit(found, application, kit.party(found), "key-1")
    assert (answer["status"], [reason["condition"] for reason in answer["reasons"]]) == (status, reasons)


def test_what_is_computed_of_it(content: Content) -> None:
    edition, _ = content
    assert "| 基本编码 | 211031001001 |" in markdown(guide_of(edition, REGION))
    lineage = Lineage.build([compile_edition(edition)])
    rests = {
        "field:storage": ("F5",),  # through the table
        "source:food-operations/ban": ("F3",),
        "source:food-operations/ban.until": ("F3",),  # not in needs, only in holds
    }
    assert {asked: lineage.dependents(node_of(asked))[0].conditions for asked in rests} == rests
