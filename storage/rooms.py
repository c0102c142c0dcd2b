"""Conversations: groups bound to places, and the private talks with each person."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import UniqueConstraint, bindparam, select, update
from sqlmodel import Field, SQLModel

from storage.db import Transaction, table
from storage.prepared import Prepared


class Room(SQLModel, table=True):
    """A group (``place_id`` set) or a private talk (``person_id`` set) on one gateway."""

    __tablename__ = "room"
    __table_args__ = (UniqueConstraint("gateway", "external"),)

    id: int = Field(default=None, primary_key=True)
    gateway: str
    external: str
    name: str = ""
    lang: str = "zh"
    place_id: int | None = Field(default=None, foreign_key="place.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    private: bool = False
    told_how: bool = False
    """A group of no place: whether it was said there how it is bound to one."""


ROOM = table(Room)

_BY_EXTERNAL = Prepared(
    select(ROOM).where(
        ROOM.c.gateway == bindparam("gateway"), ROOM.c.external == bindparam("external")
    )
)
_BY_ID = Prepared(select(ROOM).where(ROOM.c.id == bindparam("room_id")))
_OF_PERSON = Prepared(
    select(ROOM)
    .where(ROOM.c.person_id == bindparam("person_id"), ROOM.c.private)
    .order_by(ROOM.c.id.desc())
)


def by_external(tx: Transaction, gateway: str, external: str) -> Room | None:
    key = ("room", gateway, external)
    if key not in tx.memo:
        row = tx.first(Room, _BY_EXTERNAL, {"gateway": gateway, "external": external})
        if row is None:
            return None
        tx.memo[key] = row
        tx.memo["room", row.id] = row
    found: Room = tx.memo[key]
    return found


def get(tx: Transaction, room_id: int) -> Room:
    """The conversation; KeyError if there is none."""
    key = ("room", room_id)
    if key not in tx.memo:
        row = tx.first(Room, _BY_ID, {"room_id": room_id})
        if row is None:
            raise KeyError(room_id)
        tx.memo[key] = row
    found: Room = tx.memo[key]
    return found


def of_place(tx: Transaction, place_id: int | None) -> Room | None:
    """The place's own group: the first that was bound to it, on a real platform if any is."""
    if place_id is None:
        return None
    key = ("room of place", place_id)
    if key not in tx.memo:
        statement = select(ROOM).where(ROOM.c.place_id == place_id, ROOM.c.private.is_(False))
        # The local chat is for trying: a real group goes first.
        tx.memo[key] = tx.first(Room, statement.order_by(ROOM.c.gateway == "local", ROOM.c.id))
    found: Room | None = tx.memo[key]
    return found


def groups(tx: Transaction, place_ids: Collection[int] | None = None) -> list[Room]:
    """Every group, or those of these places."""
    chosen = select(ROOM).where(ROOM.c.private.is_(False))
    if place_ids is not None:
        chosen = chosen.where(ROOM.c.place_id.in_(list(place_ids)))
    return tx.rows(Room, chosen.order_by(ROOM.c.id))


def private(tx: Transaction, person_id: int, gateway: str | None = None) -> Room | None:
    """The private talk with a person: the newest, or the one on a gateway."""
    key = ("private", person_id, gateway)
    if key not in tx.memo:
        found = tx.rows(Room, _OF_PERSON, {"person_id": person_id})
        row = next((one for one in found if gateway in {None, one.gateway}), None)
        if row is None:
            return None
        tx.memo[key] = row
    kept: Room = tx.memo[key]
    return kept


def add(tx: Transaction, **columns: Any) -> Room:
    """A new conversation; the row as stored."""
    room_id = tx.insert(ROOM, columns)
    _forget_groups(tx)
    return get(tx, room_id)


def change(tx: Transaction, room: Room, **columns: Any) -> None:
    tx.run(update(ROOM).where(ROOM.c.id == room.id).values(**columns))
    for key in (("room", room.id), ("room", room.gateway, room.external)):
        tx.memo.pop(key, None)
    _forget_groups(tx)


def _forget_groups(tx: Transaction) -> None:
    for key in [key for key in tx.memo if isinstance(key, tuple) and key[0] == "room of place"]:
        del tx.memo[key]
