"""The accounts by which the bot reaches people: who they are, and when they were deaf."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlmodel import Field, SQLModel

from storage.db import Instant, Transaction, table
from storage.prepared import Prepared


class Road(SQLModel, table=True):
    """A gateway. ``account`` is its own id there; ``told_at``: when its loss was last reported."""

    __tablename__ = "road"

    gateway: str = Field(primary_key=True)
    account: str = ""
    told_at: datetime | None = Field(default=None, sa_type=Instant)


class Gap(SQLModel, table=True):
    """A time in which nothing was heard on a gateway; ``ended`` is open while it lasts."""

    __tablename__ = "gap"

    id: int = Field(default=None, primary_key=True)
    gateway: str = Field(index=True)
    began: datetime = Field(sa_type=Instant)
    ended: datetime | None = Field(default=None, sa_type=Instant)


ROAD, GAP = table(Road), table(Gap)


def get(tx: Transaction, gateway: str) -> Road | None:
    """What is known of a gateway; kept."""
    key = ("road", gateway)
    if key not in tx.memo:
        tx.memo[key] = tx.first(Road, select(ROAD).where(ROAD.c.gateway == gateway))
    found: Road | None = tx.memo[key]
    return found


def note(tx: Transaction, gateway: str, **columns: object) -> None:
    """Remember something of a gateway."""
    if get(tx, gateway) is None:
        tx.run(ROAD.insert(), {"gateway": gateway, "account": "", "told_at": None} | columns)
    else:
        tx.run(update(ROAD).where(ROAD.c.gateway == gateway).values(**columns))
    tx.memo.pop(("road", gateway), None)


_OPEN_GAP = Prepared(
    select(GAP)
    .where(GAP.c.gateway == bindparam("gateway"), GAP.c.ended.is_(None))
    .order_by(GAP.c.id.desc())
)


def open_gap(tx: Transaction, gateway: str) -> Gap | None:
    """The gap that has not ended."""
    return tx.first(Gap, _OPEN_GAP, {"gateway": gateway})


def begin_gap(tx: Transaction, gateway: str, began: datetime) -> bool:
    """Nothing is heard any more; False if that was known."""
    if open_gap(tx, gateway) is not None:
        return False
    tx.insert(GAP, {"gateway": gateway, "began": began, "ended": None})
    return True


def end_gap(tx: Transaction, gateway: str, ended: datetime) -> Gap | None:
    """Something is heard again: the gap that is over."""
    gap = open_gap(tx, gateway)
    if gap is not None:
        tx.run(update(GAP).where(GAP.c.id == gap.id).values(ended=ended))
    return gap


def gaps(tx: Transaction, gateway: str, most: int = 5) -> list[Gap]:
    """The last gaps of a gateway, newest first."""
    chosen = select(GAP).where(GAP.c.gateway == gateway).order_by(GAP.c.id.desc())
    return tx.rows(Gap, chosen.limit(most))
