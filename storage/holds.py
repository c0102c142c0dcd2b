"""What of the boxes is held for a request or handed over, and who got what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, literal, select, update

from storage.boxes import (
    LOT,
    MOVEMENT,
    RESERVATION,
    Reservation,
    move,
    on_hand,
    promised,
)
from storage.db import Transaction
from storage.requests import REQUEST


def reserve(tx: Transaction, lot_id: int, number: int, quantity: int, until: datetime) -> bool:
    """Hold so much of a lot for a request; False if that much is not free or the lot is blocked."""
    if quantity <= 0:
        return False
    row = select(
        literal(lot_id),
        literal(number),
        literal(quantity),
        literal(until, RESERVATION.c.until.type),
        literal("held"),
    ).where(
        on_hand(lot_id) - promised(lot_id) >= quantity,
        select(LOT.c.id).where(LOT.c.id == lot_id, LOT.c.blocked.is_(None)).exists(),
    )
    names = ["lot_id", "number", "quantity", "until", "state"]
    return tx.run(RESERVATION.insert().from_select(names, row)).rowcount == 1


def held(tx: Transaction, number: int, state: str = "held") -> list[Reservation]:
    """What is held for a request, in the order in which it was."""
    chosen = select(RESERVATION).where(RESERVATION.c.number == number, RESERVATION.c.state == state)
    return tx.rows(Reservation, chosen.order_by(RESERVATION.c.id))


def held_of(tx: Transaction, lot_id: int) -> list[Reservation]:
    """For whom a lot is held, newest first."""
    chosen = select(RESERVATION).where(
        RESERVATION.c.lot_id == lot_id, RESERVATION.c.state == "held"
    )
    return tx.rows(Reservation, chosen.order_by(RESERVATION.c.id.desc()))


def extend(tx: Transaction, number: int, until: datetime) -> None:
    """Hold on longer."""
    mine = (RESERVATION.c.number == number) & (RESERVATION.c.state == "held")
    tx.run(update(RESERVATION).where(mine).values(until=until))


def _end(tx: Transaction, reservation: Reservation, state: str) -> bool:
    still = (RESERVATION.c.id == reservation.id) & (RESERVATION.c.state == "held")
    return tx.run(update(RESERVATION).where(still).values(state=state)).rowcount == 1


def release(tx: Transaction, reservation: Reservation) -> bool:
    """It is not needed after all; False if it had ended already."""
    return _end(tx, reservation, "released")


def lapse(tx: Transaction, reservation: Reservation) -> bool:
    """Nobody came for it; False if it had ended already."""
    return _end(tx, reservation, "lapsed")


def hand_over(
    tx: Transaction,
    reservation: Reservation,
    now: datetime,
    *,
    person_id: int | None,
    note: str | None = None,
    mid: str | None = None,
) -> bool:
    """What was held goes out of the box; False if the hold had ended already."""
    if not _end(tx, reservation, "handed"):
        return False
    return move(
        tx,
        reservation.lot_id,
        -reservation.quantity,
        "out",
        now,
        person_id=person_id,
        number=reservation.number,
        note=note,
        mid=mid,
    )


def handed_back(tx: Transaction, lot_id: int, number: int) -> None:
    """What was handed out of a lot for a request lies in the box again, as after a hold."""
    theirs = (RESERVATION.c.lot_id == lot_id) & (RESERVATION.c.number == number)
    handed = theirs & (RESERVATION.c.state == "handed")
    tx.run(update(RESERVATION).where(handed).values(state="lapsed"))


def taken(tx: Transaction, person_id: int, since: datetime) -> list[tuple[str, str, int]]:
    """``(item, unit, how many)`` that went to a person since, with what is held for them now."""
    mine = select(REQUEST.c.number).where(REQUEST.c.requester_id == person_id)
    undone = (MOVEMENT.c.kind == "correct") & (MOVEMENT.c.quantity > 0)
    out = (
        select(LOT.c.item, LOT.c.unit, -func.sum(MOVEMENT.c.quantity))
        .join(LOT, LOT.c.id == MOVEMENT.c.lot_id)
        .where(
            MOVEMENT.c.number.in_(mine),
            MOVEMENT.c.at > since,
            (MOVEMENT.c.kind == "out") | undone,
        )
        .group_by(LOT.c.item, LOT.c.unit)
    )
    waiting = (
        select(LOT.c.item, LOT.c.unit, func.sum(RESERVATION.c.quantity))
        .join(LOT, LOT.c.id == RESERVATION.c.lot_id)
        .where(RESERVATION.c.number.in_(mine), RESERVATION.c.state == "held")
        .group_by(LOT.c.item, LOT.c.unit)
    )
    rows = [*tx.connection.execute(out), *tx.connection.execute(waiting)]
    return [(row[0], row[1], int(row[2])) for row in rows]


def takers(tx: Transaction, lot_ids: Sequence[int]) -> list[tuple[int, int]]:
    """``(person, request number)`` of everybody to whom something of these lots went."""
    chosen = (
        select(REQUEST.c.requester_id, REQUEST.c.number)
        .join(MOVEMENT, MOVEMENT.c.number == REQUEST.c.number)
        .where(MOVEMENT.c.lot_id.in_(lot_ids), MOVEMENT.c.kind == "out")
        .order_by(REQUEST.c.number)
        .distinct()
    )
    return [(int(row[0]), int(row[1])) for row in tx.connection.execute(chosen)]
