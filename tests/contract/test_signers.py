from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from miaoban.aws.calling import KMS
from miaoban.aws.signer import RAW_BYTES, KmsSigner
from miaoban.memory import MemorySigner
from miaoban.ports import OversizedError, Signer
from tests.contract.resources import connect, service
from tests.scripted import Scripted

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

MESSAGE = "粮食收购企业备案回执 🌾".encode()


@pytest.fixture
def signer(place: str) -> Signer:
    if place == "memory":
        return MemorySigner(ec.generate_private_key(ec.SECP256R1()))
    client: KMSClient = connect("kms", place)
    key = client.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    client.create_alias(AliasName=f"alias/{key}", TargetKeyId=key)
    return KmsSigner(f"alias/{key}", caller=service(KMS, place))


def verify(signer: Signer, signature: bytes, message: bytes) -> None:
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    key = load_der_public_key(signer.public_key())
    assert isinstance(key, ec.EllipticCurvePublicKey)
    key.verify(encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))


@pytest.mark.parametrize("message", [b"", MESSAGE, MESSAGE * 1000], ids=["empty", "short", "over 4096 bytes"])
def test_a_signature_is_64_bytes_and_verifies(signer: Signer, message: bytes) -> None:
    for _ in range(5):
        signature = signer.sign(message)
        assert len(signature) == 64
        verify(signer, signature, message)


def test_another_message_does_not_verify(signer: Signer) -> None:
    signature = signer.sign(MESSAGE)
    with pytest.raises(InvalidSignature):
        verify(signer, signature, MESSAGE + b"\n")


def test_the_key_is_named_by_its_digest(signer: Signer) -> None:
    assert signer.suite == "p256"
    assert signer.key_id == sha256(signer.public_key()).hexdigest()[:16]


def sm2_signer(answers: dict[str, tuple[dict[str, Any], dict[str, Any]]]) -> KmsSigner:
    script = Scripted(KMS)
    for operation, (asked, answer) in answers.items():
        script.answer(operation, answer, asked)
    return KmsSigner("alias/发证", "sm2", script)


def text(data: bytes) -> str:
    return b64encode(data).decode()


def test_sm2_sends_the_message_and_unpacks_short_numbers() -> None:
    asked = {"KeyId": "alias/发证", "Message": text(MESSAGE), "MessageType": "RAW", "SigningAlgorithm": "SM2DSA"}
    signer = sm2_signer({"Sign": (asked, {"Signature": text(encode_dss_signature(1, 2**255))})})
    assert signer.sign(MESSAGE) == (1).to_bytes(32, "big") + (2**255).to_bytes(32, "big")
    assert signer.suite == "sm2"


def test_sm2_takes_no_message_over_4096_bytes() -> None:
    with pytest.raises(OversizedError):
        sm2_signer({}).sign(b"x" * (RAW_BYTES + 1))


def test_the_public_key_is_asked_for_once() -> None:
    signer = sm2_signer({"GetPublicKey": ({"KeyId": "alias/发证"}, {"PublicKey": text(b"spki")})})
    assert {signer.public_key(), signer.public_key()} == {b"spki"}
    assert signer.key_id == sha256(b"spki").hexdigest()[:16]
