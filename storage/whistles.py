"""Departments called in (吹哨报到): who must report on a request, and by when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Field, SQLModel

from storage.db import Instant, Transaction, table

OPEN = ("blown", "reported")


class Whistle(SQLModel, table=True):
    """A department was called to a request: ``blown``, ``reported`` in, then ``answered``.

    ``place_id`` is the department, ``by_id`` who called, ``due_at`` when the next word is due.
    """

    __tablename__ = "whistle"

    id: int = Field(default=None, primary_key=True)
    number: int = Field(foreign_key="request.number", index=True)
    place_id: int = Field(foreign_key="place.id")
    by_id: int = Field(foreign_key="person.id")
    state: str = "blown"
    blown_at: datetime = Field(sa_type=Instant)
    due_at: datetime = Field(sa_type=Instant)


WHISTLE = table(Whistle)


def blow(tx: Transaction, **columns: Any) -> int:
    return tx.insert(WHISTLE, {"state": "blown", **columns})


def get(tx: Transaction, whistle_id: int) -> Whistle | None:
    return tx.first(Whistle, select(WHISTLE).where(WHISTLE.c.id == whistle_id))


def open_of(tx: Transaction, number: int) -> list[Whistle]:
    """The departments that still owe a word on a request, first called first."""
    mine = (WHISTLE.c.number == number) & WHISTLE.c.state.in_(OPEN)
    return tx.rows(Whistle, select(WHISTLE).where(mine).order_by(WHISTLE.c.id))


def move(tx: Transaction, whistle: Whistle, to: str, due_at: datetime | None = None) -> bool:
    """Change the state if it is still what ``whistle`` says; False if somebody was faster."""
    columns: dict[str, Any] = {"state": to} | ({"due_at": due_at} if due_at else {})
    still = (WHISTLE.c.id == whistle.id) & (WHISTLE.c.state == whistle.state)
    return tx.run(update(WHISTLE).where(still).values(**columns)).rowcount == 1


def end_all(tx: Transaction, number: int) -> None:
    """The request is over: nobody owes a word on it any more."""
    mine = (WHISTLE.c.number == number) & WHISTLE.c.state.in_(OPEN)
    tx.run(update(WHISTLE).where(mine).values(state="over"))
