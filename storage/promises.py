"""What was promised for a request, by when, and whether it was kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, select, update
from sqlmodel import Field, SQLModel

from storage.db import Instant, Transaction, table
from storage.prepared import Prepared
from storage.requests import REQUEST

KINDS = ("found", "claimed", "at_door", "done", "on_site", "small_fix", "plan", "answer")


class Promise(SQLModel, table=True):
    """One promise of one request; ``state``: open, kept, late (kept after all), broken, dropped.

    ``paused_at`` is set while the clock stands still, because the resident's word is awaited.
    """

    __tablename__ = "promise"

    id: int = Field(default=None, primary_key=True)
    number: int = Field(foreign_key="request.number", index=True)
    kind: str
    begun_at: datetime = Field(sa_type=Instant, index=True)
    due_at: datetime = Field(sa_type=Instant)
    state: str = "open"
    slipped_at: datetime | None = Field(default=None, sa_type=Instant)
    """When everybody concerned was told that it was not kept in time."""
    paused_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


PROMISE = table(Promise)


class Kept(NamedTuple):
    """How many promises of a kind were due at a place and category, and kept in time."""

    kind: str
    category: str
    place_id: int
    kept: int
    made: int


_OPEN = Prepared(
    select(PROMISE)
    .where(PROMISE.c.number == bindparam("number"), PROMISE.c.state == "open")
    .order_by(PROMISE.c.id)
)
_END = Prepared(
    update(PROMISE)
    .where(PROMISE.c.id == bindparam("promise"), PROMISE.c.state == "open")
    .values(state=bindparam("to_state"), ended_at=bindparam("at"))
)


def make(tx: Transaction, number: int, kind: str, now: datetime, due: datetime) -> None:
    """Its clock starts now."""
    row = {"number": number, "kind": kind, "begun_at": now, "due_at": due, "state": "open"}
    tx.put(PROMISE, row)


def of_request(tx: Transaction, number: int) -> list[Promise]:
    """Every promise of a request, oldest first."""
    tx.flush(PROMISE)
    chosen = select(PROMISE).where(PROMISE.c.number == number)
    return tx.rows(Promise, chosen.order_by(PROMISE.c.id))


def standing(tx: Transaction, number: int, kinds: Iterable[str] = KINDS) -> list[Promise]:
    """Those whose clock runs or stands still, oldest first."""
    tx.flush(PROMISE)
    wanted = set(kinds)
    return [one for one in tx.rows(Promise, _OPEN, {"number": number}) if one.kind in wanted]


def keep(tx: Transaction, number: int, kinds: Iterable[str], now: datetime) -> list[Promise]:
    """What was promised has been done, in time or late; which promises that was."""
    ended = standing(tx, number, kinds)
    for one in ended:
        state = "kept" if now <= one.due_at or one.paused_at else "late"
        tx.run(_END, {"promise": one.id, "to_state": state, "at": now})
    return ended


def drop(tx: Transaction, number: int, kinds: Iterable[str], now: datetime) -> None:
    """No longer to be kept. What had slipped already counts as broken."""
    for one in standing(tx, number, kinds):
        state = "broken" if one.slipped_at else "dropped"
        tx.run(_END, {"promise": one.id, "to_state": state, "at": now})


def slip(tx: Transaction, promise_id: int, now: datetime) -> bool:
    """Its hour has passed: False if that was known, or it is not open any more."""
    tx.flush(PROMISE)
    mine = (PROMISE.c.id == promise_id) & (PROMISE.c.state == "open")
    told = PROMISE.c.slipped_at.is_(None) & PROMISE.c.paused_at.is_(None)
    return tx.run(update(PROMISE).where(mine, told).values(slipped_at=now)).rowcount == 1


def pause(tx: Transaction, number: int, now: datetime) -> None:
    """Stop the clocks of a request."""
    tx.flush(PROMISE)
    running = (PROMISE.c.number == number) & (PROMISE.c.state == "open")
    tx.run(update(PROMISE).where(running, PROMISE.c.paused_at.is_(None)).values(paused_at=now))


def resume(tx: Transaction, number: int, now: datetime) -> list[Promise]:
    """Let them go on, each due so much later; those that run."""
    for one in standing(tx, number):
        if one.paused_at is not None:
            move(tx, one.id, one.due_at + (now - one.paused_at))
    return standing(tx, number)


def move(tx: Transaction, promise_id: int, due: datetime) -> None:
    """Agreed anew."""
    tx.run(update(PROMISE).where(PROMISE.c.id == promise_id).values(due_at=due, paused_at=None))


def share(
    tx: Transaction, place_ids: Sequence[int], since: datetime, until: datetime
) -> list[Kept]:
    """Promises that fell due or were kept in a span of time; what still runs is not counted."""
    tx.flush(PROMISE)
    counted = PROMISE.c.state.in_(("kept", "late", "broken")) | (
        (PROMISE.c.state == "open") & PROMISE.c.slipped_at.is_not(None)
    )
    kept = func.sum((PROMISE.c.state == "kept").cast(PROMISE.c.number.type))
    rows = tx.connection.execute(
        select(PROMISE.c.kind, REQUEST.c.category, REQUEST.c.place_id, kept, func.count())
        .join(REQUEST, REQUEST.c.number == PROMISE.c.number)
        .where(counted, PROMISE.c.begun_at >= since, PROMISE.c.begun_at < until)
        .where(REQUEST.c.place_id.in_(place_ids))
        .group_by(PROMISE.c.kind, REQUEST.c.category, REQUEST.c.place_id)
        .order_by(PROMISE.c.kind, REQUEST.c.category, REQUEST.c.place_id)
    )
    return [
        Kept(kind, category, at, int(good), int(all_)) for kind, category, at, good, all_ in rows
    ]
