"""Requests: what somebody asked for or gave, how it stands, who holds it, and its story.

Each transition is compare-and-set and leaves an event. The tables are in `storage.matters`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, func, select, union_all, update

from storage.db import Transaction
from storage.matters import (
    APART,
    EVENT,
    FOLLOWER,
    IN_HAND,
    REQUEST,
    UNSETTLED,
    WAYS,
    Follower,
    Request,
    RequestEvent,
)
from storage.prepared import Prepared, one_of

__all__ = [
    "APART",
    "EVENT",
    "FOLLOWER",
    "IN_HAND",
    "REQUEST",
    "UNSETTLED",
    "WAYS",
    "Follower",
    "Request",
    "RequestEvent",
]

_COMMON = ~one_of(REQUEST.c.kind, APART)
_BY_NUMBER = Prepared(select(REQUEST).where(REQUEST.c.number == bindparam("number")))
_BY_MESSAGE = Prepared(select(REQUEST.c.number).where(REQUEST.c.mid == bindparam("mid")))
_FOLLOWERS = Prepared(select(FOLLOWER.c.person_id).where(FOLLOWER.c.number == bindparam("number")))
_ALIKE = Prepared(
    select(REQUEST)
    .where(
        REQUEST.c.place_id == bindparam("place_id"),
        REQUEST.c.category == bindparam("category"),
        REQUEST.c.made_at > bindparam("since"),
        (REQUEST.c.requester_id == bindparam("person_id")) | (REQUEST.c.kind == "report"),
        one_of(REQUEST.c.state, UNSETTLED),
        _COMMON,
    )
    .order_by(REQUEST.c.number.desc())
)
_APART = Prepared(
    select(REQUEST)
    .where(REQUEST.c.kind == bindparam("kind"), one_of(REQUEST.c.state, UNSETTLED))
    .order_by(REQUEST.c.number)
)


_MINE = union_all(
    select(REQUEST.c.number).where(REQUEST.c.requester_id == bindparam("person_id")),
    select(FOLLOWER.c.number).where(FOLLOWER.c.person_id == bindparam("person_id")),
)


@cache
def _of_person(states: tuple[str, ...]) -> Prepared:
    return Prepared(
        select(REQUEST)
        .where(REQUEST.c.number.in_(_MINE), one_of(REQUEST.c.state, states), _COMMON)
        .order_by(REQUEST.c.number.desc())
    )


_MADE_SINCE = Prepared(
    select(func.count()).where(
        REQUEST.c.requester_id == bindparam("person_id"),
        REQUEST.c.made_at > bindparam("since"),
        one_of(REQUEST.c.state, UNSETTLED),
    )
)
_ANY = Prepared(
    select(REQUEST.c.number)
    .where(REQUEST.c.number.in_(_MINE), one_of(REQUEST.c.state, UNSETTLED), _COMMON)
    .limit(1)
)


def get(tx: Transaction, number: int) -> Request | None:
    return tx.first(Request, _BY_NUMBER, {"number": number})


def add(tx: Transaction, now: datetime, **columns: Any) -> Request:
    """A new request with its number. Its story begins with ``made``."""
    row = {"made_at": now, "changed_at": now, "state": "open", **columns}
    request, requester = tx.add(Request, REQUEST, row), columns["requester_id"]
    tx.memo.pop(("involved", requester), None)
    _asking(tx).add(requester)
    _forget_kind(tx, request.kind)
    tx.scratch.setdefault("new requests", set()).add(request.number)
    tell(tx, request.number, now, "made", person_id=requester, after=request.state)
    return request


def is_new(tx: Transaction, number: int) -> bool:
    """Whether it was made in this transaction and stands as it was made: nothing hangs on it."""
    return number in tx.scratch.get("new requests", ())


def tell(
    tx: Transaction,
    number: int,
    now: datetime,
    what: str,
    *,
    person_id: int | None = None,
    before: str | None = None,
    after: str | None = None,
    note: str | None = None,
) -> None:
    """Add a step to the story."""
    row = {
        "number": number,
        "at": now,
        "person_id": person_id,
        "before": before,
        "after": after,
        "what": what,
        "note": note,
    }
    tx.put(EVENT, row)


def move(
    tx: Transaction,
    request: Request,
    to: str,
    now: datetime,
    *,
    who: int | None,
    why: str,
    note: str | None = None,
    **columns: Any,
) -> bool:
    """Change the state if it is still what ``request`` says; False if somebody was faster.

    Raises ValueError where the states do not lead there.
    """
    if to not in WAYS[request.state]:
        raise ValueError(f"{request.state} does not lead to {to}")
    changed = tx.run(
        update(REQUEST)
        .where(REQUEST.c.number == request.number, REQUEST.c.state == request.state)
        .values(state=to, changed_at=now, **columns)
    )
    if changed.rowcount != 1:
        return False
    tx.scratch.get("new requests", set()).discard(request.number)
    for person_id in (request.requester_id, *followers(tx, request.number)):
        tx.memo.pop(("involved", person_id), None)
        _asking(tx).add(person_id)
    _forget_kind(tx, request.kind)
    tell(
        tx,
        request.number,
        now,
        why,
        person_id=who,
        before=request.state,
        after=to,
        note=note,
    )
    return True


def amend(tx: Transaction, number: int, now: datetime, **columns: Any) -> None:
    """Change what a request says, not how it stands."""
    for kind in ("offer", *APART):
        _forget_kind(tx, kind)
    tx.scratch.get("new requests", set()).discard(number)
    tx.run(update(REQUEST).where(REQUEST.c.number == number).values(changed_at=now, **columns))


def of_person(tx: Transaction, person_id: int, states: Sequence[str] = UNSETTLED) -> list[Request]:
    """Requests made or followed by a person, newest first."""
    if "closed" not in states and person_id not in _asking(tx):
        return []
    return tx.rows(Request, _of_person(tuple(states)), {"person_id": person_id})


def is_waiting(tx: Transaction, person_id: int) -> bool:
    """Whether a person asked for or follows something that is not settled."""
    return person_id in _asking(tx) and bool(tx.values(_ANY, {"person_id": person_id}))


def made_since(tx: Transaction, person_id: int, since: datetime) -> int:
    """How many unsettled requests somebody made since an instant."""
    if person_id not in _asking(tx):
        return 0
    return int(tx.values(_MADE_SINCE, {"person_id": person_id, "since": since})[0])


def _asking(tx: Transaction) -> set[int]:
    """Everybody who asked for or follows something unsettled, and perhaps some more."""
    kept: set[int] | None = tx.memo.get("asking")
    if kept is None:
        unsettled = REQUEST.c.state != "closed"
        following = select(FOLLOWER.c.person_id).join(
            REQUEST, REQUEST.c.number == FOLLOWER.c.number
        )
        kept = set(tx.values(select(REQUEST.c.requester_id).where(unsettled).distinct()))
        kept |= set(tx.values(following.where(unsettled)))
        tx.memo["asking"] = kept
    return kept


def offers(tx: Transaction) -> list[Request]:
    """What is on offer everywhere, newest first; kept until one changes."""
    kept: list[Request] | None = tx.memo.get(("apart", "offer"))
    if kept is None:
        found = reversed(tx.rows(Request, _APART, {"kind": "offer"}))
        kept = tx.memo["apart", "offer"] = [one for one in found if one.state == "open"]
    return kept


def apart(tx: Transaction, kind: str) -> list[Request]:
    """The unsettled ones of a kind that goes its own way, oldest first; kept until one changes."""
    kept: list[Request] | None = tx.memo.get(("apart", kind))
    if kept is None:
        kept = tx.memo["apart", kind] = tx.rows(Request, _APART, {"kind": kind})
    return kept


def _forget_kind(tx: Transaction, kind: str) -> None:
    """One of these has changed."""
    tx.memo.pop(("apart", kind), None)


def at_places(
    tx: Transaction, place_ids: Iterable[int], states: Sequence[str] = UNSETTLED
) -> list[Request]:
    """Requests of these places, urgent first, then newest first; none of the kinds apart."""
    chosen = select(REQUEST).where(
        REQUEST.c.place_id.in_(list(place_ids)), REQUEST.c.state.in_(states), _COMMON
    )
    urgent_first = (REQUEST.c.urgency != "urgent", REQUEST.c.number.desc())
    return tx.rows(Request, chosen.order_by(*urgent_first))


def alike(
    tx: Transaction, place_id: int, category: str, since: datetime, person_id: int
) -> list[Request]:
    """Unsettled matters of this place and category since an instant, newest first.

    Of what others asked for, only reports: they may be about the same thing.
    """
    wanted = {"place_id": place_id, "category": category, "since": since, "person_id": person_id}
    return tx.rows(Request, _ALIKE, wanted)


def by_message(tx: Transaction, mid: str) -> int | None:
    """The request made from a message."""
    found = tx.values(_BY_MESSAGE, {"mid": mid})
    return found[0] if found else None


def story(tx: Transaction, number: int) -> list[RequestEvent]:
    """All that happened to a request, in order."""
    tx.flush(EVENT)
    return tx.rows(RequestEvent, select(EVENT).where(EVENT.c.number == number).order_by(EVENT.c.id))


def follow(tx: Transaction, number: int, person_id: int) -> None:
    if person_id not in followers(tx, number):
        tx.run(FOLLOWER.insert(), {"number": number, "person_id": person_id})
        _asking(tx).add(person_id)
        tx.memo.pop(("involved", person_id), None)


def followers(tx: Transaction, number: int) -> list[int]:
    return tx.values(_FOLLOWERS, {"number": number})


def totals(tx: Transaction, at: Iterable[int], since: datetime | None = None) -> tuple[int, int]:
    """How many matters were heard in these places, ever or since, and how many of them solved."""
    counted = [REQUEST.c.place_id.in_(list(at))]
    here = and_(*counted, *([REQUEST.c.made_at >= since] if since is not None else []))
    solved = here & REQUEST.c.outcome.in_(("done", "half_done", "by_others"))
    counts = select(
        select(func.count()).select_from(REQUEST).where(here).scalar_subquery(),
        select(func.count()).select_from(REQUEST).where(solved).scalar_subquery(),
    )
    row = tx.connection.execute(counts).one()
    return int(row[0]), int(row[1])
