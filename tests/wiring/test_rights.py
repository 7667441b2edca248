"""Least privilege: a function is granted what its code uses, on what it uses it, and nothing else.

What SAM adds for triggers and logs (the managed policies of Lambda) is not in the template and not seen here.
"""

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.wiring.reach import uses
from tests.wiring.templates import ROOT, Json, everything, everywhere, functions, leads_to, listed, load, resources

CASES, RECORDS, CATALOGUE = "Storage/CaseTable.Arn", "Storage/RecordTable.Arn", "Storage/CatalogueTable.Arn"
INDEXES = f"{CASES}/index/*"
FILES, NODES = "Messaging/ImportBucket.Arn/imports/*", "Messaging/ImportBucket.Arn/departments/*"
INCOMING, HELD = "Messaging/FileBucket.Arn/incoming/*", "Messaging/FileBucket.Arn/held/*"
QUESTIONS = "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${AWS::StackName}-questions-*"
"""The queues of departments that are asked, which the operator makes."""
TELLING = "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${AWS::StackName}-events-*"
"""The queues of departments that are told over one of their own, which the operator makes."""
ANSWERING = "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${AWS::StackName}-replies-*"
KEY, SECRET = "Keys/SigningKey.Arn", "Keys/PepperSecret.Id"
QUEUE = "Messaging/{}.Arn"
READ, QUERY = "dynamodb:BatchGetItem", "dynamodb:Query"
PUT, DELETE, CHECK = "dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem"
SIGN, PUBLIC, PEPPER = "kms:Sign", "kms:GetPublicKey", "secretsmanager:GetSecretValue"
FETCH, STORE, REMOVE = "s3:GetObject", "s3:PutObject", "s3:DeleteObject"
SEND, PUBLISH = "sqs:SendMessage*", "events:PutEvents"
"""For a batch, AWS asks for the right SendMessage and the laptop's cloud for SendMessageBatch; no third begins so."""


class Right(NamedTuple):
    """One row of the table: what a function may do to what, and why."""

    folder: str
    target: str
    actions: frozenset[str]
    reason: str


def right(folder: str, target: str, actions: str, reason: str) -> Right:
    return Right(folder, target, frozenset(actions.split()), reason)


