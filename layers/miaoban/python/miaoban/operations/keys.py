"""Where everything lies: the keys of the three tables, and the partitions of the two indexes.

cases      CASE#<case> CASE | EVENT#<n> | RECEIPT#<n> | CONSULTATION#<department>   LICENCE#<series> V#<n>   FLAG#<flag> FLAG
           CASE#<case> ERASED#CASE   LICENCE#<series> ERASED#V#<n>   UNIQUE#<matter>#<hash> UNIQUE
           QUOTA#<matter>#<hash> QUOTA   KEY#<owner>#<hash> KEY
           LEDGER#<region>#<day> <case>#<n>   WAITING#<source>#<record> <case>   INBOX#<owner> <moment>#<event>
           DELIVERY#<department>#<region> <event>   SUBSCRIPTION#...   FEED#<department>#<region> FEED | <number>
           UPLOADS#<holder> <digest>   SUBSCRIBERS#<department> <department>#<region>
records    <source>#<kind>#<record> RECORD   <source> WATERMARK | GATE   QUARANTINE#<day> <message>
catalogue  MATTER#<code> POINTER | CURRENT | V#<n>         SOURCES <code>                MATTERS <code>
           USES#<kind>/<key> <matter>#<digest>             STANDARDS STANDARDS
"""

from datetime import UTC, date, datetime

from miaoban.catalogue.nodes import Node
from miaoban.catalogue.regions import Organ
from miaoban.storage import Key, Table

ANY_RECORD = "*"
WAITS = "WAITS"
ERASURES = "ERASURES"
SOURCES = "SOURCES"
STANDARDS = Key(Table.CATALOGUE, "STANDARDS", "STANDARDS")
"""The standards of materials in force."""


def case(case_id: str) -> Key:
    """A case's state."""
    return Key(Table.CASES, f"CASE#{case_id}", "CASE")


def event(case_id: str, number: int) -> Key:
    """One event of a case, counted from 1."""
    return Key(Table.CASES, f"CASE#{case_id}", f"EVENT#{number:04}")


def receipt(case_id: str, number: int) -> Key:
    """One receipt of a case, counted from 1."""
    return Key(Table.CASES, f"CASE#{case_id}", f"RECEIPT#{number:04}")


def consultation(case_id: str, department: str) -> Key:
    """The task of a department whose opinion on a case is asked for."""
    return Key(Table.CASES, f"CASE#{case_id}", f"CONSULTATION#{department}")


def licence(series: str, version: int) -> Key:
    """One version of a licence."""
    return Key(Table.CASES, f"LICENCE#{series}", f"V#{version:03}")


def erased(key: Key) -> Key:
    """The note that what lay under a case's or a licence's key has been erased."""
    return key._replace(sort=f"ERASED#{key.sort}")


def unique(matter: str, fingerprint: str) -> Key:
    """The guard of a matter's unique key, such as holder and county."""
    return Key(Table.CASES, f"UNIQUE#{matter}#{fingerprint}", "UNIQUE")


def quota(matter: str, fingerprint: str) -> Key:
    """What approvals have taken of one of a matter's quotas."""
    return Key(Table.CASES, f"QUOTA#{matter}#{fingerprint}", "QUOTA")


def idempotency(owner: str, fingerprint: str) -> Key:
    """What was answered to an Idempotency-Key of one sender."""
    return Key(Table.CASES, f"KEY#{owner}#{fingerprint}", "KEY")


def leaf(region: str, day: date, case_id: str, number: int) -> Key:
    """A ledger leaf."""
    return Key(Table.CASES, f"LEDGER#{region}#{day.isoformat()}", f"{case_id}#{number:04}")


def waiting(source: str, record_key: str, case_id: str) -> Key:
    """The note that a case waits for a record of a source."""
    return Key(Table.CASES, waiting_partition(source, record_key), case_id)


def waiting_partition(source: str, record_key: str) -> str:
    """The partition of all cases that wait for one record, or for a source to speak at all."""
    return f"WAITING#{source}#{record_key}"


def inbox(owner: str, moment: str, event_id: str) -> Key:
    """One message in a person's inbox."""
    return Key(Table.CASES, inbox_partition(owner), f"{moment}#{event_id}")


def inbox_partition(owner: str) -> str:
    """The partition of a person's inbox."""
    return f"INBOX#{owner}"


def flag(flag_id: str) -> Key:
    """A supervision flag."""
    return Key(Table.CASES, f"FLAG#{flag_id}", "FLAG")


def proposal(series: str, version: int) -> Key:
    """The proposal to set a licence aside."""
    return Key(Table.CASES, f"LICENCE#{series}", f"SETASIDE#{version:03}")


def subscription(department: str, region: str) -> Key:
    """A department's webhook in one region."""
    return Key(Table.CASES, f"SUBSCRIPTION#{department}#{region}", "SUBSCRIPTION")


def delivery(department: str, region: str, event_id: str) -> Key:
    """The delivery of one event to one department."""
    return Key(Table.CASES, delivery_partition(department, region), event_id)


def delivery_partition(department: str, region: str) -> str:
    """The partition of all deliveries to one department in one region."""
    return f"DELIVERY#{department}#{region}"


def record(source: str, kind: str, record_key: str) -> Key:
    """The newest state of a department's record."""
    return Key(Table.RECORDS, f"{source}#{kind}#{record_key}", "RECORD")


def watermark(source: str) -> Key:
    """When a source last spoke."""
    return Key(Table.RECORDS, source, "WATERMARK")


def gate(source: str) -> Key:
    """The quota and the circuit breaker of a source that is asked."""
    return Key(Table.RECORDS, source, "GATE")


def quarantine(day: date, message: str) -> Key:
    """A message that could not be taken, with the reason."""
    return Key(Table.RECORDS, f"QUARANTINE#{day.isoformat()}", message)


def pointer(matter: str) -> Key:
    """Which edition of a matter is in force."""
    return Key(Table.CATALOGUE, f"MATTER#{matter}", "POINTER")


def edition(matter: str, version: int) -> Key:
    """A published edition of a matter."""
    return Key(Table.CATALOGUE, f"MATTER#{matter}", f"V#{version:06}")


def current(matter: str) -> Key:
    """The edition in force once more, where it is found without knowing its version."""
    return Key(Table.CATALOGUE, f"MATTER#{matter}", "CURRENT")


def listing(matter: str) -> Key:
    """A matter's line in the list of matters."""
    return Key(Table.CATALOGUE, "MATTERS", matter)


def uses(node: Node, matter: str, digest: str) -> Key:
    """What in one edition of a matter, by its digest, depends on a node of the lineage graph."""
    return Key(Table.CATALOGUE, uses_partition(node), f"{matter}#{digest.partition(':')[2][:16]}")


def uses_partition(node: Node) -> str:
    """The partition of everything that depends on a node."""
    return f"USES#{node.kind}/{node.key}"


def source(code: str) -> Key:
    """A published source."""
    return Key(Table.CATALOGUE, SOURCES, code)


def due_at(moment: datetime) -> str:
    """A moment as notes are ordered by it, to the second."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def decided(matter: str) -> str:
    """The index partition of all decisions of a matter, by their ledger leaves."""
    return f"DECIDED#{matter}"


def tasks(department: str, region: str) -> str:
    """The index partition of the open tasks of one organ's department."""
    return f"TASKS#{department}#{region}"


def tasks_of(organ: Organ) -> str:
    """The index partition of the open tasks of an organ."""
    return tasks(organ.department, organ.region)


def flags(region: str) -> str:
    """The index partition of the open flags of the city that a region belongs to."""
    return f"FLAGS#{region[:4]}"
