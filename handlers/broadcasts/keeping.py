"""What is planned, what became of what was said, calling off and changing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from handlers.broadcasts import aiming, calendar, ordering, sending
from handlers.guides.pushing import ALL
from handlers.kit import Context, Effect, Lines, Never, Sorry, Word, sentence
from storage import broadcasts, places, timers
from storage.broadcasts import Broadcast, Sending

SHOWN = 60
"""Characters of a notice in a list."""


def _offices(ctx: Context) -> list[int]:
    """The places that the speaker speaks to, and those inside them; Sorry if there are none."""
    held = aiming.offices(ctx)
    if not held:
        raise Sorry("broadcasts.not_yours")
    return [one for at in held for one in places.within(ctx.tx, at)]


def _meant(ctx: Context) -> Broadcast:
    """The one of this number, where the speaker may deal with it."""
    number = int(ctx.slots["number"])
    row = broadcasts.get(ctx.tx, number)
    if row is None or not (row.by_id == ctx.who.id or aiming.may_tell(ctx, row.places)):
        raise Sorry("broadcasts.unknown", number=number)
    return row


@sentence("plans")
def plans(ctx: Context) -> Iterator[Effect]:
    """`群发计划`: those still to come."""
    here = set(_offices(ctx))
    coming = [one for one in broadcasts.planned(ctx.tx) if one.place_id in here]
    if not coming:
        yield ctx.reply("broadcasts.no_plans")
        return
    lines = Lines(tuple(_plan(ctx, one) for one in coming))
    yield ctx.reply("broadcasts.plans", plans=lines)


def _plan(ctx: Context, row: Broadcast) -> Word:
    timer = timers.get(ctx.tx, f"broadcast:{row.id}:")
    values = {"number": row.id, "text": _short(row), "at": timer.due_at if timer else ""}
    if row.rule:
        return Word("broadcasts.plan_rule", {**values, "rule": calendar.spoken(row.rule)})
    return Word("broadcasts.plan_once", values)


def _short(row: Broadcast) -> str | Word:
    if row.guide is not None:
        return Word(
            "broadcasts.answers" if row.guide == ALL else "broadcasts.answers_of",
            {"guide": row.guide},
        )
    first = " ".join(row.text.split())
    return first if len(first) <= SHOWN else f"{first[:SHOWN]}…"


@sentence("status")
def status(ctx: Context) -> Iterator[Effect]:
    """`群发情况`: the last ones, whom they reached and whom not."""
    last = broadcasts.sendings(ctx.tx, broadcasts.near(ctx.tx, _offices(ctx)))
    yield _reached(ctx, last)


@sentence("status_of")
def status_of(ctx: Context) -> Iterator[Effect]:
    """`群发情况 #3`."""
    row = _meant(ctx)
    yield _reached(ctx, broadcasts.sendings(ctx.tx, [row.id]))


def _reached(ctx: Context, last: list[Sending]) -> Effect:
    if not last:
        return ctx.reply("broadcasts.none_sent")
    return ctx.reply("broadcasts.sent", lines=Lines(tuple(_line(ctx, one) for one in last)))


def _line(ctx: Context, made: Sending) -> Word:
    row = broadcasts.get(ctx.tx, made.broadcast_id)
    states = broadcasts.letters(ctx.tx, made.id)
    values = {
        "number": made.broadcast_id,
        "at": made.began_at,
        "text": _short(row) if row else "",
        "told": sending.told_of(ctx, made),
        "waiting": Word("broadcasts.still", {"count": states["waiting"]})
        if states["waiting"]
        else "",
        "lost": Word("broadcasts.lost", {"lost": lost})
        if (lost := sending.lost_of(ctx, made))
        else "",
    }
    return Word("broadcasts.sent_line", values)


@sentence("call_off")
def call_off(ctx: Context) -> Iterator[Effect]:
    """`取消群发 #3`: what is planned is not said, what is not sent yet is not sent."""
    row = _meant(ctx)
    if row.state not in broadcasts.OPEN:
        raise Sorry("broadcasts.over", number=row.id)
    broadcasts.change(ctx.tx, row.id, state="cancelled")
    yield Never(f"broadcast:{row.id}:")
    for made in broadcasts.sendings(ctx.tx, [row.id]):
        yield Never(f"sending:{made.id}:")
    kept_back = broadcasts.drop_waiting(ctx.tx, row.id)
    if row.state == "planned":
        yield ctx.reply("broadcasts.called_off", number=row.id)
    elif not kept_back:
        yield ctx.reply("broadcasts.all_out", number=row.id)
    else:
        yield ctx.reply("broadcasts.held_back", number=row.id, count=kept_back)


@sentence("reword", long=True)
def reword(ctx: Context) -> Iterator[Effect]:
    """`群发 #3 改成:…`: shown first, as a new one is."""
    row = _planned(ctx)
    order = ordering.as_order(row, _due(ctx, row))
    yield from ordering.shown(ctx, {**order, **ordering.body(ctx), "guide": None}, row.id)


@sentence("move")
def move(ctx: Context) -> Iterator[Effect]:
    """`群发 #3 改到每周二10点`."""
    row = _planned(ctx)
    order = ordering.as_order(row, _due(ctx, row))
    yield from ordering.shown(ctx, ordering.retimed(ctx, order, ctx.slots["old"]), row.id)


def _planned(ctx: Context) -> Broadcast:
    row = _meant(ctx)
    if row.state != "planned":
        raise Sorry("broadcasts.over", number=row.id)
    return row


def _due(ctx: Context, row: Broadcast) -> datetime | None:
    """When it is said, where it is said once."""
    timer = timers.get(ctx.tx, f"broadcast:{row.id}:")
    return timer.due_at if timer and not row.rule else None
