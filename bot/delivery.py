"""Outbox → gateway: in order within a conversation, urgent first, retried, given up, never doubled.

A letter is marked ``sending`` before the call and ``sent`` after it. What was being sent when the
bot stopped is first looked for on the platform.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.clock import Clock
from bot.doubts import Doubts
from bot.engine import Engine, NotRecorded
from bot.gateways.base import Gateway, Letter, NotNow, Refused, Unsure
from bot.leasing import Leased, Leasing, Mark, mark_of
from bot.metrics import Metrics
from bot.pace import Pace
from storage import outbox
from storage.db import Transaction
from storage.outbox import LetterRow

log = structlog.get_logger(__name__)

BACK_OFF = (1, 2, 5, 15, 30, 60)
"""Seconds before each further try."""
GIVE_UP = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Manners:
    """How letters go by one gateway.

    ``hands``: how many conversations are written to side by side, where the letters are paced;
    ``echo_within``: how long the echo of an uncertain letter is awaited, none if the gateway knows.
    """

    pace: Pace | None = None
    hands: int = 1
    echo_within: timedelta = timedelta()


class Delivery:
    """The letters of one gateway."""

    def __init__(  # noqa: PLR0917
        self,
        engine: Engine,
        gateway: Gateway,
        clock: Clock,
        metrics: Metrics,
        refused: Callable[[Transaction, LetterRow], Any],
        manners: Manners | None = None,
    ) -> None:
        """``refused`` is told, in the writer's transaction, of a letter that will never arrive."""
        manners = manners or Manners()
        self._engine, self._gateway, self._clock, self._metrics = engine, gateway, clock, metrics
        self._refused = refused
        self._leasing = Leasing(gateway.name, clock, manners.pace)
        self._doubts = Doubts(gateway, clock, manners.echo_within)
        self._wakings = 0
        self._orders: set[asyncio.Future[Any]] = set()
        self._hands = [asyncio.Lock() for _ in range(manners.hands)]

    def wake(self) -> None:
        """There may be letters to send."""
        self._wakings += 1
        for order in list(self._orders):
            self._engine.withdraw(order)

    def next_turn(self) -> datetime | None:
        """When the pace or the wait for an echo lets something go on, if nothing else happens."""
        turns = (self._leasing.held, self._doubts.next_turn())
        return min((one for one in turns if one is not None), default=None)

    async def run(self) -> None:
        """Send for ever; storage that fails is tried again."""
        await self._until_stored(self.recover)
        await asyncio.gather(*map(self._work, self._hands))

    async def _work(self, hand: asyncio.Lock) -> None:
        while True:
            async with hand:
                leased = await self._next()
                while leased:
                    leased = await self._sent(leased)

    async def _next(self) -> list[Leased] | None:
        """Letters that wait, or else those of the next commit that makes some."""
        wakings = self._wakings
        await self._until_stored(self._look)
        leased: list[Leased] | None = await self._until_stored(
            lambda: self._engine.write(self._leasing.lease)
        )
        if leased or wakings != self._wakings:
            return leased
        # Leased in the very transaction that makes them, they are on their way a commit sooner.
        order = self._engine.order(self._leasing.lease)
        self._orders.add(order)
        alarm = self._alarm()
        try:
            leased = await order
        finally:
            self._orders.discard(order)
            if alarm is not None:
                alarm.cancel()
        return leased

    def _alarm(self) -> asyncio.TimerHandle | None:
        """Be woken when the pace lets the next letter go."""
        if self._leasing.held is None:
            return None
        seconds = (self._leasing.held - self._clock.now()).total_seconds()
        return asyncio.get_running_loop().call_later(max(seconds, 0), self.wake)

    async def _until_stored(self, work: Callable[[], Awaitable[Any]]) -> Any:
        while True:
            try:
                return await work()
            except NotRecorded as error:
                log.warning("letters wait for the database", error=str(error))
                await asyncio.sleep(1)

    async def recover(self) -> None:
        """Settle the letters that were being sent when the bot stopped."""
        rows: list[Leased] = await self._engine.write(self._in_doubt)
        marks = [
            await self._doubts.judge(row, letter) or mark_of(row, "waiting") for row, letter in rows
        ]
        if marks:
            await self._engine.write(lambda tx: outbox.mark(tx, marks))
            self._keep(rows, marks)

    def _in_doubt(self, tx: Transaction) -> list[Leased]:
        self._leasing.remember(tx)
        rows = outbox.in_doubt(tx, self._gateway.name)
        return [(row, self._leasing.letter(tx, row)) for row in rows]

    def _keep(self, leased: Sequence[Leased], marks: Sequence[Mark]) -> None:
        unsure = {mark["letter"] for mark in marks if mark["to_state"] == "unsure"}
        for row, letter in leased:
            if row.id in unsure:
                self._doubts.keep(row, letter)

    async def _look(self) -> None:
        """Write down what became of letters in doubt."""
        marks = await self._doubts.look()
        if marks:
            await self._until_stored(lambda: self._engine.write(lambda tx: outbox.mark(tx, marks)))
            for mark in marks:
                if mark["to_state"] != "waiting":
                    self._metrics.sent("sent" if mark["to_state"] == "sent" else "unsure")

    async def send_due(self) -> int:
        """Send what may go now; how many letters were taken up."""
        async with contextlib.AsyncExitStack() as stack:
            for hand in self._hands:
                self.wake()
                await stack.enter_async_context(hand)
            await self._look()
            leased: list[Leased] = await self._engine.write(self._leasing.lease)
            taken = 0
            while leased:
                taken += len(leased)
                leased = await self._sent(leased)
            return taken

    async def _sent(self, leased: list[Leased]) -> list[Leased]:
        """Send these, note how it went, and lease what may go next in the same transaction."""
        by_room: dict[int, list[Leased]] = {}
        for one in leased:
            by_room.setdefault(one[0].room_id, []).append(one)
        rounds = await asyncio.gather(*map(self._send_in_order, by_room.values()))
        marks = [mark for marks in rounds for mark in marks]
        unwanted = {mark["letter"] for mark in marks if mark["to_state"] == "refused"}
        refused = [row for row, _ in leased if row.id in unwanted]

        def settle(tx: Transaction) -> list[Leased]:
            outbox.mark(tx, marks)
            for row in refused:
                self._refused(tx, row)
            return self._leasing.lease(tx)

        found: list[Leased] = await self._until_stored(lambda: self._engine.write(settle))
        self._keep(leased, marks)
        return found

    async def _send_in_order(self, letters: Sequence[Leased]) -> list[Mark]:
        marks: list[Mark] = []
        for at, (row, letter) in enumerate(letters):
            mark = await self._send(row, letter)
            marks.append(mark)
            if mark["to_state"] == "waiting":
                # Those behind it wait too, so that nothing overtakes.
                self._leasing.block(row.room_id, mark["again"])
                marks += [mark_of(later, "waiting") for later, _ in letters[at + 1 :]]
                break
        return marks

    async def _send(self, row: LetterRow, letter: Letter) -> Mark:
        try:
            platform_id = await self._gateway.send(letter)
        except Refused as why:
            log.warning("letter refused", letter=letter.id, why=str(why))
            self._metrics.sent("refused")
            return mark_of(row, "refused")
        except (NotNow, Unsure) as why:
            return await self._again(row, letter, why)
        except Exception:  # a gateway's own mistake must not stop the others' letters
            log.exception("letter failed", letter=letter.id)
            return await self._again(row, letter, NotNow("failed"))
        self._metrics.sent("sent")
        return mark_of(row, "sent", platform_id=platform_id, at=self._clock.now())

    async def _again(self, row: LetterRow, letter: Letter, why: Exception) -> Mark:
        if isinstance(why, Unsure) and (judged := await self._doubts.judge(row, letter)):
            return judged
        now = self._clock.now()
        if now - row.made_at > GIVE_UP:
            self._metrics.sent("gave_up")
            return mark_of(row, "refused")
        log.info("letter later", letter=letter.id, why=str(why))
        seconds = BACK_OFF[min(row.tries, len(BACK_OFF) - 1)]
        return mark_of(row, "waiting", again=now + timedelta(seconds=seconds))
