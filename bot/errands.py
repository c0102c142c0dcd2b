"""What the bot does on a platform besides talking: ordered by a row, its outcome an event.

An errand is marked ``doing`` before the call; its end is written with whatever the outcome leads to
(`handlers.kit.Returned`). What was being done when the bot stopped, or was not answered in time, is
done again where twice does no harm; a group is never made twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.clock import Clock
from bot.engine import Engine, NotRecorded
from bot.gateways.base import Acting, Gateway, NotNow, Refused, Unsure
from bot.pace import Pace
from handlers.kit import Returned
from storage import errands
from storage.db import Transaction
from storage.errands import ErrandRow

log = structlog.get_logger(__name__)

Act = Callable[[ErrandRow], Awaitable[str]]
BACK_OFF = (2, 5, 15, 60, 300)
"""Seconds before each further try."""
GIVE_UP = timedelta(hours=24)
NOT_TWICE = {"make_room": timedelta(seconds=5)}
"""What is not begun a second time, and how long it may wait for its first."""
NOWHERE = 0
"""Errands belong to no conversation, but weigh on the pace of the account."""


def on_platform(gateway: Gateway) -> Act:
    """What the account of a gateway can do; Refused where it can only talk."""

    async def act(errand: ErrandRow) -> str:
        if not isinstance(gateway, Acting):
            raise Refused(f"{gateway.name} can only talk")
        match errand.what:
            case "accept_friend":
                await gateway.accept_friend(errand.data["id"])
            case "accept_invitation":
                await gateway.accept_invitation(errand.data["id"])
            case "make_room":
                return await gateway.make_room(errand.data["members"], errand.data["topic"])
            case _:
                raise Refused(f"no such errand: {errand.what}")
        return ""

    return act


class Errands:
    """The errands of one gateway, or of the road outside all of them, one after the other."""

    def __init__(
        self, name: str, act: Act, engine: Engine, clock: Clock, pace: Pace | None = None
    ) -> None:
        self._name, self._act, self._engine, self._clock = name, act, engine, clock
        self._pace = pace
        self._woken = asyncio.Event()
        self._doing = asyncio.Lock()
        self._held: datetime | None = None

    def wake(self) -> None:
        """There may be something to do."""
        self._woken.set()

    async def run(self) -> None:
        """Do what is ordered, for ever."""
        await self._until_stored(self.recover)
        while True:
            self._woken.clear()
            await self._until_stored(self.do_due)
            await self._woken.wait()  # the heart's beat wakes it, too

    def next_turn(self) -> datetime | None:
        """When the pace lets the next go."""
        return self._held

    async def recover(self) -> None:
        """What was being done when the bot stopped waits again."""
        await self._engine.write(self._recover)

    def _recover(self, tx: Transaction) -> None:
        for row in errands.begun(tx, self._name):
            errands.later(tx, row.id, self._clock.now())

    async def do_due(self) -> int:
        """Do all that may be done now; how many that was."""
        done = 0
        async with self._doing:
            while (row := await self._engine.write(self._take)) is not None:
                await self._do(row)
                done += 1
        return done

    def _take(self, tx: Transaction) -> ErrandRow | None:
        now = self._clock.now()
        self._held = None
        row = errands.due(tx, self._name, now)
        if row is None:
            return None
        if self._pace is not None:
            opening = self._pace.opening(now, NOWHERE, urgent=row.what in NOT_TWICE)
            if opening > now:
                self._held = opening
                return None
            self._pace.went(NOWHERE, now)
        errands.begin(tx, row.id)
        return row

    async def _do(self, row: ErrandRow) -> None:
        if row.what in NOT_TWICE and row.tries:
            await self._end(row, ok=False, why="it may have been done already")
            return
        try:
            result = await self._act(row)
        except Refused as why:
            await self._end(row, ok=False, why=str(why))
        except (NotNow, Unsure) as why:
            await self._again(row, why)
        except Exception as error:  # a gateway's own mistake must not stop the others' errands
            log.exception("errand failed", errand=row.id, what=row.what)
            await self._again(row, error)
        else:
            await self._end(row, ok=True, result=result)

    async def _again(self, row: ErrandRow, why: Exception) -> None:
        now = self._clock.now()
        uncertain = row.what in NOT_TWICE and not isinstance(why, NotNow)
        if uncertain or now - row.made_at > NOT_TWICE.get(row.what, GIVE_UP):
            await self._end(row, ok=False, why=str(why))
            return
        again = now + timedelta(seconds=BACK_OFF[min(row.tries, len(BACK_OFF) - 1)])
        tries = 0 if row.what in NOT_TWICE else row.tries + 1
        log.info("errand later", errand=row.id, what=row.what, why=str(why))
        await self._until_stored(
            lambda: self._engine.write(lambda tx: errands.later(tx, row.id, again, tries))
        )

    async def _end(self, row: ErrandRow, *, ok: bool, result: str = "", why: str = "") -> None:
        if not ok:
            log.warning("errand not done", errand=row.id, what=row.what, why=why)
        event = Returned(row.id, row.gateway, row.what, row.ref, row.data, ok, result, why)
        await self._until_stored(lambda: self._engine.handle(event))

    async def _until_stored(self, work: Callable[[], Awaitable[Any]]) -> Any:
        while True:
            try:
                return await work()
            except NotRecorded as error:
                log.warning("errands wait for the database", error=str(error))
                await asyncio.sleep(1)
