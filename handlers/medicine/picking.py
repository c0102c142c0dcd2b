"""What of the boxes may go to whom, and holding it: earliest expiry first, under the caps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from handlers.kit import Both, Context, Things, Word
from handlers.medicine import caution
from handlers.pharmacy import rules
from handlers.policy import Policy
from storage import boxes, holds, people, places, requests
from storage.boxes import Box, Stock
from storage.db import Transaction
from storage.requests import Request

WEEK = timedelta(days=7)
_CHILD = Word("medicine.child_caution")


@dataclass(frozen=True, slots=True)
class Held:
    """So much of a lot kept for a request until ``until``."""

    item: str
    text: str
    form: str
    quantity: int
    unit: str
    box_id: int
    box_name: Both
    keeper_id: int | None
    until: datetime
    lot: int


@dataclass(frozen=True, slots=True)
class Picked:
    """What is held; why a doctor comes first; why the box refused; what to be careful of."""

    held: tuple[Held, ...] = ()
    doctor: str | None = None
    refused: str | None = None
    cautions: tuple[Word, ...] = ()


def pick(ctx: Context, request: Request) -> Picked:
    """Look through the boxes for what a request asks, and hold what may go out."""
    if not request.items:
        return Picked()
    asked = [item for item in request.items if not caution.had(item, request.text)]
    wants = [item for item in asked if not caution.kind(item) & caution.NEVER]
    refused = caution.refused(asked, request.text)
    takes = any(rules.is_medicine(item, request.category) for item in wants)
    doctor = caution.doctor_first(request, wants) if takes else None
    if doctor is not None:
        return Picked(doctor=doctor, refused=refused)
    near = boxes.near(ctx.tx, request.place_id)
    shelf = boxes.stock(ctx.tx, [box.id for box in near]) if near else []
    held: list[Held] = []
    cautions: list[Word] = []
    for item in wants:
        found = _one(ctx, request, item, near, shelf)
        held += found.held
        cautions += found.cautions
        refused, doctor = found.refused or refused, found.doctor or doctor
    if not held and (doctor or refused in caution.NEVER):
        why = doctor or caution.why_refused(asked, refused or "")
        return Picked(doctor=why, refused=refused)
    if held:  # what was found is of a form for them
        cautions = [one for one in cautions if one != _CHILD]
    free = (Word("medicine.free"),) if held and rules.has("price", request.text) else ()
    return Picked(tuple(held), None, refused, (*cautions, *_shared(ctx, request, held), *free))


def _one(
    ctx: Context, request: Request, item: Mapping[str, Any], near: list[Box], shelf: list[Stock]
) -> Picked:
    """One thing asked for: the nearest box that has it."""
    names, takes = rules.answers_to(item), rules.is_medicine(item, request.category)
    child = takes and (
        caution.for_child(request) or rules.is_child_form(str(item.get("text") or ""))
    )
    other_form = False
    for box in near:
        today = today_at(ctx.tx, box.place_id, ctx.now)
        lots = [
            lot
            for lot in shelf
            if lot.box_id == box.id
            and name_of(lot) in names
            and (lot.expiry is None or lot.expiry >= today)
            and (lot.sealed or not takes)
        ]
        fitting = [lot for lot in lots if not takes or _suits(lot, child)]
        other_form = other_form or (child and len(fitting) < len(lots))
        free = [lot for lot in fitting if boxes.of_lot(ctx.tx, lot.lot_id).available > 0]
        if not free:
            continue
        held = tuple(_hold(ctx, request, item, free))
        if held:
            return Picked(held)
        return Picked(refused="cap")
    if child and other_form:
        return Picked(doctor="child")
    return Picked(cautions=(_CHILD,) if child and near else ())


def _suits(lot: Stock, child: bool) -> bool:
    """Whether a lot is of the form for this person, and of nothing a child must not have."""
    if not child:
        return lot.form != "child"
    return lot.form == "child" and "child" not in rules.cautions([name_of(lot)])


def _hold(
    ctx: Context, request: Request, item: Mapping[str, Any], lots: list[Stock]
) -> Iterator[Held]:
    """Hold what was asked for, from the lots that expire first, as far as the cap allows."""
    pack = rules.is_pack(lots[0].unit)
    lots = [lot for lot in lots if rules.is_pack(lot.unit) == pack]
    left = min(_amount(item, lots[0], ctx.rules(request)), _allowance(ctx, request, lots[0]))
    until = ctx.now + ctx.rules(request).medicine.hold
    for lot in lots:
        take = min(left, boxes.of_lot(ctx.tx, lot.lot_id).available)
        if take <= 0 or not holds.reserve(ctx.tx, lot.lot_id, request.number, take, until):
            continue
        left -= take
        yield _held(ctx.tx, lot, take, until)


def _shared(ctx: Context, request: Request, held: list[Held]) -> Iterable[Word]:
    if not held:
        return ()
    had = [item for item, _, _ in holds.taken(ctx.tx, request.requester_id, ctx.now - WEEK)]
    return caution.same_ingredient([one.item for one in held], had, request.text)


def _held(tx: Transaction, lot: Stock, quantity: int, until: datetime) -> Held:
    box, name = boxes.get(tx, lot.box_id), name_of(lot)
    return Held(
        item=name,
        text=lot.text or name,
        form=lot.form,
        quantity=quantity,
        unit=lot.unit,
        box_id=box.id,
        box_name=Both(box.name, box.name_en),
        keeper_id=keeper_of(tx, box),
        until=until,
        lot=lot.lot_id,
    )


def name_of(lot: Stock) -> str:
    """The canonical name of a lot: an import may have kept a brand's."""
    found = rules.known(lot.text, lot.item)
    return found.rule.name if found else lot.item


