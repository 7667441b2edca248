"""Licences: numbers, versions, and credentials that verify without us and never after a change."""

import json
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from miaoban.identifiers import IdentifierError, LicenceNumber
from miaoban.licence.credential import Claims, message, parse, signed, verify
from miaoban.licence.errors import CredentialError, LicenceStateError
from miaoban.licence.licence import Holder, Licence, LicenceStatus, Line, Terms, first_number, next_number, series
from miaoban.licence.suites import verifies
from miaoban.memory import MemorySigner
from tests import kit

VECTORS = json.loads((Path(__file__).parent / "data" / "licence_numbers.json").read_text(encoding="utf-8"))
MATTER = kit.edition().matter
DAY, LATER = date(2026, 3, 2), date(2026, 4, 1)
NUMBER = first_number(MATTER.result.type_code, MATTER.all_organs[0].uscc, "20260302ABCD1234")
SIGNER = MemorySigner(kit.issuing_key())
LONGEST_QR = 1000


def terms(**changes: Any) -> Terms:
    found = Terms(
        name=MATTER.result.name,
        matter=MATTER.code,
        matter_name=MATTER.name,
        case="211202-20260302-00000001",
        owner="o",
        organ=MATTER.all_organs[0],
        holder=Holder(code="91211281MAXX000158", kind="001", name="示例（调兵山）粮食收购有限公司"),
        statement=MATTER.result.statement,
        contents=(Line(label="收购地", value="银州区"), Line(label="仓储设施")),
        issued_on=DAY,
    )
    return found.model_copy(update=changes)


@cache
def credential() -> str:
    text = message(NUMBER, terms(), SIGNER.suite, SIGNER.key_id)
    return signed(text, SIGNER.sign(text.encode()))


KEYS = {SIGNER.key_id: SIGNER.public_key()}


def licence(**changes: Any) -> Licence:
    return Licence(number=NUMBER, terms=terms(), qr=credential(), code="ABCD1234").model_copy(update=changes)


@pytest.mark.parametrize("vector", VECTORS["real"], ids=lambda vector: str(vector["serial"]))
def test_real_numbers_of_the_standard(vector: dict[str, Any]) -> None:
    found = LicenceNumber(vector["id"])
    parts = (found.type_code, found.issuer, found.serial, f"{found.version:03}", found.check)
    assert parts == tuple(vector[part] for part in ("type_code", "issuer", "serial", "version", "check"))
    if vector["version"] == "001":
        assert first_number(vector["type_code"], vector["issuer"], vector["serial"]) == vector["id"]


def test_versions_share_their_series() -> None:
    second = next_number(NUMBER)
    assert (LicenceNumber(NUMBER).version, LicenceNumber(second).version) == (1, 2)
    assert series(NUMBER) == series(second)
    assert second != NUMBER
    assert series(first_number(MATTER.result.type_code, MATTER.all_organs[0].uscc, "20260302ABCD1235")) != series(NUMBER)


def test_the_last_version_has_no_next() -> None:
    last = LicenceNumber.issue(type_code=MATTER.result.type_code, issuer=MATTER.all_organs[0].uscc, serial="1", version=999)
    with pytest.raises(IdentifierError, match="应为 1 至 999"):
        next_number(str(last))


ENDS: dict[LicenceStatus, Callable[[Licence], Licence]] = {
    LicenceStatus.SUPERSEDED: lambda found: found.superseded_by(next_number(NUMBER), LATER),
    LicenceStatus.CANCELLED: lambda found: found.cancelled(LATER),
    LicenceStatus.SET_ASIDE: lambda found: found.set_aside(LATER),
}


@pytest.mark.parametrize("status", ENDS)
def test_only_what_is_in_force_can_end(status: LicenceStatus) -> None:
    ended = ENDS[status](licence())
    assert (ended.status, ended.ended_on) == (status, LATER)
    assert (ended.successor is not None) == (status is LicenceStatus.SUPERSEDED)
    assert ended.terms == licence().terms, "what it said stays said"
    for again in ENDS.values():
        with pytest.raises(LicenceStateError, match="已不在有效状态"):
            again(ended)


@pytest.mark.parametrize(
    ("until", "day", "status", "reason"),
    [
        (None, LATER, LicenceStatus.VALID, "no last day"),
        (DAY, DAY, LicenceStatus.VALID, "the last day is in it"),
        (DAY, LATER, LicenceStatus.EXPIRED, "the day after"),
    ],
)
def test_a_licence_expires_by_itself(until: date | None, day: date, status: LicenceStatus, reason: str) -> None:
    found = licence(terms=terms(valid_until=until))
    assert found.status_on(day) is status, reason
    assert found.cancelled(DAY).status_on(day) is LicenceStatus.CANCELLED, "what ended before stays as it ended"


def test_a_credential_says_the_last_day() -> None:
    ending = message(NUMBER, terms(valid_until=LATER), SIGNER.suite, SIGNER.key_id)
    assert verify(signed(ending, SIGNER.sign(ending.encode())), KEYS).e == LATER
    assert verify(credential(), KEYS).e is None


def test_a_licence_is_read_back_as_it_was_written() -> None:
    assert Licence.read(licence().text()) == licence()
    assert Licence.read(licence().text()).terms.digest == terms().digest, "an empty line too"


