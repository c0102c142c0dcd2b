"""Check-ins: who is greeted when, whom a silence reaches, what was answered and found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import UniqueConstraint, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage.checkin_plans import (
    CONTACT,
    IN_FORCE,
    PLAN,
    TIERS,
    CheckinPlan,
    FamilyContact,
    add_contact,
    add_plan,
    change_plan,
    family,
    named_in,
    plan,
    plan_of,
    plans,
    set_family,
    withdrawn,
)
from storage.db import Instant, Transaction, table
from storage.prepared import Prepared, one_of

__all__ = [
    "CHECKIN",
    "CONTACT",
    "EVENT",
    "PLAN",
    "TIERS",
    "WAITING",
    "Checkin",
    "CheckinEvent",
    "CheckinPlan",
    "FamilyContact",
    "add_contact",
    "add_plan",
    "at_once",
    "begun",
    "call_list",
    "change_plan",
    "family",
    "forget",
    "get",
    "move",
    "named_in",
    "of_days",
    "of_plan",
    "open_everywhere",
    "plan",
    "plan_of",
    "planned",
    "plans",
    "put_on_list",
    "schedule",
    "scheduled",
    "set_family",
    "story",
    "take_unlisted",
    "tell",
    "to_ring",
    "unschedule",
    "waiting",
    "withdrawn",
]

WAITING = ("asked", "late", "alerting", "handled")
"""Greeted or alarmed, and not yet known to be well."""


class Checkin(SQLModel, table=True):
    """One greeting of one day: ``hour`` is the minute of the day, ``base_at`` the ladder's zero.

    States: ``scheduled → asked → late → alerting → handled → closed``; ``paused``, ``withdrawn``.
    Outcomes: ``ok``, ``helped``, ``vouched``, ``unknown``.
    """

    __tablename__ = "checkin"
    __table_args__ = (UniqueConstraint("plan_id", "day", "hour"),)

    id: int = Field(default=None, primary_key=True)
    plan_id: int = Field(foreign_key="checkin_plan.id")
    person_id: int = Field(foreign_key="person.id", index=True)
    day: str = Field(index=True)
    hour: int
    due_at: datetime = Field(sa_type=Instant)
    base_at: datetime | None = Field(default=None, sa_type=Instant)
    state: str = Field(default="scheduled", index=True)
    step: str | None = None
    alarm: bool = False
    """The elder cried for help: no bare reply closes it."""
    caller_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    line: int | None = None
    """Whose call list it stands on, and its number there."""
    handled_by: int | None = Field(default=None, foreign_key="person.id")
    outcome: str | None = None
    note: str | None = None
    closed_at: datetime | None = Field(default=None, sa_type=Instant)


class CheckinEvent(SQLModel, table=True):
    """One step of a check-in's story: ``told``, ``declined``, ``agreed``, ``nobody`` …"""

    __tablename__ = "checkin_event"

    id: int = Field(default=None, primary_key=True)
    checkin_id: int = Field(foreign_key="checkin.id", index=True)
    at: datetime = Field(sa_type=Instant)
    what: str
    person_id: int | None = None
    note: str | None = None


CHECKIN = table(Checkin)
EVENT = table(CheckinEvent)
# However often a day is planned, each greeting of it exists once.
CHECKIN.info["insert"] = {
    name: dialect.insert(CHECKIN).on_conflict_do_nothing()
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}

_GET = Prepared(select(CHECKIN).where(CHECKIN.c.id == bindparam("id")))
_STORY = Prepared(
    select(EVENT).where(EVENT.c.checkin_id == bindparam("checkin_id")).order_by(EVENT.c.id)
)
_OPEN = Prepared(
    select(CHECKIN)
    .where(CHECKIN.c.person_id == bindparam("person_id"), one_of(CHECKIN.c.state, WAITING))
    .order_by(CHECKIN.c.due_at.desc())
)


