"""The register of skills and things to lend: reported in plain words, found by whoever needs them.

Whoever reports for duty is asked when something fits, and for nothing else. Names are told only
privately, and only of those who agreed to be found; in a group no more than how many there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from handlers import abilities, arrivals, cast, requests, showing
from handlers.abilities import SHOP, Ability
from handlers.kit import (
    Ask,
    Context,
    Effect,
    Lines,
    Say,
    Sorry,
    ToPerson,
    Word,
    answers,
    sentence,
)
from handlers.reading import Item, from_json
from handlers.volunteering import hours_in, spoken_hours
from storage import people, places, questions, skills

ASKED = {"be_named": "yes_no", "ask_them": "yes_no"}
NAMED = 5
"""So many are named at once."""
_LASTING = re.compile(
    r"可以?借|能借|出借|借给|借用|咨询|找我|免费|义务|登记|报到|折|优惠"
    r"|\blend|borrow|ask me|\bfree\b|discount|% off|register",
    re.IGNORECASE,
)
"""Words by which a standing offer is told from talk."""
_ASKING = re.compile(r"[?？]\s*$|吗\s*$|[想要]借|给我|需要|求|\bneed|\bgive me", re.IGNORECASE)
_PLEA = re.compile(
    r"[?？,，。;；!！]|我|帮|急|借一下|借用|一下|\bme\b|\bmy\b|\bi\b|please|need|help|now|today",
    re.IGNORECASE,
)
_SHORT = 16


def _reports(ctx: Context) -> bool:
    """A standing offer of something that is known, and no answer to what was just asked."""
    if not abilities.named_in(ctx.text) or _ASKING.search(ctx.text) or ctx.late:
        return False
    if ctx.reading.act == "need" and ctx.reading.items:
        return False  # 我是医生,给我拿一盒头孢
    if ctx.reading.act not in {"offer", "chat", "command", "question", "claim", "need"}:
        return False
    if _LASTING.search(ctx.text):
        return True
    if ctx.in_group or ctx.reading.refers or ctx.reading.act in {"claim", "need"}:
        return False
    waiting = {one.kind for one in questions.open_to(ctx.tx, ctx.who.id, ctx.now)}
    return not waiting & {"offered", "skills", "nudge", "which", "what"}


@sentence("report", fits=_reports)
def report(ctx: Context) -> Iterator[Effect]:
    """`我是律师,周末可以咨询`, `我有轮椅可以借`: registered at once, to be asked when it fits."""
    person_id, place_id = ctx.who.id, ctx.who.place_id or (ctx.place.id if ctx.place else None)
    if place_id is None:
        raise Sorry("volunteering.where_do_you_live")
    if ctx.who.place_id is None:
        people.change(ctx.tx, person_id, place_id=place_id)
    told = abilities.named_in(ctx.text)
    open_to_all = {one.name for one in told if one is SHOP}
    skills.add(ctx.tx, person_id, {one.name for one in told} - open_to_all)
    if open_to_all:
        skills.add(ctx.tx, person_id, open_to_all, note=ctx.text[:80])
        skills.let_find(ctx.tx, person_id, found=True, only=open_to_all)
    elif hours := hours_in(ctx.text):
        skills.set_hours(ctx.tx, person_id, hours)
    yield from _thank(ctx, told)
    yield from arrivals.welcome(ctx, person_id)


def _thank(ctx: Context, told: list[Ability]) -> Iterator[Effect]:
    values: dict[str, Any] = {
        "what": [one.spoken for one in told],
        "hours": spoken_hours(ctx, ctx.who.id),
        "name": showing.name_of(ctx.who),
    }
    if told == [SHOP]:
        yield ctx.reply("register.shop", **values)
        return
    if ctx.in_group:
        yield ctx.reply("register.thanks", **values)
    named = {one.skill: one.found for one in skills.rows_of(ctx.tx, ctx.who.id)}
    if any(found for name, found in named.items() if name != SHOP.name):
        # They agreed before: it holds for what is new as well.
        skills.let_find(ctx.tx, ctx.who.id, found=True)
        yield Say(ToPerson(ctx.who.id), "register.renewed", values, direct=True)
        return
    yield Ask(
        ToPerson(ctx.who.id),
        "register.noted",
        values,
        direct=True,
        person_id=ctx.who.id,
        question="be_named",
    )


def _yes_or_no(ctx: Context) -> bool:
    """A short answer where it was asked, not talk elsewhere that sounds willing."""
    here = ctx.room is not None and ctx.asked.room_id == ctx.room.id
    plain = ctx.reading.act in {"confirm", "claim", "cancel", "release"}
    return here and plain and len(ctx.text) <= _SHORT and not ctx.reading.refers


@answers("be_named", _yes_or_no)
def agreed(ctx: Context) -> Iterator[Effect]:
    """Whether they may be named to whoever looks."""
    yield _be_named(ctx, found=ctx.reading.act in {"confirm", "claim"})


@sentence("name_me")
def name_me(ctx: Context) -> Iterator[Effect]:
    """`可以告诉别人我的名字`."""
    yield _be_named(ctx, found=True)


@sentence("hide_me")
def hide_me(ctx: Context) -> Iterator[Effect]:
    """`别告诉别人我的名字`."""
    yield _be_named(ctx, found=False)


def _be_named(ctx: Context, *, found: bool) -> Say:
    skills.let_find(ctx.tx, ctx.who.id, found=found)
    return ctx.reply("register.will_name" if found else "register.will_not_name")


def _mine_named(ctx: Context) -> set[str]:
    """Those of the speaker's abilities that the words name."""
    told = {one.name for one in abilities.named_in(ctx.text)}
    return told & skills.of(ctx.tx, ctx.who.id)


