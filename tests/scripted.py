"""A service that answers by a script: what the emulators of AWS do not do, said in the service's own words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from botocore.exceptions import ClientError
from botocore.model import Shape
from botocore.session import get_session
from botocore.validate import validate_parameters

from miaoban.aws.calling import Dialect, Parameters


@cache
def allowed(service: str, operation: str) -> Shape:
    """The parameters of an operation in AWS's own description."""
    shape = get_session().get_service_model(service).operation_model(operation).input_shape
    assert shape is not None
    return shape


@dataclass
class Scripted:
    """Answers calls in the order of its script; each must be what AWS's model allows, and what the script expects."""

    dialect: Dialect
    script: list[tuple[str, Mapping[str, Any] | Exception, Parameters | None]] = field(default_factory=list)

    def answer(self, operation: str, answer: Mapping[str, Any], asked: Parameters | None = None) -> None:
        """Answer the next call so; `asked` are the parameters that it must have."""
        self.script.append((operation, answer, asked))

    def refuse(self, operation: str, code: str, status: int = 400, **members: Any) -> None:
        """Say no to the next call."""
        told = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": status}}
        self.script.append((operation, ClientError({**members, **told}, operation), None))  # type: ignore[typeddict-item]

    def call(self, operation: str, parameters: Parameters) -> dict[str, Any]:
        """Answer as the script says next."""
        expected, answer, asked = self.script.pop(0)
        assert operation == expected
        if asked is not None:
            assert parameters == asked
        validate_parameters(parameters, allowed(self.dialect.service, operation))
        if isinstance(answer, Exception):
            raise answer
        return dict(answer)

    def done(self) -> bool:
        """Whether nothing of the script is left."""
        return not self.script
