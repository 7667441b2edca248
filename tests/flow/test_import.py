"""Guide items in the deployed cloud: a file is uploaded, S3 tells the queue, the function loads it, people find it."""

import json
import time
import uuid
from collections.abc import Mapping
from pathlib import Path

from tests.flow.conftest import Caller
from tools.broken import broken
from tools.client import until
from tools.generate import items
from tools.load import bring

COUNTY = "211281"


def test_an_uploaded_file_is_imported_searched_and_served(outputs: Mapping[str, str], caller: Caller, tmp_path: Path) -> None:
    assert outputs
    word, version = f"示例{uuid.uuid4().hex[:6]}", int(time.time())
    file = tmp_path / "guide items 示例.jsonl"
    made = [
        json.dumps({**item, "name": f"{word}{item['name']}", "version": version}).encode() + b"\n"
        for item in items(300, COUNTY)
    ]
    file.write_bytes(b"".join([*made, broken(0, next(items(1, COUNTY))) + b"\n", b"{\n"]))
    shown: list[str] = []
    went = bring(file, shown.append)
    assert went["state"] == "finished"
    assert went["counts"]["written"] + went["counts"]["unchanged"] + went["counts"]["refused"] == 302
    assert shown[-1].startswith("1/1 块，302 行")
    assert went["lines"][-1]["number"] == 302
    anyone = caller()
    found = until(lambda: anyone.get("/v1/catalogue", words=word, region=COUNTY).body["items"], bool, seconds=60)
    assert all(hit["name"].startswith(word) for hit in found)
    assert anyone.get(f"/v1/catalogue/{found[0]['code']}")["name"] == found[0]["name"]


def test_only_a_steward_sees_imports(caller: Caller) -> None:
    assert caller("steward").get("/v1/imports").status == 200
    assert caller("supervisor").get("/v1/imports").status == 403
    assert caller().get("/v1/imports").status == 401
