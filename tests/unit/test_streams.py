import json
from pathlib import Path

from tools.streams import POSITIONS, rewind


def test_a_restart_forgets_how_far_streams_were_read_and_nothing_else(tmp_path: Path) -> None:
    saved = {"__ministack_format__": 2, "payload": {POSITIONS: {"a": 1983}, "functions": {"relay": {}}}}
    (tmp_path / "lambda.json").write_text(json.dumps(saved))
    rewind(tmp_path)
    rewind(tmp_path)
    left = json.loads((tmp_path / "lambda.json").read_text())
    assert left == {"__ministack_format__": 2, "payload": {"functions": {"relay": {}}}}


def test_a_first_start_has_nothing_to_forget(tmp_path: Path) -> None:
    rewind(tmp_path)
    assert list(tmp_path.iterdir()) == []
