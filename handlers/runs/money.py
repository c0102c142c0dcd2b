"""What each household owes the runner: noted, told and ticked off; the bot handles no payment."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from handlers import showing
from handlers.kit import Context, Effect, Lines, Say, ToPerson, Word, overhears, sentence
from handlers.runs import handing, trips
from storage import people, requests, runs
from storage.requests import Request
from storage.runs import Order

MOST = 1_000_000
"""Cents; whatever is dearer was not meant."""
_AMOUNT = re.compile(
    r"(?P<who>.*?\S)[\s:,]*(?:共|一共|是|花了|¥|rmb|￥)?\s*(?<![\d.])(?P<yuan>\d{1,5}(?:\.\d{1,2})?)\s*"
    r"(?P<unit>元|块钱?|yuan|rmb|¥)?",
    re.IGNORECASE,
)
_PAID = re.compile(
    r"付了|付过|已付|给过钱|钱给了|转了|已转|转给|收到.{0,12}钱|结清|\b(?:paid|settled|transferred)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Noted:
    """One line of a bill: which order, how many cents."""

    order: Order
    cents: int


def _bill(ctx: Context, run: Request) -> list[Noted]:
    """`3号楼502 38.5元`, one to a line; empty where any line is something else."""
    found = []
    for line in re.split(r"[\n;；]", unicodedata.normalize("NFKC", ctx.text)):
        said = _AMOUNT.fullmatch(line.strip(" 。.,"))
        orders = trips.whose(ctx, run, said["who"]) if said else []
        if said is None or len(orders) != 1:
            return []
        cents = round(float(said["yuan"]) * 100)
        if not 0 < cents <= MOST:
            return []
        found.append(Noted(orders[0], cents))
    return found


def _notes(ctx: Context) -> bool:
    run = trips.own(ctx, "claimed")
    return run is not None and bool(_bill(ctx, run))


@overhears("what", trips.is_away, _notes, plainly=True)
def note(ctx: Context) -> Iterator[Effect]:
    """The runner names what it cost: each household hears its own sum, privately."""
    run = trips.own(ctx, "claimed")
    if run is None:
        return
    for one in _bill(ctx, run):
        runs.change(ctx.tx, one.order, cents=one.cents, paid=False)
        values = {
            **trips.named(ctx, run),
            "goods": trips.goods(one.order),
            "sum": yuan(one.cents),
        }
        yield ctx.tell(one.order.person_id, "runs.owes", about=run.number, urgent=True, **values)
    yield from _tell_bill(ctx, run)


@sentence("bill", fits=lambda ctx: trips.own(ctx, "claimed") is not None)
def bill(ctx: Context) -> Iterator[Effect]:
    """`账单`: who owes what, for the runner."""
    run = trips.own(ctx, "claimed")
    if run is not None:
        yield from _tell_bill(ctx, run)


def _tell_bill(ctx: Context, run: Request) -> Iterator[Effect]:
    lines = []
    for order in runs.orders(ctx.tx, run.number):
        state = "paid" if order.paid else "owing" if order.cents else "unknown"
        who = showing.name_of(people.get(ctx.tx, order.person_id))
        values = {"home": trips.household(ctx, order), "name": who, "sum": yuan(order.cents or 0)}
        lines.append(Word(f"runs.bill_{state}", values))
    values = {**trips.named(ctx, run), "lines": Lines(tuple(lines))}
    yield Say(ToPerson(ctx.who.id), "runs.bill", values, about=run.number, direct=True)


def _pays(ctx: Context) -> bool:
    return _PAID.search(ctx.text) is not None and bool(_paid(ctx))


def _paid(ctx: Context) -> list[tuple[Request, Order]]:
    """The orders that are said to be paid: by the runner, named; by a neighbour, their own."""
    own = trips.own(ctx, "claimed")
    named = [(own, one) for one in trips.whose(ctx, own, ctx.text)] if own is not None else []
    if named:
        return [pair for pair in named if pair[1].cents and not pair[1].paid]
    mine = [
        (run, runs.order_of(ctx.tx, run.number, ctx.who.id))
        for run in requests.apart(ctx.tx, "run")
    ]
    return [(run, one) for run, one in mine if one is not None and one.cents and not one.paid]


@overhears("what", lambda ctx: bool(requests.apart(ctx.tx, "run")), _pays, plainly=True)
def paid(ctx: Context) -> Iterator[Effect]:
    """`502付了` by the runner, `钱转了` by the neighbour: ticked off, and the other hears it."""
    for run, order in _paid(ctx):
        runs.change(ctx.tx, order, paid=True)
        runner = run.requester_id == ctx.who.id
        other = order.person_id if runner else run.requester_id
        name = showing.name_of(people.get(ctx.tx, order.person_id))
        values = {**trips.named(ctx, run), "sum": yuan(order.cents or 0), "payer": name}
        yield ctx.reply("runs.ticked", about=run.number, **values)
        yield ctx.tell(
            other, "runs.settled" if runner else "runs.says_paid", about=run.number, **values
        )
        yield from handing.ended(ctx, run)


def yuan(cents: int) -> str:
    """`38.5`: no more digits than needed."""
    return f"{cents / 100:.2f}".rstrip("0").rstrip(".")
