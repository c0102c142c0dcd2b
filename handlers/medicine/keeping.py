"""The keeper's sentences: stock in, disposal, and taking an entry back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from handlers.kit import Both, Context, Effect, Sorry, Things, Word, answers, sentence
from handlers.medicine import desk, gate
from handlers.medicine.lines import Line
from handlers.medicine.looking import serve_next
from handlers.medicine.picking import name_of, today_at
from handlers.pharmacy import rules
from storage import boxes, entries
from storage.boxes import Stock

YESTERDAY = timedelta(hours=24)
_GONE = re.compile(
    r"处理|销毁|交[掉了]|送[去回]|扔|\b(?:disposed|handed in|thrown|done)\b",
    re.IGNORECASE,
)


@sentence("stock_in", fits=desk.is_list)
def stock_in(ctx: Context) -> Iterator[Effect]:
    """`入库 布洛芬2盒 到期2027-05`: through the same gate as what neighbours give."""
    box, put = desk.own_box(ctx), []
    today = date.fromisoformat(today_at(ctx.tx, box.place_id, ctx.now))
    for line in desk.counted(ctx):
        if line.quantity == 0:
            raise Sorry("medicine.odd_amount")
        gate.refuse_bad(ctx, line, today, ctx.policy_at(box.place_id))
        count, unit = line.quantity or 1, desk.unit(line)
        columns: dict[str, Any] = {
            "box_id": box.id,
            "item": line.name,
            "text": line.text,
            "unit": unit,
            "expiry": line.expiry.isoformat() if line.expiry else None,
            "form": "child" if rules.is_child_form(line.text) else "adult",
            "batch": line.batch,
            "person_id": ctx.who.id,
            "mid": desk.mid(ctx),
        }
        boxes.add_lot(ctx.tx, ctx.now, quantity=count, **columns)
        put.append({"name": line.name, "text": line.text, "quantity": count, "unit": unit})
    name = Both(box.name, box.name_en)
    yield ctx.reply("medicine.stocked", what=Things(tuple(put)), box=name)
    yield from serve_next(ctx, [str(one["name"]) for one in put])


def _is_disposal(ctx: Context) -> bool:
    """With amounts, or just the names of what is blocked."""
    return desk.is_list(ctx) or (bool(desk.own_boxes(ctx)) and desk.are_names(desk.listed(ctx)))


@sentence("dispose", fits=_is_disposal)
def dispose(ctx: Context) -> Iterator[Effect]:
    """`销毁 布洛芬1盒`, `已处理 布洛芬`: out of the box and out of use, what is blocked first."""
    box, gone = desk.own_box(ctx), []
    for line in desk.counted(ctx):
        lots = desk.lots(ctx, box, line.name, line.text, desk.unit(line))
        blocked = sum(lot.on_hand for lot in lots if lot.blocked)
        count = blocked if line.quantity is None else line.quantity
        if count <= 0:
            raise Sorry("medicine.odd_amount")
        left = count
        # What may not go out any more is what is thrown away first.
        for lot in sorted(lots, key=lambda lot: lot.blocked is None):
            left -= _throw_away(ctx, lot, min(left, lot.on_hand - lot.reserved))
        if left:
            raise Sorry("medicine.not_so_many", what=plain(line))
        gone.append({"name": line.name, "quantity": count, "unit": desk.unit(line)})
    yield ctx.reply("medicine.disposed", what=Things(tuple(gone)))


def _throw_away(ctx: Context, lot: Stock, count: int) -> int:
    """How many of so many left the books."""
    told: dict[str, Any] = {"person_id": ctx.who.id, "mid": desk.mid(ctx)}
    moved = count > 0 and boxes.move(ctx.tx, lot.lot_id, -count, "dispose", ctx.now, **told)
    return count if moved else 0


@answers("medicine_expired", lambda ctx: _GONE.search(ctx.text) is not None)
def thrown_away(ctx: Context) -> Iterator[Effect]:
    """`已处理`, to the word that things have expired: all that is blocked for it."""
    box = boxes.get(ctx.tx, ctx.asked.ref)
    desk.must_keep(ctx, box)
    gone = [
        {"name": name_of(lot), "quantity": count, "unit": rules.unit_of(lot.unit)}
        for lot in boxes.stock(ctx.tx, box.id)
        if lot.blocked == "expired" and (count := _throw_away(ctx, lot, lot.on_hand))
    ]
    if not gone:
        raise Sorry("medicine.nothing_expired", box=Both(box.name, box.name_en))
    yield ctx.reply("medicine.disposed", what=Things(tuple(gone)))


def plain(line: Line) -> Things:
    return Things(({"name": line.name, "text": line.text},))


@sentence("undo", fits=lambda ctx: bool(desk.own_boxes(ctx)))
def undo(ctx: Context) -> Iterator[Effect]:
    """`撤销上一笔`: all the keeper entered last in one breath, each line by its opposite."""
    last = entries.last_by(ctx.tx, ctx.who.id, ctx.now - YESTERDAY)
    if not last:
        raise Sorry("medicine.cannot_undo")
    what = []
    for line in last:
        told: dict[str, Any] = {"person_id": ctx.who.id, "mid": desk.mid(ctx)}
        if not entries.undo(ctx.tx, line, ctx.now, **told):
            raise Sorry("medicine.cannot_undo")
        lot = boxes.of_lot(ctx.tx, line.lot_id)
        amount = {"quantity": abs(line.quantity), "unit": rules.unit_of(lot.unit)}
        what.append({"name": name_of(lot), **amount})
    kind = Word(f"medicine.kind_{last[0].kind}")
    yield ctx.reply("medicine.undone", kind=kind, what=Things(tuple(what)))
