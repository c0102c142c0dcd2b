"""The ledger of a lot line by line: read, taken back by its opposite, frozen and freed again."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import select, update

from storage import holds
from storage.boxes import LOT, MOVEMENT, Lot, Movement, move
from storage.db import Transaction


def of_lot(tx: Transaction, lot_id: int) -> list[Movement]:
    """Every line of a lot, in order."""
    chosen = select(MOVEMENT).where(MOVEMENT.c.lot_id == lot_id)
    return tx.rows(Movement, chosen.order_by(MOVEMENT.c.id))


def key_of(tx: Transaction, lot_id: int) -> str | None:
    """The operator's own short name for a lot, where an import brought one."""
    found = tx.values(select(LOT.c.key).where(LOT.c.id == lot_id))
    return found[0] if found else None


def last_by(tx: Transaction, person_id: int, since: datetime) -> list[Movement]:
    """What a person entered last in one breath, neither a correction of that kind nor corrected."""
    undone = select(MOVEMENT.c.undoes).where(MOVEMENT.c.undoes.is_not(None))
    theirs = select(MOVEMENT).where(
        MOVEMENT.c.person_id == person_id,
        MOVEMENT.c.at >= since,
        MOVEMENT.c.quantity != 0,
        MOVEMENT.c.undoes.is_(None),
        MOVEMENT.c.id.not_in(undone),
    )
    last = tx.first(Movement, theirs.order_by(MOVEMENT.c.id.desc()).limit(1))
    if last is None or last.mid is None:
        return [last] if last else []
    return tx.rows(Movement, theirs.where(MOVEMENT.c.mid == last.mid).order_by(MOVEMENT.c.id))


def undo(
    tx: Transaction, movement: Movement, now: datetime, *, person_id: int, mid: str | None = None
) -> bool:
    """Enter the opposite line; False if it was undone before, or the things are gone."""
    if tx.values(select(MOVEMENT.c.id).where(MOVEMENT.c.undoes == movement.id)):
        return False
    back = move(
        tx,
        movement.lot_id,
        -movement.quantity,
        "correct",
        now,
        person_id=person_id,
        number=movement.number,
        undoes=movement.id,
        mid=mid,
    )
    if back and movement.kind == "out" and movement.number is not None:
        holds.handed_back(tx, movement.lot_id, movement.number)
    return back


def freeze(
    tx: Transaction,
    lot_id: int,
    why: Literal["expired", "recall"],
    now: datetime,
    *,
    person_id: int | None,
) -> None:
    """Nothing of this lot goes out any more."""
    tx.run(update(LOT).where(LOT.c.id == lot_id).values(blocked=why))
    move(tx, lot_id, 0, why, now, person_id=person_id)


def lift(tx: Transaction, lot_id: int, now: datetime, *, person_id: int) -> None:
    """The recall does not hold any more."""
    tx.run(update(LOT).where(LOT.c.id == lot_id).values(blocked=None))
    move(tx, lot_id, 0, "lift", now, person_id=person_id)


def recalled(tx: Transaction) -> list[Lot]:
    """Every lot that was ever recalled and still is, empty ones as well."""
    return tx.rows(Lot, select(LOT).where(LOT.c.blocked == "recall").order_by(LOT.c.id))
