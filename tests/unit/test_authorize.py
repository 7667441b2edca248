"""The authoriser: real signatures, an issuer that rotates its keys, and the policy that the gateway gets."""

import base64
import hashlib
import hmac
import io
import json
import logging
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from email.message import Message
from itertools import chain, combinations
from pathlib import Path
from typing import IO, Any, Self
from urllib.request import BaseHandler, OpenerDirector, Request
from urllib.response import addinfourl

import pytest
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry, serialize_compact
from pydantic import ValidationError

from functions.authorize import handler as entry
from functions.authorize.answer import statements
from functions.authorize.keys import (
    LARGEST,
    MAX_AGE,
    PAUSE,
    STALE,
    Keys,
    KeysUnavailableError,
    fetch,
    opener,
    read_keys,
    source,
)
from functions.authorize.settings import Settings
from functions.authorize.tokens import LONGEST, bearer
from miaoban.access.errors import TokenError, TokenForeignError, TokenMissingError
from miaoban.access.policy import policy
from miaoban.access.principal import Person, Principal, Role
from miaoban.access.resources import Resource
from miaoban.access.routes import PROTECTED, Action, Route
from miaoban.identifiers import RegionCode, ResidentId, Uscc
from tools import issuer
from tools import token as command
from tools.issuer import PERSONAS, jwks, mint

ROOT = Path(__file__).resolve().parents[2]
EVENTS = ROOT / "events" / "authorize"
ISSUER, AUDIENCE, SKEW = "https://issuer.example", "miaoban", 60
NUMBER = "211281200203019007"
STAGE = "arn:aws:execute-api:us-east-1:000000000000:a1b2c3d4e5/v1"
NOW = datetime.fromisoformat("2026-03-02T09:30:00+08:00").timestamp()
SAMPLE_KEY = {
    "kty": "EC",
    "crv": "P-256",
    "x": "LVfQkUJJ57LfCcTJnh7YanLcd835QzbNARJctrhVPso",
    "y": "rMlhwS0PhLexV9oT1S7V5CkXQnY5KV9EMI4X_Du3u8g",
    "kid": "sample-2026",
    "use": "sig",
    "alg": "ES256",
}
"""The public part of the key that signed events/authorize/*.json; the private part is gone."""

EC = ECKey.generate_key("P-256", {"kid": "ec"})
EC_NEXT = ECKey.generate_key("P-256", {"kid": "ec-next"})
EC_FALSE = ECKey.generate_key("P-256", {"kid": "ec"})
EC_WIDE = ECKey.generate_key("P-384", {"kid": "ec-wide"})
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
RSA_PSS = RSAKey.import_key({**RSA.as_dict(private=True), "kid": "rsa-pss", "alg": "PS256"})
ED = OKPKey.generate_key("Ed25519", {"kid": "ed"})
ENCRYPTION = ECKey.generate_key("P-256", {"kid": "enc", "use": "enc"})
NAMELESS = ECKey.generate_key("P-256")

Claims = dict[str, Any]


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Issuer:
    """An issuer that publishes keys, counts who asks, and can be out of reach."""

    def __init__(self, *keys: Key) -> None:
        self.keys, self.asked, self.reachable = keys, 0, True

    def __call__(self) -> str:
        self.asked += 1
        if not self.reachable:
            raise KeysUnavailableError("out of reach")
        return document(*self.keys)


def document(*keys: Key) -> str:
    return json.dumps({"keys": [key.as_dict(private=False) for key in keys]})


def settings(jwks: str = "https://issuer.example/keys", **more: object) -> Settings:
    return Settings.model_validate({"ISSUER": ISSUER, "AUDIENCE": AUDIENCE, "JWKS": jwks} | more)


def claims(**more: object) -> Claims:
    standard = {"iss": ISSUER, "aud": AUDIENCE, "iat": NOW - 10, "nbf": NOW - 10, "exp": NOW + 600}
    person = {"sub": "c-1", "roles": ["applicant"], "real_name": {"kind": "111", "number": NUMBER}}
    return {name: value for name, value in (standard | person | more).items() if value is not None}


