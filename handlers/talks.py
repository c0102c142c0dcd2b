"""Talks of a few people about one matter: in a small group of their own, or relayed by the bot.

For features: `open_talk`, `tell`, `widen`, `close_talk`. Where the account can make a group it
makes one, and the bot is in it; else what each writes to the bot privately goes to the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from handlers import patience, showing
from handlers.kit import (
    Ask,
    Both,
    Context,
    Effect,
    Errand,
    Later,
    Say,
    ToPerson,
    ToRoom,
    Word,
    answers,
    daily,
    returns,
    sentence,
)
from storage import claims, outbox, people, questions, rooms, talks
from storage.people import Person
from storage.talks import Talk

ASKED = {"talk": "what"}
_OF_TASKS = frozenset({"claim", "release", "done", "arrived"})
LONGEST = timedelta(days=3)
"""A relayed talk in which nobody has said anything for so long is over."""
KEPT = timedelta(days=1)
"""How long relayed words are kept after they were sent."""


def open_talk(  # noqa: PLR0917
    ctx: Context, kind: str, ref: int, members: Sequence[int], title: Both, opening: str
) -> Iterator[Effect]:
    """Bring these people together about ``kind`` and ``ref``; nothing if they are already.

    ``title`` names the group, ``opening`` is the text key of what the bot says first: it is given
    ``names`` and ``number`` (the ``ref``). It must hold nothing that one of them may not read.
    """
    if talks.live(ctx.tx, kind, ref) is not None:
        return
    place_id = ctx.place.id if ctx.place else None
    talk_id = talks.begin(ctx.tx, kind, ref, members, ctx.now, opening=opening, place_id=place_id)
    gateway = _common(ctx, members)
    if gateway is None:
        yield from _relay(ctx, talks.get(ctx.tx, talk_id))
        return
    externals = [people.account(ctx.tx, one, gateway) for one in members]
    lang = people.get(ctx.tx, members[0]).lang
    topic = title.zh if lang == "zh" or not title.en else title.en
    yield Errand(gateway, "make_room", {"members": externals, "topic": topic}, ref=talk_id)


def tell(ctx: Context, talk: Talk, key: str, **values: Any) -> Iterator[Effect]:
    """Say something to all of a talk, wherever it is held."""
    if talk.room_id is not None:
        yield Say(ToRoom(talk.room_id), key, values, about=talk.ref, direct=True)
        return
    for one in talks.members(ctx.tx, talk.id):
        yield Say(ToPerson(one), key, values, about=talk.ref, direct=True)


def close_talk(
    ctx: Context, talk: Talk, key: str = "talks.over", **values: Any
) -> Iterator[Effect]:
    """End it and say so; nothing is relayed any more."""
    if talks.move(ctx.tx, talk, "over", now=ctx.now):
        questions.close(ctx.tx, None, "talk", talk.ref)
        yield from tell(ctx, talk, key, **values)


@returns("make_room")
def made(ctx: Context) -> Iterator[Effect]:
    """The group is there, or there will be none: then the bot carries words to and fro."""
    back = ctx.came_back
    talk = talks.get(ctx.tx, back.ref)
    if talk.state != "opening":
        return
    if not back.ok:
        yield from _relay(ctx, talk)
        return
    room = rooms.by_external(ctx.tx, back.gateway, back.result) or rooms.add(
        ctx.tx,
        gateway=back.gateway,
        external=back.result,
        name=str(back.data["topic"]),
        lang=people.get(ctx.tx, talks.members(ctx.tx, talk.id)[0]).lang,
        private=False,
        told_how=True,
    )
    talks.move(ctx.tx, talk, "in_room", room_id=room.id)
    to = ToRoom(room.id, tuple(talks.members(ctx.tx, talk.id)))
    yield Say(to, talk.opening, _values(ctx, talk), about=talk.ref, urgent=True, direct=True)


def widen(ctx: Context, talk: Talk, guest: Person, title: Both) -> Iterator[Effect]:
    """Somebody more takes part; a group cannot be widened, so a new one is made."""
    name = showing.name_of(guest)
    if talk.state == "relayed":
        yield from tell(ctx, talk, "talks.joins", name=name)
        talks.join(ctx.tx, talk.id, guest.id)
        yield from _welcome(ctx, talk, guest.id)
        return
    members = [*talks.members(ctx.tx, talk.id), guest.id]
    yield from close_talk(ctx, talk, "talks.moves", name=name)
    yield from open_talk(ctx, talk.kind, talk.ref, members, title, talk.opening)


def _relay(ctx: Context, talk: Talk) -> Iterator[Effect]:
    talks.move(ctx.tx, talk, "relayed")
    for one in talks.members(ctx.tx, talk.id):
        yield from _welcome(ctx, talk, one)


def _welcome(ctx: Context, talk: Talk, person_id: int) -> Iterator[Effect]:
    """What it is about, who is there, and that words are handed on from now."""
    to, values = ToPerson(person_id), _values(ctx, talk)
    yield Say(to, talk.opening, values, about=talk.ref, urgent=True, direct=True)
    yield Ask(
        to,
        "talks.relayed",
        {"names": [showing.name_of(other) for other in _others(ctx, talk, person_id)]},
        about=talk.ref,
        urgent=True,
        direct=True,
        person_id=person_id,
        question="talk",
        ref=talk.ref,
        data={"talk": talk.id},
        wait=LONGEST,
    )


def _values(ctx: Context, talk: Talk) -> dict[str, Any]:
    names = [showing.name_of(people.get(ctx.tx, one)) for one in talks.members(ctx.tx, talk.id)]
    return {"names": names, "number": talk.ref}


def _others(ctx: Context, talk: Talk, person_id: int) -> list[people.Person]:
    every = talks.members(ctx.tx, talk.id)
    return [people.get(ctx.tx, one) for one in every if one != person_id]


def _common(ctx: Context, members: Sequence[int]) -> str | None:
    """A gateway on which all of them are, the one that the first uses first."""
    for account in reversed(people.accounts(ctx.tx, members[0])):
        if all(people.account(ctx.tx, one, account.gateway) for one in members):
            return account.gateway
    return None


def _is_for_the_others(ctx: Context) -> bool:
    """Private words; what names a task by its number is said to the bot."""
    to_bot = ctx.reading.refers is not None and ctx.reading.act in _OF_TASKS
    return not ctx.in_group and not to_bot


@answers("talk", _is_for_the_others)
def said(ctx: Context) -> Iterator[Effect]:
    """Words, photos or a voice message of one, handed to the others."""
    talk = talks.get(ctx.tx, int(ctx.asked.data["talk"]))
    message = ctx.message
    if talk.state != "relayed" or message is None:
        return
    name = _marked(ctx, talk)
    key = "talks.said" if ctx.text.strip() or message.photos else "talks.spoke"
    for other in _others(ctx, talk, ctx.who.id):
        values = {"name": name, "text": ctx.text.strip()} if key == "talks.said" else {"name": name}
        yield Say(
            ToPerson(other.id),
            key,
            values,
            about=talk.ref,
            urgent=True,
            direct=True,
            photos=message.photos,
        )
    if talk.kind == "dispute" and ctx.who.id in claims.holders(ctx.tx, talk.ref):
        yield from patience.heard(ctx, talk.ref)
    # The next words are for the others too.
    for one in talks.members(ctx.tx, talk.id):
        questions.ask(
            ctx.tx,
            one,
            "talk",
            ref=talk.ref,
            data={"talk": talk.id},
            room_id=ctx.room.id if ctx.room and one == ctx.who.id else None,
            now=ctx.now,
            until=ctx.now + LONGEST,
        )


def _marked(ctx: Context, talk: Talk) -> Word:
    """Who says it: a doctor's words are marked as such, late ones with their hour."""
    is_doctor = "doctor" in people.roles_at(ctx.tx, ctx.who.id, talk.place_id)
    key = "talks.doctor" if is_doctor else "talks.neighbour"
    at = ctx.message.at if ctx.late and ctx.message else None
    late = Word("talks.at", {"at": at}) if at else ""
    return Word(key, {"name": showing.name_of(ctx.who), "late": late})


@sentence("end", fits=lambda ctx: mine(ctx) is not None)
def end(ctx: Context) -> Iterator[Effect]:
    """`结束对话`: any of them ends it."""
    talk = mine(ctx)
    if talk is not None:
        yield from close_talk(ctx, talk)
        # Whoever brought them together hears that it is over, by the kind of the talk.
        yield Later(f"talk:{talk.id}:over", ctx.now, f"{talk.kind}_over", talk.ref)


def mine(ctx: Context) -> Talk | None:
    """The talk that this was said in."""
    if ctx.in_group and ctx.room is not None:
        talk = talks.in_room(ctx.tx, ctx.room.id)
        return talk if talk is not None and talk.state == "in_room" else None
    for question in questions.open_to(ctx.tx, ctx.who.id, ctx.now):
        if question.kind == "talk":
            return talks.get(ctx.tx, int(question.data["talk"]))
    return None


@daily("03:40")
def forget(ctx: Context) -> Iterator[Effect]:
    """Relayed words are nobody's business once they were handed over."""
    outbox.forget(ctx.tx, ctx.now - KEPT, kind="talks.said")
    yield from ()
