"""The only clock: real, shifted by the local chat, or on paper."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock, moved forward by `shift` in the local chat's demo."""

    def __init__(self) -> None:
        self.shift = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift  # noqa: TID251  the one place that looks

    def set(self, to: datetime) -> None:
        """Move forward to an instant and go on from there; never backwards."""
        self.shift = max(self.shift, self.shift + (to - self.now()))


class PaperClock:
    """A clock that moves only when it is told to."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def set(self, to: datetime) -> None:
        """Move to an instant; never backwards."""
        self._now = max(self._now, to.astimezone(UTC))
