"""Whom the local cloud talks to, on the loopback: a simulated social insurance system, and the upper-level platform.

An installation keeps its own sources in a folder. The laptop's is made here, once: with a port of this machine, and with the
key of a department that lives under .local/, so that a second run is the same department.
"""

import base64
import json
import socket
from pathlib import Path
from typing import Final, NamedTuple

import yaml
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from examples.department import HttpSource, Register
from examples.department.http_source import PATH
from examples.platform import Platform
from miaoban.memory import MemorySigner
from tools.department import DepartmentError
from tools.folders import SOURCES
from tools.ministack import LOCAL

SOURCE: Final = "social-insurance"
KIND: Final = "insured"
BREAKER: Final = {"failures": 3, "open_seconds": 2}
"""So that an outage opens the breaker and is over within a demonstration."""


PLATFORM: Final = "platform"
"""The name of the upper-level platform's seat."""
SCANNER: Final = "scanner"
"""The name of the seat of what scans files."""


class Seat(NamedTuple):
    """Where somebody listens, and what it signs with."""

    port: int
    signer: MemorySigner


def own_sources(place: Path = LOCAL) -> Path:
    """The folder of the laptop's own sources, written anew from those of the house."""
    seat, own = _seat(place), place / "sources"
    document = yaml.safe_load((SOURCES / f"{SOURCE}.yaml").read_text(encoding="utf-8"))
    document["asking"] |= {
        "endpoint": f"http://127.0.0.1:{seat.port}{PATH}",
        "public_key": base64.b64encode(seat.signer.public_key()).decode(),
        "breaker": BREAKER,
    }
    own.mkdir(exist_ok=True)
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
    (own / f"{SOURCE}.yaml").write_text(text, encoding="utf-8")
    return own


def department(asker: bytes, place: Path = LOCAL) -> HttpSource:
    """The department, with an empty register; `asker` is the public key of who may ask. Raises DepartmentError."""
    seat = _seat(place)
    register = Register("human-resources", SOURCE, {KIND: ("number",)})
    try:
        return HttpSource(register, asker, seat.port, signer=seat.signer)
    except OSError:
        raise _taken(seat, _file(place)) from None


def platform_url(place: Path = LOCAL) -> str:
    """Where the upper-level platform listens while it runs."""
    return f"http://127.0.0.1:{_seat(place, PLATFORM).port}"


def platform(asker: bytes, place: Path = LOCAL) -> Platform:
    """The upper-level platform, which has nothing yet; `asker` is the public key of who may hand up. Raises DepartmentError."""
    seat = _seat(place, PLATFORM)
    try:
        return Platform(asker, seat.port)
    except OSError:
        raise _taken(seat, _file(place, PLATFORM)) from None


def scanner_port(place: Path = LOCAL) -> int:
    """Where the simulated scanner listens, on the loopback, for as long as the local cloud runs."""
    return _seat(place, SCANNER).port


def _taken(seat: Seat, file: Path) -> DepartmentError:
    return DepartmentError(f"端口 {seat.port} 已被占用：请结束占用它的程序，或者删除 {file} 后重新运行")


def _file(place: Path, name: str = "department") -> Path:
    return place / f"{name}.json"


def _seat(place: Path, name: str = "department") -> Seat:
    file = _file(place, name)
    if not file.is_file():
        _take_seat(file)
    kept = json.loads(file.read_text(encoding="utf-8"))
    key = load_pem_private_key(kept["key"].encode(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise DepartmentError(f"{file} 里不是 P-256 私钥，请删除后重新运行")
    return Seat(kept["port"], MemorySigner(key))


def _take_seat(file: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps({"port": _free_port(), "key": text}), encoding="utf-8")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
