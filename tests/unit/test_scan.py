"""The scan function at its entry: every sample event, a scanner that does not answer, and time that runs out."""

import json
from hashlib import sha256
from typing import Any

import pytest

from functions.composition import use
from functions.scan.handler import MARGIN, take
from miaoban.evidence.upload import Stage, Upload, Use
from miaoban.memory import MemoryFiles, MemoryScanner
from miaoban.operations.services import Services
from miaoban.operations.uploads import upload_key
from miaoban.ports import Scanner, UnavailableError
from miaoban.storage import Commit, Item, Put
from tests import kit
from tests.receiver import Context

TAG = "d41d8cd98f00b204e9800998ecf8427e"
DATA = b"%PDF-1.7 lease contract"
HEX = sha256(DATA).hexdigest()
HOLDER, OTHER = "holder-1", "1" * 64


def place() -> Services:
    """Services in which the samples' files were announced, and lie in the bucket."""
    found = kit.services()
    assert isinstance(found.files, MemoryFiles)
    for digest, tag in ((HEX, TAG), (OTHER, "another")):
        about = {"holder": HOLDER, "digest": f"sha256:{digest}", "type": "application/pdf", "size": len(DATA)}
        wanted = Use(matter=kit.GRAIN, material="lease-contract", by="example", at=kit.NOW)
        upload = Upload.model_validate({**about, "uses": (wanted,)})
        found.store.commit(Commit((Put(Item(upload_key(HOLDER, upload.digest), upload.text())),)))
        found.files.put(f"incoming/{HOLDER}/{digest}", DATA, tag)
    return found


def sample(name: str) -> dict[str, Any]:
    text = (kit.ROOT / "events" / "scan" / f"{name}.json").read_text(encoding="utf-8")
    event: dict[str, Any] = json.loads(text.replace(f"holder-1%2F{'0' * 64}", f"holder-1%2F{HEX}"))
    return event


def taken(found: Services, event: dict[str, Any], scanner: Scanner | None = None, left: int = 60_000) -> list[str]:
    """Take a batch; the messages that must come again."""
    with use(found):
        failures = take(scanner or MemoryScanner(), event, Context(left))["batchItemFailures"]
    return [failure["itemIdentifier"] for failure in failures]


def stage(found: Services) -> Stage:
    """How far the samples' file is."""
    key = upload_key(HOLDER, f"sha256:{HEX}")
    return Upload.read(found.store.read([key])[key].body).stage


SAMPLES = [
    ("ok", [], Stage.HELD, "clean, as announced"),
    ("duplicate", [], Stage.HELD, "told twice, scanned once"),
    ("late", [], Stage.AWAITED, "what lies there is another by now: its own notice comes"),
    ("stray", [], Stage.AWAITED, "nobody announced it: it goes"),
    ("oversized", [], Stage.REFUSED, "not the size that was announced: it is not even read"),
    ("removed", [], Stage.AWAITED, "nothing was uploaded"),
    ("test-event", [], Stage.AWAITED, "what S3 sends when it is set up"),
    ("malformed", ["m-0"], Stage.AWAITED, "not JSON: comes again, and ends in the dead letters"),
    ("unknown-letter", ["m-0"], Stage.AWAITED, "JSON of somebody else"),
    ("partial-batch", ["m-1"], Stage.HELD, "one that fails stops no other"),
]


@pytest.mark.parametrize(("name", "again", "then", "reason"), SAMPLES, ids=[name for name, *_ in SAMPLES])
def test_a_sample(name: str, again: list[str], then: Stage, reason: str) -> None:
    found = place()
    assert taken(found, sample(name)) == again, reason
    assert stage(found) is then, reason


def test_every_sample_is_in_the_table() -> None:
    assert {path.stem for path in (kit.ROOT / "events" / "scan").glob("*.json")} == {name for name, *_ in SAMPLES}


def test_a_silent_scanner_is_asked_again() -> None:
    found = place()
    assert taken(found, sample("ok"), MemoryScanner(UnavailableError("查毒服务没有应答，稍后重试"))) == ["m-0"]
    assert stage(found) is Stage.AWAITED
    assert taken(found, sample("ok")) == []
    assert stage(found) is Stage.HELD


def test_without_time_nothing_is_begun() -> None:
    found = place()
    assert taken(found, sample("ok"), left=MARGIN - 1) == ["m-0"]
    assert stage(found) is Stage.AWAITED
