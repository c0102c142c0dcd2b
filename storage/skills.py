"""What people can do or lend, and the hours at which they may be asked."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import UniqueConstraint, bindparam, select, update
from sqlmodel import Field, SQLModel

from storage.db import Transaction, table
from storage.prepared import Prepared


class Skill(SQLModel, table=True):
    """What a person can do or lend, as a category of the reader or a name of their own.

    ``found``: they agreed to be named to whoever looks for it. ``note``: their own words.
    """

    __tablename__ = "skill"
    __table_args__ = (UniqueConstraint("person_id", "skill"),)

    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    skill: str = Field(index=True)
    found: bool = False
    note: str = ""


class Hours(SQLModel, table=True):
    """When a volunteer can be asked: weekdays as digits (``12345``), minutes of the day."""

    __tablename__ = "hours"

    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    weekdays: str = "1234567"
    start: int = 0
    end: int = 1440


SKILL, HOURS = table(Skill), table(Hours)
_OF = Prepared(
    select(SKILL).where(SKILL.c.person_id == bindparam("person_id")).order_by(SKILL.c.skill)
)
_HOURS = Prepared(select(HOURS).where(HOURS.c.person_id == bindparam("person_id")))


def rows_of(tx: Transaction, person_id: int) -> list[Skill]:
    """Everything a person is registered with."""
    return tx.rows(Skill, _OF, {"person_id": person_id})


def of(tx: Transaction, person_id: int) -> set[str]:
    return {one.skill for one in rows_of(tx, person_id)}


def everybody(tx: Transaction) -> dict[int, set[str]]:
    """person id → what they can do or lend."""
    found: dict[int, set[str]] = {}
    for person_id, skill in tx.connection.execute(select(SKILL.c.person_id, SKILL.c.skill)):
        found.setdefault(person_id, set()).add(skill)
    return found


def add(tx: Transaction, person_id: int, new: Collection[str], note: str = "") -> None:
    """Register these as well; ``note`` renews the words of those known before."""
    known = of(tx, person_id)
    for skill in sorted(set(new) - known):
        tx.insert(SKILL, {"person_id": person_id, "skill": skill, "found": False, "note": note})
    if note and known & set(new):
        mine = (SKILL.c.person_id == person_id) & SKILL.c.skill.in_(sorted(known & set(new)))
        tx.run(update(SKILL).where(mine).values(note=note))
    _changed(tx)


def drop(tx: Transaction, person_id: int, gone: Collection[str]) -> int:
    """Take these off the register; how many that was."""
    mine = (SKILL.c.person_id == person_id) & SKILL.c.skill.in_(sorted(gone))
    _changed(tx)
    return tx.run(SKILL.delete().where(mine)).rowcount


def replace(tx: Transaction, person_id: int, wanted: set[str]) -> None:
    """Have exactly these."""
    tx.run(SKILL.delete().where(SKILL.c.person_id == person_id, SKILL.c.skill.not_in(wanted)))
    add(tx, person_id, wanted)


def let_find(
    tx: Transaction, person_id: int, *, found: bool, only: Collection[str] | None = None
) -> None:
    """Whether a person may be named for all that they registered, or for these."""
    mine = SKILL.c.person_id == person_id
    if only is not None:
        mine &= SKILL.c.skill.in_(sorted(only))
    tx.run(update(SKILL).where(mine).values(found=found))


def registered(tx: Transaction, skill: str) -> list[Skill]:
    """Everybody who is registered with this."""
    return tx.rows(Skill, select(SKILL).where(SKILL.c.skill == skill).order_by(SKILL.c.id))


def hours(tx: Transaction, person_id: int) -> list[Hours]:
    return tx.rows(Hours, _HOURS, {"person_id": person_id})


def all_hours(tx: Transaction) -> dict[int, list[tuple[str, int, int]]]:
    """person id → when they can be asked, as ``(weekdays, start, end)``."""
    found: dict[int, list[tuple[str, int, int]]] = {}
    chosen = select(HOURS.c.person_id, HOURS.c.weekdays, HOURS.c.start, HOURS.c.end)
    for person_id, weekdays, start, end in tx.connection.execute(chosen.order_by(HOURS.c.id)):
        found.setdefault(person_id, []).append((weekdays, start, end))
    return found


def set_hours(tx: Transaction, person_id: int, spans: list[tuple[str, int, int]]) -> None:
    """Replace the stated hours by ``(weekdays, start minute, end minute)`` spans."""
    tx.run(HOURS.delete().where(HOURS.c.person_id == person_id))
    for weekdays, start, end in spans:
        tx.insert(HOURS, {"person_id": person_id, "weekdays": weekdays, "start": start, "end": end})
    _changed(tx)


def _changed(tx: Transaction) -> None:
    tx.memo.pop("cast", None)
