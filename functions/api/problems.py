"""Errors as answers: RFC 9457 problem documents with a stable code and every place that is wrong."""

import json
from collections.abc import Mapping
from typing import Any

from chalice import Response  # type: ignore[attr-defined]

from functions.api.errors import KeyMissingError, PersonMissingError
from miaoban.access.errors import ForbiddenError
from miaoban.canonical import BodyTooLargeError, JsonError
from miaoban.case.errors import CaseErasedError, CaseNotFoundError, CaseStateError
from miaoban.catalogue.errors import (
    EntryNotFoundError,
    FourEyesError,
    MatterNotFoundError,
    ProblemsError,
    ReleaseNotFoundError,
    ReleaseStateError,
    SourceNotFoundError,
)
from miaoban.errors import FinalError, MiaobanError, RetryableError
from miaoban.licence.errors import CredentialError, LicenceErasedError, LicenceNotFoundError, LicenceStateError
from miaoban.models import Frozen
from miaoban.operations.errors import KeyReusedError, NotFoundError, QuotaError
from miaoban.ports import CursorError

STATUSES: tuple[tuple[type[MiaobanError], int], ...] = (
    (BodyTooLargeError, 413),
    (JsonError, 400),
    (KeyMissingError, 400),
    (CursorError, 400),
    (ForbiddenError, 403),
    (PersonMissingError, 403),
    (FourEyesError, 403),
    (MatterNotFoundError, 404),
    (EntryNotFoundError, 404),
    (SourceNotFoundError, 404),
    (CaseNotFoundError, 404),
    (LicenceNotFoundError, 404),
    (ReleaseNotFoundError, 404),
    (NotFoundError, 404),
    (CaseStateError, 409),
    (LicenceStateError, 409),
    (ReleaseStateError, 409),
    (KeyReusedError, 409),
    (CaseErasedError, 410),
    (LicenceErasedError, 410),
    (QuotaError, 409),
    (ProblemsError, 422),
    (CredentialError, 422),
    (RetryableError, 503),
    (FinalError, 422),
)
JSON = "application/problem+json; charset=utf-8"
TITLES = {
    400: "请求格式不正确",
    403: "没有权限",
    404: "没有找到",
    409: "与当前状态冲突",
    410: "已经删除",
    413: "内容过大",
    422: "填写内容需要修改",
    500: "系统内部错误",
    503: "暂时繁忙",
}


class Fault(Frozen):
    """One place that is wrong: where (JSON pointer), a stable code, what to do."""

    pointer: str
    code: str
    message: str


class ProblemDocument(Frozen):
    """What an error answers (RFC 9457): `code` is stable, `detail` is for people, `errors` lists the places."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: tuple[Fault, ...] = ()


def status_of(error: MiaobanError) -> int:
    """The HTTP status of an error."""
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 500)


def problem(error: MiaobanError) -> Response:
    """The answer to an error of ours."""
    status = status_of(error)
    places = [place.model_dump() for place in error.problems] if isinstance(error, ProblemsError) else []
    return _response(status, error.code, str(error), {"errors": places} if places else {})


def unexpected() -> Response:
    """The answer when something broke: nothing about the inside leaves it."""
    return _response(500, "internal-error", "系统内部错误，办理状态没有改变，请稍后用同一个 Idempotency-Key 重试", {})


def _response(status: int, code: str, detail: str, more: Mapping[str, Any]) -> Response:
    document = {
        "type": f"urn:miaoban:problem:{code}",
        "title": TITLES[status],
        "status": status,
        "detail": detail,
        "code": code,
    }
    headers: dict[str, str | list[str]] = {
        "Content-Type": "application/problem+json; charset=utf-8",
        "Cache-Control": "no-store",
    }
    if status == 503:  # noqa: PLR2004 (the status itself is the name)
        headers["Retry-After"] = "1"
    return Response(body=json.dumps({**document, **more}, ensure_ascii=False), status_code=status, headers=headers)
