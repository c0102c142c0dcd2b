"""Outbox → gateway: in order within a conversation, urgent first, retried, given up, never doubled.

A letter is marked ``sending`` before the call and ``sent`` after it. What was being sent when the
bot stopped is first looked for on the platform.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.clock import Clock
from bot.engine import Engine, NotRecorded
from bot.gateways.base import Gateway, Letter, NotNow, Refused, Unsure
from bot.metrics import Metrics
from handlers.kit import Photo
from storage import outbox, people, rooms
from storage.db import Transaction
from storage.outbox import LetterRow

log = structlog.get_logger(__name__)

BACK_OFF = (1, 2, 5, 15, 30, 60)
"""Seconds before each further try."""
GIVE_UP = timedelta(hours=24)
Mark = dict[str, Any]
Leased = tuple[LetterRow, Letter]


class Delivery:
    """The letters of one gateway."""

    def __init__(
        self,
        engine: Engine,
        gateway: Gateway,
        clock: Clock,
        metrics: Metrics,
        refused: Callable[[Transaction, LetterRow], Any],
    ) -> None:
        """``refused`` is told, in the writer's transaction, of a letter that will never arrive."""
        self._engine, self._gateway, self._clock, self._metrics = engine, gateway, clock, metrics
        self._refused = refused
        self._woken = False
        self._order: asyncio.Future[Any] | None = None
        self._sending = asyncio.Lock()
        self._blocked: dict[int, datetime] = {}

    def wake(self) -> None:
        """There may be letters to send."""
        self._woken = True
        if self._order is not None:
            self._engine.withdraw(self._order)

    async def run(self) -> None:
        """Send for ever; storage that fails is tried again."""
        await self._until_stored(self.recover)
        while True:
            async with self._sending:
                leased = await self._next()
                while leased:
                    leased = await self._sent(leased)

    async def _next(self) -> list[Leased] | None:
        """Letters that wait, or else those of the next commit that makes some."""
        self._woken = False
        leased: list[Leased] | None = await self._until_stored(
            lambda: self._engine.write(self._lease)
        )
        if leased or self._woken:
            return leased
        # Leased in the very transaction that makes them, they are on their way a commit sooner.
        self._order = self._engine.order(self._lease)
        leased, self._order = await self._order, None
        return leased

    async def _until_stored(self, work: Callable[[], Awaitable[Any]]) -> Any:
        while True:
            try:
                return await work()
            except NotRecorded as error:
                log.warning("letters wait for the database", error=str(error))
                await asyncio.sleep(1)

    async def recover(self) -> None:
        """Settle the letters that were being sent when the bot stopped."""
        rows: list[Leased] = await self._engine.write(
            lambda tx: [
                (row, self._letter(tx, row)) for row in outbox.in_doubt(tx, self._gateway.name)
            ]
        )
        marks = []
        for row, letter in rows:
            platform_id = await self._gateway.arrived(letter)
            marks.append(self._mark(row, "sent" if platform_id else "waiting", platform_id))
        if marks:
            await self._engine.write(lambda tx: outbox.mark(tx, marks))

    async def send_due(self) -> int:
        """Send what may go now; how many letters were taken up."""
        self.wake()
        async with self._sending:
            leased: list[Leased] = await self._engine.write(self._lease)
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
            return self._lease(tx)

        found: list[Leased] = await self._until_stored(lambda: self._engine.write(settle))
        return found

    def _lease(self, tx: Transaction) -> list[Leased]:
        now = self._clock.now()
        self._blocked = {room: until for room, until in self._blocked.items() if until > now}
        rows = outbox.waiting(tx, self._gateway.name, now)
        stale = [row for row in rows if _is_stale(row, now)]
        if stale:
            outbox.mark(tx, [self._mark(row, "stale", None) for row in stale])
        fit = [row for row in rows if row.room_id not in self._blocked and not _is_stale(row, now)]
        if fit:
            outbox.lease(tx, [row.id or 0 for row in fit])
        return self._folded(tx, fit)

    def _folded(self, tx: Transaction, rows: Sequence[LetterRow]) -> list[Leased]:
        """Letters held back for one conversation go out together, as one."""
        first: dict[int, int] = {}
        out: list[tuple[LetterRow, list[str]]] = []
        folded = []
        for row in rows:
            held = row.not_before > row.made_at and row.tries == 0 and not row.photos
            if held and row.room_id in first:
                out[first[row.room_id]][1].append(row.text)
                folded.append(row.id or 0)
                continue
            if held:
                first[row.room_id] = len(out)
            out.append((row, [row.text]))
        if folded:
            outbox.fold(tx, folded)
        return [(row, self._letter(tx, row, "\n".join(texts))) for row, texts in out]

    def _letter(self, tx: Transaction, row: LetterRow, text: str | None = None) -> Letter:
        room = rooms.get(tx, row.room_id)
        names = [people.account(tx, one, self._gateway.name) for one in row.mentions]
        return Letter(
            id=row.id or 0,
            gateway=self._gateway.name,
            conversation=room.external,
            private=room.private,
            text=row.text if text is None else text,
            mentions=tuple(name for name in names if name),
            photos=tuple(Photo(*photo) for photo in row.photos),
            urgent=row.urgent,
            about=row.about,
            kind=row.kind,
        )

    async def _send_in_order(self, letters: Sequence[Leased]) -> list[Mark]:
        marks: list[Mark] = []
        for at, (row, letter) in enumerate(letters):
            mark = await self._send(row, letter)
            marks.append(mark)
            if mark["to_state"] == "waiting":
                # Those behind it wait too, so that nothing overtakes.
                self._blocked[row.room_id] = mark["again"]
                marks += [self._mark(later, "waiting", None) for later, _ in letters[at + 1 :]]
                break
        return marks

    async def _send(self, row: LetterRow, letter: Letter) -> Mark:
        try:
            platform_id = await self._gateway.send(letter)
        except Refused as why:
            log.warning("letter refused", letter=letter.id, why=str(why))
            self._metrics.sent("refused")
            return self._mark(row, "refused", None)
        except (NotNow, Unsure) as why:
            return await self._again(row, letter, why)
        except Exception:  # a gateway's own mistake must not stop the others' letters
            log.exception("letter failed", letter=letter.id)
            return await self._again(row, letter, NotNow("failed"))
        self._metrics.sent("sent")
        return self._mark(row, "sent", platform_id)

    async def _again(self, row: LetterRow, letter: Letter, why: Exception) -> Mark:
        if isinstance(why, Unsure) and (platform_id := await self._gateway.arrived(letter)):
            return self._mark(row, "sent", platform_id)
        if self._clock.now() - row.made_at > GIVE_UP:
            self._metrics.sent("gave_up")
            return self._mark(row, "refused", None)
        log.info("letter later", letter=letter.id, why=str(why))
        again = self._clock.now() + timedelta(seconds=BACK_OFF[min(row.tries, len(BACK_OFF) - 1)])
        return self._mark(row, "waiting", None, again)

    def _mark(
        self, row: LetterRow, state: str, platform_id: str | None, again: datetime | None = None
    ) -> Mark:
        return {
            "letter": row.id,
            "to_state": state,
            "platform_id": platform_id,
            "at": self._clock.now() if state == "sent" else None,
            "again": again or row.not_before,
        }


def _is_stale(row: LetterRow, now: datetime) -> bool:
    return row.expires_at is not None and row.expires_at < now
