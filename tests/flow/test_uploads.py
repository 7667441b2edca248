"""Materials in the deployed cloud: real links, a real bucket, a scanner behind a queue, and who may read what."""

from collections.abc import Callable

import httpx
import pytest

from examples.scanner import EICAR
from tests.flow.actors import Applicant
from tools import deployment
from tools.cast import LEASE, LEASE_FILE
from tools.client import Client, until
from tools.uploads import announce, digest_of, send, stage, upload

Caller = Callable[..., Client]
WANTED = {"matter": "grain-purchase-filing", "material": "lease-contract"}


def leased(applicant: Applicant, contract: str = LEASE) -> tuple[str, dict[str, object]]:
    """A firm of the applicant's, and its application with a leased warehouse and this contract."""
    firm = applicant.firm()
    form = {"warehouses": [firm.warehouse(lease_until="2099-12-31")], "lease_contract": contract}
    return firm.uscc, firm.application({"storage": "lease"}, **form)


def test_a_file_is_sent_scanned_filed_and_read_by_nobody_else(applicant: Applicant, another: Applicant, caller: Caller) -> None:
    uscc, application = leased(applicant)
    assert upload(applicant.client, LEASE_FILE, holder=uscc, **WANTED) == "held"
    answer = applicant.file(application)
    assert (answer.status, answer["status"]) == (201, "approved"), answer
    path = f"/v1/cases/{answer['case']}/materials/lease_contract"
    for reader in (applicant.client, caller("officer")):
        link = reader.get(path)
        assert httpx.get(link["url"]).content == LEASE_FILE
    assert another.client.get(path).status == httpx.codes.NOT_FOUND
    assert caller("supervisor").get(path).status == httpx.codes.FORBIDDEN
    looks = applicant.client.get("/v1/data-use")["items"]  # who was refused stands there too, and the owner does not
    assert [look["reader"]["role"] for look in looks if look["purpose"] == "查看材料"] == ["applicant", "officer"]


def test_a_case_waits_while_its_file_has_not_come(applicant: Applicant) -> None:
    uscc, application = leased(applicant)
    ticket = announce(applicant.client, LEASE_FILE, holder=uscc, **WANTED)
    filed = applicant.file(application)
    assert (filed["status"], filed["waiting_for"]) == ("waiting", ["材料查验"])
    send(ticket, LEASE_FILE).raise_for_status()
    assert applicant.becomes(filed["case"], "approved")["decided_by"] == "machine"


def test_malware_is_gone_before_anybody_could_read_it(applicant: Applicant) -> None:
    bad = b"%PDF-1.7 " + EICAR
    uscc, application = leased(applicant, digest_of(bad))
    assert upload(applicant.client, bad, holder=uscc, **WANTED) == "refused"
    refused = applicant.file(application)
    assert refused.code == "form-invalid"
    assert refused.places == [("/form/lease_contract", "material-unusable")]
    assert announce(applicant.client, bad, holder=uscc, **WANTED).places == [("/digest", "material-malware")]
    bucket = applicant.outputs["FileBucketName"]
    held = deployment.client("s3").list_objects_v2(Bucket=bucket).get("Contents", ())
    assert not [found for found in held if digest_of(bad)[7:] in found["Key"]]


def test_a_link_takes_its_own_file_and_reads_nothing(applicant: Applicant) -> None:
    uscc, _ = leased(applicant)
    ticket = announce(applicant.client, LEASE_FILE, holder=uscc, **WANTED)
    assert httpx.get(ticket["url"]).status_code in {httpx.codes.FORBIDDEN, httpx.codes.BAD_REQUEST}, "signed to be written"
    bare = ticket["url"].partition("?")[0]
    assert httpx.put(bare, content=LEASE_FILE).status_code == httpx.codes.FORBIDDEN
    assert stage(applicant.client, LEASE_FILE, uscc) == "awaited"


@pytest.mark.parametrize("data", [LEASE_FILE + b"more", LEASE_FILE[:-1] + b"X"], ids=["longer", "altered"])
def test_what_is_not_as_announced_is_not_held(applicant: Applicant, data: bytes) -> None:
    uscc, _ = leased(applicant)
    ticket = announce(applicant.client, LEASE_FILE, holder=uscc, **WANTED)
    refused = httpx.put(ticket["url"], content=data, headers={**ticket["headers"], "content-length": str(len(data))})
    if refused.is_success:  # the bucket of AWS refuses it itself, by length and checksum; the laptop's leaves it to the scan
        found = until(lambda: stage(applicant.client, LEASE_FILE, uscc), lambda found: found != "awaited")
        assert found == "refused"


def test_a_third_party_uploads_and_the_draft_has_it(applicant: Applicant, caller: Caller) -> None:
    uscc, _ = leased(applicant)
    report = b"%PDF-1.7 measured by the institution"
    assert upload(caller("intermediary"), report, holder=uscc, **WANTED) == "held"
    agent = applicant.citizen.client(applicant.outputs, acts_for=[uscc])
    asked = {"matter": WANTED["matter"], "region": "211281", "form": {"uscc": uscc, "county": "211281"}}
    situation = {"kind": "first", "subject": "enterprise", "storage": "lease"}
    drafted = agent.post("/v1/drafts", {**asked, "situation": situation})
    material = next(part for part in drafted["materials"] if part["code"] == "lease-contract")
    assert (material["state"], material["institution"]) == ("filed", "示例检验检测机构")
    field = next(field for field in drafted["fields"] if field["code"] == "lease_contract")
    assert (field["value"], field["grade"], field["source_name"]) == (digest_of(report), "C", "示例检验检测机构")
    agent.close()


def test_an_upload_is_taken_back(applicant: Applicant) -> None:
    uscc, application = leased(applicant)
    upload(applicant.client, LEASE_FILE, holder=uscc, **WANTED)
    path = f"/v1/materials/{digest_of(LEASE_FILE)}"
    assert applicant.client.send("DELETE", path, query={"holder": uscc})["uses"] == []
    assert applicant.file(application).places == [("/form/lease_contract", "material-unusable")]
    again = applicant.client.send("DELETE", path, query={"holder": uscc})
    assert again.status == httpx.codes.NOT_FOUND
    assert applicant.client.get("/v1/materials", holder="91211281MAXX000150").code == "request-invalid"
