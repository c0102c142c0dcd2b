"""What visitors report: seen and well, nobody opened, trouble; and where each of them leads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from handlers import duty, lookins, showing
from handlers.checkins import going
from handlers.checkins.ending import close
from handlers.coverage import beginning, handing, outcomes
from handlers.coverage.outcomes import Said
from handlers.kit import Context, Effect, Say, ToPerson, Word, overhears
from storage import checkins, coverage, people, questions
from storage.checkins import Checkin
from storage.coverage import Visit

NEWS = ("trouble", "in_hand")


def _open_to(ctx: Context) -> list[Visit]:
    """The visits that the speaker may report on: their own, and all of a round they lead."""
    mine = coverage.of_visitor(ctx.tx, ctx.who.id)
    if not ctx.in_group or mine:
        others = [
            one
            for campaign in beginning.led(ctx)
            for one in coverage.visits(ctx.tx, campaign.id)
            if one.visitor_id != ctx.who.id
        ]
        return [*mine, *others]
    return mine


def _at_work(ctx: Context) -> bool:
    return ctx.who.id in coverage.at_work(ctx.tx)


def _said(ctx: Context) -> list[Said]:
    """What this message says of the speaker's visits; numbers are those of their own list."""
    visits = _open_to(ctx)
    own = [one for one in visits if one.visitor_id == ctx.who.id]
    waiting = [one for one in own if one.state in coverage.TO_DO]
    numbers = {one.number: one.id for one in own}
    if len(waiting) == 1 and not any(str(number) in ctx.text for number in numbers):
        numbers = {one.number: one.id for one in waiting}
    names: dict[str, int] = {}
    # Of two rounds that both name somebody, the one still to be done is meant.
    for one in sorted(visits, key=lambda each: each.state in coverage.TO_DO):
        for name in _names(ctx, one):
            names[name] = one.id
    return outcomes.said_of(ctx.text, numbers, names)


def _names(ctx: Context, visit: Visit) -> set[str]:
    called = {visit.name.lower()}
    if visit.person_id is not None:
        known = people.get(ctx.tx, visit.person_id)
        called |= {known.name.lower(), known.name_en.lower()}
    return called - {""}


def _rings_up(ctx: Context) -> bool:
    """Whether the speaker also has a call list, of which `1 好 2 没接` is said."""
    waiting = questions.open_to(ctx.tx, ctx.who.id, ctx.now)
    bare = ctx.text.strip()[:1].isdigit()
    return bare and any(one.kind == "checkin_calls" for one in waiting)


def _fits(ctx: Context) -> bool:
    """Whether this reports on visits; in a group only words that can be about nothing else."""
    said = _said(ctx)
    if not outcomes.is_plain(ctx.text) and _rings_up(ctx):
        return False
    if ctx.in_group and not all(one.outcome in NEWS for one in said):
        said = said if outcomes.is_plain(ctx.text) else []
    return not ctx.quoted_number and bool(said)


@overhears("coverage", _at_work, _fits, plainly=True)
def reported(ctx: Context) -> Iterator[Effect]:
    """`沈奶奶已走访,正常`, `1 正常 2 没人 3 不舒服`: noted, and acted upon."""
    done = []
    for one in _said(ctx):
        visit = coverage.visit(ctx.tx, one.key)
        yield from _take(ctx, visit, one)
        done.append((visit, one.outcome))
    yield _answer(ctx, done)
    for campaign_id in {visit.campaign_id for visit, _ in done}:
        yield from _all_done(ctx, campaign_id)


def _take(ctx: Context, visit: Visit, said: Said) -> Iterator[Effect]:
    """Note what became of a visit; a search for somebody who was seen ends."""
    state = "trouble" if said.outcome == "in_hand" else said.outcome
    found: dict[str, Any] = {"state": state, "note": said.note, "by": ctx.who.id}
    at = ctx.message.at if ctx.message else ctx.now
    coverage.change_visit(ctx.tx, visit.id, at=at, **found)
    coverage.tell(ctx.tx, visit.id, ctx.now, state, person_id=ctx.who.id, note=said.note)
    fresh = coverage.visit(ctx.tx, visit.id)
    match said.outcome:
        case "done" | "refused":
            yield from _was_seen(ctx, fresh)
        case "nobody":
            yield from _nobody(ctx, fresh)
        case "trouble":
            # The same trouble told again is no second request.
            if visit.state != "trouble":
                number = yield from lookins.trouble(ctx, fresh, said.note)
                coverage.change_visit(ctx.tx, visit.id, request=number)
            yield from _was_seen(ctx, fresh)
            yield from _tell_lead(ctx, fresh, "coverage.trouble_told")
        case "in_hand":
            yield from _was_seen(ctx, fresh)
            yield from _tell_lead(ctx, fresh, "coverage.in_hand_told")
            for person_id in lookins.family_of(ctx, fresh.person_id):
                values: dict[str, Any] = {"name": lookins.name_of(ctx, fresh), "note": said.note}
                values["visitor"] = showing.name_of(ctx.who)
                yield ctx.tell(person_id, "coverage.family_told", urgent=True, **values)


