"""Letters: what the bot has decided to say, until it is known to have been said.

States: ``waiting → sending → sent``; aside ``unsure`` (may have arrived: its echo is awaited),
``unknown`` (none came, and it was not worth saying twice), ``refused`` (the platform will not take
it), ``stale`` (not worth sending any more), ``folded`` (said in a digest instead).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, bindparam, func, or_, select, text, update
from sqlmodel import Field, SQLModel

from storage.db import Instant, Transaction, table
from storage.prepared import Prepared, one_of
from storage.rooms import ROOM


class LetterRow(SQLModel, table=True):
    """One thing to say in one conversation. ``kind`` is its text key."""

    __tablename__ = "outbox"

    id: int = Field(default=None, primary_key=True)
    gateway: str
    room_id: int = Field(foreign_key="room.id")
    about: int | None = None
    kind: str
    text: str
    mentions: list[int] = Field(default_factory=list, sa_type=JSON)
    photos: list[list[str]] = Field(default_factory=list, sa_type=JSON)
    urgent: bool = False
    direct: bool = False
    made_at: datetime = Field(sa_type=Instant)
    not_before: datetime = Field(sa_type=Instant)
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
    state: str = "waiting"
    tries: int = 0
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    external: str | None = None
    answers: str | None = None
    """The id of the message this answers, if it answers one."""
    batch: int | None = None
    """The sending to many that it belongs to (`storage.broadcasts`)."""


LETTER = table(LetterRow)
Index(
    "ix_outbox_unsent",
    LETTER.c.gateway,
    LETTER.c.not_before,
    sqlite_where=text("state IN ('waiting','sending','unsure')"),
    postgresql_where=text("state IN ('waiting','sending','unsure')"),
)
Index("ix_outbox_room_made", LETTER.c.room_id, LETTER.c.made_at)
Index("ix_outbox_batch", LETTER.c.batch, sqlite_where=text("batch IS NOT NULL"))
Index("ix_outbox_external", LETTER.c.external, sqlite_where=text("external IS NOT NULL"))

_UNSENT = text("state IN ('waiting','sending','unsure')")
_MAY_GO = (
    select(LETTER)
    .where(
        _UNSENT,
        LETTER.c.state == "waiting",
        LETTER.c.gateway == bindparam("gateway"),
        LETTER.c.not_before <= bindparam("now"),
    )
    .order_by(LETTER.c.urgent.desc(), LETTER.c.id)
    .limit(bindparam("most"))
)
_WAITING = Prepared(_MAY_GO)
_WAITING_ELSEWHERE = _MAY_GO.where(
    or_(
        ~LETTER.c.urgent & LETTER.c.room_id.not_in(bindparam("shut", expanding=True)),
        LETTER.c.urgent & LETTER.c.room_id.not_in(bindparam("shut_to_urgent", expanding=True)),
    )
)
_LEASE = Prepared(
    update(LETTER)
    .where(LETTER.c.id == bindparam("letter"))
    .values(state="sending", tries=LETTER.c.tries + 1)
)
_MARK = Prepared(
    update(LETTER)
    .where(LETTER.c.id == bindparam("letter"))
    .values(
        state=bindparam("to_state"),
        external=bindparam("platform_id"),
        sent_at=bindparam("at"),
        not_before=bindparam("again"),
    )
)
_COUNTED = one_of(LETTER.c.state, ("waiting", "sending", "sent", "unsure"))
"""Letters that weigh on the caps of their conversation."""
_TOLD = Prepared(
    select(LETTER.c.made_at, LETTER.c.not_before).where(
        LETTER.c.room_id == bindparam("room_id"),
        LETTER.c.made_at > bindparam("since"),
        LETTER.c.direct.is_(False),
        LETTER.c.urgent.is_(False),
        _COUNTED,
    )
)
_REFUSED = Prepared(
    select(LETTER)
    .where(
        LETTER.c.room_id == bindparam("room_id"),
        LETTER.c.made_at > bindparam("since"),
        LETTER.c.state == "refused",
        or_(LETTER.c.expires_at.is_(None), LETTER.c.expires_at > bindparam("now")),
    )
    .order_by(LETTER.c.id)
)
_ABOUT = Prepared(select(LETTER.c.about).where(LETTER.c.external == bindparam("platform_id")))


_NEWEST = Prepared(
    select(LETTER)
    .join(ROOM, ROOM.c.id == LETTER.c.room_id)
    .where(
        ROOM.c.person_id == bindparam("person"),
        LETTER.c.kind == bindparam("of_kind"),
        LETTER.c.made_at >= bindparam("since"),
    )
    .order_by(LETTER.c.id.desc())
    .limit(1)
)


def put(tx: Transaction, row: Mapping[str, Any]) -> None:
    """Queue a letter (columns of `LetterRow`)."""
    tx.put(LETTER, dict(row))
    kept = tx.memo.get("told", {}).get(row["room_id"])
    if kept is not None and not row["direct"] and not row["urgent"]:
        kept.append((row["made_at"], row["not_before"]))


def waiting(
    tx: Transaction,
    gateway: str,
    now: datetime,
    *,
    shut: Collection[int] = (),
    shut_to_urgent: Collection[int] = (),
    most: int = 500,
) -> list[LetterRow]:
    """Letters that may go by this gateway now: urgent first, then oldest first.

    None of the conversations that are ``shut``, so that they do not stand in the way of others.
    """
    tx.flush(LETTER)
    values: dict[str, Any] = {"gateway": gateway, "now": now, "most": most}
    if not shut and not shut_to_urgent:
        return tx.rows(LetterRow, _WAITING, values)
    values |= {"shut": list(shut), "shut_to_urgent": list(shut_to_urgent)}
    return tx.rows(LetterRow, _WAITING_ELSEWHERE, values)


def being_sent(tx: Transaction, gateway: str) -> list[tuple[int, bool]]:
    """``(conversation, urgent)`` of the letters that are on their way."""
    tx.flush(LETTER)
    on_the_way = (LETTER.c.state == "sending") & (LETTER.c.gateway == gateway)
    chosen = select(LETTER.c.room_id, LETTER.c.urgent).where(_UNSENT, on_the_way)
    return [(row[0], row[1]) for row in tx.connection.execute(chosen)]


def lately(tx: Transaction, gateway: str, since: datetime) -> list[tuple[int, datetime]]:
    """``(conversation, when)`` of the letters sent by this gateway since, oldest first."""
    tx.flush(LETTER)
    sent = (LETTER.c.gateway == gateway) & (LETTER.c.sent_at > since)
    chosen = select(LETTER.c.room_id, LETTER.c.sent_at).where(sent).order_by(LETTER.c.sent_at)
    return [(row[0], row[1]) for row in tx.connection.execute(chosen)]


def lease(tx: Transaction, ids: Sequence[int]) -> None:
    """Mark as being sent, before the sending."""
    tx.run(_LEASE, [{"letter": one} for one in ids])


def mark(tx: Transaction, marks: Sequence[Mapping[str, Any]]) -> None:
    """Write results: rows of ``letter, to_state, platform_id, at, again``."""
    tx.run(_MARK, marks)
    if any(one["to_state"] != "sent" for one in marks):
        tx.memo.pop("told", None)


def refused(tx: Transaction, room_id: int, since: datetime, now: datetime) -> list[LetterRow]:
    """What this conversation would not take since an instant and is still worth saying."""
    return tx.rows(LetterRow, _REFUSED, {"room_id": room_id, "since": since, "now": now})


def say_again(tx: Transaction, ids: Sequence[int], now: datetime) -> None:
    """Refused letters wait once more."""
    chosen = update(LETTER).where(LETTER.c.id.in_(ids), LETTER.c.state == "refused")
    tx.run(chosen.values(state="waiting", tries=0, not_before=now))


def in_doubt(tx: Transaction, gateway: str) -> list[LetterRow]:
    """Letters that were being sent when the bot stopped, or whose sending timed out."""
    tx.flush(LETTER)
    chosen = select(LETTER).where(
        LETTER.c.gateway == gateway, LETTER.c.state.in_(("sending", "unsure"))
    )
    return tx.rows(LetterRow, chosen.order_by(LETTER.c.id))


def next_due(tx: Transaction, now: datetime) -> datetime | None:
    """When the next of the letters held back until after ``now`` may go."""
    tx.flush(LETTER)
    found: datetime | None = tx.connection.execute(
        select(LETTER.c.not_before)
        .where(
            text("state IN ('waiting','sending','unsure')"),
            LETTER.c.state == "waiting",
            LETTER.c.not_before > now,
        )
        .order_by(LETTER.c.not_before)
        .limit(1)
    ).scalar()
    return found


def told(tx: Transaction, room_id: int, since: datetime) -> list[datetime]:
    """When this conversation was told something it had not asked for, since an instant.

    Kept from one call to the next: ``since`` only ever moves on.
    """
    kept: dict[int, list[tuple[datetime, datetime]]] = tx.memo.setdefault("told", {})
    if room_id not in kept:
        tx.flush(LETTER)
        found = tx.rows(LetterRow, _TOLD, {"room_id": room_id, "since": since})
        kept[room_id] = [(one.made_at, one.not_before) for one in found]
    recent = kept[room_id] = [one for one in kept[room_id] if one[0] > since]
    return sorted(not_before for _, not_before in recent)


def about(tx: Transaction, external: str) -> int | None:
    """The request that a sent message was about, by the platform's id of the message."""
    found = tx.values(_ABOUT, {"platform_id": external})
    return found[0] if found else None


