"""The street of the local chat: who is there, what is open for them, and a clock to move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine as Database

from bot import neighbours
from bot.app import App
from bot.clock import SystemClock
from bot.web.local_chat import PersonCard, RoomCard, StatusCard, Step

_STEPS = {"5m": timedelta(minutes=5), "30m": timedelta(minutes=30), "3h": timedelta(hours=3)}


@dataclass
class Street:
    """What the local chat asks of the running bot (`bot.web.local_chat.Directory`)."""

    app: App
    reader: Database
    clock: SystemClock
    _zone: ZoneInfo
    clock_file: Path | None
    """Where the moved clock is kept; a bot among real people does not move it."""

    def people(self) -> list[PersonCard]:
        """Everybody to be in the chat."""
        with neighbours.reading(self.reader) as tx:
            return neighbours.person_cards(tx, self.now())

    def rooms(self) -> list[RoomCard]:
        """The groups."""
        with neighbours.reading(self.reader) as tx:
            return neighbours.room_cards(tx)

    def now(self) -> datetime:
        return self.clock.now()

    def zone(self) -> ZoneInfo:
        return self._zone

    async def advance(self, step: Step) -> datetime:
        """Move the clock, stopping at everything due on the way; the new time."""
        if self.clock_file is None:
            return self.now()
        to = self._morning() if step == "morning" else self.now() + _STEPS[step]
        await self.app.advance(to)
        # The lines of the chat bear the moved time: a restart must not fall back behind them.
        _keep(self.clock, self.clock_file)
        return self.now()

    def _morning(self) -> datetime:
        """The next hour of the daily greetings."""
        at = self.app.policy.checkin.default_time
        local = self.now().astimezone(self._zone)
        morning = local.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
        return morning if morning > local else morning + timedelta(days=1)

    def status(self, viewer: str) -> list[StatusCard]:
        """What is open for a person, newest first."""
        with neighbours.reading(self.reader) as tx:
            return neighbours.status_cards(tx, viewer, self.app.words, self._zone, self.now())


def wind(clock: SystemClock, path: Path, zone: ZoneInfo, *, fresh: bool) -> None:
    """Set the clock as far as it was moved; a ``fresh`` street begins by day."""
    if path.exists():
        clock.shift = timedelta(seconds=float(path.read_text("utf-8")))
    elif fresh:
        clock.set(_by_day(clock.now(), zone))
        _keep(clock, path)


def _keep(clock: SystemClock, path: Path) -> None:
    """Remember how far the clock was moved."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{clock.shift.total_seconds():.0f}\n", "utf-8")


def _by_day(now: datetime, zone: ZoneInfo) -> datetime:
    """Now, or nine in the morning: at night nobody is asked, and a newcomer would see silence."""
    local = now.astimezone(zone)
    if 8 <= local.hour < 19:
        return now
    nine = local.replace(hour=9, minute=0, second=0, microsecond=0)
    return nine if nine > local else nine + timedelta(days=1)
