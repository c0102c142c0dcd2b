"""Deadlines: rows that the heartbeat rings when they are due, one for each key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, bindparam, delete, func, select
from sqlmodel import Field, SQLModel

from storage.db import Instant, Transaction, table, upsert


class TimerRow(SQLModel, table=True):
    """``kind`` picks the handler, ``ref`` is what it is about."""

    __tablename__ = "timer"

    key: str = Field(primary_key=True)
    due_at: datetime = Field(sa_type=Instant, index=True)
    kind: str
    ref: int = 0
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


TIMER = table(TimerRow)
TIMER.info["insert"] = upsert(TIMER, "key", "due_at", "kind", "ref", "data")

_DUE = (
    select(TIMER)
    .where(TIMER.c.due_at <= bindparam("now"))
    .order_by(TIMER.c.due_at, TIMER.c.key)
    .limit(bindparam("most"))
)


def put(
    tx: Transaction, key: str, due: datetime, *, kind: str, ref: int, data: Mapping[str, Any]
) -> None:
    """Set the deadline ``key``, or move it."""
    tx.put(TIMER, {"key": key, "due_at": due, "kind": kind, "ref": ref, "data": dict(data)})


def drop(tx: Transaction, prefix: str) -> None:
    """Take back all deadlines whose key starts with ``prefix``."""
    tx.flush(TIMER)
    tx.run(delete(TIMER).where(TIMER.c.key >= prefix, TIMER.c.key < prefix + "\uffff"))


def take(tx: Transaction, key: str, due: datetime) -> bool:
    """Claim a due deadline: False if it was moved, taken back or rung meanwhile."""
    tx.flush(TIMER)
    gone = tx.run(delete(TIMER).where(TIMER.c.key == key, TIMER.c.due_at == due))
    return gone.rowcount == 1


def due(tx: Transaction, now: datetime, most: int = 500) -> Sequence[TimerRow]:
    """The oldest deadlines that have come."""
    tx.flush(TIMER)
    return tx.rows(TimerRow, _DUE, {"now": now, "most": most})


def next_due(tx: Transaction) -> datetime | None:
    """When the next deadline comes."""
    tx.flush(TIMER)
    found: datetime | None = tx.connection.execute(
        select(TIMER.c.due_at).order_by(TIMER.c.due_at).limit(1)
    ).scalar()
    return found


def pending(tx: Transaction, prefix: str = "") -> list[TimerRow]:
    """Deadlines still to come whose key starts with ``prefix``, soonest first."""
    tx.flush(TIMER)
    chosen = select(TIMER).where(TIMER.c.key >= prefix, TIMER.c.key < prefix + "\uffff")
    return tx.rows(TimerRow, chosen.order_by(TIMER.c.due_at))


def count(tx: Transaction) -> int:
    tx.flush(TIMER)
    return int(tx.connection.execute(select(func.count()).select_from(TIMER)).scalar_one())
