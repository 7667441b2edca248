"""Personal numbers as the tables keep them: a keyed pseudonym to compare, a mask to show, a sealed text to give back."""

import hashlib
import hmac
import os
from base64 import b64encode
from dataclasses import dataclass
from typing import Final, Self

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS: Final = "10X98765432"
NONCE: Final = 12
HEAD: Final = {18: 4, 11: 3}
"""How many leading characters a mask shows of a resident's number and of a mobile's; the last four always are."""

Private = dict[str, str]


@dataclass(frozen=True, slots=True)
class Vault:
    """A pepper for HMAC-SHA256 and a cipher for AES-256-GCM."""

    pepper: bytes
    cipher: AESGCM

    @classmethod
    def from_environment(cls) -> Self:
        """Load PEER_PEPPER and PEER_SEALING_KEY (32 bytes each, in hexadecimal)."""
        return cls(bytes.fromhex(os.environ["PEER_PEPPER"]), AESGCM(bytes.fromhex(os.environ["PEER_SEALING_KEY"])))

    def pseudonym(self, kind: str, number: str) -> str:
        """Return what a person's number is compared and looked up by."""
        return pseudonym(self.pepper, kind, number)

    def protect(self, kind: str, number: str) -> Private:
        """Return the three forms of a number that are stored in its place."""
        nonce = os.urandom(NONCE)
        sealed = b64encode(nonce + self.cipher.encrypt(nonce, number.encode(), None)).decode()
        return {"pseudonym": self.pseudonym(kind, number), "masked": masked(number), "sealed": sealed}


def pseudonym(pepper: bytes, kind: str, number: str) -> str:
    """Return the pseudonym under a pepper: 40 hexadecimal digits."""
    return hmac.digest(pepper, f"{kind}|{number}".encode(), hashlib.sha256).hex()[:40]


def masked(number: str) -> str:
    """Return the number with its middle starred."""
    head = HEAD[len(number)]
    return f"{number[:head]}{'*' * (len(number) - head - 4)}{number[-4:]}"


def validated(number: str) -> str:
    """Return a resident's number unchanged (GB 11643-1999), or raise ValueError with the sentence for the applicant."""
    if check(number[:17]) != number[17]:
        raise ValueError("居民身份号码校验位不符，请核对")
    return number


def check(digits: str) -> str:
    """Return the check character for 17 digits."""
    return CHECKS[sum(weight * int(digit) for weight, digit in zip(WEIGHTS, digits, strict=True)) % 11]
