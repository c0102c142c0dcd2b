"""What one turn of duty leaves in words to the next."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlmodel import Field, SQLModel

from storage.db import Instant, Transaction, table


class ShiftNote(SQLModel, table=True):
    """A note by whoever was on ``duty`` at a place; ``given_at``: when the next turn got it."""

    __tablename__ = "shift_note"

    id: int = Field(default=None, primary_key=True)
    place_id: int = Field(foreign_key="place.id", index=True)
    duty: str
    person_id: int = Field(foreign_key="person.id", index=True)
    text: str
    at: datetime = Field(sa_type=Instant)
    given_at: datetime | None = Field(default=None, sa_type=Instant)


NOTE = table(ShiftNote)


def add(tx: Transaction, now: datetime, **columns: Any) -> int:
    """Keep a note; its id."""
    return tx.insert(NOTE, {"at": now, **columns})


def get(tx: Transaction, note_id: int) -> ShiftNote | None:
    return tx.first(ShiftNote, select(NOTE).where(NOTE.c.id == note_id))


def given(tx: Transaction, note_id: int, now: datetime) -> bool:
    """Mark it as handed on; False if it was already."""
    still = (NOTE.c.id == note_id) & NOTE.c.given_at.is_(None)
    return tx.run(update(NOTE).where(still).values(given_at=now)).rowcount == 1


def latest(tx: Transaction, places: Collection[int], most: int) -> list[ShiftNote]:
    """The newest notes of these places, oldest of them first."""
    chosen = select(NOTE).where(NOTE.c.place_id.in_(places)).order_by(NOTE.c.id.desc())
    return tx.rows(ShiftNote, chosen.limit(most))[::-1]


def forget(tx: Transaction, before: datetime) -> None:
    """Drop what was written long ago."""
    tx.run(delete(NOTE).where(NOTE.c.at < before))


def erase(tx: Transaction, person_id: int) -> None:
    """Drop what this person wrote."""
    tx.run(delete(NOTE).where(NOTE.c.person_id == person_id))