def sign(given: object, key: Key = EC, alg: str = "ES256", **header: object) -> str:
    registry = JWSRegistry(algorithms=[alg], strict_check_header=False)
    protected = {name: value for name, value in ({"alg": alg, "kid": key.kid} | header).items() if value is not None}
    return serialize_compact(protected, json.dumps(given), key, registry=registry)


def encode(part: object) -> str:
    return base64.urlsafe_b64encode(part if isinstance(part, bytes) else json.dumps(part).encode()).decode().rstrip("=")


def by_hand(header: Claims, given: Claims, signature: Callable[[bytes], bytes] = lambda _: b"") -> str:
    """Make a token that no library would."""
    signed = f"{encode(header)}.{encode(given)}"
    return f"{signed}.{encode(signature(signed.encode()))}"


def shared_secret(signed: bytes) -> bytes:
    """Sign with the published key as if it were a shared secret (RFC 8725 section 2.1)."""
    return hmac.new(EC.as_pem(private=False), signed, hashlib.sha256).digest()


def event(token: str) -> Claims:
    return {"type": "TOKEN", "authorizationToken": f"Bearer {token}", "methodArn": f"{STAGE}/GET/v1/cases"}


def authorize(given: Mapping[str, Any], *keys: Key, clock: Clock | None = None) -> Claims:
    return entry.make(settings(), Issuer(*(keys or (EC, RSA, ED, EC_WIDE, RSA_PSS))), clock or Clock())(given)


@pytest.mark.parametrize(("key", "alg"), [(EC, "ES256"), (RSA, "RS256")])
def test_a_good_token_becomes_a_principal(key: Key, alg: str) -> None:
    answer = authorize(event(sign(claims(), key, alg)))
    principal = Principal.read(answer["context"]["principal"])
    assert answer["principalId"] == principal.subject == "c-1"
    assert principal.person == Person(number=ResidentId(NUMBER))


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_edwards_curves_are_accepted_under_their_old_name() -> None:
    assert authorize(event(sign(claims(), ED, "EdDSA")))["principalId"] == "c-1"


ACCEPTED = [
    (claims(exp=NOW - SKEW + 1), "expired within the skew"),
    (claims(nbf=NOW + SKEW), "not yet valid within the skew"),
    (claims(iat=NOW + SKEW), "issued in the future within the skew"),
    (claims(exp=NOW + 0.5), "times may have fractions (RFC 7519 section 2)"),
    (claims(nbf=None, iat=None), "nbf and iat are optional"),
    (claims(aud=["other", AUDIENCE]), "one audience of several"),
    (claims(scope="openid", azp="app"), "claims that are not ours"),
]
REFUSED = [
    (claims(exp=NOW - SKEW), "token-expired", "expired beyond the skew"),
    (claims(exp=NOW - 1_000_000), "token-expired", "long expired"),
    (claims(nbf=NOW + SKEW + 1), "token-early", "not yet valid beyond the skew"),
    (claims(iat=NOW + SKEW + 1), "token-early", "issued in the future beyond the skew"),
    (claims(iss="https://issuer.example.attacker"), "token-foreign", "another issuer"),
    (claims(iss=ISSUER + "/"), "token-foreign", "an issuer is compared exactly"),
    (claims(aud="other"), "token-foreign", "another audience"),
    (claims(aud=[]), "token-foreign", "no audience"),
    (claims(aud="miaoban-staging"), "token-foreign", "an audience is compared whole"),
    (claims(iss=None), "token-claims", "no issuer"),
    (claims(aud=None), "token-claims", "no audience at all"),
    (claims(exp=None), "token-claims", "valid for ever"),
    (claims(exp=str(NOW + 600)), "token-claims", "a time that is a text"),
    (claims(exp=True), "token-claims", "a time that is a truth"),
    (claims(exp=float("inf")), "token-claims", "valid to infinity, which Python's JSON writes"),
    (claims(nbf="soon"), "token-claims", "a time that is a text"),
    (claims(iss=[ISSUER]), "token-claims", "an issuer that is a list"),
    (claims(aud={"miaoban": True}), "token-claims", "an audience that is an object"),
    (claims(roles=None), "token-claims", "no role"),
    (claims(roles=["king"]), "token-claims", "a role that does not exist"),
    (claims(roles="applicant"), "token-claims", "roles of another type"),
    (claims(real_name=None), "token-claims", "an applicant who is not known by name"),
    (["applicant"], "token-invalid", "a payload that is a list"),
    ("applicant", "token-invalid", "a payload that is a text"),
]


