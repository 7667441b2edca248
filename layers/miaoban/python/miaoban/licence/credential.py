"""The credential: the few claims of a licence, signed, in a text that fits a QR code and verifies offline.

`MB1.<suite>.<key>.<claims>.<signature>`: claims are canonical JSON (RFC 8785) and both last parts are base64url without
padding (RFC 4648); the signature covers all that stands before its dot.
"""

import base64
from collections.abc import Mapping
from datetime import date

from miaoban.canonical import canonical
from miaoban.licence.errors import CredentialError
from miaoban.licence.licence import Terms
from miaoban.licence.suites import verifies
from miaoban.models import Frozen

FORMAT = "MB1"
LONGEST = 1200
PARTS = 5


class Claims(Frozen):
    """What the QR code says: number, licence name, holder code and name, organ, day of issue, contents' digest, last day."""

    n: str
    t: str
    h: str
    m: str
    o: str
    d: date
    c: str
    e: date | None = None


class Credential(Frozen):
    """A credential taken apart; nothing is known of its truth yet."""

    suite: str
    key_id: str
    claims: Claims
    message: bytes
    signature: bytes


def message(number: str, terms: Terms, suite: str, key_id: str) -> str:
    """The text to sign for a licence."""
    claims = Claims(
        n=number,
        t=terms.name,
        h=terms.holder.code,
        m=terms.holder.name,
        o=terms.organ.name,
        d=terms.issued_on,
        c=terms.digest,
        e=terms.valid_until,
    )
    return ".".join((FORMAT, suite, key_id, _encoded(canonical(claims.model_dump(mode="json", exclude_none=True)))))


def signed(text: str, signature: bytes) -> str:
    """The finished credential."""
    return f"{text}.{_encoded(signature)}"


def parse(qr: str) -> Credential:
    """Take a credential apart; raises CredentialError."""
    parts = qr.strip().split(".")
    if len(qr) > LONGEST or len(parts) != PARTS or parts[0] != FORMAT:
        raise CredentialError("这不是本平台的证照二维码，请重新扫描")
    try:
        claims = Claims.read(_decoded(parts[3]).decode())
        return Credential(
            suite=parts[1],
            key_id=parts[2],
            claims=claims,
            message=".".join(parts[:4]).encode(),
            signature=_decoded(parts[4]),
        )
    except ValueError as error:  # of base64, UTF-8 and the model alike
        raise CredentialError("二维码内容不完整或者被改动，请重新扫描") from error


def verify(qr: str, keys: Mapping[str, bytes]) -> Claims:
    """The claims of a credential, verified with the issuer's public keys (DER, by key id); raises CredentialError."""
    credential = parse(qr)
    key = keys.get(credential.key_id)
    if key is None:
        raise CredentialError("二维码的签名公钥未知，请更新公钥后再验证")
    if not verifies(credential.suite, key, credential.message, credential.signature):
        raise CredentialError("二维码签名不正确，内容可能被伪造")
    return credential.claims


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    """The bytes of a text; only the one writing that `_encoded` gives is taken, so that no second text says the same."""
    content = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _encoded(content) != text:
        raise ValueError("not the canonical base64url")
    return content
