"""Brings in medicine boxes and their stock, duty rosters, and check-ins."""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime, time, timedelta
from typing import Any

from bot.exchange.shapes import BoxRow, CheckinRow, DutyRow, StockRow, last_day, minutes
from bot.exchange.sources import Raw
from bot.exchange.work import Work, filled, given
from bot.understanding.lexicon import chinese_name
from storage import boxes, checkins, duty

_AS_WRITTEN = ("duty", "together", "every", "shifts", "weekdays", "days")
_WHEN = ("at", "tier", "weekdays", "from_day")
"""Where one of these is new, no greeting was missed before."""
_RUNG_UP = re.compile(r"(.+?)\s+(\+?[0-9][0-9 -]{4,})")


def check_box(work: Work, raw: Raw, row: BoxRow) -> None:
    work.exists(raw, "place", "places", row.place)
    work.exists(raw, "keeper", "people", row.keeper)


def write_box(work: Work, raw: Raw, row: BoxRow) -> None:
    named = given(row, "place", "keeper", "where")
    named["place_id"] = work.id_of("places", row.place)
    if "keeper" in row.model_fields_set:
        named["keeper_id"] = work.id_of("people", row.keeper)
    if "where" in row.model_fields_set:
        named["where_text"] = row.where
    known = work.id_of("boxes", row.key)
    if known is None:
        boxes.add(work.tx, **filled(row, named, "place", "keeper", "where"))
    else:
        boxes.change(work.tx, known, **named)
    work.count(raw, known)


def check_lot(work: Work, raw: Raw, row: StockRow) -> None:
    work.exists(raw, "box", "boxes", row.box)


def write_lot(work: Work, raw: Raw, row: StockRow) -> None:
    """What lies in the box is the ledger's to say: the quantity counts for a new lot only."""
    named = given(row, "box", "quantity", "expiry", "item", "text")
    named["box_id"] = work.id_of("boxes", row.box)
    named["item"] = chinese_name(row.item)
    named["text"] = row.text or ("" if named["item"] == row.item else row.item)
    if "expiry" in row.model_fields_set:
        named["expiry"] = last_day(row.expiry)
    known = _known_lot(work, row, named["box_id"])
    if known is not None:
        boxes.change_lot(work.tx, known, **named)
    elif row.quantity:
        columns = filled(row, named, "box", "quantity", "expiry", "item", "text")
        boxes.add_lot(work.tx, work.now, quantity=row.quantity, person_id=None, **columns)
    work.count(raw, known)


def _known_lot(work: Work, row: StockRow, box_id: int | None) -> int | None:
    found = boxes.by_key(work.tx, row.key)
    if found is not None:
        return found.id
    exported = work.kept_as(row.key, "lot")
    with contextlib.suppress(KeyError):
        lot = boxes.of_lot(work.tx, exported or 0)
        return lot.lot_id if (lot.box_id, lot.item) == (box_id, chinese_name(row.item)) else None
    return None


def check_shift(work: Work, raw: Raw, row: DutyRow) -> None:
    work.exists(raw, "place", "places", row.place)
    for one in _crew(row):
        work.exists(raw, "people" if row.people else "person", "people", one)
    if bool(row.people) == bool(row.person):
        work.bundle.complain(raw, "person", "name one person, or several people")
    crews = -(-len(_crew(row)) // row.together) if row.together else 1
    if row.together and row.shifts > 1 and crews <= row.shifts:
        meaning = f"{crews} crews for {row.shifts} shifts: somebody would have no rest in between"
        work.bundle.complain(raw, "shifts", meaning)
    if row.from_day and row.until_day and row.from_day > row.until_day:
        work.bundle.complain(raw, "until_day", "is before from_day")


def _crew(row: DutyRow) -> tuple[str, ...]:
    return row.people or ((row.person,) if row.person else ())


def write_shift(work: Work, raw: Raw, row: DutyRow) -> None:
    columns: dict[str, Any] = {
        "key": row.key,
        "place_id": work.id_of("places", row.place),
        "people": [work.id_of("people", one) for one in _crew(row)],
        **row.model_dump(include={*_AS_WRITTEN}),
        "holidays": work.country if row.holidays is None else row.holidays,
        "start": minutes(row.start),
        "end": minutes(row.end),
        "from_day": row.from_day.isoformat() if row.from_day else None,
        "until_day": row.until_day.isoformat() if row.until_day else None,
    }
    known = duty.by_key(work.tx, row.key)
    if known is None:
        duty.add(work.tx, **columns)
    else:
        duty.change(work.tx, known.id, **columns)
    work.count(raw, known)


def check_greeting(work: Work, raw: Raw, row: CheckinRow) -> None:
    for name in ("person", "neighbour", "key_holder", "caller", "consent_by", "consent_heard_by"):
        work.exists(raw, name, "people", getattr(row, name))
    for one in row.family:
        # "name phone" is family to be rung up; anything else is somebody in the list of people.
        if _RUNG_UP.fullmatch(one) is None:
            work.exists(raw, "family", "people", one)
    if row.consent_on > work.now.date() + timedelta(days=1):
        work.bundle.complain(raw, "consent_on", "is still to come")


def write_greeting(work: Work, raw: Raw, row: CheckinRow) -> None:
    """A known plan is renewed; one that was ended stays so, unless consent was given since."""
    person_id = work.must_find("people", row.person)
    known = checkins.plan_of(work.tx, person_id, in_force=False)
    ended = checkins.withdrawn(work.tx, person_id)
    work.count(raw, known or ended)
    columns = _plan(work, row)
    if known is not None:
        plan_id = known.id
        if any(getattr(known, name) != columns[name] for name in _WHEN):
            columns["since"] = work.now
        checkins.change_plan(work.tx, plan_id, **columns)
        # What was planned by the old hours is planned anew when the bot starts.
        checkins.unschedule(work.tx, plan_id)
    elif ended is not None and ended.date() >= row.consent_on:
        return
    else:
        plan_id = checkins.add_plan(work.tx, person_id=person_id, **columns)
    if "family" in row.model_fields_set:
        checkins.set_family(work.tx, plan_id, [_relative(work, one) for one in row.family])


def _plan(work: Work, row: CheckinRow) -> dict[str, Any]:
    limits = (limit.split() for limit in row.limits)
    paused = row.paused_on
    return {
        "at": sorted(minutes(one) for one in row.at),
        "tier": row.tier,
        "weekdays": row.weekdays,
        "from_day": row.from_day.isoformat() if row.from_day else None,
        "channel": row.channel,
        "neighbour_id": work.id_of("people", row.neighbour),
        "key_holder_id": work.id_of("people", row.key_holder),
        "caller_id": work.id_of("people", row.caller),
        "limits": {kind: [float(value) for value in values] for kind, *values in limits},
        "consent_by": work.id_of("people", row.consent_by),
        "consent_at": datetime.combine(row.consent_on, time(), UTC),
        "consent_heard_by": work.id_of("people", row.consent_heard_by),
        "paused_at": datetime.combine(paused, time(), UTC) if paused else None,
        "paused_until": row.paused_until.isoformat() if row.paused_until else None,
    }


def _relative(work: Work, text: str) -> dict[str, Any]:
    named = _RUNG_UP.fullmatch(text)
    if named is not None:
        return {"name": named[1], "phone": named[2]}
    return {"person_id": work.id_of("people", text)}