RIGHTS = [
    right("api", CASES, f"{READ} {QUERY} {PUT} {DELETE} {CHECK}", "cases, licences, guards, keys; timelines and inboxes"),
    right("api", INDEXES, QUERY, "own cases by owner; tasks, flags and deliveries by queue"),
    right("api", RECORDS, f"{READ} {CHECK}", "facts, and that they stand unchanged while a case begins to wait for them"),
    right("api", CATALOGUE, f"{READ} {QUERY} {PUT} {DELETE}", "the matters and their list; stewards release them"),
    right("api", KEY, f"{SIGN} {PUBLIC}", "issues licences, and says with which key"),
    right("api", SECRET, PEPPER, "pseudonyms and sealed numbers"),
    right("api", QUEUE.format("AskQueue"), SEND, "has sources asked for a form that is being filled in, or anew"),
    right("api", INCOMING, STORE, "signs links to upload, to where nothing is read"),
    right("api", HELD, FETCH, "signs links to read what was scanned"),
    right("receive", RECORDS, f"{READ} {PUT}", "records, watermarks and the quarantine"),
    right("receive", CATALOGUE, READ, "the sources and their kinds"),
    right("receive", CASES, f"{READ} {QUERY} {DELETE}", "which cases wait for a record; what was asked is answered"),
    right("receive", QUEUE.format("ResumeQueue"), SEND, "wakes them"),
    right("receive", QUEUE.format("ReplyQueue"), SEND, "tells a department what could not be taken"),
    right("receive", ANSWERING, SEND, "on its own queue, where it has one"),
    right("receive", SECRET, PEPPER, "pseudonyms and sealed numbers"),
    right("collect", RECORDS, f"{READ} {PUT}", "as receive"),
    right("collect", CATALOGUE, READ, "as receive"),
    right("collect", CASES, f"{READ} {QUERY} {DELETE}", "as receive"),
    right("collect", QUEUE.format("ResumeQueue"), SEND, "wakes who waits"),
    right("collect", QUEUE.format("ReplyQueue"), SEND, "tells a department what could not be taken"),
    right("collect", ANSWERING, SEND, "as receive"),
    right("collect", QUEUE.format("CollectQueue"), SEND, "sends itself the pieces of a file"),
    right("collect", SECRET, PEPPER, "pseudonyms and sealed numbers"),
    right("collect", NODES, FETCH, "what the departments' nodes put there, and nothing beside it"),
    right("resume", CASES, f"{READ} {PUT} {DELETE} {CHECK}", "decides a waiting case as the api does"),
    right("resume", RECORDS, f"{READ} {CHECK}", "the facts that have come, and that they stand"),
    right("resume", CATALOGUE, READ, "the edition with which the case began"),
    right("resume", KEY, f"{SIGN} {PUBLIC}", "issues licences"),
    right("resume", SECRET, PEPPER, "the keys of records are pseudonyms"),
    right("relay", "Messaging/EventBus.Arn", PUBLISH, "the one that speaks on the bus"),
    right("relay", QUEUE.format("RelayDeadLetters"), SEND, "references to what can not be read or carried"),
    right("notify", CASES, f"{READ} {QUERY} {PUT} {CHECK}", "inboxes, unless the case has been erased; deliveries"),
    right("notify", QUEUE.format("NotifyQueue"), SEND, "attempts to be made again soon"),
    right("notify", TELLING, SEND, "events, each to its department's own queue"),
    right("notify", SECRET, PEPPER, "the secrets that sign webhooks are sealed"),
    right("ask", CASES, f"{READ} {QUERY} {PUT} {DELETE}", "what is to be asked, who waits for it, and what has been answered"),
    right("ask", RECORDS, f"{READ} {PUT}", "answers become records; the gate of each source"),
    right("ask", CATALOGUE, READ, "the sources, and how they are asked"),
    right("ask", QUEUE.format("ResumeQueue"), SEND, "wakes who waits"),
    right("ask", QUESTIONS, SEND, "questions, each to its department's own queue"),
    right("ask", KEY, f"{SIGN} {PUBLIC}", "questions are signed"),
    right("ask", SECRET, PEPPER, "the keys of records are sealed, and found by pseudonym"),
    right("exchange", CASES, f"{READ} {QUERY} {PUT}", "ledger leaves and their cases; what comparing came to"),
    right("exchange", KEY, f"{SIGN} {PUBLIC}", "what is handed up is signed"),
    right("load", CATALOGUE, f"{READ} {QUERY} {PUT}", "guide items, shelves, and how far each import is"),
    right("load", FILES, FETCH, "the files that were uploaded, and nothing beside them"),
    right("load", QUEUE.format("LoadQueue"), SEND, "sends itself chunks and shelves"),
    right("scan", CASES, f"{READ} {QUERY} {PUT}", "what was announced, what was found, and which cases wait for it"),
    right("scan", INCOMING, f"{FETCH} {REMOVE}", "what people uploaded: read once, and gone"),
    right("scan", HELD, STORE, "what is clean lies where it can be read"),
    right("scan", QUEUE.format("ResumeQueue"), SEND, "wakes them"),
    right("watch", HELD, REMOVE, "files on which no case rests, when their day is over"),
    right("watch", INDEXES, QUERY, "waits, deliveries and erasures whose time has come"),
    right("watch", CASES, f"{READ} {PUT} {DELETE}", "erases what was kept long enough, and leaves a note of it"),
    right("watch", CATALOGUE, f"{READ} {QUERY} {PUT} {DELETE}", "releases take effect on their day"),
    right("watch", QUEUE.format("ResumeQueue"), SEND, "cases to move on"),
    right("watch", QUEUE.format("NotifyQueue"), SEND, "deliveries to try again"),
    right("watch", QUEUE.format("AskQueue"), SEND, "records to ask for"),
    right("watch", QUEUE.format("ExchangeQueue"), SEND, "days to compare"),
    right("watch", RECORDS, READ, "the gates of sources: whether they may be asked"),
]

USES = {
    "store.read": READ,
    "store.query": QUERY,
    "Put": PUT,
    "Delete": DELETE,
    "Check": CHECK,
    "signer.sign": SIGN,
    "signer.public_key": PUBLIC,
    "signer.key_id": PUBLIC,
    "vault.pseudonym": PEPPER,
    "vault.seal": PEPPER,
    "vault.unseal": PEPPER,
    "resumes.send": SEND,
    "replies.send": SEND,
    "retries.send": SEND,
    "notify.send": SEND,
    "dead_letters.send": SEND,
    "loads.send": SEND,
    "pieces.send": SEND,
    "prompts.send": SEND,
    "exchange.send": SEND,
    "questions.send": SEND,
    "queue.send": SEND,
    "objects.read": FETCH,
    "files.read": FETCH,
    "files.sign_get": FETCH,
    "files.sign_put": STORE,
    "files.copy": STORE,
    "files.remove": REMOVE,
    "bus.publish": PUBLISH,
}
"""The action that each use of a port asks for (see the adapters' docstrings)."""


def granted(folder: str) -> Iterator[tuple[str, str]]:
    """What the template grants a function: pairs of target and action."""
    for policy in functions()[folder].properties.get("Policies", ()):
        for statement in policy["Statement"]:
            assert statement["Effect"] == "Allow"
            for resource in listed(statement["Resource"]):
                yield from ((leads_to(resource), action) for action in listed(statement["Action"]))


