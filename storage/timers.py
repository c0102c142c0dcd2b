"""Deadlines: rows that the heartbeat rings when they are due, one for each key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, bindparam, delete, func, select
from sqlmodel import Field, SQLModel

from storage.db import Instant, Transaction, table
from storage.prepared import Prepared, upsert


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

_DUE = Prepared(
    select(TIMER)
    .where(TIMER.c.due_at <= bindparam("now"))
    .order_by(TIMER.c.due_at, TIMER.c.key)
    .limit(bindparam("most"))
)
_DROP = Prepared(
    delete(TIMER).where(TIMER.c.key >= bindparam("first"), TIMER.c.key <= bindparam("last"))
)
_TAKE = Prepared(
    delete(TIMER).where(TIMER.c.key == bindparam("timer"), TIMER.c.due_at == bindparam("due"))
)
_NEXT = Prepared(select(TIMER.c.due_at).order_by(TIMER.c.due_at).limit(1))


def put(
    tx: Transaction, key: str, due: datetime, *, kind: str, ref: int, data: Mapping[str, Any]
) -> None:
    """Set the deadline ``key``, or move it."""
    tx.put(TIMER, {"key": key, "due_at": due, "kind": kind, "ref": ref, "data": dict(data)})


def drop(tx: Transaction, prefix: str) -> None:
    """Take back the deadline of this key, or all that begin so, where it ends with a colon.

    ``settle:1`` is not ``settle:12``.
    """
    tx.flush(TIMER)
    last = prefix + "\uffff" if prefix.endswith(":") else prefix
    tx.run(_DROP, {"first": prefix, "last": last})


def take(tx: Transaction, key: str, due: datetime) -> bool:
    """Claim a due deadline: False if it was moved, taken back or rung meanwhile."""
    tx.flush(TIMER)
    return tx.run(_TAKE, {"timer": key, "due": due}).rowcount == 1


def due(tx: Transaction, now: datetime, most: int = 500) -> Sequence[TimerRow]:
    """The oldest deadlines that have come."""
    tx.flush(TIMER)
    return tx.rows(TimerRow, _DUE, {"now": now, "most": most})


def next_due(tx: Transaction) -> datetime | None:
    """When the next deadline comes."""
    tx.flush(TIMER)
    found: list[datetime] = tx.values(_NEXT)
    return found[0] if found else None


def pending(tx: Transaction, prefix: str = "") -> list[TimerRow]:
    """Deadlines still to come whose key starts with ``prefix``, soonest first."""
    tx.flush(TIMER)
    chosen = select(TIMER).where(TIMER.c.key >= prefix, TIMER.c.key < prefix + "\uffff")
    return tx.rows(TimerRow, chosen.order_by(TIMER.c.due_at))


def get(tx: Transaction, key: str) -> TimerRow | None:
    """The deadline of this key, if it is still to come."""
    tx.flush(TIMER)
    return tx.first(TimerRow, select(TIMER).where(TIMER.c.key == key))


def count(tx: Transaction) -> int:
    tx.flush(TIMER)
    return int(tx.connection.execute(select(func.count()).select_from(TIMER)).scalar_one())
