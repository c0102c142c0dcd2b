"""How much of what costs money was used on a day: a restart does not begin anew."""

from __future__ import annotations

from datetime import date

from sqlalchemy import delete, select, update
from sqlmodel import Field, SQLModel

from storage.db import Transaction, table


class Spent(SQLModel, table=True):
    """Times that something was used on the newest day it was."""

    __tablename__ = "spent"

    what: str = Field(primary_key=True)
    day: str = Field(primary_key=True)
    times: int = 0


SPENT = table(Spent)


def spend(tx: Transaction, what: str, day: date, most: int) -> bool:
    """Use it once more; False if it was used ``most`` times that day."""
    key = day.isoformat()
    here = (SPENT.c.what == what) & (SPENT.c.day == key)
    times = tx.values(select(SPENT.c.times).where(here))
    if not times:
        tx.run(delete(SPENT).where(SPENT.c.what == what))
        tx.run(SPENT.insert(), {"what": what, "day": key, "times": 0})
    if (times[0] if times else 0) >= most:
        return False
    tx.run(update(SPENT).where(here).values(times=SPENT.c.times + 1))
    return True
