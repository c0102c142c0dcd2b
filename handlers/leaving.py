"""Leaving the bot, and being forgotten by it: asked once, done at once, erased within the hour."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from handlers import consults, showing
from handlers.checkins.plans import withdraw
from handlers.kit import Ask, Context, Effect, Later, Sorry, ToPerson, answers, rings, sentence
from handlers.readings.looking import dropped
from handlers.release import lost
from handlers.runs.gathering import called_off
from handlers.settling import close
from storage import checkins, claims, erasure, following, looks, people, requests, runs, skills
from storage import duty as rosters

ASKED = {"leave": "yes_no"}
ERASING = timedelta(hours=1)
"""What is being told just now must be on its way before the name of the talk is forgotten."""


@sentence("quit")
def wants_to_leave(ctx: Context) -> Iterator[Effect]:
    """`退出`: no more letters, tasks or greetings."""
    yield _sure(ctx, "leaving.sure", erase=False)


@sentence("forget_me")
def wants_to_be_forgotten(ctx: Context) -> Iterator[Effect]:
    """`删除我的信息`: the same, and everything held on the speaker goes."""
    yield _sure(ctx, "leaving.sure_forget", erase=True)


def _sure(ctx: Context, key: str, *, erase: bool) -> Ask:
    _refuse_the_only_one(ctx)
    me = ctx.who.id
    return Ask(
        ToPerson(me),
        key,
        {
            "tasks": len(claims.tasks(ctx.tx, me)),
            "requests": len(requests.of_person(ctx.tx, me)),
        },
        direct=True,
        person_id=me,
        question="leave",
        data={"erase": erase},
        wait=timedelta(hours=24),
    )


def _refuse_the_only_one(ctx: Context) -> None:
    """A place must not lose its last coordinator unawares."""
    for place_id, role in people.all_roles(ctx.tx).get(ctx.who.id, ()):
        if role == "coordinator" and people.serving(ctx.tx, place_id, role) == [ctx.who.id]:
            raise Sorry("leaving.only_one")


def _says(ctx: Context) -> bool:
    return not ctx.in_group and ctx.reading.act in {"confirm", "cancel"}


@answers("leave", _says)
def decided(ctx: Context) -> Iterator[Effect]:
    """Yes: gone at once; no: nothing happens."""
    if ctx.reading.act == "cancel":
        yield ctx.reply("leaving.stays")
        return
    erase = bool(ctx.asked.data["erase"])
    yield ctx.reply("leaving.forgotten" if erase else "leaving.gone")
    yield from _go(ctx)
    if erase:
        yield Later(f"erase:{ctx.who.id}", ctx.now + ERASING, "erase", ctx.who.id)


def _go(ctx: Context) -> Iterator[Effect]:
    """Tasks go back, own requests end, greetings stop, duties are told to the coordinator."""
    me = ctx.who
    for task in claims.tasks(ctx.tx, me.id, (*requests.IN_HAND, "reopened", "waiting")):
        yield from lost(ctx, task.number, me.id, "given_back")
    for request in requests.of_person(ctx.tx, me.id):
        if request.requester_id != me.id:  # a neighbour's, only joined
            following.leave(ctx.tx, request.number, me.id)
        elif request.kind != "emergency":  # only a person who looked may close that
            yield from close(ctx, request, "not_needed", reply=False)
    for consult in requests.apart(ctx.tx, "consult"):
        if consult.requester_id == me.id:
            yield from consults.call_off(ctx, consult, reply=False)
    for run in requests.apart(ctx.tx, "run"):
        runs.put(ctx.tx, run.number, me.id, [], ctx.now)
        if run.requester_id == me.id:
            yield from called_off(ctx, run)
    plan = checkins.plan_of(ctx.tx, me.id)
    if plan is not None:
        yield from withdraw(ctx, plan, me)
    duties = people.all_roles(ctx.tx).get(me.id) or rosters.of_person(ctx.tx, me.id, ctx.now)
    people.set_roles(ctx.tx, me.id, set(), ctx.now)
    skills.replace(ctx.tx, me.id, set())
    skills.set_hours(ctx.tx, me.id, [])
    people.change(ctx.tx, me.id, left_at=ctx.now, noticed=False)
    if duties:
        for one in people.serving(ctx.tx, me.place_id, "coordinator"):
            yield ctx.tell(one, "leaving.has_left", name=showing.name_of(me))


@rings("erase")
def forget(ctx: Context) -> Iterator[Effect]:
    """The hour is over: forgotten, unless they have come back or an emergency still stands."""
    person_id = ctx.rung.ref
    if people.get(ctx.tx, person_id).left_at is None:
        return
    if requests.of_person(ctx.tx, person_id):
        yield Later(f"erase:{person_id}", ctx.now + ERASING, "erase", person_id)
        return
    yield from dropped(looks.take_pictures(ctx.tx, person_id=person_id))
    erasure.erase(ctx.tx, person_id)
