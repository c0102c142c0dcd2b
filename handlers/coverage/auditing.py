"""A random sample is looked into by somebody else, drawn by a seed that is kept."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from typing import Any

from handlers import leading, lookins, showing
from handlers.coverage import listing, outcomes
from handlers.coverage.beginning import may_lead, round_of
from handlers.coverage.sharing import share
from handlers.kit import (
    Context,
    Effect,
    Lines,
    Say,
    Sorry,
    ToPerson,
    Word,
    overhears,
    sentence,
)
from storage import coverage, people, places
from storage.coverage import Audit, Campaign, Visit

REACHED = ("done", "trouble")
NUMERALS = {one: at for at, one in enumerate("零一二三四五六七八九十")} | {"两": 2}


def drawn(seed: int, frame: list[int], count: int) -> list[int]:
    """The same visits whenever it is drawn again."""
    dice = random.Random(seed)  # noqa: S311  to be drawn again, not to be secret
    return sorted(dice.sample(frame, min(count, len(frame))))


def _round(ctx: Context) -> Campaign | None:
    mine = [one for one in coverage.campaigns(ctx.tx, "open", "closed") if may_lead(ctx, one)]
    named = [one for one in mine if one.name.lower() in ctx.text.lower()]
    return next(iter(named or mine), None)


@sentence("audit", fits=lambda ctx: leading.place_led(ctx) is not None)
def audit(ctx: Context) -> Iterator[Effect]:
    """`抽查10户,由小张核实`: of those said to be reached; never by whoever visited them."""
    campaign, place = _round(ctx), leading.place_led(ctx)
    if campaign is None or place is None:
        raise Sorry("coverage.no_round")
    said = ctx.slots.get("name", "")
    auditors = listing.visitors(ctx, place, said) if said else [ctx.who.id]
    looked_into = {one.visit_id for one in coverage.audits(ctx.tx, campaign.id)}
    visits = coverage.visits(ctx.tx, campaign.id)
    frame = [
        one.id
        for one in visits
        if one.state in REACHED and one.id not in looked_into and _could(one, auditors)
    ]
    if not frame:
        raise Sorry("coverage.nothing_to_audit")
    count = _count(ctx.slots["count"])
    if count < 1:
        raise Sorry("coverage.nothing_to_audit")
    seed = _seed(ctx, campaign)
    draw_id = coverage.add_draw(
        ctx.tx,
        campaign_id=campaign.id,
        at=ctx.now,
        by=ctx.who.id,
        seed=seed,
        count=min(count, len(frame)),
        frame=frame,
    )
    sample = [one for one in visits if one.id in drawn(seed, frame, count)]
    values: dict[str, Any] = {
        "round": round_of(campaign),
        "count": len(sample),
        "all": len(frame),
        "seed": seed,
    }
    names = [showing.name_of(people.get(ctx.tx, one)) for one in auditors]
    yield ctx.reply("coverage.drawn", **values, names=names)
    yield from _hand_out(ctx, campaign, draw_id, sample, auditors)


def _count(said: str) -> int:
    return int(said) if said.isdigit() else NUMERALS.get(said, 0)


def _seed(ctx: Context, campaign: Campaign) -> int:
    """Fixed by when it was asked for, so that nobody can choose it, and anybody can check it."""
    words = f"{campaign.id}:{ctx.now.isoformat()}:{ctx.message.id if ctx.message else ''}"
    return int.from_bytes(hashlib.sha256(words.encode()).digest()[:4])


def _could(visit: Visit, auditors: list[int]) -> bool:
    """Whether one of them neither visited nor lives there."""
    return any(one not in {visit.by, visit.visitor_id, visit.person_id} for one in auditors)


def _hand_out(
    ctx: Context, campaign: Campaign, draw_id: int, sample: list[Visit], auditors: list[int]
) -> Iterator[Effect]:
    barred = {one.id: {one.by or 0, one.visitor_id, one.person_id or 0} for one in sample}
    live = {one: people.get(ctx.tx, one).place_id for one in auditors}

    def steps(one: int | None, other: int) -> int:
        return places.distance(ctx.tx, one, other)

    given = share([(one.id, one.place_id) for one in sample], live, steps, barred)
    for auditor_id in auditors:
        theirs = [one for one in sample if given[one.id] == auditor_id]
        before = coverage.of_auditor(ctx.tx, auditor_id)
        first = max((one.number for one in before if one.finding is None), default=0)
        lines = []
        for number, one in enumerate(theirs, first + 1):
            columns = {"campaign_id": campaign.id, "auditor_id": auditor_id, "number": number}
            coverage.add_audit(ctx.tx, draw_id=draw_id, visit_id=one.id, **columns)
            coverage.tell(ctx.tx, one.id, ctx.now, "told", person_id=auditor_id, note="audit")
            lines.append(_line(ctx, one, number))
        if lines:
            values = {"round": round_of(campaign), "lines": Lines(tuple(lines))}
            yield Say(ToPerson(auditor_id), "coverage.look_into", values)


def _line(ctx: Context, visit: Visit, number: int) -> Word:
    return Word(
        "coverage.audit_line",
        {
            "number": number,
            "name": lookins.name_of(ctx, visit),
            "home": lookins.home(ctx, visit),
            "phone": lookins.phone(ctx, visit),
            "visitor": showing.name_of(people.get(ctx.tx, visit.by or visit.visitor_id)),
            "at": visit.at or ctx.now,
        },
    )


def _given(ctx: Context) -> list[Audit]:
    """What the speaker was given: the newest draw, and older ones without a finding."""
    mine = coverage.of_auditor(ctx.tx, ctx.who.id)
    return [one for one in mine if one.finding is None or one.draw_id == mine[0].draw_id]


def _audits(ctx: Context) -> bool:
    return ctx.who.id in coverage.at_work(ctx.tx) and bool(_given(ctx))


def _found(ctx: Context) -> list[outcomes.Said]:
    numbers = {one.number: one.id for one in reversed(_given(ctx))}
    names: dict[str, int] = {}
    for one in reversed(_given(ctx)):
        visit = coverage.visit(ctx.tx, one.visit_id)
        names[visit.name.lower()] = one.id
        if visit.person_id is not None:
            known = people.get(ctx.tx, visit.person_id)
            names |= {known.name.lower(): one.id, known.name_en.lower(): one.id}
    names.pop("", None)
    return outcomes.said_of(ctx.text, numbers, names, outcomes.finding_of)


@overhears("coverage", _audits, lambda ctx: bool(_found(ctx)), plainly=True)
def found(ctx: Context) -> Iterator[Effect]:
    """`2 相符`, `3 不符,说没人来过`: kept; what differs is told at once to whoever leads."""
    for one in _found(ctx):
        coverage.change_audit(ctx.tx, one.key, finding=one.outcome, note=one.note, at=ctx.now)
        each = next(audit for audit in _given(ctx) if audit.id == one.key)
        if one.outcome == "differs":
            yield from _differs(ctx, each, one.note)
    left = sum(one.finding is None for one in _given(ctx))
    rest = Word("coverage.left_count", {"count": left}) if left else Word("coverage.all_checked")
    yield ctx.reply("coverage.found", rest=rest)


def _differs(ctx: Context, one: Audit, note: str) -> Iterator[Effect]:
    visit, campaign = coverage.visit(ctx.tx, one.visit_id), coverage.get(ctx.tx, one.campaign_id)
    if campaign.asked_by == ctx.who.id:
        return
    values: dict[str, Any] = {
        "round": round_of(campaign),
        "name": lookins.name_of(ctx, visit),
        "visitor": showing.name_of(people.get(ctx.tx, visit.by or visit.visitor_id)),
        "auditor": showing.name_of(ctx.who),
        "note": note,
    }
    yield ctx.tell(campaign.asked_by, "coverage.differs", **values)


def summary(ctx: Context, campaign_id: int) -> Word | str:
    """How many were looked into, and what share agrees with what was reported."""
    audits = coverage.audits(ctx.tx, campaign_id)
    if not audits:
        return ""
    checked = [one for one in audits if one.finding is not None]
    agree = sum(one.finding == "agrees" for one in checked)
    differ = [one for one in checked if one.finding == "differs"]
    share_of = f"{round(100 * agree / len(checked))}%" if checked else "—"
    names = [lookins.name_of(ctx, coverage.visit(ctx.tx, one.visit_id)) for one in differ]
    values = {"all": len(audits), "checked": len(checked), "agree": agree, "share": share_of}
    listed = Word("coverage.differing", {"names": names}) if names else ""
    return Word("coverage.audited", {**values, "differ": len(differ), "names": listed})
