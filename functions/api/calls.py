"""A call: one HTTP request as an operation wants it, checked at the edge."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from functions.api.errors import KeyMissingError, PersonMissingError, RequestError
from functions.api.wording import problems_of
from functions.composition import services
from miaoban.access.policy import policy
from miaoban.access.principal import Principal
from miaoban.access.resources import Resource
from miaoban.access.routes import Action
from miaoban.canonical import JsonSyntaxError, parse
from miaoban.case.events import Party
from miaoban.catalogue.errors import Problem
from miaoban.evidence.privacy import Private
from miaoban.identifiers import ResidentId
from miaoban.operations.once import Once
from miaoban.operations.services import Services

Model = TypeVar("Model", bound=BaseModel)

LONGEST_BODY = 256 * 1024
LONGEST_KEY = 128
REPLACEMENT = "\N{REPLACEMENT CHARACTER}".encode()
"""What the gateway, which hands bodies on as text, leaves of bytes that are not UTF-8."""


@dataclass(frozen=True)
class Call:
    """One request: who asks what, with which words. `path` and `query` are the gateway's parameters."""

    action: Action
    headers: Mapping[str, str]
    path: Mapping[str, str]
    query: Mapping[str, str]
    raw_body: bytes
    authorizer: Mapping[str, Any] = field(repr=False)
    request: str = ""

    @property
    def services(self) -> Services:
        """The process's services."""
        return services().caused_by(self.request)

    @cached_property
    def principal(self) -> Principal:
        """Who calls, as the authoriser verified it, with the key under which the tables know the person."""
        principal = Principal.read(self.authorizer["principal"])
        person = principal.person
        return principal.known_as(self.services.vault.pseudonym(person.kind, str(person.number))) if person else principal

    @property
    def owner(self) -> str:
        """The key of who calls: the person's pseudonym, or the subject of an official or a system."""
        return self.principal.owner_key or f"subject:{self.principal.subject}"

    def body(self, model: type[Model]) -> Model:
        """The body as a model; raises JsonError, or RequestError listing every problem."""
        if REPLACEMENT in self.raw_body:
            raise JsonSyntaxError("请求内容不是有效的 UTF-8 编码，请以 UTF-8 编码提交。")
        value = parse(self.raw_body, LONGEST_BODY)
        try:
            return model.model_validate(value)
        except ValidationError as error:
            raise RequestError(problems_of(error)) from None

    def once(self, request: Any) -> Once:
        """The request under its Idempotency-Key; raises KeyMissingError."""
        return Once(self.services, self.owner, self.key, {"action": self.action.value, "request": request})

    @property
    def key(self) -> str:
        """The Idempotency-Key; raises KeyMissingError."""
        key = self.headers.get("idempotency-key", "").strip()
        if not 1 <= len(key) <= LONGEST_KEY:
            raise KeyMissingError(f"请在请求头 Idempotency-Key 中给出 1 至 {LONGEST_KEY} 个字符的唯一键，重试时保持不变")
        return key

    @property
    def party(self) -> Party:
        """The person who calls, as a party to a case; raises PersonMissingError."""
        person = self.principal.person
        if person is None:
            raise PersonMissingError("办理事项需要实名身份，请完成实名认证后重新登录")
        return self.party_of(person.number, self.principal.name)

    def party_of(self, number: ResidentId, name: str | None) -> Party:
        """A person as a party to a case: the number only as pseudonym, mask and sealed text."""
        vault = self.services.vault
        pseudonym = vault.pseudonym("111", str(number))
        private = Private(pseudonym=pseudonym, masked=number.masked, sealed=vault.seal(str(number)))
        return Party(owner=pseudonym, name=name, number=private)

    def may(self, resource: Resource) -> bool:
        """Whether the policy permits this call on a resource."""
        return policy().permits(self.principal, self.action, resource)

    def require(self, resource: Resource) -> None:
        """Raise ForbiddenError unless the policy permits this call on a resource."""
        policy().require(self.principal, self.action, resource)

    def refuse(self, pointer: str, code: str, message: str) -> RequestError:
        """The error for one thing that is wrong in the body."""
        return RequestError([Problem(pointer=pointer, code=code, message=message)])
