"""The signature suites: `p256` (ECDSA P-256 with SHA-256) and `sm2` (SM2 with SM3, GB/T 32918.2)."""

from collections.abc import Callable, Mapping

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from miaoban.licence import sm2

RAW_LENGTH = 64
_SM2_CURVE = bytes.fromhex("06082a811ccf5501822d")  # the object identifier 1.2.156.10197.1.301, DER


def verifies(suite: str, key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a raw signature (r and s, 64 bytes) is that of the key (DER SubjectPublicKeyInfo) under the suite."""
    verifier = _SUITES.get(suite)
    return verifier is not None and len(signature) == RAW_LENGTH and verifier(key, message, signature)


def suite_of(key: bytes) -> str:
    """The suite of a public key (DER SubjectPublicKeyInfo): `sm2` for one on that curve, else `p256`."""
    return "sm2" if _SM2_CURVE in key[: -sm2.POINT_LENGTH] else "p256"


def _p256(key: bytes, message: bytes, signature: bytes) -> bool:
    numbers = encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
    try:
        public = load_der_public_key(key)
        if not isinstance(public, EllipticCurvePublicKey) or not isinstance(public.curve, SECP256R1):
            return False
        public.verify(numbers, message, ECDSA(SHA256()))
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):  # ValueError: what is no key at all
        return False
    return True


def _sm2(key: bytes, message: bytes, signature: bytes) -> bool:
    return sm2.verify(sm2.point_of(key), message, int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))


_SUITES: Mapping[str, Callable[[bytes, bytes, bytes], bool]] = {"p256": _p256, "sm2": _sm2}
