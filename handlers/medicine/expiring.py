"""The calendar of the boxes: what expires is announced, then blocked; every month a count."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from handlers.kit import Ask, Both, Context, Effect, Things, ToPerson, Word, daily
from handlers.medicine.picking import keeper_of, name_of, today_at
from handlers.medicine.recalling import free_holds
from handlers.medicine.stocked import lot_line
from handlers.pharmacy import rules
from storage import boxes, entries
from storage.boxes import Box, Stock

COUNT_WITHIN = timedelta(days=14)
"""So long a bare list answers the question of the month."""


@daily("09:00")
def watch_expiry(ctx: Context) -> Iterator[Effect]:
    """60, 30 and 7 days before, the keeper is told; after the last good day the lot is blocked."""
    for box in boxes.every(ctx.tx):
        yield from _warn(ctx, box)
        yield from _block(ctx, box)


def _warn(ctx: Context, box: Box) -> Iterator[Effect]:
    today = today_at(ctx.tx, box.place_id, ctx.now)
    told: dict[int, list[Word]] = {}
    for lot in boxes.stock(ctx.tx, box.id):
        left = _days_left(lot, today)
        if left is None or left < 0 or lot.blocked:
            continue
        due = [
            days
            for days in ctx.policy_at(box.place_id).medicine.warn_days_before_expiry
            if left <= days
        ]
        if due and (lot.warned is None or lot.warned > min(due)):
            boxes.warned(ctx.tx, lot.lot_id, min(due))
            told.setdefault(min(due), []).append(lot_line(lot))
    keeper = keeper_of(ctx.tx, box)
    if keeper is None:
        return
    for days, lots in sorted(told.items()):
        name = Both(box.name, box.name_en)
        yield ctx.tell(keeper, "medicine.expiring", box=name, lots=lots, days=days)


def _block(ctx: Context, box: Box) -> Iterator[Effect]:
    today, over = today_at(ctx.tx, box.place_id, ctx.now), []
    for lot in boxes.stock(ctx.tx, box.id):
        left = _days_left(lot, today)
        if left is not None and left < 0 and lot.blocked is None:
            entries.freeze(ctx.tx, lot.lot_id, "expired", ctx.now, person_id=None)
            yield from free_holds(ctx, lot)
            amount = {"quantity": lot.on_hand, "unit": rules.unit_of(lot.unit)}
            over.append({"name": name_of(lot), **amount})
    keeper = keeper_of(ctx.tx, box)
    if over and keeper is not None:
        yield Ask(
            ToPerson(keeper),
            "medicine.expired",
            {"box": Both(box.name, box.name_en), "what": Things(tuple(over))},
            person_id=keeper,
            question="medicine_expired",
            ref=box.id,
            wait=COUNT_WITHIN,
        )


@daily("09:30")
def ask_for_count(ctx: Context) -> Iterator[Effect]:
    """On the first days of a month the keeper is asked to count, once."""
    for box in boxes.every(ctx.tx):
        month = today_at(ctx.tx, box.place_id, ctx.now)[:7]
        if box.count_asked == month:
            continue
        boxes.change(ctx.tx, box.id, count_asked=month)
        keeper = keeper_of(ctx.tx, box)
        # A box that is new this month was counted when it was filled.
        if keeper is not None and box.count_asked is not None and boxes.stock(ctx.tx, box.id):
            yield Ask(
                ToPerson(keeper),
                "medicine.please_count",
                {"box": Both(box.name, box.name_en)},
                person_id=keeper,
                question="medicine_stocktake",
                ref=box.id,
                wait=COUNT_WITHIN,
            )


def _days_left(lot: Stock, today: str) -> int | None:
    """Days until the last good day; negative when it is over, None where there is none."""
    if lot.expiry is None:
        return None
    return (date.fromisoformat(lot.expiry) - date.fromisoformat(today)).days
