"""The handler's processor time for one approval, beside the same AWS calls made bare with boto3's own clients."""

import copy
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import boto3

import app as entry
from benchmarks.calls import listening
from benchmarks.clocks import Cost, in_turns
from benchmarks.scenario import Scenario, event, expect_approval
from miaoban.aws.calling import DYNAMODB, KMS, Parameters, service

BUDGET: Final = 2.0
WARM_UP: Final = 20
ROUNDS: Final = 200
_TAIL: Final = 8

Requests = Mapping[str, Parameters]
Call = Callable[[Parameters], object]


@dataclass(frozen=True, slots=True)
class HandlerFigures:
    """What one approval costs, and what its AWS calls cost alone: made with boto3's clients, and as the adapters make them."""

    handler: Cost
    bare: Cost
    ours: Cost

    @property
    def ratio(self) -> float:
        """The handler against boto3's clients."""
        return self.handler.median_ms / self.bare.median_ms


def measure(scene: Scenario, numbers: Iterator[int]) -> HandlerFigures:
    """Let approvals and their bare calls take turns in this warm process."""
    requests = _captured(scene, numbers)
    for _ in range(WARM_UP):
        approve(scene, numbers)
    bare, ours = Bare(requests, _with_boto3()), Bare(requests, _as_adapters_do())
    events = [event(scene, next(numbers)) for _ in range(ROUNDS)]
    acts = (lambda turn: _approve(events[turn]), lambda _: bare.call(), lambda _: ours.call())
    return HandlerFigures(*in_turns(ROUNDS, acts))


def approve(scene: Scenario, numbers: Iterator[int]) -> None:
    """File one application, which must be approved."""
    _approve(event(scene, next(numbers)))


def batch(scene: Scenario, numbers: Iterator[int], approvals: int) -> Cost:
    """The cost of one approval, from some in a row."""
    events = [event(scene, next(numbers)) for _ in range(approvals)]
    return in_turns(approvals, [lambda turn: _approve(events[turn])])[0]


def _approve(request: dict[str, Any]) -> None:
    expect_approval(entry.app(request, None))


def _captured(scene: Scenario, numbers: Iterator[int]) -> Requests:
    """The parameters of the calls of one approval, by operation."""
    approve(scene, numbers)
    captured: dict[str, Parameters] = {}
    with listening(lambda operation, parameters: captured.update({operation: copy.deepcopy(dict(parameters))})):
        approve(scene, numbers)
    return captured


def _with_boto3() -> Mapping[str, Call]:
    dynamodb, kms = boto3.client("dynamodb"), boto3.client("kms")
    return {
        "BatchGetItem": lambda asked: dynamodb.batch_get_item(**asked),
        "Sign": lambda asked: kms.sign(**{**asked, "Message": b64decode(asked["Message"])}),
        "TransactWriteItems": lambda asked: dynamodb.transact_write_items(**asked),
    }


def _as_adapters_do() -> Mapping[str, Call]:
    dynamodb, kms = service(DYNAMODB), service(KMS)
    return {
        "BatchGetItem": lambda asked: dynamodb.call("BatchGetItem", asked),
        "Sign": lambda asked: kms.call("Sign", asked),
        "TransactWriteItems": lambda asked: dynamodb.call("TransactWriteItems", asked),
    }


class Bare:
    """The calls of one approval with nothing around them: same shapes, same sizes, other keys."""

    def __init__(self, requests: Requests, calls: Mapping[str, Call]) -> None:
        self._requests, self._calls = requests, calls
        self._written: dict[str, Any] = copy.deepcopy(dict(requests["TransactWriteItems"]))

    def call(self) -> None:
        """Read, sign, write; the write goes to keys that nobody used."""
        tail, written = uuid4().hex[:_TAIL], self._written
        for action in written["TransactItems"]:
            key = action["Put"]["Item"]["pk"]
            key["S"] = key["S"][:-_TAIL] + tail
        self._calls["BatchGetItem"](self._requests["BatchGetItem"])
        self._calls["Sign"](self._requests["Sign"])
        self._calls["TransactWriteItems"]({**written, "ClientRequestToken": str(uuid4())})
