"""The stock-take: counted things against the books, explained, and corrected after a yes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from handlers import showing
from handlers.kit import Ask, Both, Context, Effect, Things, Word, answers, sentence
from handlers.medicine import desk, lines
from handlers.medicine.keeping import plain
from handlers.medicine.lines import Line
from handlers.medicine.looking import look_again, serve_next
from handlers.pharmacy import rules
from storage import boxes, entries, holds, questions, requests
from storage.boxes import Box, Stock

NOTE = "stock-take"
_KINDS = ("in", "out", "dispose", "correct")


@sentence("count", fits=desk.is_list)
def count(ctx: Context) -> Iterator[Effect]:
    """`盘点:布洛芬2盒,口罩35只`."""
    yield from _compare(ctx, desk.own_box(ctx), desk.counted(ctx))


def _is_bare_list(ctx: Context) -> bool:
    found = desk.listed(ctx)
    odd = any(map(lines.is_odd, found))
    return odd or (desk.are_names(found) and all(one.quantity is not None for one in found))


@answers("medicine_stocktake", _is_bare_list)
def counted_when_asked(ctx: Context) -> Iterator[Effect]:
    """`布洛芬2盒,口罩35只`, to the monthly question."""
    box = boxes.get(ctx.tx, ctx.asked.ref)
    desk.must_keep(ctx, box)
    yield from _compare(ctx, box, desk.counted(ctx))


def _compare(ctx: Context, box: Box, counted: Iterable[Line]) -> Iterator[Effect]:
    found, differing = [], []
    for line in counted:
        named = (line.name, line.text, desk.unit(line))
        lots = desk.lots(ctx, box, *named)
        booked, there = sum(lot.on_hand for lot in lots), line.quantity or 0
        if booked == there:
            _agree(ctx, lots)
            continue
        differing.append([line.name, line.text, there, desk.unit(line)])
        moved = _since(ctx, desk.lots(ctx, box, *named, empty=True))
        values = {"what": plain(line), "booked": booked, "counted": there, "since": moved}
        found.append(Word("medicine.difference", values))
    questions.close(ctx.tx, ctx.who.id, "medicine_stocktake", box.id)
    if not differing:
        yield ctx.reply("medicine.count_right", box=Both(box.name, box.name_en))
        return
    yield Ask(
        ctx.here(),
        "medicine.count_differs",
        {"box": Both(box.name, box.name_en), "differences": found},
        direct=True,
        person_id=ctx.who.id,
        question="medicine_count",
        ref=box.id,
        data={"counted": differing},
    )


def _since(ctx: Context, lots: list[Stock]) -> list[Word]:
    """What went in and out since these were last counted: where a difference may come from."""
    moved: Counter[str] = Counter()
    for lot in lots:
        of_lot = entries.of_lot(ctx.tx, lot.lot_id)
        last = max((at for at, one in enumerate(of_lot) if one.note == NOTE), default=-1)
        for one in of_lot[last + 1 :]:
            moved[one.kind] += one.quantity
    parts = [
        Word(
            f"medicine.sum_{kind}",
            {"count": abs(moved[kind]) if kind != "correct" else moved[kind]},
        )
        for kind in _KINDS
        if moved[kind]
    ]
    if reserved := sum(lot.reserved for lot in lots):
        parts.append(Word("medicine.sum_reserved", {"count": reserved}))
    return parts or [Word("medicine.sum_none")]


def _agree(ctx: Context, lots: Iterable[Stock]) -> None:
    """Counted and right: the next difference is explained from here on."""
    for lot in lots:
        boxes.move(ctx.tx, lot.lot_id, 0, "count", ctx.now, person_id=ctx.who.id, note=NOTE)


def agrees(ctx: Context) -> bool:
    """A yes or no to what would be done."""
    return ctx.reading.act in {"confirm", "cancel", "release"} or "确认" in ctx.text


def is_no(ctx: Context) -> bool:
    return ctx.reading.act in {"cancel", "release"}


@answers("medicine_count", agrees)
def count_confirmed(ctx: Context) -> Iterator[Effect]:
    """The books follow the count."""
    if is_no(ctx):
        yield ctx.reply("medicine.left_as_it_was")
        return
    box = boxes.get(ctx.tx, ctx.asked.ref)
    desk.must_keep(ctx, box)
    undated, changes, found = [], [], []
    for name, text, there, unit in ctx.asked.data["counted"]:
        lots = desk.lots(ctx, box, name, text, unit)
        more = there - sum(lot.on_hand for lot in lots)
        if more > 0 and not _more(ctx, box, lots, more, (name, text, unit)):
            undated.append({"name": name, "text": text})
            continue
        if more < 0:
            yield from _fewer(ctx, lots, -more)
        elif more > 0:
            found.append(name)
        what = Things(({"name": name, "text": text},))
        changes.append(Word("medicine.change", {"what": what, "by": f"{more:+d}"}))
    name_here = Both(box.name, box.name_en)
    if changes:
        yield ctx.reply("medicine.corrected", box=name_here, changes=changes)
    if undated:
        yield ctx.reply("medicine.stock_needs_expiry", what=Things(tuple(undated)))
    yield from serve_next(ctx, found)


def _fewer(ctx: Context, lots: list[Stock], missing: int) -> Iterator[Effect]:
    """Things are missing: first from what nobody waits for, else somebody hears it is gone."""
    lost = []
    for lot in lots:
        for one in [None, *holds.held_of(ctx.tx, lot.lot_id)]:
            if one is not None and missing > 0:
                holds.release(ctx.tx, one)
                lost.append(one.number)
            now = boxes.of_lot(ctx.tx, lot.lot_id)
            take = min(missing, now.on_hand - now.reserved)
            if take > 0 and _correct(ctx, lot, -take):
                missing -= take
    for number in dict.fromkeys(lost):
        request = requests.get(ctx.tx, number)
        if request is not None:
            values = showing.openly(ctx, request)
            yield ctx.tell(request.requester_id, "medicine.gone", about=number, **values)
            yield from look_again(ctx, request)


def _more(
    ctx: Context, box: Box, lots: list[Stock], more: int, named: tuple[str, str, str]
) -> bool:
    """More than in the books; False where a new lot would need its expiry."""
    open_lots = [lot for lot in lots if lot.blocked is None]
    if open_lots:
        return _correct(ctx, open_lots[0], more)
    name, text, unit = named
    if not rules.is_goods(text, name):
        return False
    columns: dict[str, Any] = {"box_id": box.id, "item": name, "text": text, "unit": unit}
    told: dict[str, Any] = {"note": NOTE, "person_id": ctx.who.id, "mid": desk.mid(ctx)}
    boxes.add_lot(ctx.tx, ctx.now, quantity=more, **columns, **told)
    return True


def _correct(ctx: Context, lot: Stock, quantity: int) -> bool:
    return boxes.move(
        ctx.tx,
        lot.lot_id,
        quantity,
        "correct",
        ctx.now,
        person_id=ctx.who.id,
        note=NOTE,
        mid=desk.mid(ctx),
    )
