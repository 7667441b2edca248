"""The filing that every figure measures: example 01-own-warehouse, for as many made-up enterprises as are asked for.

The department's records and the matter are stored as the functions store them; a request is the event that the gateway
hands to the api function, with the principal as the authoriser wrote it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from benchmarks.peer.uscc import synthetic
from functions.composition import new_id, now
from miaoban.access.principal import Person, Principal, Role
from miaoban.aws.signer import KmsSigner
from miaoban.aws.store import DynamoStore
from miaoban.aws.vault import SecretVault
from miaoban.canonical import digest
from miaoban.catalogue.publication import Edition
from miaoban.decision.example import Given
from miaoban.decision.examples import read_examples
from miaoban.evidence.privacy import comparable, protect
from miaoban.evidence.record import Record, Watermark
from miaoban.memory import MemoryFiles, MemoryOutbox
from miaoban.operations import keys
from miaoban.operations.editions import publish
from miaoban.operations.gathering import record_key
from miaoban.operations.services import Services
from miaoban.storage import Commit, Item, Put, Table
from tools.folders import MATTERS, edition_of, texts_of

MATTER: Final = "grain-purchase-filing"
EXAMPLE: Final = "01-own-warehouse.yaml"
CREATED: Final = 201
_BATCH: Final = 50
_FIRM: Final = ("legal-person-base", "enterprise")


class ScenarioError(Exception):
    """Raised when an answer is not the approval that is being measured; holds the answer."""


@dataclass(frozen=True)
class Scenario:
    """The edition in force and what the example gives."""

    edition: Edition
    given: Given


def scenario() -> Scenario:
    """Read the matter's folder and its example."""
    folder = MATTERS / MATTER
    edition = edition_of(folder)
    return Scenario(edition, read_examples(texts_of(folder / "examples"))[EXAMPLE].given)


def prepare(scene: Scenario, services: Services, enterprises: int) -> None:
    """Publish the matter, let every source have spoken, and store the records of the enterprises."""
    publish(services, scene.edition, services.now())
    writes = [*(_heard(source) for source in scene.given.heard), *(_record(scene, services, n) for n in range(enterprises))]
    for start in range(0, len(writes), _BATCH):
        services.store.commit(Commit(tuple(writes[start : start + _BATCH])))


def clerk(environment: Mapping[str, str]) -> Services:
    """Services to prepare with, apart from the functions' own: those stay as they are when a process begins."""
    names = {Table.CASES: "CASE_TABLE", Table.RECORDS: "RECORD_TABLE", Table.CATALOGUE: "CATALOGUE_TABLE"}
    tables = {table: environment[name] for table, name in names.items()}
    signer, vault = KmsSigner(environment["SIGNING_KEY"]), SecretVault(environment["SECRET"])
    return Services(DynamoStore(tables), vault, signer, MemoryOutbox(), MemoryOutbox(), MemoryFiles(), now, new_id)


def _heard(source: str) -> Put:
    return Put(Item(keys.watermark(source), Watermark(source=source, heard_at=datetime.now(UTC)).text()), replaces=None)


def _record(scene: Scenario, services: Services, number: int) -> Put:
    source, kind = _FIRM
    kept = scene.edition.sources[source].kinds[kind]
    given = scene.given.records["/".join(_FIRM)]["own"].values
    values = protect(kept.fields, {**given, "uscc": uscc(scene, number)}, services.vault)
    name = record_key(services.vault, source, kind, (comparable(kept.fields, values)[part] for part in kept.key))
    now = datetime.now(UTC)
    times = {"issued_at": now, "received_at": now}
    record = Record(source=source, kind=kind, key=name, sequence=1, values=values, digest=digest(values), **times)
    return Put(Item(keys.record(source, kind, name), record.text()), replaces=None)


def uscc(scene: Scenario, number: int) -> str:
    """The credit code of an enterprise."""
    return synthetic(number, scene.given.region)


def principal(scene: Scenario) -> Principal:
    """Who files: the example's applicant, with a verified identity."""
    applicant = scene.given.applicant
    person = Person(number=applicant.number)
    return Principal(subject="citizen-901", roles=(Role.APPLICANT,), name=applicant.name, person=person)


def body(scene: Scenario, number: int) -> dict[str, Any]:
    """The application of an enterprise."""
    given = scene.given
    form = {**given.form, "uscc": uscc(scene, number)}
    return {"matter": MATTER, "region": given.region, "situation": dict(given.situation), "form": form}


def event(scene: Scenario, number: int) -> dict[str, Any]:
    """The gateway's proxy event for the application of an enterprise, under a key of its own."""
    headers = {
        "Accept": "application/json",
        "Content-Type": "application/json",
        "Authorization": f"Bearer {'x' * 600}",
        "Idempotency-Key": str(uuid4()),
        "User-Agent": "miaoban-app/1.0",
        "X-Amzn-Trace-Id": "Root=1-00000000-000000000000000000000000",
        "X-Forwarded-For": "192.0.2.1",
        "X-Forwarded-Proto": "https",
    }
    context = {
        "resourcePath": "/v1/applications",
        "httpMethod": "POST",
        "path": "/v1/applications",
        "stage": "v1",
        "requestId": str(uuid4()),
        "identity": {"sourceIp": "192.0.2.1", "userAgent": "miaoban-app/1.0"},
        "authorizer": {"principalId": "citizen-901", "principal": principal(scene).text()},
    }
    return {
        "resource": "/v1/applications",
        "path": "/v1/applications",
        "httpMethod": "POST",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": context,
        "body": json.dumps(body(scene, number), ensure_ascii=False),
        "isBase64Encoded": False,
    }


def expect_approval(response: Mapping[str, Any]) -> None:
    """Raise ScenarioError unless a response of the api function is an approval with its licence."""
    answer = json.loads(response["body"])
    if response["statusCode"] != CREATED or answer.get("status") != "approved" or not answer.get("licence"):
        raise ScenarioError(f"not an approval: {response['statusCode']} {response['body']}")
