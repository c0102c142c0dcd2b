"""How fast an account may talk: a pause between letters, caps a minute, and who goes first.

A platform locks accounts that talk like machines. Ordinary letters keep the pause and both caps; an
urgent one only the pause; what is said in danger waits for nothing, but is counted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one account may do. ``jitter`` is the share by which a pause is stretched at random."""

    seconds_between: float = 1.5
    per_minute: int = 20
    per_minute_in_room: int = 10
    jitter: float = 0.5


class Pace:
    """What one account said in the last minute, and when it may go on."""

    def __init__(self, limits: Limits, random: Callable[[], float]) -> None:
        """``random`` draws from 0 up to 1."""
        self._limits, self._random = limits, random
        self._went: deque[tuple[datetime, int]] = deque()
        self._here: dict[int, deque[datetime]] = {}
        self._next: datetime | None = None

    def opening(
        self, now: datetime, room_id: int, *, urgent: bool = False, danger: bool = False
    ) -> datetime:
        """From when on something may go to a conversation: ``now``, or later."""
        if danger:
            return now
        at = max(now, self._next or now)
        if urgent:
            return at
        self._forget(now)
        most = self._limits.per_minute
        every = max(now, self._went[-most][0] + MINUTE) if len(self._went) >= most else now
        return max(at, every, self._room_opens(room_id, now))

    def full(self, now: datetime) -> dict[int, datetime]:
        """Conversations that have had their share of the minute, and until when."""
        self._forget(now)
        opens = {room_id: self._room_opens(room_id, now) for room_id in self._here}
        return {room_id: at for room_id, at in opens.items() if at > now}

    def _room_opens(self, room_id: int, now: datetime) -> datetime:
        here, most = self._here.get(room_id, ()), self._limits.per_minute_in_room
        return max(now, here[-most] + MINUTE) if len(here) >= most else now

    def _forget(self, now: datetime) -> None:
        while self._went and self._went[0][0] <= now - MINUTE:
            _, room_id = self._went.popleft()
            here = self._here[room_id]
            here.popleft()
            if not here:
                del self._here[room_id]

    def went(self, room_id: int, now: datetime) -> None:
        """A letter goes now: draw the pause before the next."""
        self._went.append((now, room_id))
        self._here.setdefault(room_id, deque()).append(now)
        seconds = self._limits.seconds_between * (1 + self._limits.jitter * self._random())
        self._next = max(self._next or now, now + timedelta(seconds=seconds))