@pytest.mark.parametrize(("given", "reason"), ACCEPTED)
def test_claims_that_are_accepted(given: Claims, reason: str) -> None:
    assert authorize(event(sign(given)))["principalId"] == "c-1", reason


@pytest.mark.parametrize(("given", "code", "reason"), REFUSED)
def test_claims_that_are_refused(given: Claims, code: str, reason: str) -> None:
    with pytest.raises(TokenError) as refusal:
        authorize(event(sign(given)))
    assert refusal.value.code == code, reason


GOOD = sign(claims())
HEAD, BODY, TAIL = GOOD.split(".")
FORGED = [
    (by_hand({"alg": "none"}, claims()), "token-invalid", "alg none"),
    (by_hand({"alg": "none", "kid": "ec"}, claims()), "token-invalid", "alg none with a known key"),
    (by_hand({"alg": "None", "kid": "ec"}, claims()), "token-invalid", "alg none in other letters"),
    (by_hand({"alg": "HS256", "kid": "ec"}, claims(), shared_secret), "token-invalid", "the public key as a secret"),
    (sign(claims(), OctKey.generate_key(256, {"kid": "ec"}), "HS256"), "token-invalid", "a shared secret"),
    (sign(claims(), EC_FALSE), "token-invalid", "another key under a known id"),
    (sign(claims(), EC_NEXT), "token-foreign", "an unknown key"),
    (sign(claims(), EC_NEXT, jwk=EC_NEXT.as_dict(private=False)), "token-foreign", "a key that the token brings along"),
    (sign(claims(), EC, kid=None), "token-invalid", "no key named"),
    (by_hand({"alg": "ES256", "kid": 7}, claims()), "token-invalid", "a key id that is a number"),
    (by_hand({"alg": "ES256", "kid": ["ec"]}, claims()), "token-invalid", "a key id that is a list"),
    (by_hand({"alg": ["ES256"], "kid": "ec"}, claims()), "token-invalid", "an algorithm that is a list"),
    (by_hand({"kid": "ec"}, claims()), "token-invalid", "no algorithm"),
    (sign(claims(), EC_WIDE, "ES384"), "token-invalid", "an algorithm that is not on the list"),
    (
        by_hand({"alg": "ES256", "kid": "ec-wide"}, claims(), lambda _: bytes(64)),
        "token-invalid",
        "a key of another curve",
    ),
    (by_hand({"alg": "ES256", "kid": "rsa"}, claims(), lambda _: bytes(64)), "token-invalid", "a key of another type"),
    (sign(claims(), RSA, "RS256", kid="rsa-pss"), "token-invalid", "a key that is meant for another algorithm"),
    (by_hand({"alg": "ES256", "kid": "ec", "crit": ["x"], "x": 1}, claims()), "token-invalid", "an unknown crit"),
    (f"{HEAD}.{encode(claims(roles=['steward']))}.{TAIL}", "token-invalid", "claims changed after signing"),
    (f"{HEAD}.{BODY}.", "token-invalid", "the signature taken off"),
    (f"{HEAD}.{BODY}.{encode(bytes(64))}", "token-invalid", "an all-zero signature (CVE-2022-21449)"),
    (f"{HEAD}.{BODY}.{TAIL[:-4]}", "token-invalid", "the signature cut short"),
    (f"{HEAD}.{BODY}", "token-invalid", "two parts"),
    (f"{GOOD}.{TAIL}", "token-invalid", "four parts"),
    (f"{encode(b'[]')}.{BODY}.{TAIL}", "token-invalid", "a header that is a list"),
    (f"{encode(b'nothing')}.{BODY}.{TAIL}", "token-invalid", "a header that is not JSON"),
    (f"{encode(b'[' * 4000)}.{BODY}.{TAIL}", "token-invalid", "a deep header"),
    ("not.a.token", "token-invalid", "not a token"),
    ("...", "token-invalid", "dots"),
    ("x" * (LONGEST + 1), "token-invalid", "a huge token"),
]


