"""A round of visits begins: the list is read, doubts are asked about once, then it is confirmed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from handlers import asking_first, leading, lookins, showing
from handlers.coverage import doubting, handing, listing
from handlers.coverage.listing import Doubt, Entry
from handlers.coverage.sharing import share
from handlers.kit import (
    Both,
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
from handlers.sentences import tidy
from storage import coverage, people, places
from storage.coverage import Campaign

ASKED = {"coverage_doubts": "what"}
_WHO = re.compile(
    r"[,;]?\s*(?:(?:由|请|让|派)(?P<zh>[^由请让派]+?)(?:负责)?(?:去)?(?:走访|上门|看望)"
    r"|(?:to be |and )?(?:visited|done) by (?P<en>.+))\s*$"
)
_LIST = re.compile(r"^[\s,:]*(?:名单|list)?\s*[:]?\s*")
SHOWN = 20
"""So many names of one visitor stand in the question; more are only counted."""


def _leads(ctx: Context) -> bool:
    """An order by whoever leads the place; among others only what can be nothing else."""
    plain = tidy(ctx.text)
    order = not ctx.in_group or any(one in plain for one in (":", "名单", "visited by"))
    return order and leading.place_led(ctx) is not None


@sentence("start", fits=_leads)
def start(ctx: Context) -> Iterator[Effect]:
    """`开始高温走访,名单:沈奶奶、王爷爷,由李强走访`: read, and asked about before it begins."""
    place = leading.place_led(ctx)
    if place is None:
        return
    text = ctx.slots.get("text", "")
    names, who = split(text)
    if not names:
        raise Sorry("coverage.whom")
    visitors = listing.visitors(ctx, place, who) if who else [ctx.who.id]
    listed = listing.read(ctx, place, names)
    campaign_id = coverage.add(
        ctx.tx,
        ctx.now,
        place_id=place.id,
        name=listing.as_written(ctx, ctx.slots["old"].strip(" :")),
        asked_by=ctx.who.id,
        due_at=_due(ctx),
        visitors=visitors,
    )
    put_down(ctx, campaign_id, listed.entries, ctx.who.id)
    if ctx.in_group:
        yield ctx.reply("coverage.privately")
    if listed.doubts:
        yield doubting.ask(ctx, campaign_id, listed.doubts, "start")
    else:
        yield from propose(ctx, coverage.get(ctx.tx, campaign_id))


def split(text: str) -> tuple[str, str]:
    """The names and the visitors of ``名单:沈奶奶、王爷爷,由李强走访``."""
    text = text.strip(" ,;。")
    found = _WHO.search(text)
    who = (found["zh"] or found["en"]) if found else ""
    return _LIST.sub("", text[: found.start()] if found else text).strip(" ,;。"), who


def _due(ctx: Context) -> datetime | None:
    """Until when, where a time was said that is still to come."""
    if "when" not in ctx.slots:
        return None
    due = leading.until(ctx.reading.when)
    if due is None or due <= ctx.now:
        raise Sorry("coverage.until_when")
    return due


def put_down(ctx: Context, campaign_id: int, entries: Sequence[Entry], visitor_id: int) -> None:
    """Put these on the list of somebody, except who is on it already."""
    there = coverage.visits(ctx.tx, campaign_id)
    known = {(one.person_id, one.name if one.person_id is None else "") for one in there}
    for one in entries:
        if (one.person_id, one.name if one.person_id is None else "") not in known:
            columns: dict[str, Any] = {"person_id": one.person_id, "name": one.name}
            columns |= {"place_id": one.place_id, "visitor_id": visitor_id}
            coverage.add_visit(ctx.tx, campaign_id=campaign_id, **columns)


def propose(ctx: Context, campaign: Campaign, left_out: Sequence[Doubt] = ()) -> Iterator[Effect]:
    """Say who would visit whom, and wait for the word: it reaches many."""
    visits = coverage.visits(ctx.tx, campaign.id)
    if not visits:
        raise Sorry("coverage.nobody_left")
    parts = shared_out(ctx, [(one.id, one.place_id) for one in visits], campaign.visitors)
    by_visitor: dict[int, list[Both]] = {}
    for one in visits:
        coverage.change_visit(ctx.tx, one.id, visitor_id=parts[one.id])
        by_visitor.setdefault(parts[one.id], []).append(lookins.name_of(ctx, one))
    out = [one.said for one in left_out]
    preview = Word(
        "coverage.proposed",
        {
            "round": round_of(campaign),
            "count": len(visits),
            "due": due_of(campaign),
            "parts": Lines(tuple(_part(ctx, who, names) for who, names in by_visitor.items())),
            "left_out": Word("coverage.left_out", {"names": out}) if out else "",
        },
    )
    asked = asking_first.ask(ctx, "coverage_go", preview, ref=campaign.id)
    # Wherever it was said, names are for the one who asked.
    yield replace(asked, to=ToPerson(ctx.who.id))


def shared_out(
    ctx: Context, homes: Sequence[tuple[int, int]], visitors: Sequence[int]
) -> dict[int, int]:
    """Visit id → visitor, none to themselves where there is another."""
    live = {one: people.get(ctx.tx, one).place_id for one in visitors}
    own = {}
    if len(visitors) > 1:
        own = {key: [coverage.visit(ctx.tx, key).person_id or 0] for key, _ in homes}

    def steps(one: int | None, other: int) -> int:
        return places.distance(ctx.tx, one, other)

    return share(homes, live, steps, own)


def _part(ctx: Context, visitor_id: int, names: Sequence[Both]) -> Word:
    values = {"name": showing.name_of(people.get(ctx.tx, visitor_id)), "count": len(names)}
    more = Word("coverage.and_more", {"count": len(names) - SHOWN}) if names[SHOWN:] else ""
    return Word("coverage.part", {**values, "names": list(names[:SHOWN]), "more": more})


def round_of(campaign: Campaign) -> Word:
    return Word("coverage.round", {"name": campaign.name})


def due_of(campaign: Campaign) -> Word | str:
    return Word("coverage.due", {"at": campaign.due_at}) if campaign.due_at else ""


@answers("coverage_doubts", doubting.fits)
def told_who(ctx: Context) -> Iterator[Effect]:
    """Who was meant; what is not said is taken as written where nobody bears the name."""
    campaign = coverage.get(ctx.tx, ctx.asked.ref)
    place = places.get(ctx.tx, campaign.place_id)
    if place is None or campaign.state not in {"proposed", "open"}:
        return
    entries, left_out = doubting.settled(ctx, place)
    then = ctx.asked.data["then"]
    if then == "start":
        put_down(ctx, campaign.id, entries, campaign.asked_by)
        yield from propose(ctx, coverage.get(ctx.tx, campaign.id), left_out)
    else:
        yield from add_to(ctx, campaign, entries, ctx.asked.data["who"])


@asking_first.confirmed("coverage_go")
def go(ctx: Context) -> Iterator[Effect]:
    """`确认`: it runs, and each visitor has their list."""
    campaign = coverage.get(ctx.tx, ctx.asked.ref)
    if not coverage.move(ctx.tx, campaign, "open", begun_at=ctx.now):
        return
    campaign = coverage.get(ctx.tx, campaign.id)
    visits = coverage.visits(ctx.tx, campaign.id)
    yield ctx.reply("coverage.begun", round=round_of(campaign), count=len(visits))
    yield from handing.hand_out(ctx, campaign, visits)
    yield from handing.deadlines(ctx, campaign)


def add_to(
    ctx: Context, campaign: Campaign, entries: Sequence[Entry], who: Sequence[int]
) -> Iterator[Effect]:
    """More names for a round that runs, shared out among these or those who visit anyway."""
    before = {one.id for one in coverage.visits(ctx.tx, campaign.id)}
    put_down(ctx, campaign.id, entries, campaign.asked_by)
    new = [one for one in coverage.visits(ctx.tx, campaign.id) if one.id not in before]
    if not new:
        raise Sorry("coverage.on_it_already")
    homes = [(one.id, one.place_id) for one in new]
    for key, visitor in shared_out(ctx, homes, list(who) or campaign.visitors).items():
        coverage.change_visit(ctx.tx, key, visitor_id=visitor)
    new = [coverage.visit(ctx.tx, one.id) for one in new]
    names = [showing.name_of(people.get(ctx.tx, one.visitor_id)) for one in new]
    added = {
        "names": [lookins.name_of(ctx, one) for one in new],
        "visitors": list(dict.fromkeys(names)),
    }
    yield Say(ToPerson(ctx.who.id), "coverage.added", added, direct=True)
    yield from handing.hand_out(ctx, campaign, new, key="coverage.more")


def led(ctx: Context) -> list[Campaign]:
    """The rounds that run and that the speaker leads, newest first."""
    return [one for one in coverage.campaigns(ctx.tx, "open") if may_lead(ctx, one)]


def may_lead(ctx: Context, campaign: Campaign) -> bool:
    return campaign.asked_by == ctx.who.id or leading.leads(ctx, campaign.place_id)
