"""What lies in the boxes: asked by anybody, listed for the keeper."""

from __future__ import annotations

from collections.abc import Iterator

from handlers.kit import Both, Context, Effect, Say, Sorry, Things, ToPerson, Word, sentence
from handlers.medicine import desk
from handlers.medicine.picking import name_of, today_at
from handlers.pharmacy import rules
from storage import boxes
from storage.boxes import Box, Stock

MOST = 12
"""So many things a listing names in a group."""


@sentence("what")
def what_is_there(ctx: Context) -> Iterator[Effect]:
    """`药箱里有什么`: the nearest box that holds anything."""
    near = _near(ctx)
    for box in near:
        free = _free(ctx, box)
        if free:
            yield ctx.reply("medicine.contents", box=_title(box), what=_amounts(free))
            return
    yield ctx.reply("medicine.empty", box=_title(near[0]))


def _thing(ctx: Context) -> str:
    return ctx.slots["text"].rstrip("吗么嘛不没了?")


@sentence("has", fits=lambda ctx: rules.is_named(_thing(ctx)))
def is_there(ctx: Context) -> Iterator[Effect]:
    """`药箱里还有布洛芬吗`: what there is, and where."""
    said = _thing(ctx)
    names = rules.answers_to({"text": said, "name": rules.canonical(said)})
    for box in _near(ctx):
        free = [lot for lot in _free(ctx, box) if name_of(lot) in names]
        if free:
            yield ctx.reply("medicine.there_is", box=_title(box), what=_amounts(free))
            return
    yield ctx.reply("medicine.there_is_none", what=Things(({"text": said, "name": said},)))


def _near(ctx: Context) -> list[Box]:
    here = ctx.who.place_id if ctx.place is None or ctx.place.kind != "building" else ctx.place.id
    near = boxes.near(ctx.tx, here or (ctx.place.id if ctx.place else None))
    if not near:
        raise Sorry("medicine.no_box")
    return near


def _free(ctx: Context, box: Box) -> list[Stock]:
    today = today_at(ctx.tx, box.place_id, ctx.now)
    lots = boxes.stock(ctx.tx, box.id)
    return [lot for lot in lots if lot.available > 0 and (lot.expiry or today) >= today]


def _amounts(lots: list[Stock]) -> Things:
    sums: dict[tuple[str, str], int] = {}
    for lot in lots:
        child = lot.form == "child" and not name_of(lot).startswith("小儿")
        key = (("儿童" if child else "") + name_of(lot), rules.unit_of(lot.unit))
        sums[key] = sums.get(key, 0) + lot.available
    return Things(
        tuple(
            {"name": name, "quantity": count, "unit": unit}
            for (name, unit), count in list(sums.items())[:MOST]
        )
    )


def _title(box: Box) -> Both:
    return Both(box.name, box.name_en)


@sentence("listing")
def listing(ctx: Context) -> Iterator[Effect]:
    """`药箱清单`: every lot with its last day, for the keeper alone."""
    own = desk.own_boxes(ctx)
    if not own:
        yield from what_is_there(ctx)
        return
    for box in own[:3]:
        lots = boxes.stock(ctx.tx, box.id)
        values = {"box": _title(box), "lots": [lot_line(lot) for lot in lots]}
        key = "medicine.list" if lots else "medicine.empty"
        yield Say(ToPerson(ctx.who.id), key, values, direct=True)


def lot_line(lot: Stock) -> Word:
    """One lot as the keeper reads it."""
    named = {"name": name_of(lot), "text": lot.text or name_of(lot)}
    what = Things(({**named, "quantity": lot.on_hand, "unit": rules.unit_of(lot.unit)},))
    notes = [Word(f"medicine.note_{lot.blocked}")] if lot.blocked else []
    if lot.reserved:
        notes.append(Word("medicine.note_reserved", {"count": lot.reserved}))
    key = "medicine.line" if lot.expiry else "medicine.line_undated"
    line = Word(key, {"what": what, "expiry": lot.expiry or ""})
    return Word("medicine.noted_line", {"line": line, "notes": notes}) if notes else line
