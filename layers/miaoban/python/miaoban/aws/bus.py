"""The bus on EventBridge: events in batches of ten, failures by position."""

from collections.abc import Iterable, Mapping

from miaoban.aws.calling import EVENTS, Caller, service
from miaoban.aws.failures import translated
from miaoban.aws.pacing import rounds
from miaoban.messages import MESSAGE_BYTES, batches, event_size
from miaoban.ports import Event, OversizedError, UnavailableError

Numbered = dict[int, Event]
Codes = dict[int, str]

_RETRYABLE = frozenset({"InternalException", "InternalFailure", "ThrottlingException"})


class EventBus:
    """Publishes to the event bus of this name or ARN. Needs the right PutEvents."""

    def __init__(self, name: str, caller: Caller | None = None) -> None:
        self._name = name
        self._events = caller or service(EVENTS)

    def publish(self, events: Iterable[Event]) -> Mapping[int, str]:
        """Publish events; returns the positions that were not taken, each with its code."""
        sized = [(number, event, event_size(event)) for number, event in enumerate(events)]
        failed = {number: OversizedError.code for number, _, size in sized if size > MESSAGE_BYTES}
        for batch in batches(((number, event), size) for number, event, size in sized if number not in failed):
            failed |= self._publish(dict(batch))
        return dict(sorted(failed.items()))

    def _publish(self, waiting: Numbered) -> Codes:
        final: Codes = {}
        codes: Codes = {}
        for _ in rounds():
            codes = self._put(waiting)
            final |= {number: code for number, code in codes.items() if code not in _RETRYABLE}
            waiting = {number: waiting[number] for number in codes if number not in final}
            if not waiting:
                return final
        return final | codes

    def _put(self, events: Numbered) -> Codes:
        entries = [
            {"EventBusName": self._name, "Source": event.source, "DetailType": event.type, "Detail": event.detail}
            for event in events.values()
        ]
        try:
            with translated("PutEvents"):
                answer = self._events.call("PutEvents", {"Entries": entries})
        except UnavailableError as error:
            # The batches before this one are out: the caller repeats only what failed.
            return dict.fromkeys(events, error.code)
        results = zip(events, answer["Entries"], strict=True)
        return {number: result["ErrorCode"] for number, result in results if "ErrorCode" in result}
