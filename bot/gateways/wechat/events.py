"""The events of a puppet service, read tolerantly: what is not understood is passed over."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

from bot.gateways.wechat.calls import Event

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """One event and what it is about, by the server's own names."""

    event: Event
    about: Mapping[str, Any]

    def text(self, name: str) -> str:
        """A value as text; empty if it is missing or no text."""
        value = self.about.get(name)
        return value if isinstance(value, str) else ""

    def ids(self, name: str) -> list[str]:
        """A list of ids; what is none is left out."""
        value = self.about.get(name)
        return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []

    def at(self, now: datetime) -> datetime:
        """When it happened; ``now`` if that is not told."""
        return moment(self.about.get("timestamp"), now)


def parse(kind: int, payload: str) -> Told | None:
    """The event, or None for a type nobody here knows."""
    try:
        event = Event(kind)
    except ValueError:
        log.info("an event of an unknown type", event_type=kind)
        return None
    try:
        about = json.loads(payload or "{}")
    except ValueError:
        about = None
    if not isinstance(about, dict):
        log.info("an event that cannot be read", event_type=event.name)
        about = {}
    return Told(event, about)


def moment(stamp: object, now: datetime) -> datetime:
    """An instant of a server: seconds or milliseconds since 1970; ``now`` for nonsense.

    Nothing happens later than now: a clock of theirs that is ahead is not believed.
    """
    if not isinstance(stamp, int | float) or isinstance(stamp, bool) or stamp <= 0:
        return now
    seconds = stamp / 1000 if stamp > 10**11 else stamp
    try:
        return min(datetime.fromtimestamp(seconds, UTC), now)
    except (ValueError, OverflowError, OSError):
        return now
