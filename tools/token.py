"""Print a bearer token of the local issuer.

Usage: python -m tools.token ROLE [--person N] [--region R] [--department D] [--hours H]
"""

import argparse
import sys
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from miaoban.identifiers import IdentifierError, RegionCode, ResidentId
from tools.issuer import HOURS, PERSONAS, mint, real_name


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the token and return 0; on a wrong argument say so in one sentence and return 2."""
    given = _parser().parse_args(arguments)
    try:
        print(mint(given.role, hours=given.hours, **_claims(given)))
    except IdentifierError as error:
        return _refuse(str(error))
    except ValueError as error:
        return _refuse(f"{error}.")
    return 0


def _refuse(sentence: str) -> int:
    print(f"token: {sentence}", file=sys.stderr)
    return 2


def _claims(given: argparse.Namespace) -> dict[str, Any]:
    claims: dict[str, Any] = {}
    if given.person:
        number = str(ResidentId(given.person))
        claims |= {
            "real_name": real_name(number),
            "sub": f"citizen-{sha256(number.encode()).hexdigest()[:12]}",
            "name": None,
        }
    if given.region:
        claims["region"] = str(RegionCode(given.region))
    if given.department:
        claims["department"] = given.department
    return claims


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.token", description="print a bearer token of the local issuer")
    parser.add_argument("role", metavar="ROLE", help=", ".join(PERSONAS))
    parser.add_argument("--person", metavar="N", help="citizen's number of another applicant (synthetic ones only)")
    parser.add_argument("--region", metavar="R", help="region code of the caller, such as 211200")
    parser.add_argument("--department", metavar="D", help="department of the caller, such as grain-reserve")
    parser.add_argument("--hours", metavar="H", type=float, default=HOURS, help=f"hours of validity (default {HOURS:g})")
    return parser


if __name__ == "__main__":
    sys.exit(main())
