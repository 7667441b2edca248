"""Import a file of guide items into the deployed catalogue, and show how far it is until it is done.

Usage: python -m tools.load FILE
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from botocore.exceptions import BotoCoreError
from botocore.exceptions import ClientError as RefusedError

from tools import deployment
from tools.client import Client, ClientError, TooLateError, until

PATIENCE: Final = 3600.0
"""Seconds for which an import is watched; it goes on without that."""
SHOWN: Final = 20
"""Lines that could not be taken and are shown."""

Show = Callable[[str], None]


def bring(file: Path, show: Show) -> Mapping[str, Any]:
    """Upload a file and wait until it is imported; returns the import as the API tells it."""
    outputs = deployment.outputs()
    name = f"imports/{uuid4().hex[:8]}-{file.name}"
    with file.open("rb") as data:
        deployment.client("s3").put_object(Bucket=outputs["ImportBucketName"], Key=name, Body=data)
    with Client(outputs, "steward") as steward:
        return until(lambda: _told(steward, name, show), lambda went: went.get("state", "loading") != "loading", PATIENCE)


def _told(steward: Client, name: str, show: Show) -> Mapping[str, Any]:
    """How far the import of an object is; nothing before it is planned."""
    found = [went for went in steward.get("/v1/imports")["items"] if went["name"] == name]
    if not found:
        return {}
    went: Mapping[str, Any] = steward.get(f"/v1/imports/{found[0]['id']}").body
    show(progress(went))
    return went


def progress(went: Mapping[str, Any]) -> str:
    """One line for an import."""
    counts = went["counts"]
    fates = {"written": "写入", "unchanged": "未变", "older": "旧版", "blank": "空行", "refused": "未通过"}
    told = "，".join(f"{word} {counts[fate]}" for fate, word in fates.items())
    return f"{went['chunks_done']}/{went['chunks']} 块，{counts['lines']} 行：{told}"


def report(went: Mapping[str, Any]) -> int:
    """Say how an import ended, with the first lines that it could not take; 1 when something is left to do."""
    print()
    for line in went["lines"][:SHOWN]:
        where = f"第 {line['number']} 行" if "number" in line else f"第 {line['offset']} 字节处"
        print(f"{where}：{line['sentence']}")
    if went["counts"]["refused"] > SHOWN:
        print(f"共有 {went['counts']['refused']} 行未通过，其余见 GET /v1/imports/{went['id']}")
    for sentence in filter(None, (went.get("refused"), *went.get("failed", ()))):
        print(sentence)
    return int(went["state"] != "finished" or went["counts"]["refused"] > 0)


def main(arguments: list[str]) -> int:
    """Import the file; an error is one sentence."""
    if len(arguments) != 1 or not Path(arguments[0]).is_file():
        print("用法：make import FILE=文件（JSON Lines，每行一条实施清单）")
        return 2
    try:
        return report(bring(Path(arguments[0]), lambda line: print(f"\r{line}", end="", flush=True)))
    except (ClientError, TooLateError, deployment.NotDeployedError) as error:
        print(error)
    except (BotoCoreError, RefusedError) as error:
        print(f"文件没有上传（{type(error).__name__}）：请先运行 make up，再重试")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
