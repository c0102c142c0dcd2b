"""Check-ins: who is greeted when, whom a silence reaches, what was answered and found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage.db import Instant, Transaction, table

WAITING = ("asked", "late", "alerting", "handled")
"""Greeted or alarmed, and not yet known to be well."""
TIERS = ("red", "yellow", "green")
"""Daily, every other day, weekly."""


class CheckinPlan(SQLModel, table=True):
    """How one person is checked on. In force once consented to, until withdrawn.

    ``at``: minutes of the day. ``paused_until``: the last day of the pause (ISO), None with
    ``paused_at`` set is until further notice. ``from_day`` (ISO) fixes which other day, or which
    weekday. ``limits``: kind of reading → ``[low, high]`` or ``[low, high, low2, high2]``.
    """

    __tablename__ = "checkin_plan"

    id: int = Field(default=None, primary_key=True)
    key: str | None = Field(default=None, unique=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    at: list[int] = Field(default_factory=lambda: [510], sa_type=JSON)
    tier: str = "red"
    weekdays: str = "1234567"
    from_day: str | None = None
    channel: str = "message"
    """``message``, ``call`` or ``door``."""
    neighbour_id: int | None = Field(default=None, foreign_key="person.id")
    key_holder_id: int | None = Field(default=None, foreign_key="person.id")
    limits: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    asked_by: int | None = Field(default=None, foreign_key="person.id")
    consent_by: int | None = Field(default=None, foreign_key="person.id")
    consent_at: datetime | None = Field(default=None, sa_type=Instant)
    paused_at: datetime | None = Field(default=None, sa_type=Instant)
    paused_until: str | None = None
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant)


class FamilyContact(SQLModel, table=True):
    """Family, in the order in which they are asked; without ``person_id`` only to be rung up."""

    __tablename__ = "family_contact"

    id: int = Field(default=None, primary_key=True)
    plan_id: int = Field(foreign_key="checkin_plan.id", index=True)
    position: int = 0
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    name: str | None = None
    phone: str | None = None


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


PLAN, CONTACT, CHECKIN = table(CheckinPlan), table(FamilyContact), table(Checkin)
EVENT = table(CheckinEvent)
# However often a day is planned, each greeting of it exists once.
CHECKIN.info["insert"] = {
    name: dialect.insert(CHECKIN).on_conflict_do_nothing()
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}

_IN_FORCE = PLAN.c.consent_at.is_not(None) & PLAN.c.withdrawn_at.is_(None)
_PLAN = select(PLAN).where(PLAN.c.id == bindparam("id"))
_GET = select(CHECKIN).where(CHECKIN.c.id == bindparam("id"))
_OPEN = (
    select(CHECKIN)
    .where(CHECKIN.c.person_id == bindparam("person_id"), CHECKIN.c.state.in_(WAITING))
    .order_by(CHECKIN.c.due_at.desc())
)
_FAMILY = (
    select(CONTACT)
    .where(CONTACT.c.plan_id == bindparam("plan_id"))
    .order_by(CONTACT.c.position, CONTACT.c.id)
)


def plan(tx: Transaction, plan_id: int) -> CheckinPlan:
    """The plan; KeyError if there is none."""
    found = tx.first(CheckinPlan, _PLAN, {"id": plan_id})
    if found is None:
        raise KeyError(plan_id)
    return found


def plan_of(tx: Transaction, person_id: int, *, in_force: bool = True) -> CheckinPlan | None:
    """A person's plan; also one that waits for consent, where ``in_force`` is False."""
    wanted = (PLAN.c.person_id == person_id) & PLAN.c.withdrawn_at.is_(None)
    if in_force:
        wanted &= _IN_FORCE
    return tx.first(CheckinPlan, select(PLAN).where(wanted).order_by(PLAN.c.id.desc()))


def plans(tx: Transaction) -> list[CheckinPlan]:
    """All plans in force."""
    return tx.rows(CheckinPlan, select(PLAN).where(_IN_FORCE).order_by(PLAN.c.id))


def add_plan(tx: Transaction, **columns: Any) -> int:
    return tx.insert(PLAN, {"at": [510], "limits": {}, **columns})


def change_plan(tx: Transaction, plan_id: int, **columns: Any) -> None:
    tx.run(update(PLAN).where(PLAN.c.id == plan_id).values(**columns))


def family(tx: Transaction, plan_id: int) -> list[FamilyContact]:
    """Family contacts in order."""
    return tx.rows(FamilyContact, _FAMILY, {"plan_id": plan_id})


def add_contact(tx: Transaction, plan_id: int, **columns: Any) -> None:
    """One more family contact, after those there are."""
    position = len(family(tx, plan_id))
    tx.insert(CONTACT, {"plan_id": plan_id, "position": position, **columns})


def set_family(tx: Transaction, plan_id: int, contacts: list[dict[str, Any]]) -> None:
    """Have exactly these family contacts (columns of `FamilyContact`), in this order."""
    tx.run(delete(CONTACT).where(CONTACT.c.plan_id == plan_id))
    for contact in contacts:
        add_contact(tx, plan_id, **contact)


def withdrawn(tx: Transaction, person_id: int) -> datetime | None:
    """When a person last ended their check-ins, if they ever did."""
    mine = (PLAN.c.person_id == person_id) & PLAN.c.withdrawn_at.is_not(None)
    found = tx.values(select(PLAN.c.withdrawn_at).where(mine).order_by(PLAN.c.withdrawn_at.desc()))
    return found[0] if found else None


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


def unschedule(tx: Transaction, plan_id: int) -> list[int]:
    """Forget what was planned and not yet begun; the ids of those greetings."""
    gone = [one.id or 0 for one in scheduled(tx, plan_id)]
    tx.run(delete(CHECKIN).where(CHECKIN.c.id.in_(gone)))
    return gone


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
    same = (CHECKIN.c.id == one.id) & (CHECKIN.c.state == one.state)
    return tx.run(update(CHECKIN).where(same).values(state=to, **columns)).rowcount == 1


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
    chosen = select(EVENT).where(EVENT.c.checkin_id == checkin_id)
    if what:
        chosen = chosen.where(EVENT.c.what.in_(what))
    return tx.rows(CheckinEvent, chosen.order_by(EVENT.c.id))


def forget(tx: Transaction, before: datetime) -> int:
    """Delete check-ins closed long ago, with their story; how many."""
    tx.flush(EVENT)
    over = CHECKIN.c.state.in_(("closed", "paused", "withdrawn")) & (CHECKIN.c.due_at < before)
    old = select(CHECKIN.c.id).where(over)
    tx.run(delete(EVENT).where(EVENT.c.checkin_id.in_(old)))
    return tx.run(delete(CHECKIN).where(over)).rowcount
