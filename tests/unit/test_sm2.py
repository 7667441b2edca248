"""SM2 (GB/T 32918.2) on the standard's own vector, and against an independent implementation."""

import json
from base64 import b64encode
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from miaoban.licence import sm2
from miaoban.licence.suites import verifies

# Tongsuo has no annotations.
ec: Any = import_module("tongsuopy.crypto.asymciphers.ec")
hashes: Any = import_module("tongsuopy.crypto.hashes")
serialization: Any = import_module("tongsuopy.crypto.serialization")

VECTORS = json.loads((Path(__file__).parent / "data" / "sm_vectors.json").read_text(encoding="utf-8"))
SIGNED = VECTORS["sm2_sign"]
PUBLIC = (int(SIGNED["px"], 16), int(SIGNED["py"], 16))
MESSAGE = SIGNED["msg_ascii"].encode()
R, S = int(SIGNED["r"], 16), int(SIGNED["s"], 16)
HEAD = bytes(27)
"""Stands for the algorithm identifier before the point of a SubjectPublicKeyInfo."""


def test_the_standards_vector() -> None:
    assert sm2.digest(PUBLIC, MESSAGE, SIGNED["id"].encode()) == int(SIGNED["e"], 16)
    assert sm2.verify(PUBLIC, MESSAGE, R, S)
    assert sm2._sm3(VECTORS["sm3"][0]["msg_ascii"].encode()).hex() == VECTORS["sm3"][0]["digest"]


@pytest.mark.parametrize(
    ("message", "r", "s", "identity", "reason"),
    [
        (MESSAGE + b".", R, S, sm2.DEFAULT_ID, "another message"),
        (b"", R, S, sm2.DEFAULT_ID, "no message"),
        (MESSAGE, R, S, b"ALICE123@YAHOO.COM", "another signer's name"),
        (MESSAGE, R + 1, S, sm2.DEFAULT_ID, "another r"),
        (MESSAGE, R, S - 1, sm2.DEFAULT_ID, "another s"),
        (MESSAGE, S, R, sm2.DEFAULT_ID, "exchanged"),
        (MESSAGE, 0, S, sm2.DEFAULT_ID, "r is 0"),
        (MESSAGE, R, 0, sm2.DEFAULT_ID, "s is 0"),
        (MESSAGE, sm2.N, S, sm2.DEFAULT_ID, "r is n"),
        (MESSAGE, R, sm2.N, sm2.DEFAULT_ID, "s is n"),
        (MESSAGE, R + sm2.N, S, sm2.DEFAULT_ID, "r beyond n, though equal modulo n"),
        (MESSAGE, R, S + sm2.N, sm2.DEFAULT_ID, "s beyond n, though equal modulo n"),
        (MESSAGE, -R, S, sm2.DEFAULT_ID, "r is negative"),
        (MESSAGE, R, sm2.N - R, sm2.DEFAULT_ID, "r + s is 0 modulo n"),
    ],
)
def test_what_is_not_the_signature(message: bytes, r: int, s: int, identity: bytes, reason: str) -> None:
    assert not sm2.verify(PUBLIC, message, r, s, identity), reason


@pytest.mark.parametrize(
    ("point", "reason"),
    [
        ((PUBLIC[0], PUBLIC[1] + 1), "beside the curve"),
        ((0, 0), "no point"),
        ((PUBLIC[0] + sm2.P, PUBLIC[1]), "beyond the field, though equal modulo p"),
        ((PUBLIC[1], PUBLIC[0]), "exchanged"),
    ],
)
def test_a_point_that_is_not_on_the_curve(point: sm2.Point, reason: str) -> None:
    assert not sm2.on_curve(point), reason
    assert not sm2.verify(point, MESSAGE, R, S), reason


@pytest.mark.parametrize("point", [PUBLIC, sm2.GENERATOR])
def test_a_point_on_the_curve(point: sm2.Point) -> None:
    assert sm2.on_curve(point)
    assert sm2.point_of(HEAD + point[0].to_bytes(32) + point[1].to_bytes(32)) == point


def test_the_order_of_the_generator() -> None:
    assert sm2._affine(sm2._times(sm2.N, (*sm2.GENERATOR, 1))) is None
    less = sm2._affine(sm2._times(sm2.N - 1, (*sm2.GENERATOR, 1)))
    assert less == (sm2.GENERATOR[0], sm2.P - sm2.GENERATOR[1])


@cache
def key() -> Any:
    return ec.generate_private_key(ec.SM2())


def spki(private: Any = None) -> bytes:
    der, form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    return bytes((private or key()).public_key().public_bytes(der, form))


def signature(message: bytes) -> bytes:
    """A signature of another implementation (Tongsuo), as the 64 bytes that KMS's adapter gives."""
    r, s = decode_dss_signature(key().sign(message, ec.ECDSA(hashes.SM3())))
    return r.to_bytes(32) + s.to_bytes(32)


@pytest.mark.parametrize("message", [b"", b"x", "示例".encode(), b"x" * 10_000], ids=len)
def test_signatures_of_another_implementation_verify(message: bytes) -> None:
    assert verifies("sm2", spki(), message, signature(message))


def test_altered_signatures_do_not() -> None:
    made = signature(b"x")
    for bit in range(0, 512, 37):
        altered = (int.from_bytes(made) ^ (1 << bit)).to_bytes(64)
        assert not verifies("sm2", spki(), b"x", altered), b64encode(made)
    assert not verifies("sm2", spki(), b"y", made)
    assert not verifies("p256", spki(), b"x", made), "the other suite"


def test_another_key_does_not() -> None:
    assert not verifies("sm2", spki(ec.generate_private_key(ec.SM2())), b"x", signature(b"x"))


@pytest.mark.parametrize(("spki_bytes", "reason"), [(b"", "nothing"), (b"\4" * 10, "too short"), (bytes(91), "zeros")])
def test_what_is_no_key_verifies_nothing(spki_bytes: bytes, reason: str) -> None:
    assert not verifies("sm2", spki_bytes, b"x", signature(b"x")), reason
