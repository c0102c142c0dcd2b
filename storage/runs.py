"""Shopping runs: who ordered what of a neighbour's trip, what it cost, and whether it arrived.

The run itself is a request of kind ``run``: ``open`` while it gathers, ``claimed`` while the runner
is away, then ``closed``. Money is only noted, in cents.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint, select, update
from sqlmodel import Field, SQLModel

from storage.db import Instant, Transaction, table
from storage.requests import REQUEST


class Order(SQLModel, table=True):
    """What one neighbour wants from a run.

    ``state``: ``ordered``, ``handed`` (says the runner), ``received`` (says the neighbour),
    ``cancelled``.
    """

    __tablename__ = "run_order"
    __table_args__ = (UniqueConstraint("number", "person_id"),)

    id: int = Field(default=None, primary_key=True)
    number: int = Field(foreign_key="request.number", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    items: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    state: str = "ordered"
    cents: int | None = None
    paid: bool = False
    at: datetime = Field(sa_type=Instant)


ORDER = table(Order)


def orders(tx: Transaction, number: int) -> list[Order]:
    """What is wanted from a run, oldest first."""
    mine = (ORDER.c.number == number) & (ORDER.c.state != "cancelled")
    return tx.rows(Order, select(ORDER).where(mine).order_by(ORDER.c.id))


def order_of(tx: Transaction, number: int, person_id: int) -> Order | None:
    """What one neighbour wants from a run."""
    return next((one for one in orders(tx, number) if one.person_id == person_id), None)


def put(
    tx: Transaction, number: int, person_id: int, items: list[dict[str, Any]], now: datetime
) -> None:
    """From now this neighbour wants exactly this; nothing cancels the order."""
    mine = (ORDER.c.number == number) & (ORDER.c.person_id == person_id)
    row = {"items": items, "state": "ordered" if items else "cancelled", "at": now}
    if tx.run(update(ORDER).where(mine).values(**row)).rowcount == 0 and items:
        key = {"number": number, "person_id": person_id, "paid": False}
        tx.run(ORDER.insert(), {**key, **row})


def change(tx: Transaction, order: Order, **columns: Any) -> None:
    """It cost so much, was handed over, received or paid."""
    tx.run(update(ORDER).where(ORDER.c.id == order.id).values(**columns))


def forget(tx: Transaction, before: datetime) -> int:
    """Blank what was bought in runs closed long ago; how many orders."""
    old = select(REQUEST.c.number).where(REQUEST.c.kind == "run", REQUEST.c.closed_at < before)
    return tx.run(update(ORDER).where(ORDER.c.number.in_(old)).values(items=[])).rowcount
