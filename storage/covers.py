"""Turns of duty that somebody cannot serve, and who stands in: one row a turn, taken once."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint, delete, select, update
from sqlmodel import Field, SQLModel

from storage.db import Transaction, table
from storage.rosters import Shift

OPEN = ("offered", "absent")


class Cover(SQLModel, table=True):
    """A turn by its roster, day (ISO), part and the person planned; ``holder_id`` serves it.

    ``offered``: its holder would rather not, ``absent``: cannot; ``held``: somebody serves.
    """

    __tablename__ = "cover"
    __table_args__ = (UniqueConstraint("roster_id", "day", "part", "planned_id"),)

    id: int = Field(default=None, primary_key=True)
    roster_id: int = Field(foreign_key="roster.id")
    day: str = Field(index=True)
    part: int = 0
    planned_id: int = Field(foreign_key="person.id")
    holder_id: int = Field(foreign_key="person.id")
    state: str = "held"


COVER = table(Cover)


def every(tx: Transaction) -> dict[tuple[int, str, int, int], Cover]:
    """All of them by turn (`Shift.key`); kept until one changes."""
    kept: dict[tuple[int, str, int, int], Cover] | None = tx.memo.get("covers")
    if kept is None:
        kept = tx.memo["covers"] = {
            (one.roster_id, one.day, one.part, one.planned_id): one
            for one in tx.rows(Cover, select(COVER))
        }
    return kept


def get(tx: Transaction, cover_id: int) -> Cover | None:
    return tx.first(Cover, select(COVER).where(COVER.c.id == cover_id))


def put_up(tx: Transaction, shift: Shift, state: str) -> int:
    """The one who serves this turn offers it (``offered``) or cannot serve (``absent``); its id."""
    tx.memo.pop("covers", None)
    roster_id, day, part, planned_id = shift.key
    known = tx.first(
        Cover,
        select(COVER).where(
            COVER.c.roster_id == roster_id,
            COVER.c.day == day,
            COVER.c.part == part,
            COVER.c.planned_id == planned_id,
        ),
    )
    if known is not None:
        tx.run(update(COVER).where(COVER.c.id == known.id).values(state=state))
        return known.id
    row = {
        "roster_id": roster_id,
        "day": day,
        "part": part,
        "planned_id": planned_id,
        "holder_id": shift.person_id,
        "state": state,
    }
    return tx.insert(COVER, row)


def take(tx: Transaction, cover: Cover, person_id: int) -> bool:
    """This person serves it from now on; False if somebody was faster or it was taken back."""
    tx.memo.pop("covers", None)
    still = (COVER.c.id == cover.id) & COVER.c.state.in_(OPEN)
    same = still & (COVER.c.holder_id == cover.holder_id)
    return tx.run(update(COVER).where(same).values(holder_id=person_id, state="held")).rowcount == 1


def keep(tx: Transaction, cover_id: int) -> bool:
    """Its holder serves after all; False if it is somebody else's by now."""
    tx.memo.pop("covers", None)
    still = (COVER.c.id == cover_id) & COVER.c.state.in_(OPEN)
    return tx.run(update(COVER).where(still).values(state="held")).rowcount == 1


def forget(tx: Transaction, before: str) -> None:
    """Drop those of days (ISO) long gone."""
    tx.memo.pop("covers", None)
    tx.run(delete(COVER).where(COVER.c.day < before))
