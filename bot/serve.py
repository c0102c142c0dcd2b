"""The running bot: database, local chat and pages put together, from start to a clean stop."""

from __future__ import annotations

import asyncio
import random
import secrets
import signal
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

import structlog

from bot import devices, door, store, street
from bot.alarm import Outside
from bot.app import App
from bot.clock import SystemClock
from bot.config import Settings
from bot.config.tables import Pacing
from bot.delivery import Manners
from bot.gateways import wechat
from bot.gateways.base import Gateway
from bot.gateways.local import LocalGateway
from bot.media import MediaStore
from bot.only_one import only_one
from bot.pace import Limits, Pace
from bot.plots.easel import Easel, painting
from bot.schedule import Daily
from bot.street import Street
from bot.watch import Watch
from bot.web import accounts, calendars, cards, health, readings, server, signs
from bot.web.accounts import AccountCard
from bot.web.local_chat import LocalChat
from storage import backup
from storage.db import disposing, open_reader

log = structlog.get_logger(__name__)

HANDS = 4
"""Conversations that an account of WeChat writes to side by side."""
LOOK_AGAIN = 1.0
"""Seconds between two looks whether there is a code to scan."""
_FRESH = timedelta(hours=20)
"""A copy younger than this is tonight's."""


async def serve(
    settings: Settings,
    *,
    example: bool,
    ready: Callable[[str], None],
    nightly: bool = True,
    shown: Callable[[str, str], None] = lambda _name, _code: None,
) -> None:
    """Run until SIGINT or SIGTERM. ``ready`` is told the address of the pages.

    ``nightly``: copy the database every night. ``shown`` is told the account and the code to scan
    whenever there is a new one. Raises AlreadyRunning if another bot runs on the database.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    async with AsyncExitStack() as stack:
        stack.enter_context(only_one(settings.database.path))
        local, people_here = await _open(stack, settings, example=example, nightly=nightly)
        watch = Watch(people_here.app, people_here.reader)
        key = secrets.token_urlsafe(32)
        make_code = partial(door.bind_code, people_here.app)
        pages = server.build(
            LocalChat(local, people_here) if local is not None else None,
            [
                *health.routes(watch),
                *accounts.routes(watch),
                *cards.routes(people_here.reader, people_here.app.words, settings.everywhere),
                *calendars.routes(people_here.reader, people_here.app.words, people_here.clock),
                *readings.routes(
                    people_here.app.engine,
                    people_here.app.words,
                    Easel(people_here.app.words, settings.media.font),
                    people_here.app.policy,
                    people_here.clock.now,
                ),
                *signs.routes(
                    people_here.app.engine,
                    people_here.reader,
                    people_here.clock,
                    settings.policy.signs.per_minute,
                ),
                *door.routes(key, watch, make_code, partial(devices.ordered, people_here.app)),
            ],
        )
        runner, address = await server.serve(pages, settings.web.host, settings.web.port)
        stack.push_async_callback(runner.cleanup)
        stack.enter_context(door.opened(settings.database.path, address, key))
        async with asyncio.TaskGroup() as beside:
            tasks = [beside.create_task(codes_of(watch.accounts, shown))]
            if settings.alarm.heartbeat:
                outside = Outside(settings.alarm, people_here.clock)
                tasks.append(beside.create_task(outside.live(watch.parts)))
            ready(address)
            await stop.wait()
            log.info("stopping")
            for task in tasks:
                task.cancel()


async def codes_of(
    cards: Callable[[], Sequence[AccountCard]], shown: Callable[[str, str], None]
) -> None:
    """Show each code to scan once, for as long as the bot runs."""
    last: dict[str, str] = {}
    while True:
        for card in cards():
            if card.code and card.code != last.get(card.name):
                shown(card.name, card.code)
            last[card.name] = card.code
        await asyncio.sleep(LOOK_AGAIN)


async def _open(
    stack: AsyncExitStack, settings: Settings, *, example: bool, nightly: bool
) -> tuple[LocalGateway | None, Street]:
    """The bot itself, started; closed again with the stack."""
    clock, clock_file = SystemClock(), settings.database.path.with_name("local-chat.clock")
    zone = ZoneInfo(settings.place.time_zone)
    is_real = settings.gateways.wechat.enabled
    if not is_real:
        street.wind(clock, clock_file, zone, fresh=example and not settings.database.path.exists())
    database = stack.enter_context(store.prepared(settings, clock.now(), example=example))
    reader = stack.enter_context(disposing(open_reader(store.url_of(settings))))
    media = MediaStore(settings.media.folder)
    gateways: list[Gateway] = []
    local = None
    if settings.gateways.local.enabled:
        local = LocalGateway(settings.database.path.with_name("local-chat.db"), media, clock)
        stack.callback(local.close)
        gateways.append(local)
    manners = {}
    for account in wechat.accounts(settings, media, clock):
        gateways.append(await stack.enter_async_context(account))
        manners[account.name] = _manners(settings.gateways.wechat.pace)
    app = App(
        database,
        gateways,
        clock,
        policy=settings.everywhere,
        zone=zone,
        manners=manners,
        bound=manners.keys(),
        outside=Outside(settings.alarm, clock).act,
        help_with=settings.reader,
        pictures=painting(media, settings.media.font),
    )
    if nightly:
        app.calendar.add(_nightly(settings))
    stack.push_async_callback(app.stop)
    await app.start()
    return local, Street(app, reader, clock, zone, None if is_real else clock_file)


def _manners(pace: Pacing) -> Manners:
    """How letters go by an account of WeChat."""
    limits = Limits(pace.seconds_between, pace.per_minute, pace.per_minute_in_room, pace.jitter)
    chance = random.Random()  # noqa: S311  nobody gains by guessing it
    return Manners(Pace(limits, chance.random), HANDS, pace.echo_within)


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
