"""The city's matters: what the folders promise beyond their examples."""

from miaoban.catalogue.matter import Result
from miaoban.catalogue.situations import select
from miaoban.licence.licence import Licence, LicenceStatus
from miaoban.operations.licensing import licence_key
from miaoban.operations.services import Services
from miaoban.operations.submit import Application, submit
from tests import kit

PARKING = "parking-filing"


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
