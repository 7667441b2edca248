"""No name, number, phone or address of a person reaches the log: every sample event through every function's own entry.

What Lambda writes by itself counts as log too: the words of an exception that leaves a handler.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Never

import pytest

from app import app
from functions.ask import handler as asking
from functions.authorize import handler as authorising
from functions.authorize.settings import Settings
from functions.collect import handler as collecting
from functions.composition import use
from functions.exchange import handler as exchanging
from functions.load import handler as loading
from functions.notify import handler as notifying
from functions.receive import handler as receiving
from functions.relay import handler as relaying
from functions.resume import handler as resuming
from functions.scan import handler as scanning
from functions.watch import handler as watching
from miaoban.memory import MemoryAsker, MemoryBus, MemoryObjects, MemoryOutbox, MemoryScanner, MemoryStore, MemoryUpper
from miaoban.operations.asking import Desk as AskDesk
from miaoban.operations.courier import Answer, Courier
from miaoban.operations.destinations import Gate
from miaoban.operations.dock import Dock
from miaoban.operations.editions import publish
from miaoban.operations.inquire import Desk as InquiryDesk
from miaoban.operations.receive import Desk
from miaoban.operations.services import Services
from miaoban.ports import Store
from miaoban.storage import Item
from tests import kit
from tests.captured import captured

EVENTS = kit.ROOT / "events"
SAMPLES = sorted(EVENTS.glob("*/*.json"))
PLENTY = 60_000
SECRETS = (*kit.REPRESENTATIVE, *kit.AGENT, "13900000000", "调兵山市示例路 1 号")

Enter = Callable[[Services, dict[str, Any]], Any]


class Context:
    """Lambda's context, with time enough."""

    aws_request_id = "6f1d2c3b-0000-4000-8000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        """Return a minute."""
        return PLENTY


def api(services: Services, event: dict[str, Any]) -> Any:
    with use(services):
        return app(event, Context())


def authorize(_: Services, event: dict[str, Any]) -> Any:
    jwks = json.dumps({"keys": [KEY]})
    settings = Settings.model_validate({"ISSUER": "https://issuer.example", "AUDIENCE": "miaoban", "JWKS": jwks})
    clock = kit.NOW.timestamp
    return authorising.guarded(lambda: authorising.make(settings, lambda: jwks, clock), event)


KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "LVfQkUJJ57LfCcTJnh7YanLcd835QzbNARJctrhVPso",
    "y": "rMlhwS0PhLexV9oT1S7V5CkXQnY5KV9EMI4X_Du3u8g",
    "kid": "sample-2026",
}
"""The public part of the key that signed events/authorize/*.json."""


def receive(services: Services, event: dict[str, Any]) -> Any:
    return receiving.take(Desk(services, MemoryOutbox(), {}), event, Context())


def resume(services: Services, event: dict[str, Any]) -> Any:
    with use(services):
        return resuming.handler(event, Context())


def relay(services: Services, event: dict[str, Any]) -> Any:
    bus = BrokenBus() if isinstance(services.store, BrokenStore) else MemoryBus()
    return relaying.relay(relaying.Ports(bus, MemoryOutbox()), event)


def notify(services: Services, event: dict[str, Any]) -> Any:
    gate = Gate(lambda *_: iter(["192.0.2.1"]), ())
    courier = Courier(gate, lambda *_: Answer(200), lambda: 0.5, MemoryOutbox(), lambda _: MemoryOutbox())
    return notifying.take(notifying.Desk(services, courier), event, Context())


def ask(services: Services, event: dict[str, Any]) -> Any:
    asker = MemoryAsker(services.now)
    inquiries = InquiryDesk(services, asker, lambda _: None, lambda: 0.5)
    return asking.take(AskDesk(inquiries, lambda _: MemoryOutbox()), event, Context())


def exchange(services: Services, event: dict[str, Any]) -> Any:
    return exchanging.take(exchanging.Desk(services, MemoryUpper()), event, Context())


def load_items(services: Services, event: dict[str, Any]) -> Any:
    return loading.take(Dock(services.store, MemoryObjects(), MemoryOutbox()), event, Context())


def collect(services: Services, event: dict[str, Any]) -> Any:
    objects = MemoryObjects()
    objects.put("departments/market-regulation/records.jsonl", kit.message().encode(), "d41d8cd98f00b204e9800998ecf8427e")
    room = collecting.Room(Desk(services, MemoryOutbox(), {}), objects, MemoryOutbox())
    return collecting.take(room, event, Context())


def scan(services: Services, event: dict[str, Any]) -> Any:
    with use(services):
        return scanning.take(MemoryScanner(), event, Context())


def watch(services: Services, event: dict[str, Any]) -> Any:
    with use(services):
        return watching.handler(event, Context())


ENTRIES: dict[str, Enter] = {
    "api": api,
    "authorize": authorize,
    "receive": receive,
    "resume": resume,
    "relay": relay,
    "notify": notify,
    "ask": ask,
    "exchange": exchange,
    "watch": watch,
    "load": load_items,
    "scan": scan,
    "collect": collect,
}


def break_down(*_: Any) -> Never:
    """Fail with words that no log may have."""
    raise RuntimeError("could not take " + "、".join(SECRETS))


class BrokenStore:
    """A store that fails with personal data in its words, as an unforeseen error of a library may."""

    read = commit = query = staticmethod(break_down)


class BrokenBus:
    """A bus that fails so."""

    publish = staticmethod(break_down)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_QUEUE", "https://queues.example/notify")
    monkeypatch.setenv("ASK_QUEUE", "https://queues.example/ask")


def prepared() -> Services:
    """Services in which case 211281-20260302-00000001 waits for a department's record."""
    found = kit.services()
    publish(found, kit.edition(), found.now())
    with captured("api"):
        api(found, load(EVENTS / "api" / "ok.json"))
    assert any(key.partition == "CASE#211281-20260302-00000001" for key in items(found.store))
    return found


def items(store: Store) -> dict[Any, Item]:
    assert isinstance(store, MemoryStore)
    return dict(store.items)


def load(path: Path) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return event


def written(folder: str, services: Services, event: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> str:
    """All that a function writes, and what Lambda would write when an exception leaves it."""
    with captured(folder) as log:
        try:
            ENTRIES[folder](services, event)
        except Exception as error:  # noqa: BLE001  whatever leaves the handler, Lambda writes down
            log.write(f"{type(error).__name__}: {error} {error.__cause__}")
    printed = capsys.readouterr()
    return log.getvalue() + printed.out + printed.err


CHINESE = re.compile(r"[\u4e00-\u9fff]{2,}")
NUMBERS = re.compile(r"\d{17}[\dXx]|(?<!\d)1[3-9]\d{9}(?!\d)")


def personal(event: dict[str, Any]) -> set[str]:
    """Every Chinese word, resident number and phone in an event, in whatever it is wrapped."""
    told = list(texts(event))
    words = {word for text in told for word in CHINESE.findall(text)}
    return words | {number for text in told for number in NUMBERS.findall(text)}


def texts(node: Any) -> Iterator[str]:
    """Every text of a JSON value, those inside JSON texts and tokens too; broken ones as they are."""
    match node:
        case dict():
            for key, value in node.items():
                yield from texts(value) if key not in {"messageId", "receiptHandle", "SequenceNumber", "eventID"} else ()
        case list():
            for value in node:
                yield from texts(value)
        case str():
            yield from _inside(node)


def _inside(text: str) -> Iterator[str]:
    try:
        value = json.loads(text)
    except ValueError:
        yield text
        yield from (_decoded(part) for part in text.split(".") if text.startswith("Bearer "))
        return
    yield from texts(value) if isinstance(value, dict | list) else (text,)


def _decoded(part: str) -> str:
    try:
        value = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, binascii.Error):
        return ""
    return json.dumps(value, ensure_ascii=False)


def test_every_function_has_sample_events_and_an_entry_here() -> None:
    functions = {path.parent.name for path in (kit.ROOT / "functions").glob("*/handler.py")} | {"api"}
    assert {path.parent.name for path in SAMPLES} == functions == set(ENTRIES)


