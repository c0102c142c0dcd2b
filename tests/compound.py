"""A small compound with two medicine boxes on the real engine and a paper clock, for tests."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from two_roads import START, TwoRoads

from storage import boxes, entries, people, places, requests, timers
from storage.boxes import LOT, MOVEMENT, RESERVATION, Reservation
from storage.db import Transaction, transaction
from storage.requests import REQUEST

ZONE = ZoneInfo("Asia/Shanghai")
KEEPERS = {"刘姐": "b3", "孙阿姨": "b1"}
NEIGHBOURS = {"王奶奶": "b3", "高阿姨": "b3", "陈奶奶": "b1", "罗叔": "b1"}
WEEK = timedelta(days=7)
CAP = 2


class Compound(TwoRoads):
    """Two buildings of a grid, a box in each; everybody speaks on two gateways by turns."""

    def __init__(self) -> None:
        self.open()
        with transaction(self.database) as tx:
            self._moves_in(tx)
        self.start()

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
