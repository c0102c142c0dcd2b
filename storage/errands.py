"""What the bot has decided to do besides talking, until it is known how it went.

States: ``waiting → doing → done``; aside ``failed``. An errand is an action on a platform (take up
a friend request, make a group) or an alarm by a road outside all platforms.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, bindparam, delete, func, select, text, update
from sqlmodel import Field, SQLModel

from storage.db import Instant, Transaction, table
from storage.prepared import Prepared

OUTSIDE = "outside"
"""The gateway of errands that no platform does."""
PICTURES = "pictures"
"""The gateway of errands that draw pictures and throw them away."""


class ErrandRow(SQLModel, table=True):
    """``what`` is the action, ``data`` what it needs, ``ref`` what it is about."""

    __tablename__ = "errand"

    id: int = Field(default=None, primary_key=True)
    gateway: str
    what: str
    ref: int = 0
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    made_at: datetime = Field(sa_type=Instant)
    not_before: datetime = Field(sa_type=Instant)
    state: str = "waiting"
    tries: int = 0


ERRAND = table(ErrandRow)
_OPEN = text("state IN ('waiting','doing')")
Index(
    "ix_errand_open",
    ERRAND.c.gateway,
    ERRAND.c.not_before,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)


def put(
    tx: Transaction,
    gateway: str,
    what: str,
    *,
    ref: int = 0,
    data: Mapping[str, Any],
    now: datetime,
    not_before: datetime | None = None,
) -> int:
    """Remember something to do; its id."""
    row = {
        "gateway": gateway,
        "what": what,
        "ref": ref,
        "data": dict(data),
        "made_at": now,
        "not_before": not_before or now,
        "state": "waiting",
        "tries": 0,
    }
    return tx.insert(ERRAND, row)


_DUE = Prepared(
    select(ERRAND)
    .where(
        _OPEN,
        ERRAND.c.gateway == bindparam("gateway"),
        ERRAND.c.state == "waiting",
        ERRAND.c.not_before <= bindparam("now"),
    )
    .order_by(ERRAND.c.id)
    .limit(1)
)


def due(tx: Transaction, gateway: str, now: datetime) -> ErrandRow | None:
    """The oldest that may be done now."""
    return tx.first(ErrandRow, _DUE, {"gateway": gateway, "now": now})


def begun(tx: Transaction, gateway: str) -> list[ErrandRow]:
    """Those that were being done when the bot stopped."""
    mine = (ERRAND.c.gateway == gateway) & (ERRAND.c.state == "doing")
    return tx.rows(ErrandRow, select(ERRAND).where(_OPEN, mine).order_by(ERRAND.c.id))


def next_due(tx: Transaction, now: datetime) -> datetime | None:
    """When the next of those that wait may be tried again."""
    later = (ERRAND.c.state == "waiting") & (ERRAND.c.not_before > now)
    found: datetime | None = tx.connection.execute(
        select(func.min(ERRAND.c.not_before)).where(_OPEN, later)
    ).scalar()
    return found


def begin(tx: Transaction, errand_id: int) -> None:
    """Mark it as being done, before the doing."""
    one = ERRAND.c.id == errand_id
    tx.run(update(ERRAND).where(one).values(state="doing", tries=ERRAND.c.tries + 1))


def later(tx: Transaction, errand_id: int, again: datetime, tries: int | None = None) -> None:
    """It could not be done yet; ``tries``: how many of them count."""
    one, columns = ERRAND.c.id == errand_id, {"state": "waiting", "not_before": again}
    counted = {} if tries is None else {"tries": tries}
    tx.run(update(ERRAND).where(one).values(**columns, **counted))


def end(tx: Transaction, errand_id: int, *, ok: bool) -> bool:
    """It is over; False if it was before."""
    still = (ERRAND.c.id == errand_id) & ERRAND.c.state.in_(("waiting", "doing"))
    state = "done" if ok else "failed"
    return tx.run(update(ERRAND).where(still).values(state=state)).rowcount == 1


def count(tx: Transaction, gateway: str, what: str, since: datetime) -> int:
    """How many of a kind were ordered since an instant."""
    mine = (ERRAND.c.gateway == gateway) & (ERRAND.c.what == what) & (ERRAND.c.made_at > since)
    return int(tx.connection.execute(select(func.count(ERRAND.c.id)).where(mine)).scalar_one())


def forget(tx: Transaction, before: datetime) -> int:
    """Drop errands that were over long ago; how many."""
    over = ERRAND.c.state.in_(("done", "failed")) & (ERRAND.c.made_at < before)
    return tx.run(delete(ERRAND).where(over)).rowcount