@pytest.mark.parametrize(("token", "code", "reason"), FORGED)
def test_tokens_that_are_refused(token: str, code: str, reason: str) -> None:
    with pytest.raises(TokenError) as refusal:
        authorize(event(token))
    assert refusal.value.code == code, reason
    assert token not in str(refusal.value)


def test_headers_that_an_issuer_may_add_are_passed_over() -> None:
    assert authorize(event(sign(claims(), EC, typ="at+jwt", nonce="n")))["principalId"] == "c-1"


@pytest.mark.parametrize(
    ("header", "error", "reason"),
    [
        (None, TokenMissingError, "no header"),
        ("", TokenMissingError, "an empty header"),
        ("   ", TokenMissingError, "blanks"),
        (7, TokenMissingError, "not a text"),
        ("Bearer", TokenError, "a scheme without a token"),
        (GOOD, TokenError, "a token without a scheme"),
        (f"Basic {GOOD}", TokenError, "another scheme"),
        (f"Bearer {GOOD} {GOOD}", TokenError, "two tokens"),
        (f"Bearer\t{GOOD}", TokenError, "a tab"),
        (f"Bearer {GOOD}\n", None, "white space around is not the token's"),
        (f"bearer {GOOD}", None, "a scheme has no case (RFC 9110 section 11.1)"),
        ("Bearer 令牌", TokenError, "not ASCII"),
    ],
)
def test_authorization_headers(header: object, error: type[TokenError] | None, reason: str) -> None:
    if error is None:
        assert bearer(header) == GOOD, reason
        return
    with pytest.raises(TokenError) as refusal:
        bearer(header)
    assert type(refusal.value) is error, reason


def test_rotation_fetches_once_for_a_new_key() -> None:
    publisher, clock = Issuer(EC), Clock()
    keys = Keys(publisher, clock)
    keys.find("ec")
    publisher.keys = (EC, EC_NEXT)
    clock.now += PAUSE
    assert keys.find("ec-next").kid == "ec-next"
    assert keys.find("ec").kid == "ec"
    assert publisher.asked == 2


def test_unknown_keys_fetch_at_most_once_in_a_while() -> None:
    publisher, clock = Issuer(EC), Clock()
    keys = Keys(publisher, clock)
    for _ in range(100):
        with pytest.raises(TokenForeignError):
            keys.find("guess")
    assert publisher.asked == 1
    clock.now += PAUSE
    for _ in range(100):
        with pytest.raises(TokenForeignError):
            keys.find("guess")
    assert publisher.asked == 2


def test_a_withdrawn_key_stops_working_when_keys_are_old() -> None:
    publisher, clock = Issuer(EC), Clock()
    keys = Keys(publisher, clock)
    keys.find("ec")
    publisher.keys = (EC_NEXT,)
    clock.now += MAX_AGE
    assert keys.find("ec").kid == "ec"
    clock.now += 1
    with pytest.raises(TokenForeignError):
        keys.find("ec")


def test_known_keys_outlast_a_short_absence_of_the_issuer() -> None:
    publisher, clock = Issuer(EC), Clock()
    keys = Keys(publisher, clock)
    keys.find("ec")
    publisher.reachable = False
    clock.now += STALE
    assert keys.find("ec").kid == "ec"
    assert keys.find("ec").kid == "ec"
    assert publisher.asked == 2
    clock.now += PAUSE
    with pytest.raises(KeysUnavailableError):
        keys.find("ec")
    publisher.reachable = True
    assert keys.find("ec").kid == "ec"


def test_without_keys_each_request_asks_again() -> None:
    publisher = Issuer(EC)
    keys = Keys(publisher, Clock())
    publisher.reachable = False
    with pytest.raises(KeysUnavailableError):
        keys.find("ec")
    publisher.reachable = True
    assert keys.find("ec").kid == "ec"


