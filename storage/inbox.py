"""Which messages have been seen: their ids only, never their words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlmodel import Field, SQLModel

from storage.db import Instant, Transaction, table


class Seen(SQLModel, table=True):
    """One message id, ``<gateway>:<id>``, and when it was said."""

    __tablename__ = "inbox"

    mid: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Instant, index=True)
    late: bool = False


SEEN = table(Seen)
_KNOWN = select(SEEN.c.mid).where(SEEN.c.mid.in_(bindparam("mids", expanding=True)))


def known(tx: Transaction, mids: Sequence[str]) -> set[str]:
    """Those of these messages that were seen before this batch."""
    tx.flush(SEEN)
    return set(tx.values(_KNOWN, {"mids": list(mids)}))


def record(tx: Transaction, mid: str, at: datetime, late: bool) -> None:
    tx.put(SEEN, {"mid": mid, "at": at, "late": late})


def forget(tx: Transaction, before: datetime) -> int:
    """Drop ids older than the gateways ever replay; how many were dropped."""
    return tx.run(delete(SEEN).where(SEEN.c.at < before)).rowcount
