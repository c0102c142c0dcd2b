"""The books of one box follow a table, and the table shows what lies in the box."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.exchange.shapes import last_day
from bot.exchange.shelf_table import HEADINGS, SECTION, ShelfRow
from bot.exchange.sources import BadImport, Bundle, Raw
from handlers.medicine import gate
from handlers.pharmacy import rules
from storage import boxes, entries, places
from storage.boxes import Box, Stock
from storage.db import Transaction


@dataclass(frozen=True, slots=True)
class Tally:
    """How many lots of a table are new, were counted differently, and agree with the books."""

    new: int = 0
    corrected: int = 0
    agreed: int = 0


@dataclass(frozen=True, slots=True)
class _Line:
    """A row with what the books say: ``lot`` is None for a new one."""

    raw: Raw
    row: ShelfRow
    name: str
    form: str
    expiry: str | None
    lot: Stock | None = None


def put_in(
    tx: Transaction, box: Box, bundle: Bundle, now: datetime, *, person_id: int | None
) -> Tally:
    """Make the books follow the table: new lots in, other amounts corrected; or BadImport.

    A row is known again by its ``key``, else by name, form, last day, unit and batch. Rows that
    the table lacks stay as they are. ``person_id`` is who answers for it in the ledger.
    """
    place = places.get(tx, box.place_id)
    today = now.astimezone(ZoneInfo(place.zone if place else "Asia/Shanghai")).date()
    shelf = boxes.stock(tx, box.id, empty=True)
    found = [_known(tx, shelf, raw, row, bundle) for raw, row in bundle.rows.get(SECTION, ())]
    seen: set[int] = set()
    for line in found:
        _check(tx, line, today, bundle)
        if line.lot is not None and line.lot.lot_id in seen:
            bundle.complain(line.raw, None, "this lot stands here twice")
        seen |= {line.lot.lot_id} if line.lot else set()
    if bundle.problems:
        raise BadImport(bundle.problems)
    new = corrected = 0
    for line in found:
        if line.lot is None:
            new += _new(tx, box, line, now, person_id)
        elif line.row.quantity != line.lot.on_hand:
            more = line.row.quantity - line.lot.on_hand
            told: dict[str, Any] = {"person_id": person_id, "note": "stock-take"}
            boxes.move(tx, line.lot.lot_id, more, "correct", now, **told)
            corrected += 1
    return Tally(new, corrected, len(found) - new - corrected)


def _known(tx: Transaction, shelf: list[Stock], raw: Raw, row: ShelfRow, bundle: Bundle) -> _Line:
    named = rules.known(row.text, row.item)
    name = named.rule.name if named else row.item
    child = rules.is_child_form(row.text or row.item)
    line = _Line(raw, row, name, row.form or ("child" if child else "adult"), last_day(row.expiry))
    if row.key is not None:
        return replace(line, lot=_by_key(tx, shelf, line, bundle))
    alike = [lot for lot in shelf if _is_same(line, lot)]
    alike = [lot for lot in alike if lot.on_hand] or alike[:1]
    if len(alike) > 1:
        bundle.complain(raw, None, "several lots are like this; give the key that an export shows")
    return replace(line, lot=alike[0] if alike else None)


def _by_key(tx: Transaction, shelf: list[Stock], line: _Line, bundle: Bundle) -> Stock | None:
    """The lot of this key, if it is the same thing. A key that nobody has is a new lot's."""
    exported = re.fullmatch(r"lot-(\d+)", line.row.key or "")
    kept = boxes.by_key(tx, line.row.key or "")
    wanted = kept.id if kept else int(exported[1]) if exported else None
    if wanted is None:
        return None
    lot = next((one for one in shelf if one.lot_id == wanted), None)
    if lot is None:
        bundle.complain(line.raw, "key", "is a lot of another box, or of none")
    elif not _is_same(line, lot):
        bundle.complain(line.raw, "key", f"is {_said(lot)} in the books")
    return lot


