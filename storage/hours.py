"""Hours of help: what helper and helped say of them, and the ledger in which both agree.

The ledger is double entry: what one gave another got, so all of it sums to zero. Nothing in it is
ever changed; a correction is an entry of the difference.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, update
from sqlmodel import Field, SQLModel

from storage.db import Instant, Transaction, table


class HourClaim(SQLModel, table=True):
    """How long one person helped with one request, until both have said the same.

    ``state``: ``proposed`` (the helper has not said yet), ``said`` (the other is asked),
    ``agreed``, ``dropped``. ``said_by`` named these minutes; None where the bot proposed them.
    """

    __tablename__ = "hour_claim"

    number: int = Field(foreign_key="request.number", primary_key=True)
    helper_id: int = Field(foreign_key="person.id", primary_key=True, index=True)
    receiver_id: int = Field(foreign_key="person.id", index=True)
    minutes: int | None = None
    said_by: int | None = None
    state: str = "proposed"
    at: datetime = Field(sa_type=Instant)


class HourEntry(SQLModel, table=True):
    """One side of a posting: minutes that ``person_id`` gave (+) to or got (-) from another."""

    __tablename__ = "hour_entry"

    id: int = Field(default=None, primary_key=True)
    number: int = Field(foreign_key="request.number", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    other_id: int = Field(foreign_key="person.id")
    side: str
    """``gave`` or ``got``."""
    minutes: int
    at: datetime = Field(sa_type=Instant)


HOUR_CLAIM, HOUR_ENTRY = table(HourClaim), table(HourEntry)


def propose(
    tx: Transaction,
    number: int,
    helper_id: int,
    *,
    receiver_id: int,
    minutes: int | None,
    now: datetime,
) -> None:
    """Begin anew: these minutes are put to the helper; None where nobody can tell."""
    row = {"receiver_id": receiver_id, "minutes": minutes, "said_by": None, "state": "proposed"}
    mine = (HOUR_CLAIM.c.number == number) & (HOUR_CLAIM.c.helper_id == helper_id)
    if tx.run(update(HOUR_CLAIM).where(mine).values(**row, at=now)).rowcount == 0:
        key = {"number": number, "helper_id": helper_id}
        tx.run(HOUR_CLAIM.insert(), {**key, **row, "at": now})


def of_request(tx: Transaction, number: int) -> list[HourClaim]:
    """What is said of everybody who helped with a request."""
    chosen = select(HOUR_CLAIM).where(HOUR_CLAIM.c.number == number)
    return tx.rows(HourClaim, chosen.order_by(HOUR_CLAIM.c.helper_id))


def say(tx: Transaction, claim: HourClaim, minutes: int, said_by: int, now: datetime) -> None:
    """One of the two names the minutes; the other is asked."""
    _set(tx, claim, {"minutes": minutes, "said_by": said_by, "state": "said", "at": now})


def drop(tx: Transaction, claim: HourClaim, now: datetime) -> None:
    """It is not to be counted."""
    _set(tx, claim, {"state": "dropped", "at": now})


def _set(tx: Transaction, claim: HourClaim, values: dict[str, object]) -> None:
    mine = (HOUR_CLAIM.c.number == claim.number) & (HOUR_CLAIM.c.helper_id == claim.helper_id)
    tx.run(update(HOUR_CLAIM).where(mine).values(**values))


def agree(tx: Transaction, claim: HourClaim, minutes: int, now: datetime) -> int:
    """Both say so: enter what this differs from what stands already; the difference.

    Zero minutes take the whole of it back.
    """
    _set(tx, claim, {"minutes": minutes, "state": "agreed", "at": now})
    more = minutes - entered(tx, claim.number, claim.helper_id)
    if more:
        base = {"number": claim.number, "at": now}
        helper, receiver = claim.helper_id, claim.receiver_id
        gave = {"person_id": helper, "other_id": receiver, "side": "gave", "minutes": more}
        got = {"person_id": receiver, "other_id": helper, "side": "got", "minutes": -more}
        tx.run(HOUR_ENTRY.insert(), [{**base, **gave}, {**base, **got}])
    return more


def entered(tx: Transaction, number: int, helper_id: int) -> int:
    """Minutes that stand for a helper in one request."""
    mine = (HOUR_ENTRY.c.number == number) & (HOUR_ENTRY.c.person_id == helper_id)
    return _sum(tx, mine & (HOUR_ENTRY.c.side == "gave"))


def given(tx: Transaction, person_id: int, since: datetime | None = None, *, but: int = 0) -> int:
    """Minutes somebody gave, in all or since an instant; one request may be left ``but``."""
    mine = (HOUR_ENTRY.c.person_id == person_id) & (HOUR_ENTRY.c.side == "gave")
    mine &= HOUR_ENTRY.c.number != but
    return _sum(tx, mine if since is None else mine & (HOUR_ENTRY.c.at > since))


def received(tx: Transaction, person_id: int) -> int:
    """Minutes somebody got."""
    mine = (HOUR_ENTRY.c.person_id == person_id) & (HOUR_ENTRY.c.side == "got")
    return -_sum(tx, mine)


def times(tx: Transaction, person_id: int) -> int:
    """In how many requests somebody's help stands in the ledger."""
    gave = (HOUR_ENTRY.c.person_id == person_id) & (HOUR_ENTRY.c.side == "gave")
    standing = (
        select(HOUR_ENTRY.c.number)
        .where(gave)
        .group_by(HOUR_ENTRY.c.number)
        .having(func.sum(HOUR_ENTRY.c.minutes) > 0)
    )
    return len(tx.values(standing))


def balance(tx: Transaction) -> int:
    """The sum of the whole ledger: zero."""
    return _sum(tx, HOUR_ENTRY.c.id.is_not(None))


def _sum(tx: Transaction, which: object) -> int:
    total = select(func.coalesce(func.sum(HOUR_ENTRY.c.minutes), 0)).where(which)  # type: ignore[arg-type]
    return int(tx.connection.execute(total).scalar_one())
