"""The process of the local cloud: ministack, and beside it the simulated scanner of which its stack is told.

Usage: python tools/launch.py ministack PORT-OF-THE-SCANNER
"""

import runpy
import sys
from pathlib import Path

ROOT = str(Path(__file__).resolve().parent.parent)


def main() -> None:
    """Listen as the scanner for as long as ministack runs."""
    module, port = sys.argv[1:]
    sys.path[0] = ROOT
    from examples.scanner import Clamd  # noqa: PLC0415  found once the path is right

    try:
        Clamd(int(port))
    except OSError as error:
        print(f"no scanner on port {port}: {error}", flush=True)
    del sys.path[0]
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
