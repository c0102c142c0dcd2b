"""`布洛芬的流水`: every line of the ledger of a thing, for whoever answers for the box."""

from __future__ import annotations

from collections.abc import Iterator

from handlers import showing
from handlers.kit import Both, Context, Effect, Lines, Say, Sorry, Things, ToPerson, Word, sentence
from handlers.medicine import desk
from handlers.medicine.picking import name_of
from handlers.pharmacy import rules
from storage import boxes, entries, people
from storage.boxes import Box, Movement, Stock

MOST = 20
"""So many lines of a lot are told, the newest."""
LOTS = 6


def _is_audit(ctx: Context) -> bool:
    said = ctx.slots["text"]
    return rules.is_named(said) or bool(_found(ctx, said))


@sentence("ledger", fits=_is_audit)
def ledger(ctx: Context) -> Iterator[Effect]:
    """Lot by lot: what came and went, when, by whom, for which number."""
    if not desk.own_boxes(ctx):
        raise Sorry("medicine.not_keeper")
    said, told = ctx.slots["text"], []
    found = _found(ctx, said)
    for box, lot in found[-LOTS:]:
        told.append(_head(box, lot))
        told += [_line(ctx, one) for one in entries.of_lot(ctx.tx, lot.lot_id)[-MOST:]]
    what = Things(({"name": rules.canonical(said), "text": said},))
    if not told:
        raise Sorry("medicine.none_such", what=what)
    values = {"what": what, "lines": Lines(tuple(told))}
    yield Say(ToPerson(ctx.who.id), "medicine.ledger", values, direct=True)


def _found(ctx: Context, said: str) -> list[tuple[Box, Stock]]:
    """The lots of this name that ever lay in the speaker's boxes, oldest first."""
    own = {box.id: box for box in desk.own_boxes(ctx)}
    names = {rules.canonical(said), said}
    lots = boxes.stock(ctx.tx, list(own), empty=True) if own else []
    mine = [(own[lot.box_id], lot) for lot in lots if names & {name_of(lot), lot.text}]
    return sorted(mine, key=lambda one: one[1].lot_id)


def _head(box: Box, lot: Stock) -> Word:
    batch = Word("medicine.batch", {"batch": lot.batch}) if lot.batch else ""
    expiry = Word("medicine.until", {"expiry": lot.expiry}) if lot.expiry else ""
    what = Things(({"name": name_of(lot), "text": lot.text or name_of(lot)},))
    notes = {"batch": batch, "expiry": expiry, "left": lot.on_hand, "reserved": lot.reserved}
    return Word("medicine.ledger_lot", {"what": what, "box": Both(box.name, box.name_en), **notes})


def _line(ctx: Context, one: Movement) -> Word:
    who = showing.name_of(people.get(ctx.tx, one.person_id)) if one.person_id else ""
    kind = "undo" if one.undoes else one.kind
    number = Word("medicine.for_number", {"number": one.number}) if one.number else ""
    by = f" {one.quantity:+d}" if one.quantity else ""
    values = {"at": one.at, "who": who, "by": by, "number": number}
    return Word("medicine.ledger_line", {**values, "kind": Word(f"medicine.entry_{kind}")})
