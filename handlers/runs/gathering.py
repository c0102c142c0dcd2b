"""A run is announced, gathers orders, and leaves with its list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from handlers import showing
from handlers.kit import (
    Ask,
    Context,
    Effect,
    Later,
    Lines,
    Never,
    Say,
    Sorry,
    ToPerson,
    ToRoom,
    Word,
    answers,
    rings,
    sentence,
)
from handlers.runs import trips
from storage import claims, people, questions, requests, rooms, runs
from storage.requests import Request

ASKED = {"leaves": "yes_no"}
_GOING = re.compile(
    r"去|到|上|逛|路过|带东西|带点|捎|代购|"
    r"\b(?:going|heading|off to|popping|driving|run to|trip to|way to)\b",
    re.IGNORECASE,
)


def _announces(ctx: Context) -> bool:
    return _GOING.search(ctx.text) is not None and ctx.reading.act not in {"report", "question"}


@sentence("announce", fits=_announces)
def announce(ctx: Context) -> Iterator[Effect]:
    """`我去超市,谁要带东西?半小时后走`: a number, an hour, and the group knows."""
    if (still := trips.own(ctx, "open")) is not None:
        yield ctx.reply("runs.still_gathers", about=still.number, **trips.named(ctx, still))
        return
    place = ctx.place
    if place is None:
        raise Sorry("requests.where")
    when = ctx.reading.when.start if ctx.reading.when else None
    said = datetime.fromisoformat(when).astimezone(ctx.now.tzinfo) if when else None
    leaves = said if said is not None and said > ctx.now else ctx.now + ctx.policy.runs.gathers
    group = ctx.room if ctx.in_group else rooms.of_place(ctx.tx, place.id)
    run = requests.add(
        ctx.tx,
        ctx.now,
        kind="run",
        category="supplies",
        place_id=place.id,
        room_id=group.id if group else None,
        requester_id=ctx.who.id,
        due_at=leaves,
        data={"shop": trips.shop_in(ctx.text)},
    )
    number, values = run.number, {**trips.named(ctx, run), "leaves": leaves}
    if group is not None:
        yield Say(ToRoom(group.id), "runs.gathers", values, about=number, direct=True)
    if not ctx.in_group:
        yield ctx.reply("runs.announced", about=number, **values)
    yield Later(f"run:{number}:leaves", leaves, "run_leaves", number)


@rings("run_leaves")
def time_to_leave(ctx: Context) -> Iterator[Effect]:
    """The hour has come: the runner says so, or it is taken so after a while."""
    run = requests.get(ctx.tx, ctx.rung.ref)
    if run is None or run.state != "open":
        return
    if ctx.rung.data.get("asked"):
        yield from leave(ctx, run)
        return
    wait = ctx.rules(run).runs.waits
    values = {**trips.named(ctx, run), "count": len(runs.orders(ctx.tx, run.number)), "wait": wait}
    yield Ask(
        ToPerson(run.requester_id),
        "runs.leaving",
        values,
        about=run.number,
        urgent=True,
        person_id=run.requester_id,
        question="leaves",
        ref=run.number,
        wait=wait,
    )
    again = {"asked": True}
    yield Later(f"run:{run.number}:leaves", ctx.now + wait, "run_leaves", run.number, again)


@answers("leaves", lambda ctx: ctx.reading.act in {"confirm", "arrived"})
def left(ctx: Context) -> Iterator[Effect]:
    """Yes, leaving now."""
    run = requests.get(ctx.tx, ctx.asked.ref)
    if run is not None and run.state == "open":
        yield from leave(ctx, run)


def _leaves(ctx: Context) -> bool:
    """Whether the speaker's run is meant, and not a task in the speaker's hands."""
    return trips.own(ctx, "open") is not None


@sentence("leave", fits=_leaves)
def leaves(ctx: Context) -> Iterator[Effect]:
    """`出发了`: the list goes to the runner; one who also holds a task is asked which it is."""
    run = trips.own(ctx, "open")
    if run is None:
        return
    if claims.tasks(ctx.tx, ctx.who.id) and ctx.reading.refers != run.number:
        values = {**trips.named(ctx, run), "tasks": _tasks(ctx)}
        yield Ask(
            ToPerson(ctx.who.id),
            "runs.which_leaves",
            values,
            about=run.number,
            direct=True,
            person_id=ctx.who.id,
            question="leaves",
            ref=run.number,
        )
        return
    yield from leave(ctx, run)


def _tasks(ctx: Context) -> list[str]:
    return [f"#{one.number}" for one in claims.tasks(ctx.tx, ctx.who.id)]


def leave(ctx: Context, run: Request) -> Iterator[Effect]:
    """Orders are closed; the runner gets the list by household, the group hears that it is so."""
    number, ordered = run.number, runs.orders(ctx.tx, run.number)
    questions.close(ctx.tx, None, "leaves", number)
    yield Never(f"run:{number}:leaves")
    if not ordered:
        yield from end(ctx, run, "not_needed")
        return
    requests.move(ctx.tx, run, "claimed", ctx.now, who=run.requester_id, why="left")
    requests.amend(ctx.tx, number, ctx.now, due_at=ctx.now)
    values = {**trips.named(ctx, run), "count": len(ordered)}
    lines = []
    for order in sorted(ordered, key=lambda one: trips.household(ctx, one).zh):
        person = people.get(ctx.tx, order.person_id)
        who = {"name": showing.name_of(person), "phone": person.phone or Word("requests.no_phone")}
        line = {**who, "home": trips.household(ctx, order), "goods": trips.goods(order)}
        lines.append(Word("runs.list_line", line))
        requests.tell(ctx.tx, number, ctx.now, "details told", person_id=run.requester_id)
    to = ToPerson(run.requester_id)
    listed = {**values, "lines": Lines(tuple(lines))}
    yield Say(to, "runs.list", listed, about=number, urgent=True, direct=True)
    if run.room_id is not None:
        yield ctx.post(run.room_id, "runs.gone", about=number, **values)
    yield Later(f"run:{number}:ends", ctx.now + ctx.rules(run).runs.ends, "run_ends", number)


@sentence("call_off", fits=lambda ctx: trips.own(ctx, "open", "claimed") is not None)
def call_off(ctx: Context) -> Iterator[Effect]:
    """`不去了`: everybody who ordered hears it."""
    run = trips.own(ctx, "open", "claimed")
    if run is not None:
        yield ctx.reply("runs.you_stay", about=run.number, **trips.named(ctx, run))
        yield from called_off(ctx, run)


def called_off(ctx: Context, run: Request) -> Iterator[Effect]:
    """Nobody goes: everybody who ordered hears it."""
    yield from end(ctx, run, "unable")
    for order in runs.orders(ctx.tx, run.number):
        values = {**trips.named(ctx, run), "goods": trips.goods(order)}
        yield ctx.tell(order.person_id, "runs.called_off", about=run.number, urgent=True, **values)


def end(ctx: Context, run: Request, outcome: str) -> Iterator[Effect]:
    """It is over: whoever went is thanked, and the hours of it may count."""
    number = run.number
    requests.move(
        ctx.tx,
        run,
        "closed",
        ctx.now,
        who=None,
        why=f"closed {outcome}",
        outcome=outcome,
        closed_at=ctx.now,
    )
    for kind in ("leaves", "handed", "for_run"):
        questions.close(ctx.tx, None, kind, number)
    yield Never(f"run:{number}:")
    key = {"done": "runs.done", "not_needed": "runs.nobody"}.get(outcome)
    if key is not None:
        yield ctx.tell(run.requester_id, key, about=number, urgent=True, **trips.named(ctx, run))


@rings("run_ends")
def over(ctx: Context) -> Iterator[Effect]:
    """Long after: it ends, and the runner hears what was never settled."""
    run = requests.get(ctx.tx, ctx.rung.ref)
    if run is None or run.state != "claimed":
        return
    owing = [one for one in runs.orders(ctx.tx, run.number) if one.cents and not one.paid]
    yield from end(ctx, run, "unconfirmed")
    values = {**trips.named(ctx, run), "owing": [_who(ctx, one.person_id) for one in owing]}
    yield ctx.tell(
        run.requester_id, "runs.over" if owing else "runs.done", about=run.number, **values
    )


def _who(ctx: Context, person_id: int) -> object:
    return showing.name_of(people.get(ctx.tx, person_id))