def test_a_key_set_is_read_for_its_signature_keys() -> None:
    shared = {"kty": "oct", "kid": "shared", "k": "c2VjcmV0"}
    future = {"kty": "AKP", "kid": "future"}
    entries = [*json.loads(document(EC, ENCRYPTION))["keys"], NAMELESS.as_dict(private=False), shared, future]
    assert list(read_keys(json.dumps({"keys": entries}))) == ["ec"]


@pytest.mark.parametrize(
    "given",
    [
        "",
        "{}",
        "[]",
        "null",
        '{"keys": []}',
        '{"keys": 1}',
        '{"keys": ["x"]}',
        '{"keys": [{"kty": ["EC"]}]}',
        '{"keys": [{"kty": "EC", "kid": "x", "crv": "P-256", "x": "AA", "y": "AA"}]}',
        "<html>",
        "[" * 9999,
    ],
)
def test_what_is_not_a_key_set(given: str) -> None:
    with pytest.raises(KeysUnavailableError):
        read_keys(given)


class Web:
    """A web that answers each URL with these bytes, or fails; it has no sockets."""

    def __init__(self, content: bytes | OSError) -> None:
        self.content, self.asked = content, 0

    def open(self, fullurl: str, *, timeout: float) -> IO[bytes]:
        assert fullurl
        assert timeout > 0
        self.asked += 1
        if isinstance(self.content, OSError):
            raise self.content
        return io.BytesIO(self.content)


def test_keys_are_fetched() -> None:
    assert fetch("https://issuer.example/keys", Web(b"{}")) == "{}"
    assert fetch("http://127.0.0.1:8080/keys", Web(b"{}")) == "{}"
    assert len(fetch("https://issuer.example/keys", Web(b" " * LARGEST))) == LARGEST


@pytest.mark.parametrize(
    ("url", "content", "asked", "reason"),
    [
        ("https://issuer.example/keys", TimeoutError(), 1, "no answer in time"),
        ("https://issuer.example/keys", b" " * (LARGEST + 1), 1, "an answer without end"),
        ("http://issuer.example/keys", b"{}", 0, "no encryption"),
        ("http://127.0.0.1.attacker.example/keys", b"{}", 0, "only looks like the loopback"),
        ("file:///etc/hostname", b"{}", 0, "not the web"),
        ("https:///keys", b"{}", 0, "no host"),
        ("https://user:word@issuer.example/keys", b"{}", 0, "credentials in a URL end up in logs"),
    ],
)
def test_keys_that_are_not_fetched(url: str, content: bytes | OSError, asked: int, reason: str) -> None:
    web = Web(content)
    with pytest.raises(KeysUnavailableError):
        fetch(url, web)
    assert web.asked == asked, reason


class Elsewhere(BaseHandler):
    """A server that sends everybody to another place, without sockets."""

    handler_order = 100

    def __init__(self, place: str) -> None:
        self.place, self.asked = place, list[str]()

    def https_open(self, asked: Request) -> addinfourl:
        self.asked.append(asked.full_url)
        headers = Message()
        headers["Location"] = self.place
        answer = addinfourl(io.BytesIO(b"{}"), headers, asked.full_url, 302)
        answer.msg = "Found"  # type: ignore[attr-defined]  # urllib's own handlers set it too
        return answer

    http_open = https_open