def said(tx: Transaction, room_id: int, kinds: str, since: datetime) -> bool:
    """Whether a conversation was told something of these kinds (a prefix) since an instant."""
    tx.flush(LETTER)
    there = (LETTER.c.room_id == room_id) & (LETTER.c.made_at > since)
    like = LETTER.c.kind.startswith(kinds, autoescape=True)
    return bool(tx.values(select(LETTER.c.id).where(there, like).limit(1)))


def spoken_of(tx: Transaction, room_id: int, since: datetime) -> set[int]:
    """The requests that the letters of a conversation were about since an instant."""
    tx.flush(LETTER)
    there = (LETTER.c.room_id == room_id) & (LETTER.c.made_at > since)
    return set(tx.values(select(LETTER.c.about).where(there, LETTER.c.about.is_not(None))))


def newest(tx: Transaction, person_id: int, kind: str, since: datetime) -> LetterRow | None:
    """The last letter of a kind made for somebody, in any of their private talks, since then."""
    tx.flush(LETTER)
    values = {"person": person_id, "of_kind": kind, "since": since}
    return tx.first(LetterRow, _NEWEST, values)


def depth(tx: Transaction, gateway: str | None = None) -> tuple[int, datetime | None]:
    """How many letters are unsent, by one gateway or by all, and when the oldest was made."""
    tx.flush(LETTER)
    unsent = _UNSENT if gateway is None else _UNSENT & (LETTER.c.gateway == gateway)
    row = tx.connection.execute(
        select(func.count(), func.min(LETTER.c.made_at)).where(unsent)
    ).one()
    return int(row[0]), row[1]


def fold(tx: Transaction, ids: Sequence[int]) -> None:
    """These were said in a digest instead."""
    tx.memo.pop("told", None)
    tx.run(update(LETTER).where(LETTER.c.id.in_(ids)).values(state="folded"))


def forget(tx: Transaction, before: datetime, kind: str | None = None) -> int:
    """Blank the words of letters sent long ago, or only of one kind; how many."""
    old = (LETTER.c.made_at < before) & (LETTER.c.text != "") & (LETTER.c.state != "waiting")
    if kind is not None:
        old &= LETTER.c.kind == kind
    return tx.run(update(LETTER).where(old).values(text="")).rowcount
