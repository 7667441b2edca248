"""`python -m benchmarks.peer --approvals 500 [--tuned]`: measure the peer and print its figures as JSON."""

import argparse
import json
from dataclasses import asdict

from benchmarks.peer.load import measure


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peer", description=__doc__)
    parser.add_argument("--approvals", type=int, default=500, help="filings to measure, each of another enterprise")
    parser.add_argument("--tuned", action="store_true", help="with hand-tuned SQL in the place of the ORM")
    asked = parser.parse_args()
    print(json.dumps(asdict(measure(asked.approvals, tuned=asked.tuned)), indent=2))


main()
