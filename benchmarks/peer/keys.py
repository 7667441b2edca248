"""Keys, tokens and signatures: ES256 throughout, keys loaded once."""

import hashlib
import os
import time
from dataclasses import dataclass
from typing import Any, Final, Self

import rfc8785
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from benchmarks.peer.errors import TokenError

ISSUER: Final = "peer-identity"
AUDIENCE: Final = "peer-filing"
CLAIMS: Final = jwt.JWTClaimsRegistry(
    iss={"essential": True, "value": ISSUER},
    aud={"essential": True, "value": AUDIENCE},
    sub={"essential": True},
    roles={"essential": True},
    exp={"essential": True},
)
SIGNATURE: Final = ec.ECDSA(hashes.SHA256())
TOKEN_SECONDS: Final = 3600


@dataclass(frozen=True, slots=True)
class Identity:
    """Who calls: the account, and the roles that the identity provider gave it."""

    account: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Keys:
    """The identity provider's public key and this service's signing key."""

    verifying: ECKey
    signing: ec.EllipticCurvePrivateKey

    @classmethod
    def from_environment(cls) -> Self:
        """Load PEER_TOKEN_KEY (public PEM) and PEER_SIGNING_KEY (private PEM)."""
        signing = serialization.load_pem_private_key(os.environ["PEER_SIGNING_KEY"].encode(), None)
        if not isinstance(signing, ec.EllipticCurvePrivateKey):
            raise TypeError("PEER_SIGNING_KEY must be an EC private key")
        return cls(ECKey.import_key(os.environ["PEER_TOKEN_KEY"]), signing)

    def identity(self, authorization: str) -> Identity:
        """Return who a bearer token names, or raise TokenError."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise TokenError("请先登录")
        try:
            claims = jwt.decode(token, self.verifying, algorithms=["ES256"]).claims
            CLAIMS.validate(claims)
        except (JoseError, ValueError) as error:
            raise TokenError("登录已失效，请重新登录") from error
        return Identity(str(claims["sub"]), frozenset(claims["roles"]))

    def sign(self, message: bytes) -> bytes:
        """Sign with ECDSA P-256 and SHA-256, DER encoded."""
        return self.signing.sign(message, SIGNATURE)


def issue_token(key: ECKey, account: str) -> str:
    """Issue a bearer token as the identity provider would."""
    expires = int(time.time()) + TOKEN_SECONDS
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": account, "roles": ["applicant"], "exp": expires}
    return jwt.encode({"alg": "ES256"}, claims, key)


def canonical(value: Any) -> bytes:
    """Return the canonical JSON (RFC 8785)."""
    return rfc8785.dumps(value)


def digest(message: bytes) -> str:
    """Return the SHA-256 in hexadecimal."""
    return hashlib.sha256(message).hexdigest()
