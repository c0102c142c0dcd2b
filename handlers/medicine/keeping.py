"""The keeper's sentences: stock in, stock-take, disposal, and taking an entry back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from handlers import showing
from handlers.kit import Ask, Both, Context, Effect, Sorry, Things, Word, answers, sentence
from handlers.medicine import desk, lines, rules
from handlers.medicine.caution import NEVER
from handlers.medicine.lines import Line
from handlers.medicine.looking import serve_next
from handlers.medicine.picking import name_of, today_at
from storage import boxes, holds, requests
from storage.boxes import Box, Stock

YESTERDAY = timedelta(hours=24)


def listed(ctx: Context) -> list[Line]:
    """The things of the sentence; empty where the words are none of a keeper's."""
    return lines.parse(ctx.slots.get("text", ""), ctx.now.date())


def counted(ctx: Context) -> list[Line]:
    """The things of a keeper's list. Sorry where an amount is none."""
    found = listed(ctx)
    if any(lines.is_odd(line) for line in found):
        raise Sorry("medicine.odd_amount")
    return found


def is_list(ctx: Context) -> bool:
    """A keeper's list has amounts; `盘点今年的电影` is chatter."""
    said = listed(ctx)
    found = [one for one in said if one.quantity is not None or one.expiry or lines.is_odd(one)]
    return any(rules.known(line.text) for line in found) or bool(found and desk.own_boxes(ctx))


def _unit(line: Line) -> str:
    if line.unit is None and rules.is_goods(line.text):
        return "个"
    return rules.unit_of(line.unit)


@sentence("stock_in", fits=is_list)
def stock_in(ctx: Context) -> Iterator[Effect]:
    """`入库 布洛芬2盒 到期2027-05`."""
    box, put = desk.own_box(ctx), []
    today = today_at(ctx.tx, box.place_id, ctx.now)
    for line in counted(ctx):
        if line.quantity == 0:
            raise Sorry("medicine.odd_amount")
        _refuse_bad(line, today)
        columns: dict[str, Any] = {
            "box_id": box.id,
            "item": line.name,
            "text": line.text,
            "unit": _unit(line),
            "expiry": line.expiry.isoformat() if line.expiry else None,
            "form": "child" if rules.is_child_form(line.text) else "adult",
            "batch": line.batch,
        }
        count = line.quantity or 1
        boxes.add_lot(ctx.tx, ctx.now, quantity=count, person_id=ctx.who.id, **columns)
        put.append({"name": line.name, "text": line.text, "quantity": count, "unit": _unit(line)})
    name = Both(box.name, box.name_en)
    yield ctx.reply("medicine.stocked", what=Things(tuple(put)), box=name)
    yield from serve_next(ctx, [str(one["name"]) for one in put])


def _lots(ctx: Context, box: Box, name: str, text: str, unit: str) -> list[Stock]:
    """The lots a line speaks of: of this name and form, and counted in its unit."""
    form = "child" if rules.is_child_form(text) else "adult"
    of_name = [lot for lot in boxes.stock(ctx.tx, box.id) if name_of(lot) == name]
    if not rules.is_goods(text):
        of_name = [lot for lot in of_name if lot.form == form]
    return [lot for lot in of_name if rules.unit_of(lot.unit) == unit or rules.is_goods(text)]


def _refuse_bad(line: Line, today: str) -> None:
    """Sorry where a line may not go into a box, or lacks its date."""
    found, what = rules.known(line.text), Things(({"name": line.name, "text": line.text},))
    if found and found.rule.kind in NEVER:
        raise Sorry(f"medicine.refuse_{found.rule.kind}", what=what)
    for reason in rules.barred(line.text):
        raise Sorry(f"medicine.refuse_{reason}", what=what)
    if not rules.is_goods(line.text):
        if line.expiry is None:
            raise Sorry("medicine.stock_needs_expiry", what=what)
        if line.expiry.isoformat() < today:
            raise Sorry("medicine.refuse_expired", what=what)


