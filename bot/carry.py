"""Makes rows of what a handler yields: letters in the outbox, timers, open questions."""

from __future__ import annotations

from collections.abc import Iterable

from bot.words import Words
from handlers import quiet
from handlers.kit import Alarm, Ask, Context, Effect, Errand, Later, Never, Say, ToRoom
from storage import errands, outbox, people, places, questions, rooms, timers
from storage.errands import OUTSIDE
from storage.places import Place
from storage.rooms import Room


class Unreachable(Exception):  # noqa: N818
    """There is no conversation in which this person could be told."""


def carry_out(ctx: Context, effects: Iterable[Effect], words: Words) -> int:
    """Write the effects in the event's transaction; how many letters and errands that made."""
    letters = 0
    for effect in effects:
        match effect:
            case Say():
                letters += _letter(ctx, effect, words)
            case Later():
                timers.put(
                    ctx.tx,
                    effect.key,
                    effect.due,
                    kind=effect.kind,
                    ref=effect.ref,
                    data=effect.data,
                )
            case Never():
                timers.drop(ctx.tx, effect.prefix)
            case Errand():
                letters += _errand(ctx, effect)
            case Alarm():
                letters += _alarm(ctx, effect, words)
    return letters


def _errand(ctx: Context, errand: Errand) -> int:
    errands.put(
        ctx.tx,
        errand.gateway,
        errand.what,
        ref=errand.ref,
        data=errand.data,
        now=ctx.now,
        not_before=ctx.now + errand.wait,
    )
    return 1


def _alarm(ctx: Context, alarm: Alarm, words: Words) -> int:
    """Whoever runs the bot may read either language."""
    zone = quiet.zone_of(ctx.place)
    said = [
        words.say(alarm.key, lang, alarm.values, zone=zone, now=ctx.now) for lang in ("zh", "en")
    ]
    data = {"kind": alarm.key, "text": "\n".join(said)}
    errands.put(ctx.tx, OUTSIDE, "alarm", data=data, now=ctx.now)
    return 1


def _letter(ctx: Context, say: Say, words: Words) -> int:
    room = _room(ctx, say)
    if room is None:
        return 0
    if isinstance(say, Ask):
        _remember(ctx, say, room)
    lang = _lang(ctx, say, room)
    place = _place_of(ctx, room)
    zone, not_before = quiet.zone_of(place), quiet.earliest(ctx, room, say, place)
    outbox.put(
        ctx.tx,
        {
            "gateway": room.gateway,
            "room_id": room.id,
            "about": say.about,
            "kind": say.key,
            "text": words.say(say.key, lang, say.values, zone=zone, now=ctx.now),
            "mentions": list(say.to.mention) if isinstance(say.to, ToRoom) else [],
            "photos": [[photo.digest, photo.media_type] for photo in say.photos],
            "urgent": say.urgent,
            "direct": say.direct,
            "made_at": ctx.now,
            "not_before": not_before,
            "expires_at": None if say.fresh is None else not_before + say.fresh,
            "state": "waiting",
            "tries": 0,
            "batch": say.batch,
            "answers": ctx.message.id if ctx.message and say.direct else None,
        },
    )
    return 1


def _remember(ctx: Context, say: Ask, room: Room) -> None:
    questions.ask(
        ctx.tx,
        say.person_id,
        say.question,
        ref=say.ref,
        data=say.data,
        room_id=room.id,
        now=ctx.now,
        until=ctx.now + say.wait,
    )


def _room(ctx: Context, say: Say) -> Room | None:
    """The conversation of a letter; a private one is opened where the person has an account."""
    if isinstance(say.to, ToRoom):
        return rooms.get(ctx.tx, say.to.room_id)
    person_id = say.to.person_id
    here = ctx.room.gateway if ctx.room and ctx.speaker and ctx.speaker.id == person_id else None
    # The account that was linked last is the one in use.
    account = next(
        (
            one
            for one in reversed(people.accounts(ctx.tx, person_id))
            if here in {None, one.gateway} and one.gateway != say.to.not_by
        ),
        None,
    )
    if account is None:
        return None
    known = rooms.private(ctx.tx, person_id, account.gateway)
    if known is not None:
        return known
    return rooms.add(
        ctx.tx,
        gateway=account.gateway,
        external=account.external,
        name=people.get(ctx.tx, person_id).name,
        person_id=person_id,
        private=True,
    )


def _lang(ctx: Context, say: Say, room: Room) -> str:
    if room.person_id is not None:
        return people.get(ctx.tx, room.person_id).lang
    if isinstance(say.to, ToRoom) and len(say.to.mention) == 1:
        return people.get(ctx.tx, say.to.mention[0]).lang
    return room.lang


def _place_of(ctx: Context, room: Room) -> Place | None:
    """The place of a conversation, or of its person."""
    place_id = room.place_id
    if place_id is None and room.person_id is not None:
        place_id = people.get(ctx.tx, room.person_id).place_id
    return places.get(ctx.tx, place_id)