@pytest.mark.parametrize("folder", sorted(functions()))
def test_granted_is_what_the_table_says(folder: str) -> None:
    wanted = {(row.target, action) for row in RIGHTS if row.folder == folder for action in row.actions}
    assert set(granted(folder)) == wanted


@pytest.mark.parametrize("folder", sorted(functions()))
def test_the_code_uses_what_is_granted_and_no_more(folder: str) -> None:
    used = {USES[use] for use in uses(functions()[folder].entry) if use != "store.commit"}
    assert {action for _, action in granted(folder)} == used


@pytest.mark.parametrize("folder", sorted(functions()))
def test_it_sends_to_as_many_queues_as_its_code_has_outboxes(folder: str) -> None:
    outboxes = {use for use in uses(functions()[folder].entry) if USES.get(use) == SEND}
    queues = {target for target, action in granted(folder) if action == SEND}
    assert len(queues) == len(outboxes), f"{sorted(outboxes)} against {sorted(queues)}"


STARRED = {INDEXES, FILES, NODES, INCOMING, HELD, QUESTIONS, TELLING, ANSWERING}


def test_nothing_is_granted_at_large() -> None:
    for folder in functions():
        for target, action in granted(folder):
            assert "*" not in action or action == SEND, f"{folder}: {action}"
            assert "*" not in target or target in STARRED, f"{folder}: {target}"


ALONE = [
    ("authorize", frozenset[str](), "verifies a token with public keys: it needs nothing of the account"),
    ("relay", frozenset({PUBLISH, SEND}), "reads its table by the stream, not by calls"),
]
ONLY = [
    (SIGN, {"api", "ask", "exchange", "resume"}, "who decides signs, and who asks or hands up"),
    (PUBLISH, {"relay"}, "one voice on the bus"),
    (
        DELETE,
        {"api", "ask", "collect", "receive", "resume", "watch"},
        "what is settled, answered or over, erased cases",
    ),
]


@pytest.mark.parametrize(("folder", "actions", "reason"), ALONE)
def test_who_needs_little_has_little(folder: str, actions: frozenset[str], reason: str) -> None:
    assert {action for _, action in granted(folder)} == actions, reason


@pytest.mark.parametrize(("action", "folders", "reason"), ONLY)
def test_who_alone_may(action: str, folders: set[str], reason: str) -> None:
    assert {folder for folder in functions() if action in {given for _, given in granted(folder)}} == folders, reason


def test_the_gateway_may_invoke_its_two_functions_and_only_from_this_api() -> None:
    permissions = everywhere("AWS::Lambda::Permission")
    assert {leads_to(given["FunctionName"], "Gateway") for given in permissions.values()} == {
        "ApiFunction.Arn",
        "AuthorizeFunction.Arn",
    }
    for given in permissions.values():
        assert given["Action"] == "lambda:InvokeFunction"
        assert given["Principal"] == "apigateway.amazonaws.com"
        assert ":Gateway/Api/" in leads_to(given["SourceArn"], "Gateway")


NODES_QUEUES = ["Questions", "Replies", "Events"]


def test_a_departments_node_sends_for_it_reads_what_is_its_own_and_nothing_else() -> None:
    """The stack of one department (department.yaml), beside the main one."""
    (role,) = resources(load(ROOT / "department.yaml"), "AWS::IAM::Role").values()
    (policy,) = role["Policies"]
    given = {
        action: listed(one["Resource"]) for one in policy["PolicyDocument"]["Statement"] for action in listed(one["Action"])
    }
    own = [f"{name}.Arn" for name in NODES_QUEUES]
    assert [leads_to(one) for one in given.pop("sqs:SendMessage")] == ["DepartmentQueueArn"]
    assert [leads_to(one) for one in given.pop("s3:PutObject")] == [
        "arn:${AWS::Partition}:s3:::ImportBucketName/departments/Department/*"
    ]
    assert given.keys() == {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueUrl"}
    assert all([leads_to(one) for one in resources_] == own for resources_ in given.values())


BELOW = (SEND, "/index/*", "/imports/*", "/departments/*", "/incoming/*", "/held/*")
"""What a star may stand for: a batch's two rights, a table's indexes, the files of a folder."""
AT_LARGE = [("keys.yaml/Resources/SigningKey/Properties/KeyPolicy/Statement/0", "a key must let IAM grant, or nobody can")]


def test_no_statement_anywhere_has_a_star() -> None:
    known = {path for path, _ in AT_LARGE}
    for path, node in everything():
        if isinstance(node, dict) and "Effect" in node and path not in known:
            starred = [value for value in _values(node) if value.endswith("*") and not value.endswith(BELOW)]
            starred = [value for value in starred if value not in {QUESTIONS, TELLING, ANSWERING}]
            assert not starred, path


def _values(statement: Json) -> list[str]:
    return [leads_to(value) for key in ("Action", "Resource") for value in listed(statement[key])]