@sentence("dispose", fits=is_list)
def dispose(ctx: Context) -> Iterator[Effect]:
    """`销毁 布洛芬1盒`: out of the box and out of use, what expires first."""
    box, gone = desk.own_box(ctx), []
    for line in counted(ctx):
        count = line.quantity or 1
        lots = _lots(ctx, box, line.name, line.text, _unit(line))
        # What may not go out any more is what is thrown away first.
        for lot in sorted(lots, key=lambda lot: lot.blocked is None):
            take = min(count, lot.on_hand - lot.reserved)
            if take > 0 and boxes.move(
                ctx.tx, lot.lot_id, -take, "dispose", ctx.now, person_id=ctx.who.id
            ):
                count -= take
        if count:
            raise Sorry("medicine.not_so_many", what=plain(line))
        gone.append({"name": line.name, "quantity": line.quantity or 1, "unit": _unit(line)})
    yield ctx.reply("medicine.disposed", what=Things(tuple(gone)))


def plain(line: Line) -> Things:
    return Things(({"name": line.name, "text": line.text},))


@sentence("count", fits=is_list)
def count(ctx: Context) -> Iterator[Effect]:
    """`盘点:布洛芬2盒,口罩35只`: compared with the books, corrected after a yes."""
    box = desk.own_box(ctx)
    found, differing = [], []
    for line in counted(ctx):
        lots = _lots(ctx, box, line.name, line.text, _unit(line))
        booked = sum(lot.on_hand for lot in lots)
        there = line.quantity or 0
        if booked != there:
            differing.append([line.name, line.text, there, _unit(line)])
            values = {"what": plain(line), "booked": booked, "counted": there}
            found.append(Word("medicine.difference", values))
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
    undated = []
    for name, text, there, unit in ctx.asked.data["counted"]:
        lots = _lots(ctx, box, name, text, unit)
        more = there - sum(lot.on_hand for lot in lots)
        if more < 0:
            yield from _fewer(ctx, lots, -more)
        elif more > 0 and not _more(ctx, box, lots, more, (name, text, unit)):
            undated.append({"name": name, "text": text})
    yield ctx.reply("medicine.corrected", box=Both(box.name, box.name_en))
    if undated:
        yield ctx.reply("medicine.stock_needs_expiry", what=Things(tuple(undated)))


def _fewer(ctx: Context, lots: list[Stock], missing: int) -> Iterator[Effect]:
    """Things are missing: first from what nobody waits for, else somebody hears it is gone."""
    for lot in lots:
        for one in [None, *holds.held_of(ctx.tx, lot.lot_id)]:
            if one is not None and missing > 0:
                holds.release(ctx.tx, one)
                request = requests.get(ctx.tx, one.number)
                if request is not None:
                    yield ctx.tell(
                        request.requester_id,
                        "medicine.gone",
                        about=one.number,
                        **showing.openly(ctx, request),
                    )
            now = boxes.of_lot(ctx.tx, lot.lot_id)
            take = min(missing, now.on_hand - now.reserved)
            if take > 0 and _correct(ctx, lot, -take):
                missing -= take


def _more(
    ctx: Context, box: Box, lots: list[Stock], more: int, named: tuple[str, str, str]
) -> bool:
    """More than in the books; False where a new lot would need its expiry."""
    if lots:
        return _correct(ctx, lots[0], more)
    name, text, unit = named
    if not rules.is_goods(text, name):
        return False
    columns: dict[str, Any] = {"box_id": box.id, "item": name, "text": text, "unit": unit}
    boxes.add_lot(
        ctx.tx, ctx.now, quantity=more, person_id=ctx.who.id, note="stock-take", **columns
    )
    return True


def _correct(ctx: Context, lot: Stock, quantity: int) -> bool:
    return boxes.move(
        ctx.tx,
        lot.lot_id,
        quantity,
        "correct",
        ctx.now,
        person_id=ctx.who.id,
        note="stock-take",
    )


@sentence("undo", fits=lambda ctx: bool(desk.own_boxes(ctx)))
def undo(ctx: Context) -> Iterator[Effect]:
    """`撤销上一笔`: the keeper's last entry of the day is corrected by its opposite."""
    last = holds.last_by(ctx.tx, ctx.who.id, ctx.now - YESTERDAY)
    if last is None or not holds.undo(ctx.tx, last, ctx.now, person_id=ctx.who.id):
        raise Sorry("medicine.cannot_undo")
    lot = boxes.of_lot(ctx.tx, last.lot_id)
    amount = {"name": name_of(lot), "quantity": abs(last.quantity), "unit": lot.unit}
    what = Things((amount,))
    yield ctx.reply("medicine.undone", kind=Word(f"medicine.kind_{last.kind}"), what=what)