def begun(tx: Transaction) -> dict[int, datetime]:
    """Plan id → its first greeting, past or to come."""
    tx.flush(CHECKIN)
    first = select(CHECKIN.c.plan_id, func.min(CHECKIN.c.due_at)).group_by(CHECKIN.c.plan_id)
    return {row[0]: row[1] for row in tx.connection.execute(first)}


def schedule(tx: Transaction, one: CheckinPlan, day: date, hour: int, due: datetime) -> None:
    """Plan a greeting, unless it was planned before."""
    row = {"plan_id": one.id, "person_id": one.person_id, "day": day.isoformat(), "hour": hour}
    tx.put(CHECKIN, {**row, "due_at": due, "state": "scheduled", "alarm": False})


def scheduled(tx: Transaction, plan_id: int | None = None) -> list[Checkin]:
    """Greetings still to come: of all plans, or of one."""
    tx.flush(CHECKIN)
    wanted = CHECKIN.c.state == "scheduled"
    if plan_id is not None:
        wanted &= CHECKIN.c.plan_id == plan_id
    return tx.rows(Checkin, select(CHECKIN).where(wanted).order_by(CHECKIN.c.id))


def planned(tx: Transaction, since: str) -> set[tuple[int, str, int]]:
    """``(plan, day, hour)`` of all that exists since a day (ISO)."""
    tx.flush(CHECKIN)
    chosen = select(CHECKIN.c.plan_id, CHECKIN.c.day, CHECKIN.c.hour)
    found = tx.connection.execute(chosen.where(CHECKIN.c.day >= since))
    return {(row[0], row[1], row[2]) for row in found}


def of_plan(tx: Transaction, plan_id: int, day: str) -> list[Checkin]:
    """A plan's check-ins of one day."""
    tx.flush(CHECKIN)
    chosen = select(CHECKIN).where(CHECKIN.c.plan_id == plan_id, CHECKIN.c.day == day)
    return tx.rows(Checkin, chosen.order_by(CHECKIN.c.hour))


def unschedule(tx: Transaction, plan_id: int, since: str = "") -> list[int]:
    """Forget what was planned from a day (ISO) on and not yet begun; the ids of those."""
    gone = [one.id for one in scheduled(tx, plan_id) if one.day >= since]
    tx.run(delete(CHECKIN).where(CHECKIN.c.id.in_(gone)))
    return gone


def to_ring(tx: Transaction, day: str) -> list[Checkin]:
    """What of a day is to be rung or knocked at and stands on nobody's list yet."""
    tx.flush(CHECKIN)
    by_hand = PLAN.c.channel.in_(("call", "door")) & IN_FORCE
    open_ones = CHECKIN.c.state.in_(("scheduled", "asked")) & CHECKIN.c.line.is_(None)
    chosen = select(CHECKIN).join(PLAN, PLAN.c.id == CHECKIN.c.plan_id)
    chosen = chosen.where(by_hand, open_ones, CHECKIN.c.day == day)
    return tx.rows(Checkin, chosen.order_by(CHECKIN.c.due_at, CHECKIN.c.id))


def call_list(tx: Transaction, caller_id: int) -> list[Checkin]:
    """Somebody's newest call list, by number; what was handed on is no longer on it."""
    mine = (CHECKIN.c.caller_id == caller_id) & CHECKIN.c.line.is_not(None)
    newest = select(func.max(CHECKIN.c.day)).where(mine).scalar_subquery()
    chosen = select(CHECKIN).where(mine, CHECKIN.c.day == newest)
    return tx.rows(Checkin, chosen.order_by(CHECKIN.c.line))


def put_on_list(tx: Transaction, one: Checkin, caller_id: int | None, line: int | None) -> None:
    """Give it a number on somebody's list of its day, or take it off."""
    here = CHECKIN.c.id == one.id
    tx.run(update(CHECKIN).where(here).values(caller_id=caller_id, line=line))


