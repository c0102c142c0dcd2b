"""Look-ins: somebody did not answer the door or the roll-call, and who goes to see."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, delete, select, update
from sqlmodel import Field, SQLModel

from storage.db import Instant, Transaction, table

OPEN = ("open", "going")


class LookIn(SQLModel, table=True):
    """One search for one person or household: ``open → going → closed``.

    ``why``: ``visit`` or ``alert``, ``ref`` the visit or the call of the roll. Where only a name is
    known, ``person_id`` is None. ``told`` and ``declined`` are person ids in the order of asking.
    Outcomes: ``seen``, ``answered``, ``spoke`` (and needs help), ``helped``, ``called_off``.
    """

    __tablename__ = "look_in"

    id: int = Field(default=None, primary_key=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    name: str
    place_id: int = Field(foreign_key="place.id")
    why: str
    ref: int
    drill: bool = False
    state: str = Field(default="open", index=True)
    step: str = ""
    turn: int = 0
    holder_id: int | None = Field(default=None, foreign_key="person.id")
    told: list[int] = Field(default_factory=list, sa_type=JSON)
    declined: list[int] = Field(default_factory=list, sa_type=JSON)
    reminded: str | None = None
    """The day (ISO) on which the coordinator was last reminded of it."""
    began_at: datetime = Field(sa_type=Instant)
    outcome: str | None = None
    closed_by: int | None = Field(default=None, foreign_key="person.id")
    closed_at: datetime | None = Field(default=None, sa_type=Instant)


LOOK_IN = table(LookIn)


def add(tx: Transaction, now: datetime, **columns: Any) -> LookIn:
    """A new search; the row as stored."""
    tx.memo.pop("looked for", None)
    key = tx.insert(
        LOOK_IN,
        {"began_at": now, "state": "open", "step": "", "turn": 0, "told": [], "declined": []}
        | {"drill": False}
        | columns,
    )
    return must(tx, key)


def get(tx: Transaction, look_in_id: int) -> LookIn | None:
    return tx.first(LookIn, select(LOOK_IN).where(LOOK_IN.c.id == look_in_id))


def must(tx: Transaction, look_in_id: int) -> LookIn:
    """The row; KeyError if there is none."""
    found = get(tx, look_in_id)
    if found is None:
        raise KeyError(look_in_id)
    return found


def change(tx: Transaction, one: LookIn, **columns: Any) -> LookIn:
    """Change it; the row as it is then."""
    tx.run(update(LOOK_IN).where(LOOK_IN.c.id == one.id).values(**columns))
    return must(tx, one.id)


def move(tx: Transaction, one: LookIn, to: str, **columns: Any) -> bool:
    """Change the state if it is still what ``one`` says; False if somebody was faster."""
    tx.memo.pop("looked for", None)
    same = (LOOK_IN.c.id == one.id) & (LOOK_IN.c.state == one.state)
    same &= LOOK_IN.c.holder_id.is_(None) | (LOOK_IN.c.holder_id == one.holder_id)
    return tx.run(update(LOOK_IN).where(same).values(state=to, **columns)).rowcount == 1


def of_person(tx: Transaction, person_id: int) -> LookIn | None:
    """The search for this person that has not ended."""
    mine = (LOOK_IN.c.person_id == person_id) & LOOK_IN.c.state.in_(OPEN)
    return tx.first(LookIn, select(LOOK_IN).where(mine).order_by(LOOK_IN.c.id.desc()))


def about(tx: Transaction, why: str, ref: int) -> LookIn | None:
    """The search that began with this visit or call."""
    mine = (LOOK_IN.c.why == why) & (LOOK_IN.c.ref == ref)
    return tx.first(LookIn, select(LOOK_IN).where(mine).order_by(LOOK_IN.c.id.desc()))


def open_ones(tx: Transaction) -> list[LookIn]:
    """All that have not ended, oldest first."""
    chosen = select(LOOK_IN).where(LOOK_IN.c.state.in_(OPEN)).order_by(LOOK_IN.c.id)
    return tx.rows(LookIn, chosen)


def any_open(tx: Transaction) -> bool:
    """Whether anybody is looked for; kept until it changes."""
    kept: bool | None = tx.memo.get("looked for")
    if kept is None:
        kept = tx.memo["looked for"] = bool(open_ones(tx))
    return kept


def forget(tx: Transaction, before: datetime) -> int:
    """Delete those that ended long ago; how many."""
    old = (LOOK_IN.c.state == "closed") & (LOOK_IN.c.closed_at < before)
    return tx.run(delete(LOOK_IN).where(old)).rowcount


def forget_person(tx: Transaction, person_id: int) -> None:
    """Forget that a person was looked for."""
    tx.run(delete(LOOK_IN).where(LOOK_IN.c.person_id == person_id))
