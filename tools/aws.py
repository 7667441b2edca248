"""Build for AWS, where the wheels are Lambda's and not this machine's, then package or deploy.

Usage: python -m tools.aws package --bucket NAME | deploy --stack NAME --issuer URL --jwks URL [--bucket NAME]
       both take [--architecture arm64|x86_64]

Credentials and region are the shell's.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from tools import sam
from tools.sam import SamError, Target

if TYPE_CHECKING:
    from collections.abc import Mapping

# The first Lambda runtime on Amazon Linux 2023; before it glibc is 2.26, for which several packages have no wheels.
OLDEST = (3, 12)
PROCESSORS = {"x86_64": "x86_64", "arm64": "aarch64"}


def target(architecture: str, parameters: Mapping[str, str]) -> Target:
    """Aim the build at Lambda on this processor, under the runtime that is this interpreter's version."""
    if sys.version_info[:2] < OLDEST:
        raise SamError("Lambda needs Python 3.12 or later; remove .venv and run PYTHON=python3.13 make deploy.")
    return Target({}, architecture, f"{PROCESSORS[architecture]}-manylinux_2_28", parameters)


def main() -> None:
    """Run one verb; an error is what sam printed."""
    parser = argparse.ArgumentParser(prog="python -m tools.aws", description="Build for AWS, then package or deploy.")
    parser.add_argument("verb", choices=["package", "deploy"])
    parser.add_argument("--stack", default="miaoban", help="the stack's name")
    parser.add_argument("--bucket", default="", help="the bucket for artifacts; deploy makes one when it is left out")
    parser.add_argument("--architecture", default="x86_64", choices=sorted(PROCESSORS))
    parser.add_argument("--issuer", default="", help="the OIDC issuer of the tokens")
    parser.add_argument("--jwks", default="", help="where the issuer publishes its keys, or the key set as JSON")
    chosen = parser.parse_args()
    if chosen.verb == "package" and not chosen.bucket:
        parser.error("package needs a bucket to upload to: make package BUCKET=name")
    if chosen.verb == "deploy" and not (chosen.issuer and chosen.jwks):
        parser.error("deploy needs to know whose tokens to accept: make deploy STACK=name ISSUER=https://... JWKS=https://...")
    try:
        destination = target(chosen.architecture, {"Issuer": chosen.issuer, "Jwks": chosen.jwks})
        sam.build(destination)
        if chosen.verb == "package":
            print(f"packaged: {sam.package(destination, chosen.bucket)}")
        else:
            print(sam.deploy(destination, chosen.stack, chosen.bucket))
    except SamError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
