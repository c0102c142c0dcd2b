"""Coverage lists: who must be reached in a campaign, who visits them, and what was found."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint, delete, func, or_, select, update
from sqlmodel import Field, SQLModel

from storage.db import Instant, Transaction, table

TO_DO = ("due", "nobody")
"""Nobody has been spoken to yet."""
MISSED = ("due", "nobody", "refused", "away")
"""Not reached when the campaign ends."""


class Campaign(SQLModel, table=True):
    """One round of visits: ``proposed → open → closed``.

    ``totals`` is what stays when the names are forgotten: state → how many, and of the audit.
    """

    __tablename__ = "campaign"

    id: int = Field(default=None, primary_key=True)
    place_id: int = Field(foreign_key="place.id", index=True)
    name: str
    state: str = Field(default="proposed", index=True)
    asked_by: int = Field(foreign_key="person.id")
    made_at: datetime = Field(sa_type=Instant)
    begun_at: datetime | None = Field(default=None, sa_type=Instant)
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    visitors: list[int] = Field(default_factory=list, sa_type=JSON)
    totals: dict[str, int] = Field(default_factory=dict, sa_type=JSON)


class Visit(SQLModel, table=True):
    """One person or household of a list. ``number`` counts in the visitor's own list.

    States: ``due``, ``done``, ``nobody`` (at home), ``trouble``, ``refused``, ``away``, ``struck``.
    ``person_id`` is None where the list names somebody whom the bot does not know.
    """

    __tablename__ = "visit"

    id: int = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    name: str
    place_id: int = Field(foreign_key="place.id")
    visitor_id: int = Field(foreign_key="person.id", index=True)
    number: int = 0
    state: str = "due"
    note: str | None = None
    by: int | None = Field(default=None, foreign_key="person.id")
    at: datetime | None = Field(default=None, sa_type=Instant)
    request: int | None = None
    """The number of what came of it."""


class VisitEvent(SQLModel, table=True):
    """A step of a visit's story: ``told`` (whose private data, to whom), ``due``, ``done`` …"""

    __tablename__ = "visit_event"

    id: int = Field(default=None, primary_key=True)
    visit_id: int = Field(foreign_key="visit.id", index=True)
    at: datetime = Field(sa_type=Instant)
    what: str
    person_id: int | None = Field(default=None, foreign_key="person.id")
    note: str | None = None


