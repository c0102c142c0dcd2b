"""WeChat's road beside a plain echo bot: the whole engine behind ours, the same server for both.

The puppet service says what people say, and measures by its own clock when the answer is there.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Engine as Database

from bench.engine import spread
from bench.messages import Talk
from bench.world import GATEWAY, MORNING, DayClock, World, open_new, scratch, settle
from bot.app import App
from bot.gateways.wechat.gateway import WeChatGateway
from bot.media import MediaStore
from tests.puppet.server import TOKEN, PuppetServer, serving

A_SECOND = 100
RESIDENTS = 8
START = 60
"""Seconds that a bot may take to start."""


@dataclass
class Found:
    """Of one bot, round by round; ``waits`` in seconds from word to answer."""

    rates: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def row(self) -> tuple[str, ...]:
        """Median rate, lowest to highest, and the median and 99th percentile of the waits."""
        middle, late = spread(self.waits)
        span = f"{min(self.rates):,.0f} – {max(self.rates):,.0f}"
        return f"{median(self.rates):,.0f}", span, f"{middle:.1f}", f"{late:.1f}"


class Street:
    """What the people of a town say through the server, in a round of its own."""

    def __init__(self, server: PuppetServer, world: World, turn: int) -> None:
        self._server, self._talk, self._ids = server, Talk(world, turn), count()

    async def says(self, number: int, every: float = 0) -> dict[str, Any]:
        """So many pleas, one every so many milliseconds; what the server measured."""
        found: dict[str, Any] = await self._server.ask(
            "race", messages=[self._plea() for _ in range(number)], every=every
        )
        if found["answered"] < number:
            raise RuntimeError(f"{number - found['answered']} of {number} were not answered")
        return found

    def _plea(self) -> dict[str, Any]:
        said = self._talk.plea(MORNING)
        return {
            "id": f"p{next(self._ids)}",
            "talker": said.sender,
            "room": said.conversation,
            "text": said.text,
            "at": int(MORNING.timestamp() * 1000),
        }


async def side_by_side(rounds: int, buildings: int, burst: int, paced: int) -> dict[str, Found]:
    """Both bots in turn on one server: pleas all at once, then at a steady pace.

    Everybody has spoken once before that, so that names are known to both.
    """
    found = {"echo": Found(), "linbang": Found()}
    with scratch() as here, serving(here) as server:
        for turn in range(rounds):
            for name, bot in (("echo", _echo), ("linbang", _linbang)):
                folder = here / f"{name}-{turn}"
                folder.mkdir()
                database = open_new(folder / "linbang.db")
                world = settle(
                    database, buildings=buildings, volunteers=0, residents=RESIDENTS, shares=False
                )
                await _move_in(server, world)
                street = Street(server, world, turn)
                async with bot(server, folder, database):
                    await street.says(buildings * RESIDENTS)
                    at_once = await street.says(burst)
                    found[name].rates.append(burst / at_once["seconds"])
                    steady = await street.says(paced, 1000 / A_SECOND)
                    found[name].waits += [wait / 1000 for wait in steady["waits"]]
                database.dispose()
    return found


async def _move_in(server: PuppetServer, world: World) -> None:
    await server.ask("reset")
    homes = world.buildings
    names = [one.account for home in homes for one in home.residents]
    groups = {home.room: [one.account for one in home.residents] for home in homes}
    await server.people(*names, rooms=groups)


@asynccontextmanager
async def _linbang(server: PuppetServer, folder: Path, database: Database) -> AsyncIterator[None]:
    """The whole bot, live."""
    clock, media, journal = DayClock(), MediaStore(folder / "media"), folder / "wechat.db"
    async with WeChatGateway(
        GATEWAY, server.endpoint, lambda: TOKEN, media, clock, journal=journal
    ) as gateway:
        app = App(database, [gateway], clock)
        await app.start()
        try:
            await _until_heard(server)
            yield
        finally:
            await app.stop()


@asynccontextmanager
async def _echo(server: PuppetServer, folder: Path, _: Database) -> AsyncIterator[None]:
    """The plain echo bot, in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.echo",
        server.endpoint,
        TOKEN,
        env={**os.environ, "CACHE_DIR": str(folder), "WECHATY_LOG": "error"},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        await _until_heard(server)
        await server.ask("login")  # it stops the puppet when it starts, which logs out
        yield
    finally:
        process.kill()
        await process.wait()


async def _until_heard(server: PuppetServer) -> None:
    """Until the bot takes the server's events."""
    async with asyncio.timeout(START):
        while "event" not in await server.ask("calls"):  # noqa: ASYNC110  it tells nobody
            await asyncio.sleep(0.1)
    await asyncio.sleep(0.5)
