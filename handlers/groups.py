"""Who comes into a group and who leaves it: welcomed quietly, noted, never talked about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from handlers import showing
from handlers.kit import Context, Effect, Joined, Later, Left, Renamed, Word, happens, rings
from handlers.newcomers import called
from storage import claims, members, people, places, roads, rooms, timers


@happens(Joined)
def came(ctx: Context) -> Iterator[Effect]:
    """New members are gathered into one welcome; the bot itself needs none."""
    room, event = ctx.room, cast("Joined", ctx.happening)
    if room is None or room.place_id is None:
        return
    road = roads.get(ctx.tx, event.gateway)
    for external, alias in event.members:
        if road is not None and external == road.account:
            continue
        person = people.by_account(ctx.tx, event.gateway, external)
        person_id = person.id if person else None
        members.note(
            ctx.tx,
            room.id,
            external,
            event.at,
            name=alias,
            person_id=person_id,
            welcomed=ctx.late or person is not None,
        )
        if person is not None and person.left_at is not None:
            people.change(ctx.tx, person.id, left_at=None)
    key = f"welcome:{room.id}"
    if members.unwelcomed(ctx.tx, room.id) and not timers.pending(ctx.tx, key):
        yield Later(key, ctx.now + ctx.policy.groups.welcome_after, "welcome", room.id)


@rings("welcome")
def welcome(ctx: Context) -> Iterator[Effect]:
    """One line for all who came."""
    room = rooms.get(ctx.tx, ctx.rung.ref)
    new = members.unwelcomed(ctx.tx, room.id)
    members.welcome(ctx.tx, room.id)
    if not new or room.place_id is None:
        return
    names = [called(one.name) for one in new]
    most = ctx.policy_at(room.place_id).groups.welcome_names
    more = Word("groups.and_more", {"count": len(names) - most}) if len(names) > most else ""
    place = showing.place_name(places.get(ctx.tx, room.place_id))
    yield ctx.post(room.id, "groups.welcome", names=names[:most], more=more, place=place)


@happens(Left)
def went(ctx: Context) -> Iterator[Effect]:
    """The membership ends; whoever lived here by nothing else is a neighbour no more."""
    room, event = ctx.room, cast("Left", ctx.happening)
    if room is None:
        return
    for external, _ in event.members:
        members.leave(ctx.tx, room.id, external, event.at)
        person = people.by_account(ctx.tx, event.gateway, external)
        if person is None or person.key is not None or person.vouched:
            continue
        if members.rooms_of(ctx.tx, person.id) or people.all_roles(ctx.tx).get(person.id):
            continue
        people.change(ctx.tx, person.id, left_at=event.at)
        held = [one.number for one in claims.tasks(ctx.tx, person.id)]
        if held:
            for one in people.serving(ctx.tx, room.place_id, "coordinator")[:1]:
                name = showing.name_of(person)
                yield ctx.tell(
                    one,
                    "groups.left_with_tasks",
                    name=name,
                    numbers=[f"#{number}" for number in held],
                )


@happens(Renamed)
def renamed(ctx: Context) -> Iterator[Effect]:
    """The group has another name; the place is the same."""
    event = cast("Renamed", ctx.happening)
    if ctx.room is not None and event.topic:
        rooms.change(ctx.tx, ctx.room, name=event.topic)
    yield from ()
