"""A recall: the lots are frozen in every box, and everybody who got some is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from handlers import showing
from handlers.kit import Ask, Both, Context, Effect, Sorry, Things, answers, sentence
from handlers.medicine import desk
from handlers.medicine.counting import agrees, is_no
from handlers.medicine.keeping import plain
from handlers.medicine.lines import Line
from handlers.medicine.looking import look_again, serve_next
from handlers.medicine.picking import keeper_of, name_of
from handlers.pharmacy import rules
from storage import boxes, entries, holds, people, requests
from storage.boxes import Stock


@sentence("recall", fits=lambda ctx: rules.is_named(ctx.slots["text"]))
def recall(ctx: Context) -> Iterator[Effect]:
    """`召回 布洛芬 批号…`: frozen at once in every box; who got it is told after a yes."""
    line = desk.listed(ctx)[0]
    lots = _lots(ctx, line)
    if not lots:
        raise Sorry("medicine.none_such", what=plain(line))
    for lot in lots:
        if lot.blocked is None:
            entries.freeze(ctx.tx, lot.lot_id, "recall", ctx.now, person_id=ctx.who.id)
    for lot in lots:
        yield from free_holds(ctx, lot)
    yield from _tell_keepers(ctx, lots, line)
    # One word to each person, about the newest of what they had.
    takers = sorted(dict(holds.takers(ctx.tx, [lot.lot_id for lot in lots])).items())
    left = sum(lot.on_hand for lot in lots)
    values: dict[str, Any] = {"what": plain(line), "left": left, "count": len(takers)}
    if not takers:
        yield ctx.reply("medicine.frozen", **values)
        return
    yield Ask(
        ctx.here(),
        "medicine.frozen_tell",
        values,
        direct=True,
        person_id=ctx.who.id,
        question="medicine_recall",
        ref=lots[0].lot_id,
        data={"takers": takers, "name": line.name, "text": line.text},
    )


def _lots(ctx: Context, line: Line) -> list[Stock]:
    """Of this batch, in every box of the neighbourhood; one without a batch may be of it."""
    near = [box.id for box in boxes.near(ctx.tx, desk.own_box(ctx).place_id)]
    return [
        lot
        for lot in boxes.stock(ctx.tx, near, empty=True)
        if name_of(lot) == line.name
        and (line.batch is None or (lot.batch or line.batch).upper() == line.batch)
    ]


@sentence("lift", fits=lambda ctx: rules.is_named(ctx.slots["text"]))
def lift(ctx: Context) -> Iterator[Effect]:
    """`解除召回 布洛芬 批号…`: it was a mistake, or the maker has lifted it."""
    line = desk.listed(ctx)[0]
    lots = [lot for lot in _lots(ctx, line) if lot.blocked == "recall"]
    if not lots:
        raise Sorry("medicine.none_recalled", what=plain(line))
    for lot in lots:
        entries.lift(ctx.tx, lot.lot_id, ctx.now, person_id=ctx.who.id)
    left = sum(lot.on_hand for lot in lots)
    yield ctx.reply("medicine.lifted", what=plain(line), left=left)
    yield from serve_next(ctx, [line.name])


def _tell_keepers(ctx: Context, lots: list[Stock], line: Line) -> Iterator[Effect]:
    """Whoever keeps another box with some of it takes it out."""
    keepers = {}
    for lot in lots:
        box = boxes.get(ctx.tx, lot.box_id)
        keeper = keeper_of(ctx.tx, box)
        if lot.on_hand and keeper is not None and keeper != ctx.who.id:
            keepers[keeper] = Both(box.name, box.name_en)
    for keeper, name in keepers.items():
        yield ctx.tell(keeper, "medicine.recall_keeper", urgent=True, what=plain(line), box=name)


def free_holds(ctx: Context, lot: Stock) -> Iterator[Effect]:
    """Nobody waits for this lot any more; whoever did hears it."""
    for one in holds.held_of(ctx.tx, lot.lot_id):
        holds.release(ctx.tx, one)
        request = requests.get(ctx.tx, one.number)
        if request is not None:
            values = showing.openly(ctx, request)
            yield ctx.tell(
                request.requester_id, "medicine.gone", about=one.number, urgent=True, **values
            )
            yield from look_again(ctx, request)


@answers("medicine_recall", agrees)
def recall_told(ctx: Context) -> Iterator[Effect]:
    """Everybody who got some of it hears of it."""
    if is_no(ctx):
        yield ctx.reply("medicine.left_as_it_was")
        return
    data = ctx.asked.data
    what = Things(({"name": data["name"], "text": data["text"]},))
    for person_id, number in data["takers"]:
        if people.get(ctx.tx, person_id).left_at is None:
            yield ctx.tell(
                person_id, "medicine.recalled", about=number, urgent=True, number=number, what=what
            )
    yield ctx.reply("medicine.told_takers", count=len(data["takers"]))