def _amount(item: Mapping[str, Any], lot: Stock, policy: Policy) -> int:
    """How many of this lot's units answer what was asked."""
    asked, unit = item.get("quantity"), item.get("unit")
    pack = rules.is_pack(lot.unit)
    if asked is None:
        found = rules.known(name_of(lot))
        return 1 if pack else (found.rule.usual if found else 1)
    if unit is None or rules.is_pack(rules.unit_of(unit)) == pack:
        return max(1, ceil(float(asked)))
    return 1 if pack else policy.medicine.weekly_loose


def _allowance(ctx: Context, request: Request, lot: Stock) -> int:
    """How many more this person may have of an item within the week."""
    pack = rules.is_pack(lot.unit)
    rule = ctx.rules(request).medicine
    most = rule.weekly_boxes if pack else rule.weekly_loose
    had = holds.taken(ctx.tx, request.requester_id, ctx.now - WEEK)
    name = name_of(lot)
    return most - sum(
        count
        for item, unit, count in had
        if rules.canonical(item) == name and rules.is_pack(unit) == pack
    )


def things(held: Iterable[Held]) -> Things:
    """What is held, lots of the same thing added up."""
    sums: dict[tuple[str, str, str], int] = {}
    for one in held:
        key = (one.item, one.text, rules.unit_of(one.unit))
        sums[key] = sums.get(key, 0) + one.quantity
    return Things(
        tuple(
            {"name": name, "text": text, "quantity": count, "unit": unit}
            for (name, text, unit), count in sums.items()
        )
    )


def today_at(tx: Transaction, place_id: int, now: datetime) -> str:
    """The day it is at a place, ISO."""
    place = places.get(tx, place_id)
    return now.astimezone(ZoneInfo(place.zone if place else "Asia/Shanghai")).date().isoformat()


def keeper_of(tx: Transaction, box: Box) -> int | None:
    """Who answers for a box: its keeper, else whoever keeps boxes there, else the coordinator."""
    if box.keeper_id is not None:
        return box.keeper_id
    for role in ("keeper", "coordinator"):
        if found := people.serving(tx, box.place_id, role):
            return found[0]
    return None


def held_now(ctx: Context, number: int, state: str = "held") -> list[Held]:
    """What is held for a request, as it stands in the books."""
    return [
        _held(ctx.tx, boxes.of_lot(ctx.tx, one.lot_id), one.quantity, one.until)
        for one in holds.held(ctx.tx, number, state)
    ]


def next_in_line(
    ctx: Context, names: set[str], but: int, states: tuple[str, ...] = ("open", "reopened")
) -> Iterator[Request]:
    """Who asked for any of these within a day and is still waiting, oldest first."""
    waiting = requests.at_places(ctx.tx, list(places.every(ctx.tx)), states)
    for one in sorted(waiting, key=lambda one: one.number):
        if one.kind != "need" or one.number == but or ctx.now - one.made_at > timedelta(days=1):
            continue
        wanted = any(names & rules.answers_to(item) for item in one.items)
        had = any(holds.held(ctx.tx, one.number, state) for state in ("held", "lapsed", "handed"))
        if wanted and not had:
            yield one
