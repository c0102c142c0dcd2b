"""Friend requests are taken up and asked who they are; groups need a coordinator."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

from handlers import identity, lists, refusals, showing
from handlers.kit import (
    Ask,
    Befriended,
    Context,
    Effect,
    Errand,
    FriendRequest,
    RoomInvitation,
    ToPerson,
    answers,
    happens,
    returns,
)
from handlers.newcomers import called
from storage import claims, errands, outbox, people, places, questions, rooms

ASKED = {"who_are_you": "what"}
GREETED = timedelta(hours=1)
"""Within this a new friend is greeted once, however often the platform says it."""


@happens(FriendRequest)
def wants_to_be_friends(ctx: Context) -> Iterator[Effect]:
    """Taken up, so many a day; the rest the day after."""
    event = cast("FriendRequest", ctx.happening)
    day = ctx.now - timedelta(days=1)
    before = errands.count(ctx.tx, event.gateway, "accept_friend", day)
    most = ctx.policy.groups.friends_a_day
    data = {"id": event.request, "sender": event.sender, "name": event.sender_name}
    yield Errand(event.gateway, "accept_friend", data, wait=timedelta(days=before // most))


@returns("accept_friend")
def taken_up(ctx: Context) -> Iterator[Effect]:
    """They are friends now: greeted."""
    back = ctx.came_back
    if back.ok:
        yield from _greet(ctx, back.gateway, str(back.data["sender"]), str(back.data["name"]))


@happens(Befriended)
def befriended(ctx: Context) -> Iterator[Effect]:
    """The platform says so too, or they were before the bot was there."""
    event = cast("Befriended", ctx.happening)
    yield from _greet(ctx, event.gateway, event.sender, event.sender_name)


def _greet(ctx: Context, gateway: str, sender: str, alias: str) -> Iterator[Effect]:
    ctx.speaker = people.by_account(ctx.tx, gateway, sender)
    if ctx.speaker is None:
        name = called(alias) or sender
        columns: dict[str, Any] = {"joined_at": ctx.now, "vouched": False, "noticed": False}
        person_id = people.add(ctx.tx, name=name, lang="zh", **columns)
        people.add_account(ctx.tx, person_id, gateway, sender)
        ctx.speaker = people.get(ctx.tx, person_id)
    me = ctx.who
    ctx.room = rooms.private(ctx.tx, me.id, gateway)
    if ctx.room is None:
        names = {"external": sender, "name": me.name}
        ctx.room = rooms.add(ctx.tx, gateway=gateway, person_id=me.id, private=True, **names)
    said = refusals.opened(ctx)
    if outbox.said(ctx.tx, ctx.room.id, "friends.", ctx.now - GREETED):
        return
    if me.place_id is None:
        people.change(ctx.tx, me.id, noticed=True)
        yield _who_are_you(ctx, "friends.welcome", {})
        return
    yield ctx.reply("friends.hello_again", name=showing.name_of(me))
    if not said and claims.tasks(ctx.tx, me.id):
        yield from lists.tasks(ctx)


def _who_are_you(ctx: Context, key: str, data: dict[str, Any]) -> Ask:
    return Ask(
        ToPerson(ctx.who.id),
        key,
        direct=True,
        person_id=ctx.who.id,
        question="who_are_you",
        data=data,
        wait=timedelta(days=7),
    )


def _tells(ctx: Context) -> bool:
    if ctx.in_group or ctx.reading.act not in {"chat", "command", "offer", "confirm", "question"}:
        return False
    return bool(identity.told(ctx))


@answers("who_are_you", _tells)
def told_who(ctx: Context) -> Iterator[Effect]:
    """Name and home, in one message or two; registered once the building is known."""
    said, asked = identity.told(ctx), ctx.asked.data
    said = identity.Told(said.name or str(asked.get("name", "")), said.place, said.unit, said.room)
    if said.place is None and ctx.who.place_id is None:
        again = "friends.which_building" if not asked else "friends.no_such_building"
        yield _who_are_you(ctx, again, {"name": said.name})
        return
    yield from identity.register(ctx, said)
    me = ctx.who
    place = showing.place_name(places.get(ctx.tx, me.place_id))
    yield ctx.reply("friends.registered", name=showing.name_of(me), place=place)
    questions.close(ctx.tx, me.id, "who_are_you", 0)


@happens(RoomInvitation)
def invited(ctx: Context) -> Iterator[Effect]:
    """Into a group only at a coordinator's word."""
    event = cast("RoomInvitation", ctx.happening)
    if ctx.speaker is not None and _coordinates(ctx, ctx.who.id):
        data = {"id": event.invitation, "topic": event.topic, "sender": event.sender}
        yield Errand(event.gateway, "accept_invitation", data, ref=ctx.who.id)
    elif ctx.speaker is not None:
        yield ctx.tell(ctx.who.id, "friends.only_coordinators")


def _coordinates(ctx: Context, person_id: int) -> bool:
    held = people.all_roles(ctx.tx).get(person_id, ())
    return any(role == "coordinator" for _, role in held)


@returns("accept_invitation")
def in_the_group(ctx: Context) -> Iterator[Effect]:
    """Whoever invited is told what comes next, or that it did not work."""
    back = ctx.came_back
    key = "friends.in_the_group" if back.ok else "friends.not_in_the_group"
    yield ctx.tell(back.ref, key, topic=str(back.data.get("topic", "")))
