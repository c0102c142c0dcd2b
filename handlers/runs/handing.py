"""Goods are handed over, household by household, and each one says that they came."""

from __future__ import annotations

import re
from collections.abc import Iterator

from handlers import showing
from handlers.kit import Ask, Context, Effect, ToPerson, answers, overhears
from handlers.runs import gathering, trips
from storage import people, requests, runs
from storage.requests import Request
from storage.runs import Order

ASKED = {"handed": "settled"}
_HANDED = re.compile(
    r"送到|送达|送过去|给(?:到|了)|拿走|取走|放门口|"
    r"\b(?:delivered|dropped off|handed|gave|got theirs)\b",
    re.IGNORECASE,
)
_ALL = re.compile(r"都|全|\b(?:all|everything|everyone)\b", re.IGNORECASE)


def _hands_over(ctx: Context) -> bool:
    run = trips.own(ctx, "claimed")
    return run is not None and _HANDED.search(ctx.text) is not None and bool(_whose(ctx, run))


def _whose(ctx: Context, run: Request) -> list[Order]:
    waiting = [one for one in runs.orders(ctx.tx, run.number) if one.state == "ordered"]
    if _ALL.search(ctx.text):
        return waiting
    meant = {one.id for one in trips.whose(ctx, run, ctx.text)}
    return [one for one in waiting if one.id in meant]


@overhears("finished", trips.is_away, _hands_over, plainly=True)
def handed(ctx: Context) -> Iterator[Effect]:
    """`502送到了`, `都送到了`: each neighbour is asked whether it came."""
    run = trips.own(ctx, "claimed")
    if run is None:
        return
    given = _whose(ctx, run)
    homes = [showing.name_of(people.get(ctx.tx, one.person_id)) for one in given]
    yield ctx.reply("runs.handed", about=run.number, number=run.number, homes=homes)
    for one in given:
        runs.change(ctx.tx, one, state="handed")
        values = {**trips.named(ctx, run), "goods": trips.goods(one)}
        yield Ask(
            ToPerson(one.person_id),
            "runs.came",
            values,
            about=run.number,
            urgent=True,
            person_id=one.person_id,
            question="handed",
            ref=run.number,
        )


@answers("handed", lambda ctx: ctx.reading.act in {"confirm", "reopen"})
def came(ctx: Context) -> Iterator[Effect]:
    """Yes: received. No: the runner hears it."""
    run = requests.get(ctx.tx, ctx.asked.ref)
    order = runs.order_of(ctx.tx, ctx.asked.ref, ctx.who.id)
    if run is None or order is None:
        return
    if ctx.reading.act == "reopen":
        runs.change(ctx.tx, order, state="ordered")
        values = {**trips.named(ctx, run), "name": showing.name_of(ctx.who)}
        yield ctx.reply("runs.told_missing", about=run.number, **trips.named(ctx, run))
        to = run.requester_id
        yield ctx.tell(to, "runs.missing", about=run.number, urgent=True, **values)
        return
    runs.change(ctx.tx, order, state="received")
    yield ctx.reply("runs.received", about=run.number, **trips.named(ctx, run))
    yield from ended(ctx, run)


def ended(ctx: Context, run: Request) -> Iterator[Effect]:
    """Everything came and everything noted is paid: the run is done."""
    left = runs.orders(ctx.tx, run.number)
    if all(one.state == "received" and (one.paid or not one.cents) for one in left):
        yield from gathering.end(ctx, run, "done")
