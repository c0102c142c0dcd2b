"""Claims: who holds a task, who stands by, and who was asked.

A claim is ``held``, ``standby``, ``nod`` (waits for the coordinator), ``no_nod`` (who did not give
it), ``offered`` (a hand-over not yet accepted), ``given_back``, ``handed_on`` (a consultation, to a
colleague), ``worn_off``, ``finished``, or ``stood_down`` (stood by, or waited for the nod, to the
end).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache

from sqlalchemy import UniqueConstraint, bindparam, func, select, update
from sqlmodel import Field, SQLModel

from storage.db import Instant, Transaction, table
from storage.prepared import Prepared, one_of
from storage.requests import REQUEST, Request, is_new


class Claim(SQLModel, table=True):
    """One person's place in a task."""

    __tablename__ = "claim"
    __table_args__ = (UniqueConstraint("number", "person_id"),)

    id: int = Field(default=None, primary_key=True)
    number: int = Field(foreign_key="request.number", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    state: str
    at: datetime = Field(sa_type=Instant)
    heard_at: datetime = Field(sa_type=Instant)
    """The last word from the helper."""


class Invitation(SQLModel, table=True):
    """Somebody was asked whether they can take a task."""

    __tablename__ = "invitation"

    number: int = Field(foreign_key="request.number", primary_key=True)
    person_id: int = Field(foreign_key="person.id", primary_key=True, index=True)
    wave: int
    at: datetime = Field(sa_type=Instant)
    answer: str | None = None
    why: str = ""


CLAIM, INVITATION = table(Claim), table(Invitation)

_OF_REQUEST = Prepared(
    select(CLAIM).where(CLAIM.c.number == bindparam("number")).order_by(CLAIM.c.at, CLAIM.c.id)
)
_ASKED = Prepared(
    select(INVITATION)
    .where(INVITATION.c.number == bindparam("number"))
    .order_by(INVITATION.c.wave, INVITATION.c.at)
)


_PAST = Prepared(
    select(INVITATION)
    .where(INVITATION.c.person_id == bindparam("person_id"), INVITATION.c.at > bindparam("since"))
    .order_by(INVITATION.c.at)
)
REMEMBERED, WEEK, DAY = timedelta(days=90), timedelta(days=7), timedelta(days=1)


@cache
def _held(states: tuple[str, ...]) -> Prepared:
    return Prepared(
        select(REQUEST)
        .join(CLAIM, CLAIM.c.number == REQUEST.c.number)
        .where(
            CLAIM.c.person_id == bindparam("person_id"),
            CLAIM.c.state == "held",
            one_of(REQUEST.c.state, states),
        )
        .order_by(CLAIM.c.at.desc(), REQUEST.c.number.desc())
    )


def of_request(tx: Transaction, number: int, *states: str) -> list[Claim]:
    """Claims on a request, oldest first; only these states if any are named."""
    found = tx.rows(Claim, _OF_REQUEST, {"number": number})
    return [one for one in found if not states or one.state in states]


def holders(tx: Transaction, number: int) -> list[int]:
    return [one.person_id for one in of_request(tx, number, "held")]


def standby(tx: Transaction, number: int) -> list[int]:
    """Who stands by, in the order in which they said so."""
    return [one.person_id for one in of_request(tx, number, "standby")]


def set_state(tx: Transaction, number: int, person_id: int, state: str, now: datetime) -> None:
    """Give this person this place in the task, from now."""
    mine = (CLAIM.c.number == number) & (CLAIM.c.person_id == person_id)
    done = tx.run(update(CLAIM).where(mine).values(state=state, at=now, heard_at=now))
    if done.rowcount == 0:
        row = {"number": number, "person_id": person_id, "state": state, "at": now, "heard_at": now}
        tx.insert(CLAIM, row)
    forget_involved(tx, person_id)


def was_refused(tx: Transaction, person_id: int, since: datetime) -> bool:
    """Whether a coordinator said no to this person since an instant."""
    refused = (CLAIM.c.person_id == person_id) & (CLAIM.c.state == "no_nod") & (CLAIM.c.at > since)
    return bool(tx.values(select(CLAIM.c.id).where(refused).limit(1)))


def forget_involved(tx: Transaction, person_id: int) -> None:
    """What this person is busy with has changed."""
    tx.memo.pop(("involved", person_id), None)
    tx.memo.pop("loads", None)


def end_all(tx: Transaction, number: int, state: str, now: datetime) -> None:
    """Every place in the task ends so; who only stood by, or waited, never had one."""
    for claim in of_request(tx, number):
        forget_involved(tx, claim.person_id)
    ends = {"held": state, "standby": "stood_down", "nod": "stood_down", "offered": "stood_down"}
    for was, becomes in ends.items():
        mine = (CLAIM.c.number == number) & (CLAIM.c.state == was)
        tx.run(update(CLAIM).where(mine).values(state=becomes, at=now))


def heard(tx: Transaction, person_id: int, number: int, now: datetime) -> None:
    """The helper has said something about the task."""
    mine = (CLAIM.c.number == number) & (CLAIM.c.person_id == person_id)
    tx.run(update(CLAIM).where(mine).values(heard_at=now))


def tasks(
    tx: Transaction, person_id: int, states: Sequence[str] = ("claimed", "on_site", "planned")
) -> list[Request]:
    """Requests this person holds, newest claim first."""
    if person_id not in loads(tx):
        return []
    return tx.rows(Request, _held(tuple(states)), {"person_id": person_id})


def worn_off(tx: Transaction, person_id: int) -> list[Request]:
    """Open requests this person had and lost by silence, newest first."""
    chosen = (
        select(REQUEST)
        .join(CLAIM, CLAIM.c.number == REQUEST.c.number)
        .where(
            CLAIM.c.person_id == person_id,
            CLAIM.c.state == "worn_off",
            REQUEST.c.state.in_(("open", "reopened")),
        )
        .order_by(CLAIM.c.at.desc())
    )
    return tx.rows(Request, chosen)


def loads(tx: Transaction) -> dict[int, int]:
    """person id → how many tasks they hold; kept until a claim changes."""
    kept: dict[int, int] | None = tx.memo.get("loads")
    if kept is None:
        counted = (
            select(CLAIM.c.person_id, func.count())
            .where(CLAIM.c.state == "held")
            .group_by(CLAIM.c.person_id)
        )
        kept = {row[0]: int(row[1]) for row in tx.connection.execute(counted)}
        tx.memo["loads"] = kept
    return kept


def invite(
    tx: Transaction, number: int, person_id: int, *, wave: int, now: datetime, why: str
) -> None:
    row = {"number": number, "person_id": person_id, "wave": wave, "at": now, "why": why}
    tx.put(INVITATION, row)
    tx.scratch.setdefault("invited", set()).add(number)
    tx.scratch.setdefault("invited people", set()).add(person_id)
    known: Past | None = tx.memo.get(("past", person_id))
    if known is not None:
        known.asked += 1
        known.recent.append(now)


@dataclass(slots=True)
class Past:
    """How somebody answered in the last months, and the instants at which they were asked lately.

    ``day``: when it was read; it is read anew each day.
    """

    day: date
    yes: int = 0
    no: int = 0
    asked: int = 0
    recent: list[datetime] = field(default_factory=list)

    def lately(self, now: datetime) -> int:
        """Askings of the last week."""
        return len(self.recent) - bisect_right(self.recent, now - WEEK)

    def today(self, now: datetime) -> int:
        """Askings of the last 24 hours."""
        return len(self.recent) - bisect_right(self.recent, now - DAY)


def past(tx: Transaction, person_id: int, now: datetime) -> Past:
    """How this person answered before; kept up to date in memory."""
    kept: Past | None = tx.memo.get(("past", person_id))
    if kept is None or kept.day != now.date():
        if person_id in tx.scratch.get("invited people", ()):
            tx.flush(INVITATION)
        kept = tx.memo["past", person_id] = Past(now.date())
        for row in tx.rows(Invitation, _PAST, {"person_id": person_id, "since": now - REMEMBERED}):
            kept.asked += 1
            kept.yes += row.answer == "yes"
            kept.no += row.answer == "no"
            if now - row.at < WEEK:
                kept.recent.append(row.at)
    return kept


def invitations(tx: Transaction, number: int) -> list[Invitation]:
    """Everybody who was asked, in order."""
    if number in tx.scratch.get("invited", ()):
        tx.flush(INVITATION)
    elif is_new(tx, number):
        return []
    return tx.rows(Invitation, _ASKED, {"number": number})


def invitation_of(tx: Transaction, person_id: int, number: int | None) -> Invitation | None:
    """How this person was asked about a task, or where none is named, the newest time."""
    tx.flush(INVITATION)
    chosen = select(INVITATION).where(INVITATION.c.person_id == person_id)
    if number is not None:
        chosen = chosen.where(INVITATION.c.number == number)
    newest = chosen.order_by(INVITATION.c.at.desc(), INVITATION.c.number.desc()).limit(1)
    return tx.first(Invitation, newest)


def invited_to(tx: Transaction, person_id: int) -> list[Request]:
    """Unclaimed requests this person was asked about and has not declined, newest asking first."""
    tx.flush(INVITATION)
    chosen = (
        select(REQUEST)
        .join(INVITATION, INVITATION.c.number == REQUEST.c.number)
        .where(
            INVITATION.c.person_id == person_id,
            INVITATION.c.answer.is_(None),
            REQUEST.c.state.in_(("open", "reopened")),
        )
        .order_by(INVITATION.c.at.desc(), REQUEST.c.number.desc())
    )
    return tx.rows(Request, chosen)


def answer(tx: Transaction, number: int, person_id: int, what: str) -> None:
    """Note how somebody who was asked answered: ``yes`` or ``no``."""
    tx.flush(INVITATION)
    mine = (INVITATION.c.number == number) & (INVITATION.c.person_id == person_id)
    tx.run(update(INVITATION).where(mine).values(answer=what))
    tx.memo.pop(("past", person_id), None)