@pytest.mark.parametrize("place", ["http://issuer.example/keys", "https://attacker.example/keys", "file:///etc/hostname"])
def test_redirects_are_not_followed(place: str) -> None:
    through, server = opener(), Elsewhere(place)
    assert isinstance(through, OpenerDirector)
    through.add_handler(server)
    with pytest.raises(KeysUnavailableError):
        fetch("https://issuer.example/keys", through)
    assert server.asked == ["https://issuer.example/keys"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"JWKS": "http://issuer.example/keys"}, "no encryption"),
        ({"JWKS": "issuer.example"}, "not a URL"),
        ({"JWKS": '{"keys": []}'}, "no keys"),
        ({"JWKS": "{"}, "not JSON"),
        ({"JWKS": json.dumps({"keys": [EC.as_dict(private=True)]})}, "a private key"),
        ({"JWKS": '{"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}'}, "a shared secret"),
        ({"ISSUER": ""}, "no issuer"),
        ({"AUDIENCE": ""}, "no audience"),
        ({"CLOCK_SKEW": "3600"}, "a skew of an hour is no skew"),
        ({"CLOCK_SKEW": "-1"}, "a skew backwards"),
    ],
)
def test_settings_that_are_refused(changes: dict[str, str], reason: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        settings(**changes)
    assert "c2VjcmV0" not in str(refusal.value), reason


def test_settings_have_a_skew_of_a_minute() -> None:
    assert settings().clock_skew == SKEW
    assert settings(CLOCK_SKEW="5").clock_skew == 5


def permits(found: list[Claims], arn: str) -> bool:
    """Evaluate statements as IAM does: `*` matches anything, slashes too, and a Deny wins."""
    effects = {
        statement["Effect"]
        for statement in found
        for pattern in statement["Resource"]
        if re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), arn)
    }
    return effects == {"Allow"}


def caller(roles: Collection[Role]) -> Principal:
    person = Person(number=ResidentId(NUMBER))
    told = {"department": "d", "region": RegionCode("211281"), "acts_for": (Uscc("91211281MAXX000158"),)}
    return Principal(subject="s", roles=tuple(roles), person=person, **told)


def arn_of(route: Route) -> str:
    return f"{STAGE}/{route.method}" + re.sub(r"\{\w+\}", "0f9a-7", route.path)


SUBSETS = list(chain.from_iterable(combinations(Role, size) for size in range(1, len(Role) + 1)))


def test_the_gateway_lets_through_exactly_what_cedar_permits() -> None:
    for roles in SUBSETS:
        permitted = policy().permitted(caller(roles), [route.action for route in PROTECTED], Resource.route())
        found = statements(STAGE, permitted)
        assert {route.action for route in PROTECTED if permits(found, arn_of(route))} == permitted, roles


def test_a_window_reads_a_case_but_not_its_receipt() -> None:
    found = statements(STAGE, {Action.READ_CASE, Action.READ_TIMELINE})
    assert permits(found, f"{STAGE}/GET/v1/cases/1")
    assert not permits(found, f"{STAGE}/GET/v1/cases/1/receipt")
    assert not permits(found, f"{STAGE}/GET/v1/cases")


def test_a_role_without_routes_is_let_in_nowhere() -> None:
    assert statements(STAGE, ()) == [{"Effect": "Deny", "Action": "execute-api:Invoke", "Resource": [f"{STAGE}/*"]}]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    written = io.StringIO()
    tap = logging.StreamHandler(written)
    tap.setFormatter(entry.logger.registered_formatter)
    entry.logger.addHandler(tap)
    yield written
    logging.getLogger("authorize").removeHandler(tap)


def sample(name: str) -> Claims:
    found: Claims = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def samples_authorizer() -> entry.Authorizer:
    given = settings(json.dumps({"keys": [SAMPLE_KEY]}))
    return entry.make(given, lambda: given.jwks, Clock())


def test_the_sample_event_is_answered(log: io.StringIO) -> None:
    answer = entry.guarded(samples_authorizer, sample("ok"))
    assert permits(answer["policyDocument"]["Statement"], sample("ok")["methodArn"])
    assert log.getvalue() == ""


@pytest.mark.parametrize(
    ("name", "code"), [("expired", "token-expired"), ("malformed", "token-invalid"), ("missing", "token-missing")]
)
def test_the_other_sample_events_are_refused(name: str, code: str, log: io.StringIO) -> None:
    with pytest.raises(entry.UnauthorizedError, match=r"^Unauthorized$"):
        entry.guarded(samples_authorizer, sample(name))
    line = json.loads(log.getvalue())
    assert (line["level"], line["code"]) == ("WARNING", code)


