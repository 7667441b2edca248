"""The deployed stack as the tools reach it: its outputs, its clients, its services with the developer's own rights."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

from botocore.session import get_session

from functions.composition import services as composed
from miaoban.operations.services import Services
from tools.ministack import LOCAL, REGION

OUTPUTS = LOCAL / "outputs.json"
ROOT_KEY = "test"


class NotDeployedError(RuntimeError):
    """Raised when there is no deployment to talk to."""


@cache
def outputs() -> dict[str, str]:
    """The stack's outputs, as `make up` wrote them; raises NotDeployedError."""
    if not Path(OUTPUTS).is_file():
        raise NotDeployedError("还没有部署：请先运行 make up")
    found: dict[str, str] = json.loads(Path(OUTPUTS).read_text(encoding="utf-8"))
    return found


def connect() -> dict[str, str]:
    """Point this process's AWS clients at the deployment; what the environment says already stays."""
    told = outputs()
    for name, value in (
        ("AWS_ENDPOINT_URL", told["Endpoint"]),
        ("AWS_DEFAULT_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", ROOT_KEY),
        ("AWS_SECRET_ACCESS_KEY", ROOT_KEY),
    ):
        os.environ.setdefault(name, value)
    return told


def client(service: str) -> Any:
    """A client of one AWS service of the deployment."""
    connect()
    return get_session().create_client(service)


@cache
def services() -> Services:
    """The operations' services over the deployment's tables and keys."""
    told = connect()
    names = {
        "CASE_TABLE": "CaseTableName",
        "RECORD_TABLE": "RecordTableName",
        "CATALOGUE_TABLE": "CatalogueTableName",
        "SECRET": "PepperSecretArn",
        "SIGNING_KEY": "SigningKeyArn",
        "RESUME_QUEUE": "ResumeQueueUrl",
    }
    os.environ.update({setting: told[output] for setting, output in names.items()})
    return composed()
