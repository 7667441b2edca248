"""The city's matters: what the folders promise beyond their examples."""

from miaoban.catalogue.matter import Result
from miaoban.catalogue.situations import select
from miaoban.licence.licence import Licence, LicenceStatus
from miaoban.operations.licensing import licence_key
from miaoban.operations.services import Services
from miaoban.operations.submit import Application, submit
from tests import kit

PARKING, FUND = "parking-filing", "housing-fund-withdrawal"


def licence(found: Services, number: str) -> Licence:
    return Licence.read(found.store.read([licence_key(number)])[licence_key(number)].body)


def test_parking_has_ten_situations_seventeen_materials_and_six_sources() -> None:
    edition = kit.edition(PARKING)
    (question,) = edition.matter.questions.values()
    assert (len(question.answers), len(edition.matter.materials), len(edition.sources)) == (10, 17, 6)


def test_every_situation_of_parking_is_shown_to_be_filed_at_once() -> None:
    examples = kit.examples(PARKING).values()
    shown = {example.given.situation["lot"] for example in examples if example.expect.outcome == "approved"}
    assert shown == kit.edition(PARKING).matter.questions["lot"].answers.keys()


def test_what_is_filed_again_supersedes_what_was_filed() -> None:
    given = kit.examples(PARKING)["01-surface.yaml"].given
    found = kit.populate(kit.services(), given, PARKING)
    application = Application(matter=PARKING, region=given.region, situation=given.situation, form=given.form)
    first, second = (submit(found, application, kit.party(found), key)["licence"] for key in ("first", "second"))
    assert select(kit.edition(PARKING).matter, given.situation).result is Result.RENEW
    assert (licence(found, first).status, licence(found, first).successor) == (LicenceStatus.SUPERSEDED, second)
    assert licence(found, second).status is LicenceStatus.VALID


def test_each_reason_reads_only_the_records_that_it_has_a_use_for() -> None:
    """Purpose limits what is looked at (个人信息保护法 art. 6): whoever retires is not asked about marriage or homes."""
    fund = kit.edition(FUND).matter
    assert select(fund, {"reason": "retire"}).records.keys() == {"person", "account", "insured"}
    assert select(fund, {"reason": "rent", "family": "single"}).records.keys() == {"person", "account", "homes", "marriage"}
    assert select(fund, {"reason": "death"}).records.keys() == {"person", "estate", "deceased"}


def test_three_of_the_six_lawful_reasons_close_the_account() -> None:
    """住房公积金管理条例 art. 24: retirement, disability, emigration; and so do death and leaving for good."""
    fund = kit.edition(FUND).matter
    reasons = fund.questions["reason"].answers.keys() - {"rent"}
    closing = {reason for reason in reasons if "closing" in select(fund, {"reason": reason}).fields}
    assert closing == {"retire", "disability", "abroad", "death", "leave"}
