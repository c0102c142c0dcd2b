"""Somebody more in the private talk about a dispute: both sides agree first, then the guest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from handlers import showing, steering, talks
from handlers.kit import (
    Ask,
    Both,
    Context,
    Effect,
    Later,
    Never,
    Sorry,
    ToPerson,
    answers,
    rings,
    sentence,
)
from storage import claims, duty, people, places, questions, requests
from storage import talks as talking
from storage.people import Person
from storage.requests import Request
from storage.talks import Talk

ASKED = {"may_come": "yes_no", "come": "claim"}
CONSIDERED = timedelta(hours=24)
"""So long an invitation stands; whoever has not agreed by then has not."""
_OFFICES = ("主任", "站长", "书记", "警官", "老师", "经理", "师傅", "director ", "officer ")


def _meant(ctx: Context) -> tuple[Request, Talk] | None:
    """The dispute that the speaker settles, and its talk: the one named, else the newest."""
    if "number" in ctx.slots:
        named = requests.get(ctx.tx, int(ctx.slots["number"]))
        mine = [named] if named is not None and _settles(ctx, named) else []
    else:
        mine = claims.tasks(ctx.tx, ctx.who.id, (*requests.IN_HAND, "reopened", "waiting"))
    for request in mine:
        talk = talking.live(ctx.tx, "dispute", request.number)
        elsewhere = ctx.in_group and (
            ctx.room is None or talk is None or talk.room_id != ctx.room.id
        )
        if talk is not None and not elsewhere and showing.is_dispute(request):
            return request, talk
    return None


def _settles(ctx: Context, request: Request) -> bool:
    return ctx.who.id in claims.holders(ctx.tx, request.number) or steering.serves(ctx, request)


@sentence("invite", fits=lambda ctx: ctx.speaker is not None and _meant(ctx) is not None)
def invite(ctx: Context) -> Iterator[Effect]:
    """`请王主任一起谈`: nobody hears of it before those whose matter it is have agreed."""
    meant = _meant(ctx)
    if meant is None:
        return
    request, talk = meant
    number, guest = request.number, _guest(ctx, request, talk)
    if questions.asked(ctx.tx, "may_come", number) or questions.asked(ctx.tx, "come", number):
        raise Sorry("inviting.one_at_a_time", number=number)
    settles = {ctx.who.id, *claims.holders(ctx.tx, number)}
    sides = [one for one in talking.members(ctx.tx, talk.id) if one not in settles]
    data = {"guest": guest.id, "asked_by": ctx.who.id}
    yield Later(f"inviting:{number}:over", ctx.now + CONSIDERED, "inviting", number, data)
    if not sides:
        yield from _ask_guest(ctx, request, talk, data)
        return
    name = showing.name_of(guest)
    names = [showing.name_of(people.get(ctx.tx, one)) for one in sides]
    yield ctx.reply("inviting.asking", about=number, number=number, name=name, names=names)
    values = {"number": number, "who": showing.name_of(ctx.who), "name": name}
    for one in sides:
        yield _question(one, "may_come", values, data)


def _guest(ctx: Context, request: Request, talk: Talk) -> Person:
    """Who is called so there; Sorry where it is nobody, several, or somebody who cannot come."""
    name, near = ctx.slots["name"], request.place_id
    found = (
        people.named(ctx.tx, name, near)
        or people.named(ctx.tx, name.title(), near)
        or people.named(ctx.tx, name, near, short=True)
        or _in_office(ctx, request, name)
    )
    found = [one for one in found if places.distance(ctx.tx, near, one.place_id) <= showing.NEAR]
    if not found:
        raise Sorry("giving.nobody", name=name)
    if len(found) > 1:
        raise Sorry("inviting.which", names=[showing.name_of(one) for one in found])
    guest, called = found[0], showing.name_of(found[0])
    if guest.id in talking.members(ctx.tx, talk.id):
        raise Sorry("inviting.is_here", name=called)
    if not duty.reachable(ctx.tx, guest.id) or talking.busy(ctx.tx, guest.id):
        raise Sorry("inviting.cannot_come", name=called)
    return guest


def _in_office(ctx: Context, request: Request, name: str) -> list[Person]:
    """`王主任` is a Wang who has an office there."""
    bare = name.lower()
    for office in _OFFICES:
        bare = bare.removesuffix(office).removeprefix(office)
    serving = [
        one for role in people.ROLES for one in people.serving(ctx.tx, request.place_id, role)
    ]
    those = [people.get(ctx.tx, one) for one in dict.fromkeys(serving)]
    named = [one for one in those if one.name.startswith(bare) or bare in _words(one.name_en)]
    return named if bare and bare != name.lower() else []


def _words(name: str) -> list[str]:
    return name.lower().split()


def _question(to: int, kind: str, values: dict[str, Any], data: dict[str, Any]) -> Ask:
    number = int(values["number"])
    return Ask(
        ToPerson(to),
        f"inviting.{kind}",
        values,
        about=number,
        direct=True,
        person_id=to,
        question=kind,
        ref=number,
        data=data,
        wait=CONSIDERED,
    )


@answers("may_come", lambda ctx: not ctx.in_group and ctx.reading.act in {"confirm", "cancel"})
def agreed(ctx: Context) -> Iterator[Effect]:
    """One side agrees or not: one no is enough, and nobody is told whose it was."""
    number, data = ctx.asked.ref, dict(ctx.asked.data)
    yield ctx.reply("inviting.thanks", about=number)
    if ctx.reading.act == "cancel":
        yield from _ends(ctx, number, data, "inviting.not_agreed")
        return
    request, talk = requests.get(ctx.tx, number), talking.live(ctx.tx, "dispute", number)
    waiting = set(questions.asked(ctx.tx, "may_come", number)) - {ctx.who.id}
    if request is not None and talk is not None and not waiting:
        yield from _ask_guest(ctx, request, talk, data)


def _ask_guest(
    ctx: Context, request: Request, talk: Talk, data: dict[str, Any]
) -> Iterator[Effect]:
    number, guest = request.number, int(data["guest"])
    there = [people.get(ctx.tx, one) for one in talking.members(ctx.tx, talk.id)]
    values = {
        "number": number,
        "who": showing.name_of(people.get(ctx.tx, int(data["asked_by"]))),
        "place": showing.place_name(places.get(ctx.tx, request.place_id)),
        "names": [showing.name_of(one) for one in there],
    }
    yield _question(guest, "come", values, data)


_ANSWERS = {"confirm", "claim", "cancel", "release"}


@answers("come", lambda ctx: not ctx.in_group and ctx.reading.act in _ANSWERS)
def comes(ctx: Context) -> Iterator[Effect]:
    """The guest joins the talk, or does not."""
    number, data = ctx.asked.ref, dict(ctx.asked.data)
    talk = talking.live(ctx.tx, "dispute", number)
    if ctx.reading.act in {"cancel", "release"}:
        yield ctx.reply("claims.another_time")
        yield from _ends(ctx, number, data, "inviting.does_not_come")
        return
    if talk is None:
        raise Sorry("inviting.over", number=number)
    if talking.busy(ctx.tx, ctx.who.id):
        raise Sorry("inviting.elsewhere", number=number)
    yield Never(f"inviting:{number}:")
    requests.tell(ctx.tx, number, ctx.now, "joined the talk", person_id=ctx.who.id)
    title = Both(f"调解 #{number}", f"Mediation #{number}")
    yield from talks.widen(ctx, talk, ctx.who, title)


@rings("inviting")
def not_answered(ctx: Context) -> Iterator[Effect]:
    """A day has passed without an answer: nobody is invited."""
    yield from _ends(ctx, ctx.rung.ref, dict(ctx.rung.data), "inviting.no_answer")


def _ends(ctx: Context, number: int, data: dict[str, Any], key: str) -> Iterator[Effect]:
    """It comes to nothing; whoever invited hears so."""
    yield Never(f"inviting:{number}:")
    for kind in ("may_come", "come"):
        questions.close(ctx.tx, None, kind, number)
    name = showing.name_of(people.get(ctx.tx, int(data["guest"])))
    yield ctx.tell(int(data["asked_by"]), key, about=number, number=number, name=name)
