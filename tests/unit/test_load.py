"""The load function at its entry: every sample event, and what happens when a port does not answer or time runs out."""

import json
from typing import Any, Never

import pytest

from functions.buckets import LetterError
from functions.load.handler import MARGIN, take
from functions.load.letters import read_letter
from miaoban.memory import MemoryObjects, MemoryOutbox, MemoryStore
from miaoban.operations import catalogue_keys as keys
from miaoban.operations.dock import Dock
from miaoban.operations.imports import ChunkTold, Created, ShelfTold
from miaoban.operations.progress import Progress, recent
from miaoban.operations.shelving import Label
from miaoban.ports import UnavailableError
from tests import kit
from tools.generate import lines

NAME, TAG = "imports/guide items.jsonl", "d41d8cd98f00b204e9800998ecf8427e"
DATA = b"".join(lines(20, "211281"))


class Context:
    """Lambda's context, with so many milliseconds left."""

    def __init__(self, left: int = 60_000) -> None:
        self.left = left

    def get_remaining_time_in_millis(self) -> int:
        """Return what is left."""
        return self.left


class Place:
    """A dock on the fakes, with the samples' file in it."""

    def __init__(self) -> None:
        self.store, self.objects, self.outbox = MemoryStore(), MemoryObjects(), MemoryOutbox()
        self.dock = Dock(self.store, self.objects, self.outbox)
        self.objects.put(NAME, DATA, TAG)

    def take(self, event: dict[str, Any], context: Context | None = None) -> list[str]:
        """Take a batch; the messages that must come again."""
        failures = take(self.dock, event, context or Context())["batchItemFailures"]
        return [failure["itemIdentifier"] for failure in failures]

    def sent(self) -> list[str]:
        """Take what was sent off the queue."""
        texts, self.outbox.sent = [message.text for message in self.outbox.sent], []
        return texts

    def imports(self) -> tuple[Progress, ...]:
        """The imports."""
        return recent(self.store, None)[0]


def sample(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((kit.ROOT / "events" / "load" / f"{name}.json").read_text(encoding="utf-8"))
    for record in event["Records"]:
        record["body"] = record["body"].replace('"size": 4096', f'"size": {len(DATA)}')
    return event


SAMPLES = [
    ("ok", [], 1, 1, "one chunk to load"),
    ("duplicate", [], 2, 1, "planned twice it is one import, whose open chunk is told twice"),
    ("late", [], 1, 1, "a notice of an object that is another now: its chunk will say so"),
    ("oversized", [], 0, 1, "refused with a sentence, and listed"),
    ("removed", [], 0, 0, "nothing was uploaded"),
    ("test-event", [], 0, 0, "what S3 sends when it is set up"),
    ("shelf", [], 0, 0, "a region without items has an empty shelf"),
    ("malformed", ["m-0"], 0, 0, "not JSON: comes again, and ends in the dead letters"),
    ("unknown-letter", ["m-0"], 0, 0, "JSON of somebody else"),
    ("chunk-unknown", ["m-0"], 0, 0, "a chunk of no import"),
    ("partial-batch", ["m-1"], 1, 1, "one that fails stops no other"),
]


@pytest.mark.parametrize(("name", "again", "sent", "imports", "reason"), SAMPLES, ids=[name for name, *_ in SAMPLES])
def test_a_sample(name: str, again: list[str], sent: int, imports: int, reason: str) -> None:
    place = Place()
    assert place.take(sample(name)) == again, reason
    assert (len(place.sent()), len(place.imports())) == (sent, imports), reason


def test_every_sample_is_in_the_table() -> None:
    assert {path.stem for path in (kit.ROOT / "events" / "load").glob("*.json")} == {name for name, *_ in SAMPLES}


def test_an_upload_ends_as_items_and_a_shelf() -> None:
    place = Place()
    place.take(sample("ok"))
    while texts := place.sent():
        assert place.take(kit.queue_event(*texts)) == []
    (went,) = place.imports()
    assert (went.state, went.counts.written, went.name) == ("finished", 20, NAME)
    label = Label.read(place.store.read([keys.shelf("211281")])[keys.shelf("211281")].body)
    assert label.rows == 20


def test_a_late_notice_fails_its_import_and_says_why() -> None:
    place = Place()
    place.take(sample("late"))
    place.take(kit.queue_event(*place.sent()))
    (went,) = place.imports()
    assert (went.state, went.failed) == ("failed", ("文件已被替换或删除，请重新上传",))


def test_what_is_not_begun_in_time_comes_again() -> None:
    assert Place().take(sample("ok"), Context(MARGIN - 1)) == ["m-0"]


class Silent:
    """Ports that do not answer."""

    def fail(self, *_: object, **__: object) -> Never:
        """Answer nothing."""
        raise UnavailableError("没有得到响应，请稍后重试")

    read = commit = query = send = fail


@pytest.mark.parametrize("port", ["store", "objects", "loads"])
def test_a_port_that_does_not_answer_costs_a_delivery_and_nothing_else(port: str) -> None:
    place = Place()
    whole, waiting = place.dock, [record["body"] for record in sample("ok")["Records"]]
    parts: dict[str, Any] = {"store": whole.store, "objects": whole.objects, "loads": whole.loads, port: Silent()}
    broken, failed = Dock(**parts), 0
    while waiting:
        event = kit.queue_event(*waiting)
        failed += len(take(broken, event, Context())["batchItemFailures"])
        assert place.take(event) == []
        waiting = place.sent()
    assert failed
    assert [(went.state, went.counts.written) for went in place.imports()] == [("finished", 20)]


LETTERS = [
    ('{"import_id":"a","chunk":0}', (ChunkTold(import_id="a", chunk=0),), "the first chunk is number 0"),
    ('{"region":"211281"}', (ShelfTold(region="211281"),), "a shelf"),
    ('{"Event":"s3:TestEvent"}', (), "a test"),
]


@pytest.mark.parametrize(("text", "letters", "reason"), LETTERS)
def test_a_letter(text: str, letters: tuple[object, ...], reason: str) -> None:
    assert read_letter(text) == letters, reason


def test_names_of_objects_are_decoded() -> None:
    (created,) = read_letter(sample("ok")["Records"][0]["body"])
    assert isinstance(created, Created)
    assert (created.name, created.tag) == (NAME, TAG)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"import_id":"a"}', '{"Records":[{"s3":{}}]}', '{"Event":"other"}'])
def test_no_letter(text: str) -> None:
    with pytest.raises(LetterError):
        read_letter(text)