def test_the_samples_have_something_to_hide() -> None:
    found = {
        folder: set().union(*(personal(load(path)) for path in SAMPLES if path.parent.name == folder)) for folder in ENTRIES
    }
    assert {"甄示例", "211281200305159019", "13900000000"} <= found["api"]
    assert {"甄示例", "211281200305159019", "13900000000"} <= found["receive"]
    assert "211281200203019007" in found["authorize"], "inside the token"
    assert found["relay"]
    assert not found["watch"], "a clock knows nobody"


QUIET = [
    ("authorize/ok", "who gets in is logged by the function that answers"),
    ("relay/other-items", "nothing to relay"),
    ("relay/removed", "nothing has happened"),
]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_sample_event_leaves_a_person_in_the_log(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    event = load(path)
    log = written(path.parent.name, prepared(), event, capsys)
    quiet = f"{path.parent.name}/{path.stem}" in {name for name, _ in QUIET}
    assert bool(log) is not quiet, "what happened is logged"
    assert [value for value in sorted(personal(event)) if value in log] == []
    assert CHINESE.findall(log) == [], "sentences for people have no place in the log"
    assert NUMBERS.findall(without_ids(log, event)) == []


def without_ids(log: str, event: dict[str, Any]) -> str:
    """The log without the numbers that are ids of the cloud's and of cases, and its own times."""
    known = re.findall(r'"(?:messageId|SequenceNumber|eventID|requestId)": "([^"]+)"', json.dumps(event))
    for number in sorted(known, key=len, reverse=True):
        log = log.replace(number, "")
    return re.sub(r'"Timestamp": ?\d{13}|[\d.]+\.\d{12}[\w.]+', "", log)


ANSWERS = [
    ("ok", 201, "taken, and waiting for the departments"),
    ("bad-form", 422, "wrong values, each named"),
    ("broken-json", 400, "the body breaks off"),
    ("foreign-case", 404, "another person's case is not there"),
]


@pytest.mark.parametrize(("name", "status", "reason"), ANSWERS)
def test_the_api_samples_answer_as_their_names_say(name: str, status: int, reason: str) -> None:
    with captured("api"):
        assert api(prepared(), load(EVENTS / "api" / f"{name}.json"))["statusCode"] == status, reason


def test_the_sample_token_gets_in() -> None:
    assert authorize(kit.services(), load(EVENTS / "authorize" / "ok.json"))["principalId"] == "citizen-901"


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_breaks_unforeseen_leaves_no_words_in_the_log(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    services = kit.services(BrokenStore())
    log = written(path.parent.name, services, load(path), capsys)
    assert [secret for secret in SECRETS if secret in log] == []


def test_a_breakdown_is_told_by_its_kind(capsys: pytest.CaptureFixture[str]) -> None:
    for folder in sorted(set(ENTRIES) - {"authorize"}):
        log = written(folder, kit.services(BrokenStore()), load(EVENTS / folder / "ok.json"), capsys)
        assert "RuntimeError" in log, folder
