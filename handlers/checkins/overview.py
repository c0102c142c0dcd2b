"""What the care team sees: today's counts, what nobody knows, standing red lines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from handlers import duty
from handlers.checkins.calendar import zone
from handlers.checkins.ending import name_of, privately
from handlers.kit import Context, Effect, Sorry, Word, daily, rings, sentence
from storage import checkins, people, places
from storage import duty as rosters
from storage.checkins import Checkin

TEAM = ("coordinator", "community_worker", "doctor", "police", "leader")
NAMED = 30
"""So many names fit into one message."""


def _served(ctx: Context) -> set[int]:
    """The places that the speaker serves, by role or by being on duty."""
    me = ctx.who.id
    tops = {at for at, role in people.all_roles(ctx.tx).get(me, ()) if role in TEAM}
    for shift in rosters.of_person(ctx.tx, me, ctx.now, days=0):
        if shift.begins <= ctx.now:
            tops.add(shift.place_id)
    return {inside for top in tops for inside in places.within(ctx.tx, top)}


@sentence("today")
def today(ctx: Context) -> Iterator[Effect]:
    """``今天问候情况``: counts, and who is still open; only for those who serve the place."""
    served = _served(ctx)
    if not served:
        raise Sorry("checkins.not_yours")
    day = ctx.now.astimezone(zone(ctx, ctx.who)).date().isoformat()
    mine = [one for one in checkins.of_days(ctx.tx, [day]) if _place(ctx, one) in served]
    older = [one for one in checkins.open_everywhere(ctx.tx) if one.day < day]
    mine += [one for one in older if _place(ctx, one) in served]
    open_ones = [one for one in mine if one.state in checkins.WAITING]
    yield privately(
        ctx,
        "checkins.today",
        all=len(mine),
        ok=sum(one.state == "closed" and one.outcome != "unknown" for one in mine),
        unknown=sum(one.outcome == "unknown" for one in mine),
        paused=sum(one.state == "paused" for one in mine),
        to_come=sum(one.state == "scheduled" for one in mine),
        open=len(open_ones),
        names=[_line(ctx, one) for one in open_ones[:NAMED]],
    )


def _place(ctx: Context, one: Checkin) -> int | None:
    return people.get(ctx.tx, one.person_id).place_id


def _line(ctx: Context, one: Checkin) -> Word:
    elder = people.get(ctx.tx, one.person_id)
    helper = people.get(ctx.tx, one.handled_by) if one.handled_by else None
    state = Word(f"checkins.is_{'alarm' if one.alarm else one.state}")
    values = {"name": name_of(elder), "state": state, "helper": ""}
    if helper is not None:
        values["helper"] = Word("checkins.by_helper", {"helper": name_of(helper)})
    return Word("checkins.line", values)


@rings("checkins_unknown")
def list_unknown(ctx: Context) -> Iterator[Effect]:
    """After an outage: one list for duty and one for the coordinator, instead of alarms."""
    lists: dict[int, list[Word]] = {}
    for one in checkins.take_unlisted(ctx.tx):
        elder = people.get(ctx.tx, one.person_id)
        told = duty.first_pages(ctx.tx, elder.place_id, ctx.now)
        told = [*told, *duty.pages(ctx.tx, elder.place_id, ctx.now, "coordinator")]
        line = Word("checkins.missed", {"name": name_of(elder), "at": one.due_at})
        for person_id in dict.fromkeys(told):
            lists.setdefault(person_id, []).append(line)
    for person_id, lines in lists.items():
        for first in range(0, len(lines), NAMED):
            names = lines[first : first + NAMED]
            yield ctx.tell(person_id, "checkins.unknown", urgent=True, names=names)


@daily("08:00")
def remind_of_red_lines(ctx: Context) -> Iterator[Effect]:
    """Open until a person closes it: the coordinator is reminded every day."""
    lists: dict[int, list[Word]] = {}
    for one in checkins.open_everywhere(ctx.tx):
        if ctx.now - one.due_at < ctx.policy_of(one.person_id).checkin.team or _reminded(ctx, one):
            continue
        checkins.tell(ctx.tx, one.id, ctx.now, "reminded")
        for person_id in duty.pages(ctx.tx, _place(ctx, one), ctx.now, "coordinator"):
            lists.setdefault(person_id, []).append(_line(ctx, one))
    for person_id, lines in lists.items():
        yield ctx.tell(person_id, "checkins.red_lines", names=lines[:NAMED])


def _reminded(ctx: Context, one: Checkin) -> bool:
    told = checkins.story(ctx.tx, one.id, "reminded")
    return bool(told) and ctx.now - told[-1].at < timedelta(hours=12)


@daily("03:20")
def forget(ctx: Context) -> Iterator[Effect]:
    """Check-ins are kept for so many days."""
    checkins.forget(ctx.tx, ctx.now - timedelta(days=ctx.policy.retention.checkin_days))
    yield from ()
