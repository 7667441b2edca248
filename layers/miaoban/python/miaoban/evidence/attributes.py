"""The attributes of department messages as types: what an id, a sender, a type and a time may look like.

Source: CloudEvents 1.0.2, "Required Attributes"; RFC 3339 for times.
"""

import re
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, AwareDatetime, BeforeValidator
from pydantic import Field as Declared

from miaoban.identifiers import IdentifierError, ResidentId

_SAFE: Final = 2**53 - 1
_TIME: Final = re.compile(r"(?:19|20)\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_RESIDENT: Final = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)", re.ASCII)
_MOBILE: Final = re.compile(r"(?<![0-9A-Za-z])1[3-9]\d{9}(?![0-9A-Za-z])", re.ASCII)


def _rfc3339(value: Any) -> Any:
    if isinstance(value, str) and not _TIME.fullmatch(value):
        raise ValueError("not RFC 3339")
    if not isinstance(value, str | datetime):
        raise ValueError("not a time")  # noqa: TRY004  pydantic turns only ValueError into a problem
    return value


def _impersonal(text: str) -> str:
    if _MOBILE.search(text) or any(_is_resident(found) for found in _RESIDENT.findall(text)):
        raise ValueError("holds a person's number")
    return text


def _is_resident(text: str) -> bool:
    try:
        ResidentId(text.upper())
    except IdentifierError:
        return False
    return True


Moment = Annotated[AwareDatetime, BeforeValidator(_rfc3339)]
EventId = Annotated[str, Declared(pattern=r"^[!-~]{1,100}$"), AfterValidator(_impersonal)]
Sender = Annotated[str, Declared(pattern=r"^/departments/[a-z][a-z0-9-]{0,60}$"), AfterValidator(_impersonal)]
EventType = Annotated[str, Declared(pattern=r"^[a-z][a-z0-9.]{0,99}$"), AfterValidator(_impersonal)]
Code = Annotated[str, Declared(pattern=r"^[a-z][a-z0-9-]{0,60}$")]
Sequence = Annotated[int, Declared(strict=True, ge=1, le=_SAFE)]
