"""Whom a notice is for: the groups of places, or people privately, and who is left out and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, time
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from handlers import showing
from handlers.kit import Both, Context, Word
from storage import broadcasts, people, places, rooms
from storage.places import Place

Aim: TypeAlias = dict[str, Any]
"""The columns of a `Target`."""
OFFICES = frozenset({"coordinator", "leader", "community_worker"})
"""Who may speak to all of a place."""
MAY_PUSH = OFFICES | {"doctor"}
"""Who may have the clinic's answers pushed there."""
NAMED = 8
"""So many names are listed; the rest are a number."""


def offices(ctx: Context, roles: frozenset[str] = OFFICES) -> list[int]:
    """The places that the speaker may speak to."""
    held = people.all_roles(ctx.tx).get(ctx.who.id, ())
    return [at for at, role in held if role in roles]


def may_tell(ctx: Context, place_ids: Iterable[int], roles: frozenset[str] = OFFICES) -> bool:
    """Whether the speaker serves all of these places."""
    return all(people.roles_at(ctx.tx, ctx.who.id, one) & roles for one in place_ids)


def aims(
    ctx: Context,
    place_ids: Iterable[int],
    audience: str,
    zone: str,
    *,
    urgent: bool,
    today: bool = True,
) -> list[Aim]:
    """Everybody it is for, each once; `unmet` where no letter will be made, with the reason.

    Whoever had their share of notices ``today`` is left out, unless it is urgent.
    """
    inside = list(dict.fromkeys(one for at in place_ids for one in places.within(ctx.tx, at)))
    local = ctx.now.astimezone(ZoneInfo(zone))
    since = datetime.combine(local.date(), time(), local.tzinfo)
    by_room, by_person = broadcasts.said_since(ctx.tx, since)
    capped = today and not urgent
    caps = ctx.policy_at(next(iter(inside), None)).broadcasts
    if audience in {"volunteers", "private"}:
        full = {one for one, said in by_person.items() if said >= caps.per_person}
        return list(_to_people(ctx, inside, audience, full if capped else set(), urgent=urgent))
    full = {one for one, said in by_room.items() if said >= caps.per_group}
    return list(_to_groups(ctx, inside, audience, full if capped else set()))


def _to_groups(ctx: Context, inside: list[int], audience: str, full: set[int]) -> Iterator[Aim]:
    known = places.every(ctx.tx)
    wanted = [one for one in inside if audience == "groups" or known[one].kind == "building"]
    grouped = {one: list[int]() for one in wanted}
    for room in rooms.groups(ctx.tx, wanted):
        if room.place_id is not None:
            grouped[room.place_id].append(room.id)
    for place_id, room_ids in grouped.items():
        for room_id in room_ids:
            yield _aim("cap" if room_id in full else "", room_id=room_id, place_id=place_id)
        if not room_ids and known[place_id].kind == "building":
            yield _aim("no_group", place_id=place_id)


def _to_people(
    ctx: Context, inside: list[int], audience: str, full: set[int], *, urgent: bool
) -> Iterator[Aim]:
    if audience == "volunteers":
        here = set(inside)
        wanted = [
            person_id
            for person_id, held in people.all_roles(ctx.tx).items()
            if any(role == "volunteer" and at in here for at, role in held)
            and people.get(ctx.tx, person_id).left_at is None
        ]
    else:
        wanted = broadcasts.residents(ctx.tx, inside)
    reachable = broadcasts.with_account(ctx.tx)
    stopped = set() if urgent else broadcasts.stopped(ctx.tx)
    for person_id in wanted:
        why = "stopped" if person_id in stopped else "cap" if person_id in full else ""
        yield _aim(why if person_id in reachable else "no_account", person_id=person_id)


def _aim(why: str, **columns: int) -> Aim:
    return {**columns, "state": "unmet" if why else "waiting", "why": why}


def office_of(ctx: Context, person_id: int, place_id: int) -> Place | None:
    """In whose name somebody speaks there: the place of their office."""
    held = people.all_roles(ctx.tx).get(person_id, ())
    at = {place for place, role in held if role in OFFICES}
    return next((one for one in places.chain(ctx.tx, place_id) if one.id in at), None)


def counted(found: Iterable[Aim]) -> Word:
    """`3个群（1号楼、2号楼…）`, `21位邻居`: those who will be told."""
    told = [one for one in found if one["state"] == "waiting"]
    if told and "person_id" in told[0]:
        return Word("broadcasts.to_people", {"count": len(told)})
    return Word("broadcasts.to_groups", {"count": len(told)})


def left_out(ctx: Context, found: Iterable[Aim]) -> list[Word]:
    """Reason by reason, who is not told; in a group nobody is named."""
    by_why: dict[str, list[Both]] = {}
    for one in found:
        if one["state"] == "unmet":
            by_why.setdefault(one["why"], []).append(name_of(ctx, one))
    return [
        Word(f"broadcasts.why_{why}", {"count": len(one), "names": listed(one, ctx.in_group)})
        for why, one in by_why.items()
    ]


def name_of(ctx: Context, aim: Aim) -> Both:
    """The group's place, or the person."""
    if aim.get("person_id"):
        return showing.name_of(people.get(ctx.tx, aim["person_id"]))
    return showing.place_name(places.get(ctx.tx, aim.get("place_id")))


def listed(names: list[Both], hushed: bool = False) -> Word:
    """`1号楼、2号楼` or `… 等12个`; ``hushed``: only how many."""
    shown = {"names": names[:NAMED], "count": len(names)}
    if hushed:
        return Word("broadcasts.names_count", shown)
    return Word("broadcasts.names_more" if len(names) > NAMED else "broadcasts.names", shown)