class Draw(SQLModel, table=True):
    """A random sample: ``random.Random(seed).sample(frame, count)`` draws the visits again."""

    __tablename__ = "audit_draw"

    id: int = Field(default=None, primary_key=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    at: datetime = Field(sa_type=Instant)
    by: int = Field(foreign_key="person.id")
    seed: int
    count: int
    frame: list[int] = Field(default_factory=list, sa_type=JSON)
    """The ids of the visits that could be drawn, ascending."""


class Audit(SQLModel, table=True):
    """One visit to be looked into by somebody else; ``finding``: ``agrees`` or ``differs``."""

    __tablename__ = "audit"
    __table_args__ = (UniqueConstraint("visit_id"),)

    id: int = Field(default=None, primary_key=True)
    draw_id: int = Field(foreign_key="audit_draw.id", index=True)
    campaign_id: int = Field(foreign_key="campaign.id", index=True)
    visit_id: int = Field(foreign_key="visit.id")
    auditor_id: int = Field(foreign_key="person.id", index=True)
    number: int
    finding: str | None = None
    note: str | None = None
    at: datetime | None = Field(default=None, sa_type=Instant)


CAMPAIGN, VISIT, EVENT = table(Campaign), table(Visit), table(VisitEvent)
DRAW, AUDIT = table(Draw), table(Audit)


def add(tx: Transaction, now: datetime, **columns: Any) -> int:
    """A campaign that waits for its confirmation; its id."""
    return tx.insert(CAMPAIGN, {"made_at": now, "state": "proposed", "totals": {}} | columns)


def get(tx: Transaction, campaign_id: int) -> Campaign:
    """The campaign; KeyError if there is none."""
    found = tx.first(Campaign, select(CAMPAIGN).where(CAMPAIGN.c.id == campaign_id))
    if found is None:
        raise KeyError(campaign_id)
    return found


def change(tx: Transaction, campaign_id: int, **columns: Any) -> None:
    _forget_who(tx)
    tx.run(update(CAMPAIGN).where(CAMPAIGN.c.id == campaign_id).values(**columns))


def move(tx: Transaction, one: Campaign, to: str, **columns: Any) -> bool:
    """Change the state if it is still what ``one`` says."""
    _forget_who(tx)
    same = (CAMPAIGN.c.id == one.id) & (CAMPAIGN.c.state == one.state)
    return tx.run(update(CAMPAIGN).where(same).values(state=to, **columns)).rowcount == 1


def campaigns(tx: Transaction, *states: str) -> list[Campaign]:
    """Those in these states, newest first."""
    chosen = select(CAMPAIGN).where(CAMPAIGN.c.state.in_(states)).order_by(CAMPAIGN.c.id.desc())
    return tx.rows(Campaign, chosen)


def add_visit(tx: Transaction, **columns: Any) -> int:
    _forget_who(tx)
    return tx.insert(VISIT, {"state": "due", "number": 0} | columns)


def visit(tx: Transaction, visit_id: int) -> Visit:
    """The visit; KeyError if there is none."""
    found = tx.first(Visit, select(VISIT).where(VISIT.c.id == visit_id))
    if found is None:
        raise KeyError(visit_id)
    return found


def visits(tx: Transaction, campaign_id: int) -> list[Visit]:
    """The whole list but what was struck off, in order."""
    mine = (VISIT.c.campaign_id == campaign_id) & (VISIT.c.state != "struck")
    return tx.rows(Visit, select(VISIT).where(mine).order_by(VISIT.c.id))


def change_visit(tx: Transaction, visit_id: int, **columns: Any) -> None:
    _forget_who(tx)
    tx.run(update(VISIT).where(VISIT.c.id == visit_id).values(**columns))


def of_visitor(tx: Transaction, person_id: int) -> list[Visit]:
    """What somebody was given in campaigns that run, by their own numbers."""
    mine = (VISIT.c.visitor_id == person_id) & (VISIT.c.state != "struck") & _OPEN
    return tx.rows(Visit, select(VISIT).where(mine).order_by(VISIT.c.number, VISIT.c.id))


def of_person(tx: Transaction, person_id: int) -> list[Visit]:
    """Visits to somebody in campaigns that run."""
    mine = (VISIT.c.person_id == person_id) & (VISIT.c.state != "struck") & _OPEN
    return tx.rows(Visit, select(VISIT).where(mine).order_by(VISIT.c.id))


_OPEN = VISIT.c.campaign_id.in_(select(CAMPAIGN.c.id).where(CAMPAIGN.c.state == "open"))


def tell(
    tx: Transaction,
    visit_id: int,
    now: datetime,
    what: str,
    *,
    person_id: int | None,
    note: str | None = None,
) -> None:
    """Add a step to the story of a visit."""
    row = {"visit_id": visit_id, "at": now, "what": what, "person_id": person_id, "note": note}
    tx.put(EVENT, row)


def story(tx: Transaction, visit_id: int) -> list[VisitEvent]:
    """What happened to a visit, in order."""
    tx.flush(EVENT)
    chosen = select(EVENT).where(EVENT.c.visit_id == visit_id).order_by(EVENT.c.id)
    return tx.rows(VisitEvent, chosen)


def add_draw(tx: Transaction, **columns: Any) -> int:
    return tx.insert(DRAW, columns)


def draws(tx: Transaction, campaign_id: int) -> list[Draw]:
    mine = DRAW.c.campaign_id == campaign_id
    return tx.rows(Draw, select(DRAW).where(mine).order_by(DRAW.c.id))


def add_audit(tx: Transaction, **columns: Any) -> None:
    _forget_who(tx)
    tx.insert(AUDIT, columns)


def audits(tx: Transaction, campaign_id: int) -> list[Audit]:
    mine = AUDIT.c.campaign_id == campaign_id
    return tx.rows(Audit, select(AUDIT).where(mine).order_by(AUDIT.c.id))


def of_auditor(tx: Transaction, person_id: int) -> list[Audit]:
    """What somebody was given to look into, newest first."""
    mine = AUDIT.c.auditor_id == person_id
    return tx.rows(Audit, select(AUDIT).where(mine).order_by(AUDIT.c.id.desc()))


def change_audit(tx: Transaction, audit_id: int, **columns: Any) -> None:
    tx.run(update(AUDIT).where(AUDIT.c.id == audit_id).values(**columns))


def last_number(tx: Transaction, person_id: int) -> int:
    """The highest number that a visitor was given in campaigns that run."""
    mine = (VISIT.c.visitor_id == person_id) & _OPEN
    return int(tx.values(select(func.coalesce(func.max(VISIT.c.number), 0)).where(mine))[0])


def at_work(tx: Transaction) -> set[int]:
    """Everybody with a part in a campaign that runs or in an audit; kept until one changes."""
    kept: set[int] | None = tx.memo.get("at work")
    if kept is None:
        running = CAMPAIGN.c.state == "open"
        kept = set(tx.values(select(CAMPAIGN.c.asked_by).where(running)))
        kept |= set(tx.values(select(VISIT.c.visitor_id).where(_OPEN).distinct()))
        kept |= set(tx.values(select(AUDIT.c.auditor_id).distinct()))
        tx.memo["at work"] = kept
    return kept


def _forget_who(tx: Transaction) -> None:
    tx.memo.pop("at work", None)


def forget(tx: Transaction, before: datetime) -> int:
    """Delete the lists of campaigns that ended long ago, all but their totals; how many visits."""
    stale = (CAMPAIGN.c.state == "proposed") & (CAMPAIGN.c.made_at < before)
    old = tx.values(select(CAMPAIGN.c.id).where(or_(CAMPAIGN.c.closed_at < before, stale)))
    ids = tx.values(select(VISIT.c.id).where(VISIT.c.campaign_id.in_(old)))
    _delete(tx, ids)
    tx.run(delete(DRAW).where(DRAW.c.campaign_id.in_(old)))
    return len(ids)


def forget_person(tx: Transaction, person_id: int) -> None:
    """Take one person off every list."""
    _delete(tx, tx.values(select(VISIT.c.id).where(VISIT.c.person_id == person_id)))


def _delete(tx: Transaction, visit_ids: Collection[int]) -> None:
    tx.flush(EVENT)
    _forget_who(tx)
    ids = list(visit_ids)
    for at in range(0, len(ids), 500):
        some = ids[at : at + 500]
        tx.run(delete(AUDIT).where(AUDIT.c.visit_id.in_(some)))
        tx.run(delete(EVENT).where(EVENT.c.visit_id.in_(some)))
        tx.run(delete(VISIT).where(VISIT.c.id.in_(some)))
