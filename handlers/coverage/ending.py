"""A round ends with a report: who was reached, who was not and why, by whom; and is forgotten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

from handlers import duty, lookins, showing
from handlers.coverage import auditing, handing
from handlers.coverage.beginning import led, may_lead, round_of
from handlers.coverage.progress import MOST, counts, missed
from handlers.coverage.steering import meant
from handlers.kit import Context, Effect, Lines, Say, Sorry, ToPerson, Word, daily, sentence
from storage import coverage, people
from storage import lookins as searches
from storage.coverage import Campaign, Visit


@sentence("close", fits=lambda ctx: bool(led(ctx)))
def close(ctx: Context) -> Iterator[Effect]:
    """`结束高温走访`: the report goes to whoever leads it; visitors are thanked."""
    campaign = meant(ctx)
    visits = coverage.visits(ctx.tx, campaign.id)
    totals = {**campaign.totals, **Counter(one.state for one in visits)}
    closed = {"closed_at": ctx.now, "totals": {**totals, "all": len(visits)}}
    if not coverage.move(ctx.tx, campaign, "closed", **closed):
        return
    yield handing.silence(campaign.id)
    if ctx.in_group:
        yield ctx.reply("coverage.closed_openly", **counts(campaign, visits))
    told = [campaign.asked_by, *duty.pages(ctx.tx, campaign.place_id, ctx.now, "coordinator")]
    for person_id in dict.fromkeys((ctx.who.id, *told)):
        yield _report(ctx, coverage.get(ctx.tx, campaign.id), visits, person_id)
    for visitor_id in {one.visitor_id for one in visits} - {ctx.who.id, *told}:
        mine = sum(one.by == visitor_id for one in visits)
        yield ctx.tell(visitor_id, "coverage.thanks", round=round_of(campaign), count=mine)


@sentence("report")
def report(ctx: Context) -> Iterator[Effect]:
    """`走访报告`: the newest round of the speaker's, running or closed, with its audit."""
    found = _newest(ctx)
    if found is None:
        raise Sorry("coverage.no_round")
    if ctx.in_group:
        yield ctx.reply("coverage.privately")
    yield _report(ctx, found, coverage.visits(ctx.tx, found.id), ctx.who.id)


def _newest(ctx: Context) -> Campaign | None:
    """The one named, else the newest that runs, else the one that ended last."""
    mine = [one for one in coverage.campaigns(ctx.tx, "open", "closed") if may_lead(ctx, one)]
    named = [one for one in mine if one.name.lower() in ctx.text.lower()]
    running = [one for one in mine if one.state == "open"]
    return next(iter(named or running or mine), None)


def _report(ctx: Context, campaign: Campaign, visits: Sequence[Visit], person_id: int) -> Say:
    not_reached = [one for one in visits if one.state in coverage.MISSED]
    lines = [
        Word(
            "coverage.missed_by",
            {**missed(ctx, one), "visitor": showing.name_of(people.get(ctx.tx, one.visitor_id))},
        )
        for one in not_reached[:MOST]
    ]
    nobody = Word("coverage.nobody_missing" if visits else "coverage.forgotten")
    values = {
        **counts(campaign, visits),
        "visitors": _visitors(ctx, visits),
        "missed": Lines(tuple(lines or [nobody])),
        "span": (campaign.closed_at or ctx.now) - (campaign.begun_at or campaign.made_at),
        "audit": auditing.summary(ctx, campaign.id),
        "open": _open(ctx, visits),
    }
    return Say(ToPerson(person_id), "coverage.report", values, direct=True)


def _visitors(ctx: Context, visits: Sequence[Visit]) -> Word | str:
    """Of each visitor: how many, and how many were reached."""
    lines = []
    for visitor_id in dict.fromkeys(one.visitor_id for one in visits):
        theirs = [one for one in visits if one.visitor_id == visitor_id]
        reached = sum(one.state in {"done", "trouble"} for one in theirs)
        name = showing.name_of(people.get(ctx.tx, visitor_id))
        values = {"visitor": name, "reached": reached, "all": len(theirs)}
        lines.append(Word("coverage.visitor", values))
    return Word("coverage.visitors", {"lines": Lines(tuple(lines))}) if lines else ""


def _open(ctx: Context, visits: Sequence[Visit]) -> Word | str:
    """What came of it and is not settled: requests by number, and who is still looked for."""
    numbers = sorted({one.request for one in visits if one.request})
    looked_for = [
        lookins.name_of(ctx, one)
        for one in visits
        if (search := searches.about(ctx.tx, "visit", one.id)) and search.state != "closed"
    ]
    if not numbers and not looked_for:
        return ""
    requests = Word("coverage.requests", {"numbers": [f"#{one}" for one in numbers]})
    searched = Word("coverage.looked_for", {"names": looked_for})
    return Word(
        "coverage.open",
        {"requests": requests if numbers else "", "searched": searched if looked_for else ""},
    )


@daily("03:25")
def forget(ctx: Context) -> Iterator[Effect]:
    """Names are kept for so many days; the totals stay."""
    keep = ctx.policy.retention
    coverage.forget(ctx.tx, ctx.now - timedelta(days=keep.coverage_days))
    searches.forget(ctx.tx, ctx.now - timedelta(days=keep.coverage_days))
    yield from ()