@sentence("drop", fits=lambda ctx: bool(_mine_named(ctx)))
def drop(ctx: Context) -> Iterator[Effect]:
    """`轮椅不借了`."""
    gone = sorted(_mine_named(ctx))
    skills.drop(ctx.tx, ctx.who.id, gone)
    yield ctx.reply("register.dropped", what=[_spoken(one) for one in gone])


@sentence("mine")
def mine(ctx: Context) -> Iterator[Effect]:
    """`我登记了什么`."""
    rows = skills.rows_of(ctx.tx, ctx.who.id)
    if not rows:
        yield ctx.reply("register.nothing")
        return
    found = any(one.found for one in rows if one.skill != SHOP.name)
    state = Word("register.named" if found else "register.unnamed")
    what = [_spoken(one.skill) for one in rows]
    hours = spoken_hours(ctx, ctx.who.id)
    yield Say(
        ToPerson(ctx.who.id),
        "register.mine",
        {"what": what, "hours": hours, "state": state},
        direct=True,
    )


def _spoken(name: str) -> object:
    known = abilities.called(name)
    if known is not None:
        return known.spoken
    return Word(f"kinds.{name}") if name in abilities.KINDS else name


def _wanted(ctx: Context) -> Ability | None:
    """What is looked for, where that is all that was said and somebody near is registered."""
    said = ctx.slots.get("text", ctx.text)
    if ctx.reading.urgency == "urgent" or ctx.reading.place or len(said) > _SHORT:
        return None
    told = [one for one in abilities.named_in(ctx.text) if one is not SHOP]
    if len(told) != 1 or _PLEA.search(said):
        return None
    return told[0] if _near(ctx, told[0]) else None


def _near(ctx: Context, wanted: Ability) -> list[int]:
    """Who in the community registered this, nearest first, without whoever asks."""
    place_id = ctx.place.id if ctx.place else ctx.who.place_id
    found = cast.who_have(ctx.tx, place_id, wanted.name)
    registered = {one.person_id for one in skills.registered(ctx.tx, wanted.name)}
    return [one.id for _, one in found if one.id in registered and one.id != ctx.who.id]


@sentence("who", fits=lambda ctx: _wanted(ctx) is not None)
def who(ctx: Context) -> Iterator[Effect]:
    """`谁有轮椅`, `谁会修电脑?`: privately names, in a group only how many; and shall I ask?"""
    wanted = _wanted(ctx)
    if wanted is None:
        return
    near = _near(ctx, wanted)
    agreed = {one.person_id for one in skills.registered(ctx.tx, wanted.name) if one.found}
    named = [] if ctx.in_group else [one for one in near if one in agreed][:NAMED]
    others = len(near) - len(named)
    values = {
        "what": wanted.spoken,
        "count": len(near),
        "lines": Lines(tuple(_line(ctx, one) for one in named)),
        "others": Word("register.others", {"count": others}) if others else "",
    }
    yield Ask(
        ctx.here(),
        "register.found" if named else "register.count",
        values,
        direct=True,
        person_id=ctx.who.id,
        question="ask_them",
        data={"reading": ctx.reading.as_json(), "text": ctx.text, "name": wanted.name},
    )


def _line(ctx: Context, person_id: int) -> Word:
    """Name and building, no more: nobody is rung up for being willing."""
    person = people.get(ctx.tx, person_id)
    home = showing.place_name(places.get(ctx.tx, person.place_id))
    return Word("register.line", {"name": showing.name_of(person), "place": home})


@answers("ask_them", _yes_or_no)
def ask_them(ctx: Context) -> Iterator[Effect]:
    """Yes: a request like any other, and those who have it are asked first."""
    data = ctx.asked.data
    wanted = abilities.called(str(data["name"]))
    place = places.get(ctx.tx, ctx.who.place_id) or ctx.place
    if ctx.reading.act in {"cancel", "release"} or wanted is None or place is None:
        yield ctx.reply("requests.never_mind")
        return
    item = Item(wanted.name, wanted.name)
    reading = from_json(data["reading"])
    # What is lent is no repair: nobody is promised to be there in five minutes.
    category = "supplies" if wanted.lends else wanted.category
    reading = reading.but(act="need", category=category, items=(item,))
    yield from requests.make(ctx, reading, str(data["text"]), place)


@sentence("shops")
def shops(ctx: Context) -> Iterator[Effect]:
    """`有什么优惠`: what shops said of themselves; that is meant for everybody."""
    place_id = ctx.place.id if ctx.place else ctx.who.place_id
    near = [one.id for _, one in cast.who_have(ctx.tx, place_id, SHOP.name)]
    notes = {one.person_id: one.note for one in skills.registered(ctx.tx, SHOP.name)}
    lines = [
        Word("register.shop_line", {"name": showing.name_of(people.get(ctx.tx, one)), "note": note})
        for one in near
        if (note := notes.get(one))
    ]
    if not lines:
        yield ctx.reply("register.no_shops")
        return
    yield ctx.reply("register.shops", lines=Lines(tuple(lines[:NAMED])))
