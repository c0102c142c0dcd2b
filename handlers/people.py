"""People about themselves: who am I, what is kept about me, which language, what can I say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from handlers import lists, showing
from handlers.kit import Context, Effect, Lines, Say, ToPerson, Word, sentence
from handlers.volunteering import spoken_hours, spoken_skills
from storage import claims, holdings, people, places, questions, requests


def _to_me(ctx: Context) -> bool:
    """Said to the bot, and no answer to what it asked: an elder's `你好` in the morning is one."""
    spoken_to = not ctx.in_group or (ctx.message is not None and ctx.message.to_bot)
    return spoken_to and not questions.open_to(ctx.tx, ctx.who.id, ctx.now)


@sentence("hello", fits=_to_me)
def hello(ctx: Context) -> Iterator[Effect]:
    """`你好`: here I am; whoever holds tasks reads what could not be told before."""
    if not ctx.in_group and claims.tasks(ctx.tx, ctx.who.id):
        yield from lists.tasks(ctx)
        return
    yield ctx.reply("people.here_i_am", name=showing.name_of(ctx.who))


@sentence("who_am_i")
def who_am_i(ctx: Context) -> Iterator[Effect]:
    """`我是谁`: in a group only the name and building; privately all."""
    place = showing.place_name(places.get(ctx.tx, ctx.who.place_id))
    if ctx.in_group:
        yield ctx.reply("people.you_open", name=showing.name_of(ctx.who), place=place)
    yield _about(ctx, "people.you")


@sentence("my_data")
def my_data(ctx: Context) -> Iterator[Effect]:
    """`我的信息`: everything held on the speaker, privately."""
    yield _about(ctx, "people.data")
    counts = holdings.of(ctx.tx, ctx.who.id)
    if counts:
        kept = [Word(f"people.held_{kind}", {"count": count}) for kind, count in counts.items()]
        yield Say(ToPerson(ctx.who.id), "people.data_more", {"kept": kept}, direct=True)


def _about(ctx: Context, key: str) -> Say:
    me, person_id = ctx.who, ctx.who.id
    held = people.all_roles(ctx.tx).get(person_id, [])
    roles = [Word(f"people.role_{role}") for role in dict.fromkeys(role for _, role in held)]
    asked = requests.of_person(ctx.tx, person_id, (*requests.UNSETTLED, "closed"))
    place = showing.place_name(places.get(ctx.tx, me.place_id))
    unit, room = me.unit, me.room
    values = {
        "name": showing.name_of(me),
        "place": place,
        "unit": unit or "—",
        "room": room or "—",
        "phone": me.phone or "—",
        "roles": roles or [Word("people.role_resident")],
        "skills": spoken_skills(ctx, person_id) or "—",
        "hours": spoken_hours(ctx, person_id),
        "requests": len(asked),
        "tasks": len(claims.tasks(ctx.tx, person_id)),
        "since": me.joined_at,
    }
    return Say(ToPerson(person_id), key, values, direct=True)


@sentence("speak")
def speak(ctx: Context) -> Iterator[Effect]:
    """`说中文` / `speak English`."""
    lang = "en" if re.search(r"english|英文|英语", ctx.text.lower()) else "zh"
    people.change(ctx.tx, ctx.who.id, lang=lang)
    ctx.speaker = people.get(ctx.tx, ctx.who.id)
    yield ctx.reply("people.speaks")


@sentence("help")
def show_help(ctx: Context) -> Iterator[Effect]:
    """`帮助`: what can be said, with the speaker's own role in mind."""
    held = {role for _, role in people.all_roles(ctx.tx).get(ctx.who.id, ())}
    parts = [Word("people.help_resident")]
    if "volunteer" in held:
        parts.append(Word("people.help_volunteer"))
    if held - {"volunteer"}:
        parts.append(Word("people.help_duty"))
    if "coordinator" in held:
        parts.append(Word("people.help_coordinator"))
    yield Say(ctx.here(), "people.help", {"parts": Lines(tuple(parts))}, direct=True)
