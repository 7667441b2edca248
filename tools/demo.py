"""The demo: the story of a grain purchase filing, played over HTTP on the local cloud, and printed as a table.

Usage: python -m tools.demo     (make demo starts the cloud first)
"""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from miaoban.errors import MiaobanError
from tools import publish
from tools.arrivals import arrive
from tools.client import URL, Client, TooLateError
from tools.client import ClientError as UnreachableError
from tools.counterpart import own_sources
from tools.department import DepartmentError, examples
from tools.deployment import NotDeployedError, connect
from tools.folders import folders
from tools.handing_in import handed_in
from tools.issuer import PERSONAS
from tools.proving import consulted, proven, reconciled, recovered
from tools.refused import refused
from tools.stage import Line, Scene, Stage, StoryError
from tools.story import STORY
from tools.tour import guided, traced

MILLISECONDS: Final = "毫秒"
HEADINGS: Final = ("行", "情形", "结果", "理由和依据", MILLISECONDS, "证照编号和验证路径")
SHOWN: Final = (
    ("指南", "查阅办事指南", guided),
    ("血缘", "查询血缘", traced),
    ("发布", "提出一次有错的发布", refused),
    ("出处", "预填表单，原样和改动后送回", proven),
    ("材料", "上传和查验一份材料", handed_in),
    ("断供", "让一个数源中断再恢复", recovered),
    ("查阅", "查阅本人数据被谁看过", consulted),
    ("对账", "与上级平台对账", reconciled),
)
"""What is shown after the story: its name, what is being done, and how."""
WIDE: Final = 200
"""Columns of a table that is written to a file."""
FAILURES: Final = (StoryError, TooLateError, MiaobanError, LookupError, StopIteration)
"""What a row that goes wrong may raise."""
SETUP: Final = (UnreachableError, NotDeployedError, DepartmentError, TooLateError, MiaobanError, BotoCoreError, ClientError)
"""What stands in the way before a row can be played."""


def main(story: Sequence[Scene] = STORY, console: Console | None = None) -> int:
    """Play the story: 0 if every row came out as expected, 1 naming each that did not, 2 if it could not be played."""
    screen = console or Console(width=None if sys.stdout.isatty() else WIDE)
    began = time.perf_counter()
    try:
        stage = Stage(_prepared(screen))
        failures = _play(story, stage, screen)
        for row, doing, show in SHOWN:
            failures |= _show(row, doing, show, stage, screen)
    except SETUP as error:
        screen.print(f"[red]演示没有开始：{escape(_sentence(error))}[/red]", highlight=False)
        return 2
    _close(stage, failures, time.perf_counter() - began, screen)
    return 1 if failures else 0


def _prepared(screen: Console) -> Mapping[str, str]:
    """The deployment, with the matters in force and the sample records taken."""
    outputs = connect()
    with screen.status("联系本地云"), Client(outputs) as anybody:
        anybody.get("/v1/matters")
    with screen.status("发布事项"):
        publish.publish_all(folders(), own=own_sources())
    with screen.status("部门经队列报送样例数据"):
        arrive(outputs, examples())
    return outputs


def _play(story: Sequence[Scene], stage: Stage, screen: Console) -> dict[str, str]:
    """Play every row, print the table, and return what went wrong, by row."""
    lines: list[Line] = []
    failures: dict[str, str] = {}
    with screen.status("") as status:
        for row, title, play in story:
            status.update(f"第 {row} 行：{title}")
            try:
                lines += play(stage)
            except FAILURES as error:
                failures[row] = _sentence(error)
                lines.append(Line(row, title, "不符", failures[row]))
    screen.print(table(lines))
    return failures


def _show(row: str, doing: str, show: Callable[[Stage], Table | Panel], stage: Stage, screen: Console) -> dict[str, str]:
    """Show a table or a text, and return what went wrong with it."""
    try:
        with screen.status(doing):
            found = show(stage)
    except FAILURES as error:
        return {row: _sentence(error)}
    screen.print(found)
    return {}


def table(lines: list[Line]) -> Table:
    """The story as a table."""
    found = Table(title="粮食收购企业备案", show_lines=True)
    for heading in HEADINGS:
        found.add_column(heading, overflow="fold", justify="right" if heading == MILLISECONDS else "left")
    for line in lines:
        taken = "" if line.milliseconds is None else f"{line.milliseconds:.0f}"
        licence = "\n".join(part for part in (line.licence, line.verification) if part)
        found.add_row(*map(Text, (line.row, line.given, line.outcome, line.reason, taken, licence)))
    return found


def _close(stage: Stage, failures: Mapping[str, str], seconds: float, screen: Console) -> None:
    """Say what it came to, and how to go on."""
    for row, difference in failures.items():
        screen.print(f"[red]第 {row} 行与预期不符：{escape(difference)}[/red]", highlight=False)
    verdict = "各行均与预期相符" if not failures else f"{len(failures)} 行与预期不符"
    screen.print(f"{verdict}，用时 {seconds:.1f} 秒。", highlight=False)
    screen.print(f"接口地址：{stage.outputs[URL]}", highlight=False, soft_wrap=True)
    others = "、".join(name for name in PERSONAS if name != "applicant")
    screen.print(f"身份令牌：make token ROLE=applicant（或 {others}）", highlight=False)
    screen.print("停止云环境：make down（数据保留）；清除数据：make clean")
    stage.close()


def _sentence(error: BaseException) -> str:
    return str(error) or type(error).__name__


if __name__ == "__main__":
    sys.exit(main())
