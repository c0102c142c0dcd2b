"""A round that runs is changed: another visitor, more names, fewer, another end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from handlers import leading, lookins, showing
from handlers.coverage import beginning, doubting, handing, listing
from handlers.coverage.beginning import led, round_of
from handlers.kit import Context, Effect, Say, Sorry, ToPerson, sentence
from storage import coverage, people, places
from storage.coverage import Campaign, Visit
from storage.places import Place


def _leads_one(ctx: Context) -> bool:
    return bool(led(ctx))


def meant(ctx: Context) -> Campaign:
    """The one round that is led, or the one that is named; Sorry where it could be several."""
    running = led(ctx)
    named = [one for one in running if one.name.lower() in ctx.text.lower()]
    if len(named or running) != 1:
        raise Sorry("coverage.which_round", rounds=[round_of(one) for one in running])
    return (named or running)[0]


def _place(ctx: Context, campaign: Campaign) -> Place:
    place = places.get(ctx.tx, campaign.place_id)
    if place is None:
        raise LookupError(campaign.place_id)
    return place


def _visit_of(ctx: Context, name: str) -> Visit | None:
    """The visit to somebody of this name in a round that the speaker leads."""
    for campaign in led(ctx):
        for one in coverage.visits(ctx.tx, campaign.id):
            if lookins.is_named(ctx, one, name):
                return one
    return None


def _knows_visit(ctx: Context) -> bool:
    return _visit_of(ctx, ctx.slots["name"]) is not None


@sentence("reassign", fits=_knows_visit)
def reassign(ctx: Context) -> Iterator[Effect]:
    """`沈奶奶改由小张走访`: the new visitor gets door and phone, the old one need not go."""
    visit = _visit_of(ctx, ctx.slots["name"])
    if visit is None:
        return
    campaign = coverage.get(ctx.tx, visit.campaign_id)
    said = listing.as_written(ctx, ctx.slots["text"].strip())
    visitor_id = listing.visitors(ctx, _place(ctx, campaign), said)[0]
    if visitor_id == visit.visitor_id:
        raise Sorry("coverage.theirs_already", name=_name(ctx, visitor_id))
    values = {"name": lookins.name_of(ctx, visit), "visitor": _name(ctx, visitor_id)}
    if visit.state in {"done", "trouble"}:
        by = _name(ctx, visit.by or visit.visitor_id)
        raise Sorry("coverage.done_already", name=values["name"], visitor=by)
    yield Say(ToPerson(ctx.who.id), "coverage.reassigned", values, direct=True)
    if visit.visitor_id != ctx.who.id:
        yield handing.take_back(ctx, visit)
    coverage.change_visit(ctx.tx, visit.id, visitor_id=visitor_id, number=0, state="due")
    moved = coverage.visit(ctx.tx, visit.id)
    yield from handing.hand_out(ctx, campaign, [moved], key="coverage.more")
    yield handing.nudge(ctx, campaign, visitor_id)


def _name(ctx: Context, person_id: int) -> object:
    return showing.name_of(people.get(ctx.tx, person_id))


@sentence("add", fits=_leads_one)
def add(ctx: Context) -> Iterator[Effect]:
    """`名单加上黄伯,由小陈走访`: looked up like the first list."""
    campaign = meant(ctx)
    place = _place(ctx, campaign)
    names, said = beginning.split(ctx.slots["text"])
    who = listing.visitors(ctx, place, said) if said else []
    listed = listing.read(ctx, place, names)
    if ctx.in_group:
        yield ctx.reply("coverage.privately")
    if listed.doubts:
        yield doubting.ask(ctx, campaign.id, listed.doubts, "add", who)
    if listed.entries:
        yield from beginning.add_to(ctx, campaign, listed.entries, who)


@sentence("strike", fits=_knows_visit)
def strike(ctx: Context) -> Iterator[Effect]:
    """`名单去掉黄伯`: nobody needs to go; why not, if it was said, stays in the story."""
    visit = _visit_of(ctx, ctx.slots["name"])
    if visit is None:
        return
    coverage.change_visit(ctx.tx, visit.id, state="struck", by=ctx.who.id, at=ctx.now)
    note = ctx.slots.get("text")
    coverage.tell(ctx.tx, visit.id, ctx.now, "struck", person_id=ctx.who.id, note=note)
    name = lookins.name_of(ctx, visit)
    yield Say(ToPerson(ctx.who.id), "coverage.struck", {"name": name}, direct=True)
    if visit.visitor_id != ctx.who.id:
        yield handing.take_back(ctx, visit)
    yield from lookins.off(ctx, "visit", visit.id)


@sentence("until", fits=_leads_one)
def until(ctx: Context) -> Iterator[Effect]:
    """`走访截止明天17点`."""
    campaign = meant(ctx)
    due = leading.until(ctx.reading.when)
    if due is None or due <= ctx.now:
        raise Sorry("coverage.until_when")
    coverage.change(ctx.tx, campaign.id, due_at=due)
    yield ctx.reply("coverage.ends_at", round=round_of(campaign), at=due)
    yield from handing.deadlines(ctx, coverage.get(ctx.tx, campaign.id))


@sentence("cannot", fits=lambda ctx: bool(coverage.of_visitor(ctx.tx, ctx.who.id)))
def cannot(ctx: Context) -> Iterator[Effect]:
    """`我走访不了`: whoever leads the round is told, and gives the names to others."""
    visits = [one for one in coverage.of_visitor(ctx.tx, ctx.who.id) if one.state in coverage.TO_DO]
    if not visits:
        raise Sorry("coverage.none_of_yours")
    campaign = coverage.get(ctx.tx, visits[0].campaign_id)
    values: dict[str, Any] = {
        "round": round_of(campaign),
        "name": showing.name_of(ctx.who),
        "names": [lookins.name_of(ctx, one) for one in visits],
        "example": lookins.name_of(ctx, visits[0]),
    }
    yield ctx.reply("coverage.passed_on", name=_name(ctx, campaign.asked_by))
    yield ctx.tell(campaign.asked_by, "coverage.cannot", **values)
