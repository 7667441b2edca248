"""The handler's processor time for one approval, beside the same AWS calls made bare with boto3's own clients."""

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import boto3

import app as entry
from benchmarks.clocks import Cost, in_turns
from benchmarks.scenario import Scenario, event, expect_approval
from miaoban.aws import clients

BUDGET: Final = 2.0
WARM_UP: Final = 20
ROUNDS: Final = 200
_TAIL: Final = 8

Requests = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class HandlerFigures:
    """What one approval costs, and what its AWS calls cost alone: with boto3's clients, and with our settings of them."""

    handler: Cost
    bare: Cost
    bare_tuned: Cost

    @property
    def ratio(self) -> float:
        """The handler against boto3's clients."""
        return self.handler.median_ms / self.bare.median_ms


def measure(scene: Scenario, numbers: Iterator[int]) -> HandlerFigures:
    """Let approvals and their bare calls take turns in this warm process."""
    requests = _captured(scene, numbers)
    for _ in range(WARM_UP):
        approve(scene, numbers)
    bare = Bare(requests, boto3.client("dynamodb"), boto3.client("kms"))
    tuned = Bare(requests, clients.dynamodb(), clients.kms())
    events = [event(scene, next(numbers)) for _ in range(ROUNDS)]
    acts = (lambda turn: _approve(events[turn]), lambda _: bare.call(), lambda _: tuned.call())
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
    with _capturing() as captured:
        approve(scene, numbers)
    return captured


@contextmanager
def _capturing() -> Iterator[dict[str, Mapping[str, Any]]]:
    captured: dict[str, Mapping[str, Any]] = {}

    def keep(params: Mapping[str, Any], model: Any, **_: Any) -> None:
        captured[model.name] = copy.deepcopy(params)

    hooks = [client.meta.events for client in (clients.dynamodb(), clients.kms())]
    for hook in hooks:
        hook.register("provide-client-params", keep)
    try:
        yield captured
    finally:
        for hook in hooks:
            hook.unregister("provide-client-params", keep)


class Bare:
    """The calls of one approval with nothing around them: same shapes, same sizes, other keys."""

    def __init__(self, requests: Requests, dynamodb: Any, kms: Any) -> None:
        self._requests, self._dynamodb, self._kms = requests, dynamodb, kms
        self._written = copy.deepcopy(dict(requests["TransactWriteItems"]))

    def call(self) -> None:
        """Read, sign, write; the write goes to keys that nobody used."""
        tail, written = uuid4().hex[:_TAIL], self._written
        for action in written["TransactItems"]:
            key = action["Put"]["Item"]["pk"]
            key["S"] = key["S"][:-_TAIL] + tail
        self._dynamodb.batch_get_item(**self._requests["BatchGetItem"])
        self._kms.sign(**self._requests["Sign"])
        self._dynamodb.transact_write_items(**{**written, "ClientRequestToken": str(uuid4())})
