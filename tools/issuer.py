"""The local identity provider: an EC P-256 key, its key set, and tokens for the callers of the demo and the tests."""

import json
import os
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from joserfc.jwk import ECKey
from joserfc.jws import serialize_compact

from miaoban.access.principal import Role
from miaoban.identifiers.checks import resident_check

KEY_FILE: Final = Path(__file__).resolve().parent.parent / ".local" / "issuer.json"
ISSUER: Final = "https://issuer.miaoban.example"
AUDIENCE: Final = "miaoban"
HOURS: Final = 8.0


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody who calls: a role and the claims of the token, the standard ones aside."""

    role: Role
    claims: Mapping[str, Any] = field(default_factory=dict)


def resident(birthday: str, sequence: str, area: str = "211281") -> str:
    """Return a synthetic citizen's number (GB 11643-1999) with its check character; never pair it with a real name."""
    body = area + birthday + sequence
    return body + resident_check(body)


def real_name(number: str) -> dict[str, str]:
    """Return the real-name claim for a citizen's number; 111 is 居民身份证."""
    return {"kind": "111", "number": number}


def _citizen(subject: str, name: str, number: str) -> Persona:
    return Persona(Role.APPLICANT, {"sub": subject, "name": name, "real_name": real_name(number)})


def _staff(role: Role, subject: str, name: str, **attributes: str) -> Persona:
    return Persona(role, {"sub": subject, "name": name, **attributes})


LEGAL_REPRESENTATIVE: Final = resident("19900101", "901")
AGENT: Final = resident("19880315", "902")
STRANGER: Final = resident("19790620", "903")
_GRAIN: Final = {"department": "grain-reserve", "region": "211281"}

PERSONAS: Final[Mapping[str, Persona]] = {
    # the legal representative of the sample enterprise 91211281MAXX000158
    "applicant": _citizen("citizen-901", "示例法定代表人", LEGAL_REPRESENTATIVE),
    # another person, who files for that enterprise
    "agent": _citizen("citizen-902", "示例经办人", AGENT),
    # a person who has to do with neither
    "stranger": _citizen("citizen-903", "示例他人", STRANGER),
    # two officers of the county's grain bureau (调兵山), for what needs four eyes
    "officer": _staff(Role.OFFICER, "officer-1", "示例审批人甲", **_GRAIN),
    "officer-2": _staff(Role.OFFICER, "officer-2", "示例审批人乙", **_GRAIN),
    # supervision of the city (铁岭), which holds the county
    "supervisor": _staff(Role.SUPERVISOR, "supervisor-1", "示例监察员", region="211200"),
    "window": _staff(Role.WINDOW, "window-1", "示例窗口人员", region="211281"),
    "department": Persona(Role.DEPARTMENT, {"sub": "system-market-regulation", "department": "market-regulation"}),
    # an institution that audits, measures or inspects, and uploads what others need of it
    "intermediary": Persona(
        Role.INTERMEDIARY, {"sub": "institution-1", "name": "示例检验检测机构", "acts_for": ["91211281MAXX000158"]}
    ),
    # two stewards of the catalogue, for what needs four eyes
    "steward": _staff(Role.STEWARD, "steward-1", "示例事项管理员甲"),
    "steward-2": _staff(Role.STEWARD, "steward-2", "示例事项管理员乙"),
}
"""The default callers, by the word that `python -m tools.token` takes; all names and numbers are made up."""


def jwks(path: Path = KEY_FILE) -> dict[str, Any]:
    """Return the public key set (RFC 7517) of the local issuer; makes the key on first use."""
    return {"keys": [_key(path).as_dict(private=False, alg="ES256", use="sig")]}


def mint(role: str, *, path: Path = KEY_FILE, hours: float = HOURS, **claims: Any) -> str:
    """Return a signed token for a persona or a plain role; `claims` replace or add, and None takes one away.

    Raises `ValueError` for a role that is not known.
    """
    persona = PERSONAS.get(role)
    if persona is None:
        raise ValueError(f"unknown role {role!r}; choose one of {', '.join(PERSONAS)}")
    now = int(time.time())
    standard = {"iss": ISSUER, "aud": AUDIENCE, "iat": now, "nbf": now, "exp": now + int(hours * 3600)}
    given = {**standard, "jti": str(uuid4()), "roles": [str(persona.role)], **persona.claims, **claims}
    key = _key(path)
    payload = json.dumps({name: value for name, value in given.items() if value is not None}, ensure_ascii=False)
    return serialize_compact({"alg": "ES256", "typ": "JWT", "kid": key.kid}, payload, key)


def _key(path: Path) -> ECKey:
    if not path.exists():
        _make(path)
    return ECKey.import_key(json.loads(path.read_text(encoding="utf-8")))


def _make(path: Path) -> None:
    key = ECKey.generate_key("P-256", auto_kid=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    # mkstemp makes the file for its owner alone (0600); the link fails if another process was first: its key holds
    handle, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(key.as_dict(private=True), file)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()
