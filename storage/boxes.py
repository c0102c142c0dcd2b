"""The medicine boxes: what lies in them, as a ledger of what came in and went out.

Stock is the sum of movements and nothing else. No movement may bring what is free below zero: the
statement that writes it looks first, so two at once cannot both succeed (`storage.holds` likewise).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, String, func, literal, select, update
from sqlmodel import Field, SQLModel

from storage import places
from storage.db import Instant, Transaction, table


class Box(SQLModel, table=True):
    """A shared box at a place. ``keeper_id`` answers for it; ``where_*`` says where it stands."""

    __tablename__ = "box"

    id: int = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    place_id: int = Field(foreign_key="place.id", index=True)
    name: str
    name_en: str = ""
    keeper_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    where_text: str = ""
    where_en: str = ""
    count_asked: str | None = None
    """The month (``2027-05``) for which the keeper was asked to count."""


class Lot(SQLModel, table=True):
    """Things of one kind that came together. ``expiry`` is the last good day, ISO, or None."""

    __tablename__ = "lot"

    id: int = Field(default=None, primary_key=True)
    key: str | None = Field(default=None, unique=True)
    """The operator's own short name, where an import brought it."""
    box_id: int = Field(foreign_key="box.id", index=True)
    item: str
    """Canonical Chinese name."""
    text: str = ""
    """As written by whoever brought it, with the brand."""
    expiry: str | None = None
    form: str = "adult"
    sealed: bool = True
    unit: str = "盒"
    batch: str | None = None
    donor_id: int | None = Field(default=None, foreign_key="person.id")
    blocked: str | None = None
    """Why it may not go out: ``expired`` or ``recall``."""
    warned: int | None = None
    """The shortest warning of its expiry so far, in days."""


