"""Replay: decide a receipt again from its file alone, and say whether the answer is the same.

Usage: python -m tools.replay FILE
"""

import sys
from pathlib import Path

from miaoban.canonical import JsonError, parse
from miaoban.decision.errors import ReceiptError
from miaoban.decision.replay import replay

LARGEST = 4 * 1024 * 1024


def main(arguments: list[str]) -> int:
    """Replay one file: 0 it agrees, 1 it does not, 2 it is no receipt."""
    if len(arguments) != 1 or not Path(arguments[0]).is_file():
        print("用法：make replay RECEIPT=回执文件（从 GET /v1/cases/{case}/receipt 下载）")
        return 2
    try:
        difference = replay(parse(Path(arguments[0]).read_bytes(), LARGEST))
    except (JsonError, ReceiptError) as error:
        print(f"无法重放：{error}")
        return 2
    if difference is None:
        print("一致：依据回执重新决定，结论与各项条件的判断完全相同")
        return 0
    print(f"不一致：{difference.pointer} 回执记载 {difference.stated!r}，重新决定得到 {difference.replayed!r}")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
