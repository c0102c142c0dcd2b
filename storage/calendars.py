"""The keys by which a calendar programme fetches somebody's turns of duty."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlmodel import Field, SQLModel

from storage.db import Transaction, table


class CalendarKey(SQLModel, table=True):
    """Whoever has this token may read this person's turns, and nothing else."""

    __tablename__ = "calendar_key"

    person_id: int = Field(primary_key=True, foreign_key="person.id")
    token: str = Field(unique=True)


CALENDAR = table(CalendarKey)


def token_of(tx: Transaction, person_id: int) -> str | None:
    found = tx.values(select(CALENDAR.c.token).where(CALENDAR.c.person_id == person_id))
    return str(found[0]) if found else None


def give(tx: Transaction, person_id: int, token: str) -> None:
    """From now on this token, and no earlier one, opens the person's calendar."""
    tx.run(delete(CALENDAR).where(CALENDAR.c.person_id == person_id))
    tx.run(CALENDAR.insert(), {"person_id": person_id, "token": token})


def person_of(tx: Transaction, token: str) -> int | None:
    """Whose calendar it opens."""
    found = tx.values(select(CALENDAR.c.person_id).where(CALENDAR.c.token == token))
    return int(found[0]) if found else None