@pytest.mark.parametrize("given", [{}, {"methodArn": None}, {"authorizationToken": f"Bearer {GOOD}"}, [], None])
def test_whatever_fails_nobody_gets_in(given: Any, log: io.StringIO) -> None:
    with pytest.raises(entry.UnauthorizedError):
        entry.guarded(lambda: authorize, given)
    assert not [secret for secret in (GOOD, NUMBER, TAIL) if secret in log.getvalue()]


def test_refusals_log_neither_token_nor_number(log: io.StringIO) -> None:
    token = sign(claims(real_name={"kind": "111", "number": NUMBER[:-1] + "0"}))
    with pytest.raises(entry.UnauthorizedError) as refusal:
        entry.guarded(lambda: authorize, event(token))
    assert refusal.value.__cause__ is None
    assert not [secret for secret in (token, NUMBER[:-1]) if secret in log.getvalue()]


class Environment:
    """The environment of the handler, for the length of a test."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        entry.authorizer.cache_clear()

    def set(self, **values: str) -> Self:
        for name, value in values.items():
            self._patch.setenv(name, value)
        return self


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[Environment]:
    yield Environment(monkeypatch)
    entry.authorizer.cache_clear()


def test_the_handler_reads_its_environment_on_first_use(environment: Environment) -> None:
    environment.set(ISSUER=ISSUER, AUDIENCE=AUDIENCE, JWKS=document(EC))
    token = sign(claims(iat=None, nbf=None, exp=4_000_000_000))
    assert entry.handler(event(token), None)["principalId"] == "c-1"


def test_the_handler_refuses_in_an_empty_environment(environment: Environment, log: io.StringIO) -> None:
    environment.set(ISSUER="", AUDIENCE="", JWKS="")
    with pytest.raises(entry.UnauthorizedError):
        entry.handler(event(GOOD), None)
    assert json.loads(log.getvalue())["error"] == "ValidationError"


@pytest.mark.parametrize("role", PERSONAS)
def test_the_local_issuer_mints_tokens_for_its_personas(role: str, tmp_path: Path) -> None:
    path = tmp_path / "new" / "issuer.json"
    given = settings(json.dumps(jwks(path)), ISSUER=issuer.ISSUER, AUDIENCE=issuer.AUDIENCE)
    answer = entry.make(given, source(given), time.time)(event(mint(role, path=path)))
    assert Principal.read(answer["context"]["principal"]).roles == (PERSONAS[role].role,)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["issuer.json"]


def test_a_minted_token_may_lack_or_change_a_claim(tmp_path: Path) -> None:
    path = tmp_path / "issuer.json"
    given = settings(json.dumps(jwks(path)), ISSUER=issuer.ISSUER, AUDIENCE=issuer.AUDIENCE)
    authorizer = entry.make(given, source(given), time.time)
    answer = authorizer(event(mint("supervisor", path=path, region="211281")))
    assert Principal.read(answer["context"]["principal"]).region == RegionCode("211281")
    with pytest.raises(TokenError, match="region"):
        authorizer(event(mint("supervisor", path=path, region=None)))
    with pytest.raises(TokenError, match="过期"):
        authorizer(event(mint("supervisor", path=path, hours=-1)))


@pytest.mark.parametrize(
    "arguments", [["king"], ["applicant", "--person", "211281200203019000"], ["officer", "--region", "2112"]]
)
def test_the_token_command_refuses_in_one_sentence(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(arguments) == 2
    written = capsys.readouterr()
    assert written.out == ""
    assert len(written.err.splitlines()) == 1


def test_the_module_imports_with_an_empty_environment_and_little_else() -> None:
    path = os.pathsep.join((str(ROOT), str(ROOT / "layers/miaoban/python")))
    heavy = "{'boto3', 'urllib.request', 'joserfc.jwe', 'joserfc.jwt', 'http.client', 'asyncio'}"
    script = f"import sys, functions.authorize.handler; print(sorted({heavy} & sys.modules.keys()))"
    done = subprocess.run(  # noqa: S603 - this interpreter
        [sys.executable, "-c", script], env={"PYTHONPATH": path}, capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"