def _is_same(line: _Line, lot: Stock) -> bool:
    kept = rules.known(lot.text, lot.item)
    name = kept.rule.name if kept else lot.item
    unit = rules.unit_of(line.row.unit) == rules.unit_of(lot.unit)
    batch = (line.row.batch or "").upper() == (lot.batch or "").upper()
    return (name, lot.form, lot.expiry) == (line.name, line.form, line.expiry) and unit and batch


def _said(lot: Stock) -> str:
    parts = (lot.item, lot.form, lot.expiry, lot.unit, lot.batch and f"batch {lot.batch}")
    return ", ".join(one for one in parts if one)


def _check(tx: Transaction, line: _Line, today: date, bundle: Bundle) -> None:
    """Complain of what the gate would refuse, and of amounts that cannot be."""
    raw, row, lot = line.raw, line.row, line.lot
    if lot is not None:
        if row.quantity < lot.reserved:
            meaning = f"{row.quantity} are too few: {lot.reserved} are held for somebody"
            bundle.complain(raw, "quantity", meaning)
        if lot.blocked and row.quantity > lot.on_hand:
            bundle.complain(raw, "quantity", f"this lot is blocked ({lot.blocked}): none come in")
        return
    named = rules.known(row.text, row.item)
    why = gate.barred(named.word) if named else gate.barred(row.item)
    if why is not None:
        bundle.complain(raw, "item", f"{row.item}: {_WHY[why]}")
    if line.expiry is None and not (named and named.rule.kind == "goods"):
        bundle.complain(raw, "expiry", "is missing; only what is no medicine goes without")
    if line.expiry is not None and line.expiry < today.isoformat():
        bundle.complain(raw, "expiry", f"{row.expiry} is over")
    batch = row.batch.upper() if row.batch else None
    if (recalled := gate.recalled(tx, line.name, batch)) is not None:
        bundle.complain(raw, "batch", _WHY[recalled])


_WHY = {
    "prescription": "needs a prescription; no box keeps it",
    "controlled": "is controlled, or holds ephedrine or opioids; no box keeps it",
    "refrigerated": "must stay cold; no box keeps it",
    "injected": "is to be injected; no box keeps it",
    "recalled": "this batch is recalled",
    "needs_batch": "is missing, and another batch of this is recalled",
}


def _new(tx: Transaction, box: Box, line: _Line, now: datetime, person_id: int | None) -> bool:
    row = line.row
    if not row.quantity:
        return False
    boxes.add_lot(
        tx,
        now,
        quantity=row.quantity,
        person_id=person_id,
        note="table",
        key=row.key,
        box_id=box.id,
        item=line.name,
        text=row.text or ("" if line.name == row.item else row.item),
        unit=row.unit,
        expiry=line.expiry,
        form=line.form,
        sealed=row.sealed,
        batch=row.batch.upper() if row.batch else None,
    )
    return True


_SPOKEN = ("form", "sealed", "blocked")
_ZH = {
    "adult": "成人",
    "child": "儿童",
    True: "是",
    False: "否",
    "expired": "过期",
    "recall": "召回",
}


def rows_of(tx: Transaction, box: Box, *, lang: str = "zh") -> list[dict[str, Any]]:
    """What lies in a box, a row a lot, as `put_in` takes it in again."""
    found = boxes.stock(tx, box.id)
    return [dict(_row(tx, lot, lang)) for lot in found]


def _row(tx: Transaction, lot: Stock, lang: str) -> Iterator[tuple[str, Any]]:
    own = {
        "key": entries.key_of(tx, lot.lot_id) or f"lot-{lot.lot_id}",
        "quantity": lot.on_hand,
        "expiry": lot.expiry or "",
        "blocked": lot.blocked or "",
    }
    for name, heading in HEADINGS.items():
        value = own[name] if name in own else getattr(lot, name)
        value = "" if value is None else value
        named = name in {"form", "sealed", "blocked"}
        yield (
            (heading, _ZH.get(value, value) if named else value) if lang == "zh" else (name, value)
        )
