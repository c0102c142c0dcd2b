"""How people are checked on: hours, days, channel, consent, and who stands by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, bindparam, delete, func, literal, or_, select, update
from sqlmodel import Field, SQLModel

from storage.db import Instant, Transaction, table
from storage.people import PERSON
from storage.prepared import Prepared

TIERS = ("red", "yellow", "green")
"""Daily, every other day, weekly."""


class CheckinPlan(SQLModel, table=True):
    """How one person is checked on. In force once consented to, until withdrawn.

    ``at``: minutes of the day. ``consent_by``: the elder or a guardian. ``paused_until``: the last
    day of the pause (ISO), None with ``paused_at`` set is until further notice. ``from_day`` (ISO)
    fixes which other day, or which weekday. ``limits``: kind of
    reading → ``[low, high]`` or ``[low, high, low2, high2]``.
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
    """``message``, or a line in a volunteer's call list: ``call``, ``door``."""
    caller_id: int | None = Field(default=None, foreign_key="person.id")
    """The volunteer who rings or knocks; None: the paired neighbour, else whoever is on duty."""
    neighbour_id: int | None = Field(default=None, foreign_key="person.id")
    key_holder_id: int | None = Field(default=None, foreign_key="person.id")
    limits: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    asked_by: int | None = Field(default=None, foreign_key="person.id")
    consent_by: int | None = Field(default=None, foreign_key="person.id")
    consent_at: datetime | None = Field(default=None, sa_type=Instant)
    consent_heard_by: int | None = Field(default=None, foreign_key="person.id")
    """Who of the care team heard it, where it was not said to the bot."""
    since: datetime | None = Field(default=None, sa_type=Instant)
    """No greeting was due before: the hours were changed then."""
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


PLAN, CONTACT = table(CheckinPlan), table(FamilyContact)
IN_FORCE = PLAN.c.consent_at.is_not(None) & PLAN.c.withdrawn_at.is_(None)
_PLAN = Prepared(select(PLAN).where(PLAN.c.id == bindparam("id")))
_FAMILY = Prepared(
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
        wanted &= IN_FORCE
    return tx.first(CheckinPlan, select(PLAN).where(wanted).order_by(PLAN.c.id.desc()))


def plans(tx: Transaction) -> list[CheckinPlan]:
    """All plans in force."""
    return tx.rows(CheckinPlan, select(PLAN).where(IN_FORCE).order_by(PLAN.c.id))


def named_in(tx: Transaction, text: str, titles: Iterable[str]) -> list[int]:
    """Who among those checked on a text names: in full, in English, or as 王奶奶 for 王桂兰."""
    said = literal(text.lower())
    english = func.lower(PERSON.c.name_en)
    named = [said.contains(func.lower(PERSON.c.name)), (english != "") & said.contains(english)]
    surname = func.substr(PERSON.c.name, 1, 1)
    named += [said.contains(surname.concat(title)) for title in titles if title in text]
    checked = select(PLAN.c.person_id).where(PLAN.c.withdrawn_at.is_(None))
    chosen = select(PERSON.c.id).where(PERSON.c.id.in_(checked), or_(*named))
    return tx.values(chosen.order_by(PERSON.c.id))


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