def _tell_lead(ctx: Context, visit: Visit, key: str) -> Iterator[Effect]:
    """Whoever leads the round, and duty, with the name: they have to know."""
    campaign = coverage.get(ctx.tx, visit.campaign_id)
    told = [campaign.asked_by, *duty.pages(ctx.tx, visit.place_id, ctx.now, "duty")]
    values: dict[str, Any] = {
        "name": lookins.name_of(ctx, visit),
        "home": lookins.home(ctx, visit),
        "note": visit.note or "",
        "visitor": showing.name_of(ctx.who),
    }
    for person_id in dict.fromkeys(told):
        if person_id != ctx.who.id:
            yield ctx.tell(person_id, key, urgent=True, **values)


def _silence_of(ctx: Context, visit: Visit) -> list[Checkin]:
    """The newest open check-in of whoever is visited, if the register knows them."""
    return [] if visit.person_id is None else checkins.waiting(ctx.tx, visit.person_id)[:1]


def _was_seen(ctx: Context, visit: Visit) -> Iterator[Effect]:
    """A silence of theirs has an end: nobody else needs to go."""
    for one in _silence_of(ctx, visit):
        if not one.alarm:
            values = {"helper": showing.name_of(ctx.who), "at": ctx.now}
            how = Word("checkins.how_vouched", values)
            yield from close(ctx, one, "vouched", by=ctx.who.id, how=how)
    yield from lookins.seen(ctx, visit, visit.id, ctx.who.id, well=visit.state != "trouble")


def _nobody(ctx: Context, visit: Visit) -> Iterator[Effect]:
    """No answer at the door: the ladder of their check-in, if they were silent before; else one
    of its own."""
    for one in _silence_of(ctx, visit):
        if one.state in {"late", "alerting", "handled"}:
            yield from going.nobody_opens(ctx, one)
            return
    yield from lookins.begin(ctx, visit, "visit", visit.id, without=(ctx.who.id,))


def _answer(ctx: Context, done: list[tuple[Visit, str]]) -> Say:
    """What was noted, and how many are left; names only privately."""
    left = [one for one in coverage.of_visitor(ctx.tx, ctx.who.id) if one.state in coverage.TO_DO]
    due = [one for one in left if one.state == "due"]
    rest = Word("coverage.left_count", {"count": len(due)}) if due else Word("coverage.all_yours")
    if ctx.in_group:
        return ctx.reply("coverage.noted_openly", count=len(done), rest=rest)
    words = [
        Word(f"coverage.noted_{how}", {"name": lookins.name_of(ctx, one)}) for one, how in done
    ]
    nobody = [one for one, how in done if how == "nobody"]
    hint: Word | str = ""
    if nobody:
        phones = [handing.line(ctx, one) for one in nobody]
        hint = Word("coverage.nobody_hint", {"who": phones})
    return Say(
        ToPerson(ctx.who.id),
        "coverage.noted",
        {"what": words, "hint": hint, "rest": rest},
        direct=True,
    )


def _all_done(ctx: Context, campaign_id: int) -> Iterator[Effect]:
    """The last one was reported: whoever leads the round hears it once."""
    visits = coverage.visits(ctx.tx, campaign_id)
    if any(one.state == "due" for one in visits):
        return
    campaign = coverage.get(ctx.tx, campaign_id)
    if campaign.totals.get("told") == len(visits):
        return
    coverage.change(ctx.tx, campaign_id, totals={**campaign.totals, "told": len(visits)})
    missed = sum(one.state in coverage.MISSED for one in visits)
    values: dict[str, Any] = {
        "round": beginning.round_of(campaign),
        "count": len(visits),
        "missed": missed,
    }
    yield ctx.tell(campaign.asked_by, "coverage.all_done", **values)
