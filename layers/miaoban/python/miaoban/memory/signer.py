"""The signer with a key in memory."""

from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_COORDINATE = 32
_KEY_ID_DIGITS = 16


class MemorySigner:
    """Signs with a P-256 key that the test makes: `MemorySigner(ec.generate_private_key(ec.SECP256R1()))`."""

    def __init__(self, key: EllipticCurvePrivateKey) -> None:
        self.suite = "p256"
        self._key = key

    @property
    def key_id(self) -> str:
        """The first 16 hex digits of the SHA-256 of the public key."""
        return sha256(self.public_key()).hexdigest()[:_KEY_ID_DIGITS]

    def public_key(self) -> bytes:
        """Return the public key as DER SubjectPublicKeyInfo."""
        return self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, message: bytes) -> bytes:
        """Sign a message; returns r and s as 64 bytes."""
        r, s = decode_dss_signature(self._key.sign(message, ECDSA(SHA256())))
        return r.to_bytes(_COORDINATE, "big") + s.to_bytes(_COORDINATE, "big")
