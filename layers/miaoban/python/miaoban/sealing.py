"""The cryptography of a vault: one root key, from it a pepper for pseudonyms and a key to seal texts.

HKDF (RFC 5869) with SHA-256 derives both; HMAC-SHA256 makes the pseudonyms, AES-256-GCM the sealed texts. A new root
key means new pseudonyms: records keyed by the old ones are no longer found, so the root is kept, not rotated.
"""

import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from miaoban.ports import PseudonymError, SealError

VERSION = "v1"
ROOT_LETTERS = 32
_NONCE = 12
_KEY = 32
_PSEUDONYM = 20
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [first + second for first in _LETTERS for second in _LETTERS]
_SHIFTS = range(8 * _PSEUDONYM - 10, -1, -10)


class Sealer:
    """Pseudonyms and sealed texts under a root key: a random text of at least 32 letters; SealError if shorter."""

    def __init__(self, root: str) -> None:
        if len(root) < ROOT_LETTERS:
            raise SealError(f"根密钥至少 {ROOT_LETTERS} 个字符，请在密钥库中存入随机文本")
        self._peppered = hmac.new(_derived(root, b"miaoban pepper v1"), digestmod=sha256)
        self._cipher = AESGCM(_derived(root, b"miaoban seal v1"))

    def pseudonym(self, kind: str, number: str) -> str:
        """Return 32 lower-case base32 letters for a kind and number; raises PseudonymError if either is empty."""
        if not kind or not number:
            raise PseudonymError("证件类型和号码均不能为空，请补全后再查询")
        mac = self._peppered.copy()  # setting up the key anew costs as much as the rest
        mac.update(f"{kind}|{number}".encode())
        return _base32(int.from_bytes(mac.digest()[:_PSEUDONYM]))

    def seal(self, text: str) -> str:
        """Return `v1.` and base64url of a random nonce and the ciphertext; equal texts seal differently each time."""
        nonce = os.urandom(_NONCE)
        sealed = nonce + self._cipher.encrypt(nonce, text.encode(), VERSION.encode())
        return f"{VERSION}.{urlsafe_b64encode(sealed).decode().rstrip('=')}"

    def unseal(self, sealed: str) -> str:
        """Return the text that was sealed; raises SealError if it was altered or sealed under another root."""
        version, _, content = sealed.partition(".")
        try:
            raw = urlsafe_b64decode(content.encode("ascii") + b"=" * (-len(content) % 4))
            text = self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], version.encode())
        except (InvalidTag, ValueError) as error:
            raise SealError("密文已被改动或密钥不符，无法解封") from error
        return text.decode()


def _derived(root: str, purpose: bytes) -> bytes:
    return HKDF(SHA256(), _KEY, salt=None, info=purpose).derive(root.encode())


def _base32(number: int) -> str:
    """Write 20 bytes in the letters of RFC 4648; the standard library takes twice as long, and names are made all the time."""
    return "".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])
