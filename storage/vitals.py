"""Signs of life: readings people send (blood pressure, temperature…), and what they do here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Field, SQLModel

from storage.db import Instant, Transaction, table
from storage.requests import EVENT, REQUEST


class Vital(SQLModel, table=True):
    """A reading somebody sent: ``value2`` is the lower blood pressure."""

    __tablename__ = "vital"

    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    kind: str
    value: float
    value2: float | None = None
    unit: str
    at: datetime = Field(sa_type=Instant)
    checkin_id: int | None = None


VITAL = table(Vital)


def keep(tx: Transaction, **columns: Any) -> None:
    tx.put(VITAL, columns)


def of_person(tx: Transaction, person_id: int) -> list[Vital]:
    """Readings of a person, oldest first."""
    tx.flush(VITAL)
    chosen = select(VITAL).where(VITAL.c.person_id == person_id)
    return tx.rows(Vital, chosen.order_by(VITAL.c.at, VITAL.c.id))


def active_since(tx: Transaction, person_id: int, since: datetime) -> bool:
    """Whether a person asked for something or answered about it since: a sign of life."""
    tx.flush(EVENT)
    theirs = REQUEST.c.requester_id == person_id
    said = EVENT.c.person_id == person_id
    found = (
        select(EVENT.c.id)
        .join(REQUEST, REQUEST.c.number == EVENT.c.number)
        .where(theirs, said, EVENT.c.at > since, REQUEST.c.kind != "emergency")
        .limit(1)
    )
    return bool(tx.values(found))
