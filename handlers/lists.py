"""How things stand: one request, my own, my tasks, all that is open here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from handlers import duty, naming, promises, quiet, showing
from handlers.kit import Context, Effect, Lines, Say, ToPerson, Word, sentence
from storage import claims, people, places, requests
from storage.requests import Request, RequestEvent

MOST = 12
DEEDS = frozenset[str]().union(
    (
        "made",
        "joined",
        "claimed",
        "claimed_too",
        "standby",
        "given_back",
        "worn_off",
        "still_needed",
    ),
    ("on_the_way", "arrived", "done", "not_settled", "closed", "corrected", "moved", "merged"),
    ("made_urgent", "assigned", "climbed", "nudged", "paged", "nobody_on_call", "found"),
    ("whistled", "reported_in", "department_done", "department_cannot", "department_reminded"),
    ("leader_told", "to_mediator", "handed_on"),
    ("fetches_it", "handed_out", "doctor_first", "in_the_box", "not_taken", "declined"),
    ("giver_found", "hold_over"),
    ("hard", "plan_made", "slipped", "kept_late", "waits_for_the_resident", "goes_on"),
    ("published", "talked", "joined_the_talk", "left_it", "stands_red"),
)
"""The steps of a story that are told, as they are called there."""


@sentence("status")
def status(ctx: Context) -> Iterator[Effect]:
    """`#12 怎么样了`: one line."""
    request = naming.must_see(ctx)
    yield ctx.reply("lists.status", about=request.number, **standing(ctx, request))


@sentence("how", fits=lambda ctx: naming.own(ctx) is not None)
def how(ctx: Context) -> Iterator[Effect]:
    """`怎么样了` without a number: the speaker's own newest."""
    request = naming.own(ctx)
    if request is not None:
        yield ctx.reply("lists.status", about=request.number, **standing(ctx, request))


def standing(ctx: Context, request: Request) -> dict[str, Any]:
    """Number, what, state and holders."""
    number = request.number
    holders = [showing.name_of(people.get(ctx.tx, one)) for one in claims.holders(ctx.tx, number)]
    state = showing.state(request)
    if request.kind in requests.APART:
        state = Word(f"{request.kind}s.state_{request.state}")
    who = Word("lists.held_by", {"names": holders}) if holders and request.state != "closed" else ""
    part = showing.is_party(ctx, request) or ctx.who.id in claims.holders(ctx.tx, number)
    named = showing.openly if part and not ctx.in_group else showing.aloud
    return {**named(ctx, request), "state": state, "who": who}


@sentence("mine")
def mine(ctx: Context) -> Iterator[Effect]:
    """`我的`: what I asked for, and how it stands."""
    found = requests.of_person(ctx.tx, ctx.who.id)
    if ctx.in_group:
        found = [one for one in found if one.danger != "self_harm"]
    if not found:
        yield ctx.reply("lists.mine_none")
        return
    yield Say(ctx.here(), "lists.mine", {"lines": _lines(ctx, found)}, direct=True)


@sentence("tasks")
def tasks(ctx: Context) -> Iterator[Effect]:
    """`我的任务`: what I hold; room and phone come privately."""
    states = (*requests.IN_HAND, "reopened", "waiting", "done")
    found = claims.tasks(ctx.tx, ctx.who.id, states)
    if not found:
        yield ctx.reply("lists.tasks_none")
        return
    lines = Lines(tuple(Word("lists.task_line", showing.in_full(ctx, one)) for one in found[:MOST]))
    for one in found[:MOST]:
        requests.tell(ctx.tx, one.number, ctx.now, "details told", person_id=ctx.who.id)
    yield Say(ToPerson(ctx.who.id), "lists.tasks", {"lines": lines}, direct=True)
    if ctx.in_group:
        yield ctx.reply("lists.sent_privately")


@sentence("open")
def open_here(ctx: Context) -> Iterator[Effect]:
    """`还有哪些求助`: what is open in this place, and the public totals."""
    inside = showing.requests_here(ctx.tx, _wide(ctx))
    found = [
        one
        for one in requests.at_places(
            ctx.tx, inside, ("open", "reopened", "claimed", "on_site", "planned")
        )
        if not showing.is_hushed(one)
    ]
    heard, solved = requests.totals(ctx.tx, inside)
    totals = Word("lists.totals", {"heard": heard, "solved": solved})
    if not found:
        yield ctx.reply("lists.open_none", totals=totals)
        return
    values = {"lines": _lines(ctx, found), "totals": totals}
    yield Say(ctx.here(), "lists.open", values, direct=True)


@sentence("totals")
def totals(ctx: Context) -> Iterator[Effect]:
    """`本月听到多少,解决多少`: plain totals, for everybody."""
    inside = showing.requests_here(ctx.tx, _wide(ctx))
    local = ctx.now.astimezone(quiet.zone_of(ctx.place))
    month = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    heard, solved = requests.totals(ctx.tx, inside)
    lately, settled = requests.totals(ctx.tx, inside, month)
    always = Word("lists.totals", {"heard": heard, "solved": solved})
    yield ctx.reply("lists.this_month", heard=lately, solved=settled, totals=always)


def _wide(ctx: Context) -> int | None:
    """The smallest place around here that is more than one building."""
    chain = places.chain(ctx.tx, ctx.place.id if ctx.place else None)
    return next((place.id for place in chain if place.kind != "building"), None)


def _lines(ctx: Context, found: list[Request]) -> Lines:
    return Lines(tuple(Word("lists.line", standing(ctx, one)) for one in found[:MOST]))


@sentence("story")
def story(ctx: Context) -> Iterator[Effect]:
    """`#12 经过`: all that happened, for those who have a part in it."""
    request = naming.must_see(ctx)
    number = request.number
    involved = (*claims.holders(ctx.tx, number), *requests.followers(ctx.tx, number))
    if not (showing.is_party(ctx, request) or ctx.who.id in involved):
        yield ctx.reply("lists.not_yours", number=number)
        return
    steps = [one for one in requests.story(ctx.tx, number) if _deed(one) is not None]
    lines = Lines(tuple(_event(ctx, step) for step in steps))
    yield Say(ToPerson(ctx.who.id), "lists.story", {"number": number, "lines": lines}, direct=True)


def _event(ctx: Context, event: RequestEvent) -> Word:
    values: dict[str, Any] = {"at": event.at, "what": _deed(event) or ""}
    if event.person_id is None:
        return Word("lists.event", values)
    name = showing.name_of(people.get(ctx.tx, event.person_id))
    return Word("lists.event_of", {**values, "name": name})


def _deed(event: RequestEvent) -> Word | None:
    """What happened, in words; None for what concerns only those who look after the bot."""
    if event.what.startswith("closed "):
        state = Word(f"lists.state_{event.what.removeprefix('closed ')}")
        return Word("lists.did_closed", {"state": state})
    key = event.what.replace(" ", "_")
    if key not in DEEDS:
        return None
    return Word(f"lists.did_{key}", _told(key, event.note or ""))


def _told(key: str, note: str) -> dict[str, Any]:
    """What more there is to say of a step: which promise and for when, who was not there."""
    if key in {"slipped", "kept_late"}:
        return promises.told_in_story(note)
    return {"note": duty.called(note) if key == "nobody_on_call" else note}
