"""Pauses: how long to wait between the attempts of a delivery.

After a failed attempt the next follows in 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h: ten attempts over
272,105 s (3 days, 3 h, 35 min, 5 s), the schedule that Standard Webhooks recommends. Jitter makes each wait up to a tenth
longer, so that a receiver that comes back is not met by all at once: at most 83 h 9 min in all, unless the receiver itself
asks for more time (Retry-After, at most 24 h a wait).
"""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

MINUTE, HOUR = 60, 3600
SCHEDULE: Final = (5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR)
ATTEMPTS: Final = len(SCHEDULE) + 1
JITTER: Final = 0.1
LONGEST_WAIT: Final = 24 * HOUR


def wait(attempts: int, jitter: float, retry_after: str | None, now: datetime) -> timedelta | None:
    """How long to wait after so many attempts, None if that was the last; `jitter` is from 0 to 1."""
    if attempts >= ATTEMPTS:
        return None
    planned = SCHEDULE[max(attempts, 1) - 1] * (1 + JITTER * jitter)
    return timedelta(seconds=max(planned, min(asked_seconds(retry_after, now), LONGEST_WAIT)))


def asked_seconds(retry_after: str | None, now: datetime) -> float:
    """The seconds of a Retry-After header (RFC 9110 section 10.2.3: seconds or a date), 0 if it can not be read."""
    if retry_after is None:
        return 0
    try:
        if retry_after.isascii() and retry_after.isdigit():
            return float(retry_after)
        at = parsedate_to_datetime(retry_after)
        return (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds()
    except (ValueError, TypeError, LookupError, OverflowError):
        return 0
