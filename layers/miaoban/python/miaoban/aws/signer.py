"""The signer on KMS: the issuing key never leaves the service."""

from base64 import b64decode, b64encode
from functools import cached_property
from hashlib import sha256
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from miaoban.aws.calling import KMS, Caller, service
from miaoban.aws.failures import translated
from miaoban.ports import OversizedError

RAW_BYTES = 4096
_COORDINATE = 32
_KEY_ID_DIGITS = 16


class KmsSigner:
    """Signs with an asymmetric KMS key, by its id, ARN or alias.

    `p256` sends the SHA-256 digest (ECDSA_SHA_256); `sm2` sends the message itself (SM2DSA), for KMS then computes the
    SM3 digest with the default user id 1234567812345678, and takes at most 4096 bytes. Needs the rights Sign and
    GetPublicKey.
    """

    def __init__(self, key: str, suite: Literal["p256", "sm2"] = "p256", caller: Caller | None = None) -> None:
        self.suite = suite
        self._key = key
        self._kms = caller or service(KMS)

    @cached_property
    def key_id(self) -> str:
        """The first 16 hex digits of the SHA-256 of the public key."""
        return sha256(self._public_key).hexdigest()[:_KEY_ID_DIGITS]

    @cached_property
    def _public_key(self) -> bytes:
        with translated("GetPublicKey"):
            return b64decode(self._kms.call("GetPublicKey", {"KeyId": self._key})["PublicKey"])

    def public_key(self) -> bytes:
        """Return the public key as DER SubjectPublicKeyInfo; asked for once a process."""
        return self._public_key

    def sign(self, message: bytes) -> bytes:
        """Sign a message; returns r and s as 64 bytes. Raises OversizedError for over 4096 bytes with `sm2`."""
        with translated("Sign"):
            answer = self._kms.call("Sign", {"KeyId": self._key, **self._request(message)})
        r, s = decode_dss_signature(b64decode(answer["Signature"]))
        return r.to_bytes(_COORDINATE, "big") + s.to_bytes(_COORDINATE, "big")

    def _request(self, message: bytes) -> dict[str, Any]:
        if self.suite == "p256":
            return {
                "Message": b64encode(sha256(message).digest()).decode(),
                "MessageType": "DIGEST",
                "SigningAlgorithm": "ECDSA_SHA_256",
            }
        if len(message) > RAW_BYTES:
            raise OversizedError(f"待签内容 {len(message)} 字节，超过 {RAW_BYTES} 字节，请签其摘要")
        return {"Message": b64encode(message).decode(), "MessageType": "RAW", "SigningAlgorithm": "SM2DSA"}