def at_once(tx: Transaction, one: CheckinPlan, day: date, hour: int, now: datetime) -> Checkin:
    """A check-in that begins with what the elder said by themselves."""
    schedule(tx, one, day, hour, now)
    tx.flush(CHECKIN)
    same = (CHECKIN.c.plan_id == one.id) & (CHECKIN.c.day == day.isoformat())
    found = tx.first(Checkin, select(CHECKIN).where(same & (CHECKIN.c.hour == hour)))
    if found is None:
        raise LookupError(day)
    return found


def get(tx: Transaction, checkin_id: int) -> Checkin | None:
    return tx.first(Checkin, _GET, {"id": checkin_id})


def waiting(tx: Transaction, person_id: int) -> list[Checkin]:
    """Open check-ins of a person, newest first."""
    return tx.rows(Checkin, _OPEN, {"person_id": person_id})


def open_everywhere(tx: Transaction) -> list[Checkin]:
    """All open check-ins, oldest first."""
    chosen = select(CHECKIN).where(CHECKIN.c.state.in_(WAITING))
    return tx.rows(Checkin, chosen.order_by(CHECKIN.c.due_at, CHECKIN.c.id))


def of_days(tx: Transaction, days: Sequence[str]) -> list[Checkin]:
    """Everything of these days."""
    chosen = select(CHECKIN).where(CHECKIN.c.day.in_(list(days))).order_by(CHECKIN.c.due_at)
    return tx.rows(Checkin, chosen)


def take_unlisted(tx: Transaction) -> list[Checkin]:
    """Closed as unknown and told to nobody yet; they count as told from now on."""
    mine = (CHECKIN.c.state == "closed") & (CHECKIN.c.step == "unlisted")
    found = tx.rows(Checkin, select(CHECKIN).where(mine).order_by(CHECKIN.c.due_at, CHECKIN.c.id))
    tx.run(update(CHECKIN).where(mine).values(step="listed"))
    return found


def move(tx: Transaction, one: Checkin, to: str, **columns: Any) -> bool:
    """Change the state if it is still what ``one`` says; False if somebody was faster."""
    values = {f"to_{name}": value for name, value in columns.items()}
    same = {"checkin": one.id, "was": one.state, "to_state": to}
    return tx.run(_moving(*columns), {**same, **values}).rowcount == 1


@cache
def _moving(*columns: str) -> Prepared:
    """The statement that changes the state and these columns."""
    same = (CHECKIN.c.id == bindparam("checkin")) & (CHECKIN.c.state == bindparam("was"))
    new: dict[str, Any] = {name: bindparam(f"to_{name}") for name in ("state", *columns)}
    return Prepared(update(CHECKIN).where(same).values(**new))


def tell(
    tx: Transaction,
    checkin_id: int,
    now: datetime,
    what: str,
    *,
    person_id: int | None = None,
    note: str | None = None,
) -> None:
    """Add a step to the story."""
    row = {"checkin_id": checkin_id, "at": now, "what": what, "person_id": person_id, "note": note}
    tx.put(EVENT, row)


def story(tx: Transaction, checkin_id: int, *what: str) -> list[CheckinEvent]:
    """What happened, in order; only these kinds of step if any are named."""
    tx.flush(EVENT)
    found = tx.rows(CheckinEvent, _STORY, {"checkin_id": checkin_id})
    return [one for one in found if not what or one.what in what]


def forget(tx: Transaction, before: datetime) -> int:
    """Delete check-ins closed long ago, with their story; how many."""
    tx.flush(EVENT)
    over = CHECKIN.c.state.in_(("closed", "paused", "withdrawn")) & (CHECKIN.c.due_at < before)
    old = select(CHECKIN.c.id).where(over)
    tx.run(delete(EVENT).where(EVENT.c.checkin_id.in_(old)))
    return tx.run(delete(CHECKIN).where(over)).rowcount