@pytest.mark.parametrize(
    ("changes", "same", "reason"),
    [
        ({"statement": None}, False, "what it says"),
        ({"issued_on": LATER}, False, "when"),
        ({"organ": MATTER.all_organs[1]}, False, "by whom"),
        ({"contents": (Line(label="收购地", value="清河区"),)}, False, "a line"),
        ({"holder": Holder(code="91211281MAXX000158", kind="001", name="别的公司")}, False, "whose"),
        ({"valid_until": LATER}, False, "until when"),
        ({"owner": "somebody"}, True, "who filed is no part of the licence"),
        ({"case": "x"}, True, "nor is the case"),
    ],
)
def test_the_signature_covers_all_that_is_said(changes: dict[str, Any], same: bool, reason: str) -> None:  # noqa: FBT001
    assert (terms(**changes).digest == terms().digest) is same, reason


def test_a_credential_verifies_with_the_public_key_alone() -> None:
    claims = verify(credential(), KEYS)
    said = (claims.n, claims.t, claims.h, claims.m, claims.o, claims.d, claims.c)
    holder = terms().holder
    assert said == (NUMBER, MATTER.result.name, holder.code, holder.name, MATTER.all_organs[0].name, DAY, terms().digest)
    assert verify(f" {credential()}\n", KEYS) == claims, "what a scanner adds around it"


def test_the_longest_names_still_fit_a_code() -> None:
    holder = Holder(code="91211281MAXX000158", kind="001", name="示" * 120)
    text = message(NUMBER, terms(holder=holder), "p256", SIGNER.key_id)
    longest = signed(text, SIGNER.sign(text.encode()))
    print(f"QR text: {len(credential())} characters, with a name of 120: {len(longest)}")  # noqa: T201  asked for
    assert len(credential()) < LONGEST_QR
    assert verify(longest, KEYS).m == holder.name


def refused(qr: str, keys: dict[str, bytes] | None = None) -> str:
    with pytest.raises(CredentialError) as caught:
        verify(qr, KEYS if keys is None else keys)
    return str(caught.value)


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=. \n示"


def test_every_changed_character_is_refused() -> None:
    text = credential()
    for place, letter in enumerate(text):
        for another in {"A", "z", ".", "+", "示"} - {letter}:
            refused(text[:place] + another + text[place + 1 :])


@pytest.mark.parametrize("place", range(1, 5))
def test_the_last_characters_have_one_writing(place: int) -> None:
    """The last letter of 64 bytes in base64 has spare bits, and a lax reader would take 16 letters for one."""
    text = credential()
    for another in set(LETTERS) - {text[-place]}:
        if place > 1 or not another.isspace():
            refused(text[: len(text) - place] + another + text[len(text) - place + 1 :])


def test_every_lost_or_added_character_is_refused() -> None:
    text = credential()
    for place in range(len(text)):
        refused(text[:place] + text[place + 1 :])
        refused(text[:place] + "A" + text[place:])


FOREIGN = [
    ("", "不是本平台的证照二维码", "empty"),
    ("https://example.com/verify", "不是本平台", "an address"),
    ("MB1.p256.k", "不是本平台", "too few parts"),
    ("MB2." + credential()[4:], "不是本平台", "another format"),
    ("MB1.p256.k.e30.AAAA", "不完整或者被改动", "claims without content"),
    ("MB1.p256.k.not-base64!.AAAA", "不完整或者被改动", "no base64"),
    ("MB1.p256.k.示例.AAAA", "不完整或者被改动", "no ASCII"),
    ("A" * 100_000, "不是本平台", "endless"),
    (credential() + "=", "不完整或者被改动", "padding makes a second writing of the same"),
    (credential().replace("MB1.p256.", "MB1.sm2."), "签名不正确", "another suite"),
    (credential().replace("MB1.p256.", "MB1.none."), "签名不正确", "no suite"),
]


@pytest.mark.parametrize(("qr", "says", "reason"), FOREIGN, ids=[reason for _, _, reason in FOREIGN])
def test_foreign_texts(qr: str, says: str, reason: str) -> None:
    assert says in refused(qr), reason


def test_an_unknown_key() -> None:
    assert "公钥未知" in refused(credential(), {})


def test_the_key_of_another_issuer() -> None:
    other = MemorySigner(ec.generate_private_key(ec.SECP256R1()))
    assert "签名不正确" in refused(credential(), {SIGNER.key_id: other.public_key()})


@pytest.mark.parametrize("length", [0, 63, 65, 128])
def test_a_signature_is_64_bytes(length: int) -> None:
    assert not verifies("p256", SIGNER.public_key(), b"x", b"\1" * length)


def test_zeros_are_no_signature() -> None:
    assert not verifies("p256", SIGNER.public_key(), b"x", bytes(64))


@pytest.mark.parametrize(
    ("curve", "reason"),
    [(ec.SECP256K1(), "256 bits too, of another curve"), (ec.BrainpoolP256R1(), "another")],
)
def test_only_the_suites_curve_is_taken(curve: ec.EllipticCurve, reason: str) -> None:
    key = ec.generate_private_key(curve)
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    r, s = decode_dss_signature(key.sign(b"x", ec.ECDSA(SHA256())))
    assert not verifies("p256", public, b"x", r.to_bytes(32) + s.to_bytes(32)), reason


@pytest.mark.parametrize("key", [b"", b"x" * 91, bytes(91)])
def test_what_is_no_key_verifies_nothing(key: bytes) -> None:
    assert not verifies("p256", key, b"x", SIGNER.sign(b"x"))


def test_a_key_of_another_kind_verifies_nothing() -> None:
    key = ed25519.Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert not verifies("p256", key, b"x", SIGNER.sign(b"x"))


def test_taking_apart_says_nothing_of_truth() -> None:
    found = parse(credential())
    assert (found.suite, found.key_id) == ("p256", SIGNER.key_id)
    assert isinstance(found.claims, Claims)
    assert found.message.decode() == message(NUMBER, terms(), "p256", SIGNER.key_id)