class Movement(SQLModel, table=True):
    """One line of the ledger: ``in``, ``out``, ``dispose`` or ``correct``; never changed.

    ``count``, ``recall``, ``lift`` and ``expired`` move nothing: they say who counted, froze or
    freed the lot, and when.
    """

    __tablename__ = "movement"

    id: int = Field(default=None, primary_key=True)
    lot_id: int = Field(foreign_key="lot.id", index=True)
    quantity: int
    kind: str
    number: int | None = Field(default=None, foreign_key="request.number", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    """Who did it; None for what an import brought, or the calendar did."""
    at: datetime = Field(sa_type=Instant)
    note: str | None = None
    undoes: int | None = Field(default=None, foreign_key="movement.id", unique=True)
    mid: str | None = None
    """The message it came from: what was said in one breath is taken back in one."""


class Reservation(SQLModel, table=True):
    """A lot held for a request: ``held``, then ``handed``, ``lapsed`` or ``released``."""

    __tablename__ = "reservation"

    id: int = Field(default=None, primary_key=True)
    lot_id: int = Field(foreign_key="lot.id", index=True)
    number: int = Field(foreign_key="request.number", index=True)
    quantity: int
    until: datetime = Field(sa_type=Instant)
    state: str = "held"


BOX, LOT = table(Box), table(Lot)
MOVEMENT, RESERVATION = table(Movement), table(Reservation)


@dataclass(frozen=True, slots=True)
class Stock:
    """A lot with what lies in the box (``on_hand``) and what of it is promised (``reserved``)."""

    lot_id: int
    box_id: int
    item: str
    text: str
    expiry: str | None
    form: str
    sealed: bool
    unit: str
    batch: str | None
    donor_id: int | None
    blocked: str | None
    warned: int | None
    on_hand: int
    reserved: int

    @property
    def available(self) -> int:
        """What may still be promised to somebody."""
        return 0 if self.blocked else self.on_hand - self.reserved


def on_hand(lot_id: Any) -> ScalarSelect[int]:
    """SQL: what lies in the box of this lot."""
    counted = select(func.coalesce(func.sum(MOVEMENT.c.quantity), 0))
    return counted.where(MOVEMENT.c.lot_id == lot_id).scalar_subquery()


def promised(lot_id: Any) -> ScalarSelect[int]:
    """SQL: what of this lot is held for somebody."""
    counted = select(func.coalesce(func.sum(RESERVATION.c.quantity), 0))
    live = (RESERVATION.c.lot_id == lot_id) & (RESERVATION.c.state == "held")
    return counted.where(live).scalar_subquery()


def add(tx: Transaction, **columns: Any) -> int:
    tx.memo.pop("boxes", None)
    return tx.insert(BOX, columns)


def change(tx: Transaction, box_id: int, **columns: Any) -> None:
    tx.memo.pop("boxes", None)
    tx.run(update(BOX).where(BOX.c.id == box_id).values(**columns))


def every(tx: Transaction) -> list[Box]:
    """All boxes, oldest first; kept, since they seldom change."""
    kept = tx.memo.get("boxes")
    if kept is None:
        kept = tx.memo["boxes"] = tx.rows(Box, select(BOX).order_by(BOX.c.id))
    found: list[Box] = kept
    return found


def get(tx: Transaction, box_id: int) -> Box:
    """The box; KeyError if there is none."""
    for box in every(tx):
        if box.id == box_id:
            return box
    raise KeyError(box_id)


def near(tx: Transaction, place_id: int | None) -> list[Box]:
    """Boxes a place may draw on: its own, then of the micro-grid, the grid, the community…

    Those of other places only where they share, and all that contains them below the common one.
    """
    around = places.chain(tx, place_id)
    found = []
    for box in every(tx):
        steps = places.distance(tx, place_id, box.place_id)
        if steps < len(around) and places.lends(tx, box.place_id, around[steps].id):
            found.append((steps, box.id, box))
    return [box for _, _, box in sorted(found, key=lambda one: one[:2])]


def stock(tx: Transaction, box_ids: int | Collection[int], *, empty: bool = False) -> list[Stock]:
    """What lies in these boxes, earliest expiry first; ``empty`` lots only if asked for."""
    wanted = [box_ids] if isinstance(box_ids, int) else list(box_ids)
    return _stock(tx, LOT.c.box_id.in_(wanted), empty=empty)


def of_lot(tx: Transaction, lot_id: int) -> Stock:
    """One lot as it stands; KeyError if there is none."""
    found = _stock(tx, LOT.c.id == lot_id, empty=True)
    if not found:
        raise KeyError(lot_id)
    return found[0]


def _stock(tx: Transaction, which: ColumnElement[bool], *, empty: bool) -> list[Stock]:
    columns = [LOT.c[name] for name in Stock.__dataclass_fields__ if name in LOT.c]
    chosen = select(
        LOT.c.id.label("lot_id"),
        *columns,
        on_hand(LOT.c.id).label("on_hand"),
        promised(LOT.c.id).label("reserved"),
    ).where(which)
    rows = tx.connection.execute(chosen.order_by(LOT.c.expiry.is_(None), LOT.c.expiry, LOT.c.id))
    found = [Stock(**row._mapping) for row in rows]  # noqa: SLF001  the mapping is its public view
    return [one for one in found if empty or one.on_hand]


def add_lot(
    tx: Transaction,
    now: datetime,
    *,
    quantity: int,
    person_id: int | None,
    number: int | None = None,
    note: str | None = None,
    mid: str | None = None,
    **columns: Any,
) -> int:
    """A new lot (columns of `Lot`) with its first movement; the lot's id.

    ValueError if ``quantity`` is not positive.
    """
    if quantity <= 0:
        raise ValueError("a lot needs at least one piece")
    lot_id = tx.insert(LOT, columns)
    told: dict[str, Any] = {"person_id": person_id, "number": number, "note": note, "mid": mid}
    move(tx, lot_id, quantity, "in", now, **told)
    return lot_id


def move(
    tx: Transaction,
    lot_id: int,
    quantity: int,
    kind: str,
    now: datetime,
    *,
    person_id: int | None,
    number: int | None = None,
    note: str | None = None,
    undoes: int | None = None,
    mid: str | None = None,
) -> bool:
    """Enter a movement; False if fewer would be left than nothing, or than what is promised."""
    row = select(
        literal(lot_id),
        literal(quantity),
        literal(kind),
        literal(number, MOVEMENT.c.number.type),
        literal(person_id, MOVEMENT.c.person_id.type),
        literal(now, MOVEMENT.c.at.type),
        literal(note, String()),
        literal(undoes, MOVEMENT.c.undoes.type),
        literal(mid, String()),
    ).where((literal(quantity) >= 0) | (on_hand(lot_id) + quantity >= promised(lot_id)))
    names = ["lot_id", "quantity", "kind", "number", "person_id", "at", "note", "undoes", "mid"]
    return tx.run(MOVEMENT.insert().from_select(names, row)).rowcount == 1


def warned(tx: Transaction, lot_id: int, days: int) -> None:
    """The keeper was told that it expires within so many days."""
    tx.run(update(LOT).where(LOT.c.id == lot_id).values(warned=days))


def by_key(tx: Transaction, key: str) -> Lot | None:
    """The lot that an import brought under this name."""
    return tx.first(Lot, select(LOT).where(LOT.c.key == key))


def change_lot(tx: Transaction, lot_id: int, **columns: Any) -> None:
    tx.run(update(LOT).where(LOT.c.id == lot_id).values(**columns))
