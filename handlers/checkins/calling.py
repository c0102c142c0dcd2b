"""A volunteer's answers to the call list, taken line by line, also when they correct themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from handlers.checkins import calls, cries, readings, replies, reports
from handlers.checkins.ending import close, name_of, said_since
from handlers.checkins.ladder import at, climb, offset
from handlers.checkins.reports import Report
from handlers.kit import Context, Effect, Lines, Never, Word, answers
from handlers.vitals.measuring import measured
from storage import checkins, people
from storage.checkins import Checkin
from storage.people import Person

ASKED = {"checkin_calls": "what"}
CORRECTS = timedelta(hours=12)
"""So long after a line was closed the volunteer may still say that it was otherwise."""


def _list(ctx: Context) -> list[Checkin]:
    rows = checkins.call_list(ctx.tx, ctx.who.id)
    return [one for one in rows if one.closed_at is None or ctx.now - one.closed_at < CORRECTS]


def _told(ctx: Context) -> list[Report]:
    rows = _list(ctx)
    elders = {one.line or 0: people.get(ctx.tx, one.person_id) for one in rows}
    known = {line: (elder.name, elder.name_en) for line, elder in elders.items()}
    waiting = [one.line or 0 for one in rows if one.state in {"scheduled", *checkins.WAITING}]
    return reports.read(ctx.text, known, waiting)


def fits(ctx: Context) -> bool:
    """Whether this says something of a line, or that the volunteer cannot ring today."""
    if ctx.in_group or not ctx.text:
        return False
    return bool(_told(ctx)) or _cannot(ctx)


def in_danger(ctx: Context) -> Person | None:
    """Whom a volunteer's cry is about, where it speaks of a line of their list."""
    if ctx.in_group or not ctx.text:
        return None
    troubled = {one.line for one in _told(ctx) if one.found not in {"well", "missed"}}
    found = (one.person_id for one in _list(ctx) if one.line in troubled)
    return next((people.get(ctx.tx, one) for one in found), None)


def _cannot(ctx: Context) -> bool:
    return replies.of_helper(ctx) == "no" and not any(one.isdigit() for one in ctx.text)


@answers("checkin_calls", fits)
def reported(ctx: Context) -> Iterator[Effect]:
    """Each line goes its way; what is missing is said, and the bot goes on listening."""
    told = _told(ctx)
    if not told:
        yield from _hand_on(ctx)
        return
    by_line = {one.line: one for one in _list(ctx)}
    noted = []
    for report in told:
        one = by_line[report.line]
        if report.found is not None and said_since_listed(ctx, one):
            yield from _take(ctx, one, report)
        noted.append(_spoken(ctx, one, report))
    still = [one for one in _list(ctx) if one.state in {"scheduled", "asked"}]
    unclear = {report.line for report in told if report.found is None}
    left = [one for one in still if one.line in unclear or not _was_missed(ctx, one)]
    key = f"checkins.call_{'noted' if left else 'again' if still else 'complete'}"
    values = {"noted": Lines(tuple(noted)), "lines": calls.lines(ctx, left)}
    yield calls.ask(ctx.who.id, key, **values)


def _was_missed(ctx: Context, one: Checkin) -> bool:
    return bool(checkins.story(ctx.tx, one.id, "missed"))


def said_since_listed(ctx: Context, one: Checkin) -> bool:
    """Whether it was said on the day of the list: a message that arrives late is not now."""
    return one.state == "scheduled" or said_since(ctx, one.id)


def _take(ctx: Context, one: Checkin, report: Report) -> Iterator[Effect]:
    words = replace(ctx.message, text=report.said) if ctx.message else None
    elder = people.get(ctx.tx, one.person_id)
    yield from readings.keep(replace(ctx, message=words), elder, one.id, quietly=True)
    match report.found:
        case "well":
            yield from _well(ctx, one, report)
        case "missed":
            yield from _missed(ctx, one)
        case _ if one.alarm and one.state in checkins.WAITING:
            yield from cries.more(replace(ctx, message=words), one)
        case _:
            yield from cries.raised(ctx, _open_again(ctx, one), report.said)


def _well(ctx: Context, one: Checkin, report: Report) -> Iterator[Effect]:
    """They spoke with each other; a cry for help that this volunteer passed on ends so, too."""
    if one.state == "closed":
        return
    raised = checkins.story(ctx.tx, one.id, "alarm")
    if one.alarm and not any(event.person_id == ctx.who.id for event in raised):
        yield from cries.more(ctx, one)
        return
    if one.state == "scheduled":
        one = _begun(ctx, one)
    how = Word("checkins.how_rung", {"helper": name_of(ctx.who), "at": ctx.now})
    yield from close(ctx, one, "ok", by=ctx.who.id, how=how, note=report.said[:200] or None)


def _missed(ctx: Context, one: Checkin) -> Iterator[Effect]:
    """Nobody picked up: a silence like any other; the ladder asks again, and climbs."""
    checkins.tell(ctx.tx, one.id, ctx.now, "missed", person_id=ctx.who.id)
    if one.state != "closed":
        return
    one = _open_again(ctx, one)
    # What was missed meanwhile is passed at once, to the rung whose time it is now.
    steps = ("neighbour", "family", "duty", "worker", "team")
    past = [step for step in steps if offset(ctx, one, step) <= ctx.now]
    if past:
        yield from climb(ctx, one, past[-1])
    else:
        soon = ctx.now + ctx.policy_of(one.person_id).checkin.family_each
        yield at(one, "again", max(soon, offset(ctx, one, "again")))


def _begun(ctx: Context, one: Checkin) -> Checkin:
    """Rung before its hour."""
    checkins.move(ctx.tx, one, "asked", base_at=one.due_at, step="ask")
    return checkins.get(ctx.tx, one.id) or one


def _open_again(ctx: Context, one: Checkin) -> Checkin:
    """What was closed by mistake stands open again; nothing else is changed."""
    if one.state != "closed":
        return one
    again = {"outcome": None, "closed_at": None, "handled_by": None, "step": "ask"}
    checkins.move(ctx.tx, one, "asked", **again)
    checkins.tell(ctx.tx, one.id, ctx.now, "open again", person_id=ctx.who.id)
    return checkins.get(ctx.tx, one.id) or one


def _spoken(ctx: Context, one: Checkin, report: Report) -> Word:
    """How a line was understood."""
    elder = people.get(ctx.tx, one.person_id)
    vitals = [vital.spoken() for vital in measured(report.said)]
    kept = Word("checkins.call_vitals", {"vitals": vitals}) if vitals else ""
    values = {"line": one.line, "name": name_of(elder), "vitals": kept}
    return Word(f"checkins.call_{report.found or 'unclear'}", values)


def _hand_on(ctx: Context) -> Iterator[Effect]:
    """The volunteer cannot ring today: the lines go to the next who can, at once."""
    yield ctx.reply("checkins.call_declined")
    left = [one for one in _list(ctx) if one.state in {"scheduled", "asked"}]
    for one in left:
        checkins.tell(ctx.tx, one.id, ctx.now, "declined", person_id=ctx.who.id)
        checkins.put_on_list(ctx.tx, one, None, None)
    for one in left:
        if one.state == "asked":
            yield Never(f"checkin:{one.id}:")
            yield from climb(ctx, checkins.get(ctx.tx, one.id) or one, "ask")
