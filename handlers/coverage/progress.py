"""How a round stands: who is left, told privately by name; nudges for those who have not begun."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from handlers import leading, lookins, showing
from handlers.coverage import handing
from handlers.coverage.beginning import led, round_of
from handlers.kit import Context, Effect, Lines, Say, Sorry, ToPerson, Word, rings, sentence
from storage import coverage, people, places
from storage.coverage import Campaign, Visit

MOST = 40
"""So many names stand in one letter."""


def here(ctx: Context) -> list[Campaign]:
    """The rounds that run and concern the speaker, or the place where this was said."""
    chain = places.chain(ctx.tx, ctx.place.id if ctx.place else ctx.who.place_id)
    around = {place.id for place in chain}
    mine = {one.campaign_id for one in coverage.of_visitor(ctx.tx, ctx.who.id)}
    own = {one.id for one in led(ctx)} | mine
    running = coverage.campaigns(ctx.tx, "open")
    return [one for one in running if one.id in own or one.place_id in around]


def _concerned(ctx: Context) -> bool:
    return bool(here(ctx)) or leading.place_led(ctx) is not None


@sentence("left", fits=_concerned)
def left(ctx: Context) -> Iterator[Effect]:
    """`还有谁没走访?`: names privately to whoever leads or visits; in a group only counts."""
    found, mine_to_lead = here(ctx), {one.id for one in led(ctx)}
    if not found:
        raise Sorry("coverage.no_round")
    for campaign in found:
        visits = coverage.visits(ctx.tx, campaign.id)
        mine = [one for one in visits if one.visitor_id == ctx.who.id]
        seen = visits if campaign.id in mine_to_lead else mine
        if ctx.in_group or not seen:
            yield ctx.reply("coverage.counts", **counts(campaign, visits))
        else:
            values = {**counts(campaign, visits), "lines": by_visitor(ctx, seen)}
            yield Say(ToPerson(ctx.who.id), "coverage.left", values, direct=True)


def counts(campaign: Campaign, visits: Sequence[Visit]) -> dict[str, Any]:
    """How many, and how many in each state; of a list that was forgotten, its totals."""
    states = Counter(one.state for one in visits) if visits else Counter(campaign.totals)
    return {
        "round": round_of(campaign),
        "all": len(visits) or states["all"],
        "reached": states["done"] + states["trouble"],
        "trouble": states["trouble"],
        "due": states["due"],
        "nobody": states["nobody"],
        "not_met": states["refused"] + states["away"],
    }


def by_visitor(ctx: Context, visits: Sequence[Visit]) -> Lines:
    """Who is not reached yet, under each visitor's name; the longest lists are cut."""
    groups: dict[int, list[Visit]] = {}
    for one in [one for one in visits if one.state in coverage.MISSED][:MOST]:
        groups.setdefault(one.visitor_id, []).append(one)
    lines = []
    for visitor_id, theirs in groups.items():
        names = [Word("coverage.missed", missed(ctx, one)) for one in theirs]
        who = showing.name_of(people.get(ctx.tx, visitor_id))
        lines.append(Word("coverage.by_visitor", {"visitor": who, "names": names}))
    return Lines(tuple(lines or [Word("coverage.nobody_missing")]))


def missed(ctx: Context, visit: Visit) -> dict[str, Any]:
    """Whom, and why not."""
    why = "" if visit.state == "due" else Word(f"coverage.why_{visit.state}")
    return {"name": lookins.name_of(ctx, visit), "why": why}


@sentence("mine")
def mine(ctx: Context) -> Iterator[Effect]:
    """`我的走访`: the speaker's own list, with doors and phones, privately."""
    visits = [one for one in coverage.of_visitor(ctx.tx, ctx.who.id) if one.state in coverage.TO_DO]
    if not visits:
        raise Sorry("coverage.none_of_yours")
    if ctx.in_group:
        yield ctx.reply("coverage.privately")
    for campaign_id in dict.fromkeys(one.campaign_id for one in visits):
        campaign = coverage.get(ctx.tx, campaign_id)
        theirs = [one for one in visits if one.campaign_id == campaign_id]
        for one in theirs:
            coverage.tell(ctx.tx, one.id, ctx.now, "told", person_id=ctx.who.id)
        values = handing.listed(ctx, campaign, theirs[: handing.MOST])
        yield Say(
            ToPerson(ctx.who.id), "coverage.mine", {**values, "count": len(theirs)}, direct=True
        )


@rings("coverage_nudge")
def not_begun(ctx: Context) -> Iterator[Effect]:
    """A visitor who has reported nobody is asked how it goes; then whoever leads hears it too."""
    campaign = coverage.get(ctx.tx, ctx.rung.ref)
    visitor_id, turn = int(ctx.rung.data["visitor"]), int(ctx.rung.data["turn"])
    theirs = [one for one in coverage.visits(ctx.tx, campaign.id) if one.visitor_id == visitor_id]
    if campaign.state != "open" or not theirs or any(one.state != "due" for one in theirs):
        return
    values: dict[str, Any] = {"round": round_of(campaign), "count": len(theirs)}
    yield ctx.tell(visitor_id, "coverage.nudge", **values)
    if turn:
        name = showing.name_of(people.get(ctx.tx, visitor_id))
        example = lookins.name_of(ctx, theirs[0])
        values |= {"name": name, "example": example}
        yield ctx.tell(campaign.asked_by, "coverage.not_begun", **values)
    yield handing.nudge(ctx, campaign, visitor_id, turn + 1)


@rings("coverage_soon")
def soon_over(ctx: Context) -> Iterator[Effect]:
    """The end is near: visitors are reminded of whom they have not reached."""
    campaign = coverage.get(ctx.tx, ctx.rung.ref)
    if campaign.state != "open":
        return
    groups: dict[int, list[Visit]] = {}
    for one in coverage.visits(ctx.tx, campaign.id):
        if one.state in coverage.TO_DO:
            groups.setdefault(one.visitor_id, []).append(one)
    for visitor_id, theirs in groups.items():
        values = handing.listed(ctx, campaign, theirs[: handing.MOST])
        yield ctx.tell(visitor_id, "coverage.soon", **values, count=len(theirs))


@rings("coverage_due")
def time_is_up(ctx: Context) -> Iterator[Effect]:
    """The end has come: whoever leads reads who is left, and decides."""
    campaign = coverage.get(ctx.tx, ctx.rung.ref)
    if campaign.state == "open":
        visits = coverage.visits(ctx.tx, campaign.id)
        values = {**counts(campaign, visits), "lines": by_visitor(ctx, visits)}
        yield ctx.tell(campaign.asked_by, "coverage.time_is_up", **values)
