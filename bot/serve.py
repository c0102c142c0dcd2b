"""The running bot: database, local chat and pages put together, from start to a clean stop."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Engine as Database

from bot import neighbours, store
from bot.app import App
from bot.clock import SystemClock
from bot.config import Settings
from bot.gateways.local import LocalGateway
from bot.media import MediaStore
from bot.only_one import only_one
from bot.schedule import Daily
from bot.watch import Watch
from bot.web import health, server
from bot.web.local_chat import LocalChat, PersonCard, RoomCard, StatusCard, Step
from storage import backup
from storage.db import disposing, open_reader

log = structlog.get_logger(__name__)

_FRESH = timedelta(hours=20)
"""A copy younger than this is tonight's."""
_STEPS = {"5m": timedelta(minutes=5), "30m": timedelta(minutes=30), "3h": timedelta(hours=3)}


@dataclass
class Street:
    """What the local chat asks of the running bot (`bot.web.local_chat.Directory`)."""

    app: App
    reader: Database
    clock: SystemClock
    _zone: ZoneInfo
    clock_file: Path

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


async def serve(
    settings: Settings, *, example: bool, ready: Callable[[str], None], nightly: bool = True
) -> None:
    """Run until SIGINT or SIGTERM. ``ready`` is told the address of the local chat.

    ``nightly``: copy the database every night. Raises AlreadyRunning if another bot runs on it.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    async with AsyncExitStack() as stack:
        stack.enter_context(only_one(settings.database.path))
        gateway, street = await _open(stack, settings, example=example, nightly=nightly)
        watch = Watch(street.app, street.reader)
        pages = server.build(LocalChat(gateway, street), health.routes(watch))
        runner, address = await server.serve(pages, settings.web.host, settings.web.port)
        stack.push_async_callback(runner.cleanup)
        ready(address)
        await stop.wait()
        log.info("stopping")


async def _open(
    stack: AsyncExitStack, settings: Settings, *, example: bool, nightly: bool
) -> tuple[LocalGateway, Street]:
    """The bot itself, started; closed again with the stack."""
    clock, clock_file = SystemClock(), settings.database.path.with_name("local-chat.clock")
    zone = ZoneInfo(settings.place.time_zone)
    if clock_file.exists():
        clock.shift = timedelta(seconds=float(clock_file.read_text("utf-8")))
    elif example and not settings.database.path.exists():
        clock.set(_by_day(clock.now(), zone))
        _keep(clock, clock_file)
    database = stack.enter_context(store.prepared(settings, clock.now(), example=example))
    reader = stack.enter_context(disposing(open_reader(store.url_of(settings))))
    media = MediaStore(settings.media.folder)
    gateway = LocalGateway(settings.database.path.with_name("local-chat.db"), media, clock)
    stack.callback(gateway.close)
    app = App(database, [gateway], clock, policy=settings.policy, zone=zone)
    if nightly:
        app.calendar.jobs = [*app.calendar.jobs, _nightly(settings)]
    stack.push_async_callback(app.stop)
    await app.start()
    return gateway, Street(app, reader, clock, zone, clock_file)


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


def _nightly(settings: Settings) -> Daily:
    """The copy of every night; also at the start of a bot that was down at that hour."""
    machine = SystemClock()

    async def make() -> None:
        newest = next(iter(backup.copies(settings.backup.folder)), None)
        if newest is not None and machine.now() - backup.made_at(newest) < _FRESH:
            return
        try:
            made = await asyncio.to_thread(store.copy, settings, machine.now())
        except (OSError, sqlite3.Error, backup.Damaged) as wrong:
            log.error("no backup", error=str(wrong))  # noqa: TRY400  where does not matter
        else:
            log.info("backup", path=str(made.path), rows=made.rows, photos=made.photos)

    return Daily("backup", settings.backup.at.hour, settings.backup.at.minute, make)
