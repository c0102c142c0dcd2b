"""Alerts: a warning to a place, the roll-call of people at risk, and who serves besides."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint, delete, select, update
from sqlmodel import Field, SQLModel

from storage.db import Instant, Transaction, table

UNKNOWN = ("asked", "silent")
"""Not heard from yet; of ``silent`` somebody is being asked to look."""


class AtRisk(SQLModel, table=True):
    """Somebody who is called at every alert, whether or not they have check-ins."""

    __tablename__ = "at_risk"

    person_id: int = Field(primary_key=True, foreign_key="person.id")
    by: int | None = Field(default=None, foreign_key="person.id")
    since: datetime = Field(sa_type=Instant)


class Alert(SQLModel, table=True):
    """A warning to a place and all inside it: ``proposed → on → over``.

    ``totals``: what its report says, kept when the roll is forgotten.
    """

    __tablename__ = "alert"

    id: int = Field(default=None, primary_key=True)
    place_id: int = Field(foreign_key="place.id", index=True)
    text: str
    drill: bool = False
    state: str = Field(default="proposed", index=True)
    asked_by: int = Field(foreign_key="person.id")
    made_at: datetime = Field(sa_type=Instant)
    begun_at: datetime | None = Field(default=None, sa_type=Instant)
    ends_at: datetime | None = Field(default=None, sa_type=Instant)
    over_at: datetime | None = Field(default=None, sa_type=Instant)
    over_by: int | None = Field(default=None, foreign_key="person.id")
    totals: dict[str, int] = Field(default_factory=dict, sa_type=JSON)


class Call(SQLModel, table=True):
    """One person on a roll: ``asked``, ``silent``, ``safe``, ``help``, ``away``.

    ``how``: ``themselves``, ``seen`` (by ``by``), ``heard``. ``request``: what they need.
    """

    __tablename__ = "alert_call"
    __table_args__ = (UniqueConstraint("alert_id", "person_id"),)

    id: int = Field(default=None, primary_key=True)
    alert_id: int = Field(foreign_key="alert.id")
    person_id: int = Field(foreign_key="person.id", index=True)
    state: str = "asked"
    how: str | None = None
    by: int | None = Field(default=None, foreign_key="person.id")
    asked_at: datetime = Field(sa_type=Instant)
    at: datetime | None = Field(default=None, sa_type=Instant)
    request: int | None = None


class Extra(SQLModel, table=True):
    """Somebody called up besides those on duty: ``asked``, ``on``, ``declined``, ``off``.

    ``rosters`` are the turns made for them, taken back when the alert is over.
    """

    __tablename__ = "alert_extra"
    __table_args__ = (UniqueConstraint("alert_id", "person_id"),)

    id: int = Field(default=None, primary_key=True)
    alert_id: int = Field(foreign_key="alert.id")
    person_id: int = Field(foreign_key="person.id")
    state: str = "asked"
    rosters: list[int] = Field(default_factory=list, sa_type=JSON)


AT_RISK, ALERT, CALL, EXTRA = table(AtRisk), table(Alert), table(Call), table(Extra)


def add(tx: Transaction, now: datetime, **columns: Any) -> int:
    """An alert that waits for its confirmation; its id."""
    row = {"made_at": now, "state": "proposed", "totals": {}, "drill": False}
    return tx.insert(ALERT, row | columns)


def get(tx: Transaction, alert_id: int) -> Alert:
    """The alert; KeyError if there is none."""
    found = tx.first(Alert, select(ALERT).where(ALERT.c.id == alert_id))
    if found is None:
        raise KeyError(alert_id)
    return found


def move(tx: Transaction, one: Alert, to: str, **columns: Any) -> bool:
    """Change the state if it is still what ``one`` says."""
    tx.memo.pop("alerts", None)
    same = (ALERT.c.id == one.id) & (ALERT.c.state == one.state)
    return tx.run(update(ALERT).where(same).values(state=to, **columns)).rowcount == 1


def change(tx: Transaction, alert_id: int, **columns: Any) -> None:
    tx.memo.pop("alerts", None)
    tx.run(update(ALERT).where(ALERT.c.id == alert_id).values(**columns))


def running(tx: Transaction) -> list[Alert]:
    """All that are on, oldest first; kept until one changes."""
    kept: list[Alert] | None = tx.memo.get("alerts")
    if kept is None:
        chosen = select(ALERT).where(ALERT.c.state == "on").order_by(ALERT.c.id)
        kept = tx.memo["alerts"] = tx.rows(Alert, chosen)
    return kept


def last_over(tx: Transaction) -> list[Alert]:
    """Those that are over, newest first."""
    chosen = select(ALERT).where(ALERT.c.state == "over").order_by(ALERT.c.over_at.desc())
    return tx.rows(Alert, chosen.limit(50))


def call(tx: Transaction, **columns: Any) -> int:
    """Put somebody on a roll; the id."""
    return tx.insert(CALL, {"state": "asked"} | columns)


def get_call(tx: Transaction, call_id: int) -> Call | None:
    return tx.first(Call, select(CALL).where(CALL.c.id == call_id))


def roll(tx: Transaction, alert_id: int) -> list[Call]:
    """Everybody on a roll, in the order of asking."""
    return tx.rows(Call, select(CALL).where(CALL.c.alert_id == alert_id).order_by(CALL.c.id))


def calls_of(tx: Transaction, person_id: int) -> list[Call]:
    """Somebody's places on the rolls of alerts that are on, newest first."""
    on = [one.id for one in running(tx)]
    if not on:
        return []
    mine = (CALL.c.person_id == person_id) & CALL.c.alert_id.in_(on)
    return tx.rows(Call, select(CALL).where(mine).order_by(CALL.c.id.desc()))


