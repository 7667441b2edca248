"""HTTP message signatures: RFC 9421's own vectors, both suites, and what must not verify."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicNumbers
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from miaoban.evidence.errors import AnswerSignatureError
from miaoban.licence.suites import suite_of, verifies
from miaoban.memory import MemorySigner
from miaoban.web.fields import FieldError, byte_sequences, encoded, inputs
from miaoban.web.signatures import ANSWER, LABEL, Message, base, check, check_digest, content_digest, signed
from tests import kit

CREATED: Final = 1618884473
REQUEST_DIGEST: Final = "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"
REQUEST: Final = Message(
    {
        "host": "example.com",
        "date": "Tue, 20 Apr 2021 02:07:55 GMT",
        "content-type": "application/json",
        "content-digest": REQUEST_DIGEST,
        "content-length": "18",
    },
    method="POST",
    authority="example.com",
    path="/foo",
    query="param=Value&Pet=dog",
)
RESPONSE: Final = Message(
    {
        "date": "Tue, 20 Apr 2021 02:07:56 GMT",
        "content-type": "application/json",
        "content-digest": (
            "sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:"
        ),
        "content-length": "23",
    },
    status=200,
)
BOUND: Final = Message(
    {
        "content-type": "application/json",
        "content-digest": (
            "sha-512=:0Y6iCBzGg5rZtoXS95Ijz03mslf6KAMCloESHObfwnHJDbkkWWQz6PhhU9kxsTbARtY2PTBOzq24uJFpHsMuAg==:"
        ),
    },
    status=503,
)


def number(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "="))


# RFC 9421 appendix B.1.3, B.1.4 and B.1.5.
P256: Final = (
    EllipticCurvePublicNumbers(
        number("qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA"),
        number("Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0"),
        SECP256R1(),
    )
    .public_key()
    .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
)
ED25519: Final = base64.b64decode("JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=")
SECRET: Final = base64.b64decode("uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==")


def by_p256(text: bytes, signature: bytes) -> bool:
    return verifies("p256", P256, text, signature)


def by_ed25519(text: bytes, signature: bytes) -> bool:
    Ed25519PublicKey.from_public_bytes(ED25519).verify(signature, text)
    return True


def by_hmac(text: bytes, signature: bytes) -> bool:
    return hmac.digest(SECRET, text, hashlib.sha256) == signature


@pytest.mark.parametrize(
    ("message", "field", "signature", "genuine", "reason"),
    [
        (
            RESPONSE,
            'sig-b24=("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"',
            "sig-b24=:wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==:",
            by_p256,
            "B.2.4: a response, ecdsa-p256-sha256",
        ),
        (
            REQUEST,
            'sig-b25=("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"',
            "sig-b25=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:",
            by_hmac,
            "B.2.5: a request, hmac-sha256",
        ),
        (
            REQUEST,
            (
                'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473'
                ';keyid="test-key-ed25519"'
            ),
            "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:",
            by_ed25519,
            "B.2.6: a request, ed25519",
        ),
        (
            BOUND,
            (
                'reqres=("@status" "content-digest" "content-type" "@authority";req "@method";req "@path";req'
                ' "content-digest";req);created=1618884479;keyid="test-key-ecc-p256"'
            ),
            "reqres=:dMT/A/76ehrdBTD/2Xx8QuKV6FoyzEP/I9hdzKN8LQJLNgzU4W767HK05rx1i8meNQQgQPgQp8wq2ive3tV5Ag==:",
            by_p256,
            "2.4: a response bound to its request, ecdsa-p256-sha256",
        ),
    ],
)
def test_the_vectors_of_the_standard(
    message: Message, field: str, signature: str, genuine: Callable[[bytes, bytes], bool], reason: str
) -> None:
    ((label, covered),) = inputs(field).items()
    assert genuine(base(covered, message, REQUEST).encode(), byte_sequences(signature)[label]), reason


def test_the_base_of_the_standard_with_a_query() -> None:
    """B.2.3, whose signature is RSA's: the base alone."""
    field = (
        'sig-b23=("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length")'
        ';created=1618884473;keyid="test-key-rsa-pss"'
    )
    assert base(inputs(field)["sig-b23"], REQUEST).split("\n")[:-1] == [
        '"date": Tue, 20 Apr 2021 02:07:55 GMT',
        '"@method": POST',
        '"@path": /foo',
        '"@query": ?param=Value&Pet=dog',
        '"@authority": example.com',
        '"content-type": application/json',
        f'"content-digest": {REQUEST_DIGEST}',
        '"content-length": 18',
    ]


@pytest.mark.parametrize("digest", [REQUEST_DIGEST, "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"])
def test_the_digests_of_the_standard(digest: str) -> None:
    """RFC 9530 appendix D and RFC 9421 appendix B.2: the digests of {"hello": "world"}."""
    check_digest(Message({"content-digest": digest}), b'{"hello": "world"}')
    with pytest.raises(AnswerSignatureError):
        check_digest(Message({"content-digest": digest}), b'{"hello": "worlds"}')


def test_a_request_is_signed_over_what_is_sent() -> None:
    signer = MemorySigner(kit.issuing_key())
    request = Message({"content-type": "application/json", "content-digest": content_digest(b"{}")}, "POST", "A.example", "/r")
    fields = signed(request, signer, CREATED, "0123456789ABCDEF")
    covered = inputs(fields["signature-input"])[LABEL]
    assert covered.parameters == {
        "created": str(CREATED),
        "keyid": signer.key_id,
        "alg": "ecdsa-p256-sha256",
        "nonce": "0123456789ABCDEF",
    }
    text = base(covered, request)
    assert '"@authority": a.example\n"@path": /r\n"@query": ?\n' in text
    assert verifies("p256", signer.public_key(), text.encode(), byte_sequences(fields["signature"])[LABEL])


