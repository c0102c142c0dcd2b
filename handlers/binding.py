"""Binding a group to its place, from the group itself, with a one-time code of the operator's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from handlers import identity, showing
from handlers.kit import Context, Effect, Message, Say, Sorry, ToRoom, sentence
from storage import codes, people, places, rooms
from storage.places import Place

HEARD = frozenset({"need", "offer", "report", "question"})
"""What would have been answered, had the group a place."""
WINDOW = timedelta(minutes=15)
MOST_WRONG, MOST_WRONG_OF_ALL = 5, 30
"""Wrong codes within the window, of one sender and of everybody, before none is looked at."""


def tell_how(ctx: Context) -> list[Effect]:
    """In a group of no place: silence, but once, when the bot was meant, how that is changed."""
    message = ctx.message
    if message is None:
        return []
    asked = ctx.reading.act in HEARD and ctx.reading.confidence >= ctx.policy.listening.claimed_sure
    room = rooms.by_external(ctx.tx, message.gateway, message.conversation)
    if not (message.to_bot or asked) or (room is not None and room.told_how):
        return []
    if room is None:
        names = {"name": message.conversation, "lang": _lang(message.text)}
        room = rooms.add(
            ctx.tx, gateway=message.gateway, external=message.conversation, private=False, **names
        )
    rooms.change(ctx.tx, room, told_how=True)
    return [Say(ToRoom(room.id), "binding.how", direct=True)]


def is_meant(message: Message) -> bool:
    """Whether words that begin like a binding are one: said to the bot, or with a code."""
    return message.to_bot or codes.SHAPE.search(message.text) is not None


@sentence("bind", fits=lambda ctx: ctx.message is not None and is_meant(ctx.message))
def bind(ctx: Context) -> Iterator[Effect]:
    """`@邻帮 绑定 3号楼 7K4WM-92QPA`: who has the code speaks for the place from now on.

    Said privately, a code that was made for somebody only tells who they are.
    """
    message, room = ctx.message, ctx.room
    if message is None or room is None:
        return
    sender, since = f"{message.gateway}:{message.sender}", ctx.now - WINDOW
    wrong = codes.wrong_tries(ctx.tx, since, sender)
    if wrong > MOST_WRONG or codes.wrong_tries(ctx.tx, since) >= MOST_WRONG_OF_ALL:
        return
    said = codes.SHAPE.findall(ctx.text)
    if not said:
        raise Sorry("binding.needs_code")
    code = codes.good(ctx.tx, said[-1], ctx.now)
    if code is None:
        codes.was_wrong(ctx.tx, sender, ctx.now)
        yield ctx.reply("binding.too_many" if wrong == MOST_WRONG else "binding.wrong_code")
        return
    if room.private and code.person_id is None:
        raise Sorry("binding.in_the_group")
    place = None if room.private else _place(ctx, ctx.text.replace(said[-1], " "))
    if code.person_id is not None and code.person_id != ctx.who.id:
        identity.become(ctx, code.person_id)
    codes.use(ctx.tx, code, ctx.now, ctx.who.id)
    if place is None:
        yield ctx.reply("binding.you_are", name=showing.name_of(ctx.who))
        return
    rooms.change(ctx.tx, room, place_id=place.id, lang=_lang(ctx.text), told_how=True)
    if "coordinator" not in people.roles_at(ctx.tx, ctx.who.id, place.id):
        people.give_role(ctx.tx, ctx.who.id, place.id, "coordinator", ctx.now)
    people.change(ctx.tx, ctx.who.id, vouched=True)
    ctx.speaker = people.get(ctx.tx, ctx.who.id)
    yield ctx.reply("binding.bound", place=showing.place_name(place))


@sentence("unbind", fits=lambda ctx: ctx.in_group and ctx.room is not None)
def unbind(ctx: Context) -> Iterator[Effect]:
    """`@邻帮 解除绑定`: the coordinator of the place takes it back."""
    room = ctx.room
    if room is None or room.place_id is None:
        return
    if "coordinator" not in people.roles_at(ctx.tx, ctx.who.id, room.place_id):
        raise Sorry("binding.only_coordinator")
    rooms.change(ctx.tx, room, place_id=None)
    yield ctx.reply("binding.unbound")


def _place(ctx: Context, words: str) -> Place:
    """The place that the words name; Sorry where it is none or could be several."""
    plain = re.sub(r"@\S+|[\s\u2005#]|绑定|\bbind\b|\b(?:to|the)\b", "", words).casefold()
    every = places.every(ctx.tx).values()
    named = [one for one in every if plain in _names(one)]
    if not named and (number := re.search(r"([a-z]?\d+[a-z]?)", plain)):
        named = [one for one in every if (one.number or "").casefold() == number[1]]
        around = [one for one in named if _is_around(ctx, one, plain)]
        named = around or named
    if len(named) == 1:
        return named[0]
    known = [showing.place_name(one) for one in named or every][:12]
    raise Sorry("binding.several" if named else "binding.which_place", places=known)


def _names(place: Place) -> set[str]:
    return {re.sub(r"\s", "", one).casefold() for one in (place.name, place.name_en, place.key)}


def _is_around(ctx: Context, place: Place, plain: str) -> bool:
    above = places.chain(ctx.tx, place.id)[1:]
    return any(name and name in plain for one in above for name in _names(one))


def _lang(text: str) -> str:
    return "zh" if re.search("[\u3400-\u9fff]", re.sub(r"@\S+", "", text)) else "en"