def waiting_for(tx: Transaction, person_id: int) -> list[Call]:
    """Somebody's places on rolls that know nothing of them, also of alerts that are over."""
    mine = (CALL.c.person_id == person_id) & CALL.c.state.in_(UNKNOWN)
    return tx.rows(Call, select(CALL).where(mine).order_by(CALL.c.id.desc()))


def change_call(tx: Transaction, call_id: int, **columns: Any) -> None:
    tx.run(update(CALL).where(CALL.c.id == call_id).values(**columns))


def extras(tx: Transaction, alert_id: int) -> list[Extra]:
    return tx.rows(Extra, select(EXTRA).where(EXTRA.c.alert_id == alert_id).order_by(EXTRA.c.id))


def put_extra(tx: Transaction, alert_id: int, person_id: int, **columns: Any) -> None:
    """Remember how it stands with somebody called up."""
    mine = (EXTRA.c.alert_id == alert_id) & (EXTRA.c.person_id == person_id)
    if tx.run(update(EXTRA).where(mine).values(**columns)).rowcount == 0:
        row = {"alert_id": alert_id, "person_id": person_id, "state": "asked", "rosters": []}
        tx.insert(EXTRA, row | columns)


def mark(tx: Transaction, person_id: int, by: int, now: datetime) -> bool:
    """Have somebody called at every alert; False if they were before."""
    if is_marked(tx, person_id):
        return False
    tx.run(AT_RISK.insert(), {"person_id": person_id, "by": by, "since": now})
    return True


def unmark(tx: Transaction, person_id: int) -> bool:
    return tx.run(delete(AT_RISK).where(AT_RISK.c.person_id == person_id)).rowcount > 0


def is_marked(tx: Transaction, person_id: int) -> bool:
    return bool(tx.values(select(AT_RISK.c.person_id).where(AT_RISK.c.person_id == person_id)))


def marked(tx: Transaction) -> list[int]:
    """Everybody marked, by when."""
    return tx.values(select(AT_RISK.c.person_id).order_by(AT_RISK.c.since, AT_RISK.c.person_id))


def forget(tx: Transaction, before: datetime) -> int:
    """Delete the rolls of alerts that ended long ago, all but their totals; how many calls."""
    old = (ALERT.c.state == "over") & (ALERT.c.over_at < before)
    ids = select(ALERT.c.id).where(old)
    tx.run(delete(EXTRA).where(EXTRA.c.alert_id.in_(ids)))
    return tx.run(delete(CALL).where(CALL.c.alert_id.in_(ids))).rowcount


def forget_person(tx: Transaction, person_id: int) -> None:
    """Take one person off every roll and every mark."""
    tx.run(delete(AT_RISK).where(AT_RISK.c.person_id == person_id))
    tx.run(delete(CALL).where(CALL.c.person_id == person_id))