BODY: Final = b'{"found":false}'
PLAIN: Final = '("@status" "content-type" "content-digest" "content-digest";req);created=1;keyid="k"'


def answer(text: str = PLAIN, fields: Mapping[str, str] | None = None, status: int = 200) -> Message:
    """Make an answer to REQUEST signed by the issuing key under this input."""
    given = {"content-type": "application/json", "content-digest": content_digest(BODY), **(fields or {})}
    made = Message(given, status=status)
    signature = MemorySigner(kit.issuing_key()).sign(base(inputs(f"a={text}")["a"], made, REQUEST).encode())
    return made._replace(fields={**given, "signature-input": f"a={text}", "signature": f"a={encoded(signature)}"})


def checked(message: Message, request: Message = REQUEST, body: bytes = BODY) -> None:
    check(message, request, body, "p256", MemorySigner(kit.issuing_key()).public_key())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (PLAIN, "what must be covered"),
        (PLAIN.replace('"@status"', '"@status" "x-more" "@method";req'), "and more"),
        (PLAIN + ';alg="ecdsa-p256-sha256";nonce="n";tag="t);("', "with parameters"),
    ],
)
def test_an_answer_that_verifies(text: str, reason: str) -> None:
    checked(answer(text, {"x-more": "y"}))
    assert reason


def with_field(name: str, value: str) -> Message:
    made = answer()
    return made._replace(fields={**made.fields, name: value})


def without(name: str) -> Message:
    made = answer()
    return made._replace(fields={key: value for key, value in made.fields.items() if key != name})


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (answer()._replace(status=203), "another status"),
        (with_field("content-type", "text/json"), "another type"),
        (with_field("content-digest", content_digest(b"other")), "the digest of something else"),
        (with_field("content-digest", "md5=:AAAA:"), "no digest that counts"),
        (with_field("content-digest", "sha-256=AAAA"), "no byte sequence"),
        (with_field("content-digest", "sha-256=:A:"), "no base64"),
        (with_field("signature", f"a={encoded(b'x' * 64)}"), "a forged signature"),
        (with_field("signature", f"a={encoded(b'')}"), "an empty one"),
        (with_field("signature", f"b={encoded(b'x' * 64)}"), "under another label"),
        (with_field("signature-input", "a"), "no input"),
        (with_field("signature-input", "a=" + PLAIN + "," * 9000), "a field too long"),
        (with_field("signature-input", f"a={PLAIN}, a={PLAIN}"), "a label twice"),
        (with_field("signature-input", f"a={PLAIN.replace('created=1', 'created=2')}"), "another time"),
        (without("signature"), "no signature"),
        (without("signature-input"), "no input"),
        (without("content-digest"), "no digest"),
        (answer(PLAIN.replace(' "content-digest";req', "")), "an answer to any question"),
        (answer(PLAIN.replace('"@status" ', "")), "a status that anybody may change"),
        (answer(PLAIN.replace('"content-digest" ', "")), "a body that anybody may change"),
        (answer(PLAIN + ';alg="hmac-sha256"'), "an algorithm that the key is not for"),
    ],
)
def test_an_answer_that_does_not(message: Message, reason: str) -> None:
    with pytest.raises(AnswerSignatureError):
        checked(message)
    assert reason


def test_an_answer_to_another_question_does_not_verify() -> None:
    other = REQUEST._replace(fields={**REQUEST.fields, "content-digest": content_digest(b"another question")})
    with pytest.raises(AnswerSignatureError):
        checked(answer(), other)


def test_an_answer_whose_body_was_changed_does_not_verify() -> None:
    with pytest.raises(AnswerSignatureError):
        checked(answer(), body=BODY + b" ")


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ('a=("@status";sf)', "a parameter that changes the value is not taken for the value"),
        ('a=("date" "date")', "twice"),
        ('a=("date"', "not closed"),
        ('a=("date"), ', "nothing after the comma"),
        ("", "nothing"),
        ("a=(date)", "no string"),
        ('A=("date")', "labels are lower case"),
    ],
)
def test_an_input_that_is_none(field: str, reason: str) -> None:
    with pytest.raises(FieldError):
        inputs(field)
    assert reason


@pytest.mark.parametrize("component", ['"@status"', '"@target-uri"', '"missing"', '"date";req', '"twolines"'])
def test_a_component_that_a_request_does_not_have(component: str) -> None:
    fields = {**REQUEST.fields, "twolines": "a\nb"}
    with pytest.raises(FieldError):
        base(inputs(f"a=({component})")["a"], REQUEST._replace(fields=fields))


def test_sm2_keys_are_known_and_their_signatures_verify() -> None:
    """The vector of GB/T 32918.5 appendix A, as an answer's signature would be checked."""
    vector = json.loads((kit.ROOT / "tests" / "unit" / "data" / "sm_vectors.json").read_text(encoding="utf-8"))["sm2_sign"]
    key = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200" + "04" + vector["px"] + vector["py"])
    assert (suite_of(key), suite_of(P256)) == ("sm2", "p256")
    signature = bytes.fromhex(vector["r"] + vector["s"])
    assert verifies(suite_of(key), key, vector["msg_ascii"].encode(), signature)
    assert not verifies(suite_of(key), key, b"another message", signature)


def test_what_an_answer_must_cover() -> None:
    assert [str(component) for component in ANSWER] == [
        '"@status"',
        '"content-type"',
        '"content-digest"',
        '"content-digest";req',
    ]
