"""A small compound with two medicine boxes on the real engine and a paper clock, for tests."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.app import App
from bot.clock import PaperClock
from bot.gateways.paper import PaperGateway
from handlers.kit import Message
from storage import boxes, entries, people, places, requests, timers
from storage.boxes import LOT, MOVEMENT, RESERVATION, Reservation
from storage.db import Transaction, open_database, transaction
from storage.requests import REQUEST
from storage.tables import metadata

T = TypeVar("T")
START = datetime(2027, 3, 1, 1, 0, tzinfo=UTC)
"""Nine in the morning."""
ZONE = ZoneInfo("Asia/Shanghai")
KEEPERS = {"刘姐": "b3", "孙阿姨": "b1"}
NEIGHBOURS = {"王奶奶": "b3", "高阿姨": "b3", "陈奶奶": "b1", "罗叔": "b1"}
WEEK = timedelta(days=7)
CAP = 2


class Compound:
    """Two buildings of a grid, a box in each; everybody speaks on two gateways by turns."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.database = open_database("sqlite://")
        metadata().create_all(self.database)
        self.clock = PaperClock(START)
        self.gateways = [PaperGateway("paper"), PaperGateway("other")]
        with transaction(self.database) as tx:
            self._moves_in(tx)
        self.said = 0
        self._start()

    def _moves_in(self, tx: Transaction) -> None:
        grid = places.add(tx, key="grid", name="幸福里", kind="grid")
        homes = {
            key: places.add(tx, key=key, name=f"{key[1]}号楼", kind="building", parent_id=grid)
            for key in ("b1", "b3")
        }
        since = {"joined_at": START - timedelta(days=90), "vouched": True, "noticed": True}
        for name, home in {**KEEPERS, **NEIGHBOURS}.items():
            who = people.add(tx, name=name, place_id=homes[home], **since)
            for one in self.gateways:
                people.add_account(tx, who, one.name, name)
            if name in KEEPERS:
                key, title = f"box-{home}", f"{home[1]}号楼药箱"
                boxes.add(tx, key=key, place_id=homes[home], name=title, keeper_id=who)

    def _start(self) -> None:
        self.app = App(self.database, self.gateways, self.clock)
        self._run(self.app.start(live=False))

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def say(self, *said: tuple[str, str]) -> None:
        """All of it at the same instant, privately."""
        self.clock.set(self.clock.now() + timedelta(seconds=1))

        async def hear() -> None:
            await asyncio.gather(*(self.app.hear(self._message(*one)) for one in said))
            await self.app.settle()

        self._run(hear())

    def _message(self, who: str, text: str) -> Message:
        self.said += 1
        now = self.clock.now()
        return Message(
            gateway=self.gateways[self.said % 2].name,
            id=f"m{self.said}",
            conversation=who,
            sender=who,
            sender_name=who,
            text=text,
            at=now,
            arrived=now,
            private=True,
        )

    def wait(self, span: timedelta) -> None:
        self._run(self.app.advance(self.clock.now() + span))

    def restart(self) -> None:
        self._run(self.app.stop())
        self._start()

    def close(self) -> None:
        self._run(self.app.stop())
        self.loop.close()
        self.database.dispose()

    def today(self) -> date:
        return self.clock.now().astimezone(ZONE).date()

    def held(self) -> list[Reservation]:
        with transaction(self.database) as tx:
            return _held(tx)

    def kinds(self) -> set[str]:
        """What sorts of lines stand in the ledger."""
        with transaction(self.database) as tx:
            lots = boxes.stock(tx, [box.id for box in boxes.every(tx)], empty=True)
            return {line.kind for lot in lots for line in entries.of_lot(tx, lot.lot_id)}

    def keeper_of(self, lot: int) -> str:
        with transaction(self.database) as tx:
            box = boxes.get(tx, boxes.of_lot(tx, lot).box_id)
            return people.get(tx, box.keeper_id or 0).name

    def asker(self, number: int) -> str:
        with transaction(self.database) as tx:
            request = requests.get(tx, number)
            assert request is not None
            return people.get(tx, request.requester_id).name

    # What must hold, whatever was said

    def check(self) -> None:
        """The books are right, nothing bad went out, nobody has more than their share."""
        with transaction(self.database) as tx:
            lots = list(tx.connection.execute(select(LOT)))
            ledgers: dict[int, list[Any]] = {lot.id: [] for lot in lots}
            for line in tx.connection.execute(select(MOVEMENT).order_by(MOVEMENT.c.id)):
                ledgers[line.lot_id].append(line)
            held = _held(tx)
            for lot in lots:
                mine = sum(one.quantity for one in held if one.lot_id == lot.id)
                _books_are_right(lot, ledgers[lot.id], mine)
            due = {row.key for row in timers.pending(tx, "medicine:hold:")}
            assert {f"medicine:hold:{one.number}:" for one in held} <= due
            asked = tx.connection.execute(select(REQUEST.c.number, REQUEST.c.requester_id))
            askers = {one.number: one.requester_id for one in asked}
            _nobody_has_too_much(lots, ledgers, askers)
        for gateway in self.gateways:
            assert [one for _, one in gateway.sent if one.kind == "bot.crashed"] == []


def _held(tx: Transaction) -> list[Reservation]:
    return tx.rows(Reservation, select(RESERVATION).where(RESERVATION.c.state == "held"))


def _books_are_right(lot: Any, ledger: list[Any], reserved: int) -> None:
    level, frozen, undone = 0, False, set()
    for line in ledger:
        level += line.quantity
        assert level >= 0
        if line.kind in {"recall", "expired"}:
            frozen = True
        elif line.kind == "lift":
            frozen = False
        elif line.kind == "out":
            assert not frozen
            day = line.at.astimezone(ZONE).date().isoformat()
            assert lot.expiry is None or day <= lot.expiry
            assert line.number is not None
        assert line.person_id is not None or line.kind == "expired"
        if line.undoes is not None:
            assert line.undoes not in undone
            undone.add(line.undoes)
    assert 0 <= reserved <= level
    assert not (lot.blocked and reserved)


def _nobody_has_too_much(
    lots: list[Any], ledgers: dict[int, list[Any]], askers: dict[int, int]
) -> None:
    got: dict[tuple[int, str], list[tuple[datetime, int]]] = {}
    for lot in lots:
        back = {line.undoes for line in ledgers[lot.id] if line.undoes}
        for line in ledgers[lot.id]:
            if line.kind == "out" and line.id not in back:
                whose = got.setdefault((askers[line.number], lot.item), [])
                whose.append((line.at, -line.quantity))
    for taken in got.values():
        for at, _ in taken:
            assert sum(count for when, count in taken if at - WEEK < when <= at) <= CAP
