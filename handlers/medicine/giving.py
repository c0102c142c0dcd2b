"""Medicine given to the box: the gate, the one question, and the keeper who confirms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from handlers import recording, showing
from handlers.kit import Ask, Both, Context, Effect, Sorry, Things, ToPerson, Word, answers
from handlers.medicine import lines, rules
from handlers.medicine.picking import keeper_of, today_at
from handlers.policy import Policy
from handlers.reading import Item
from storage import boxes, people, questions, requests
from storage.boxes import Box
from storage.requests import Request

LAST_DAYS = 28
"""A month at least this long counts for the months that must be left."""


@dataclass(frozen=True, slots=True)
class Gift:
    """One thing given, as far as it is known."""

    name: str
    text: str
    quantity: int
    unit: str
    form: str
    goods: bool
    expiry: str | None

    def as_item(self) -> dict[str, Any]:
        """As an item of a request, with what the box must know besides."""
        return {
            "text": self.text,
            "name": self.name,
            "quantity": self.quantity,
            "unit": self.unit,
            "form": self.form,
            "goods": self.goods,
            "expiry": self.expiry,
        }


def is_donation(ctx: Context) -> bool:
    """Whether an offer is something for the medicine box: not a loan, and not a service."""
    if rules.has("lend", ctx.text):
        return False
    named = [rules.known(item.text, item.name) for item in ctx.reading.items]
    return any(named) or (ctx.reading.category == "medicine" and bool(ctx.reading.items))


def donate(ctx: Context) -> Iterator[Effect]:
    """Something for the box: refused with a reason and a way, or numbered and expected there."""
    place = recording.place_of(ctx, ctx.reading)
    near = boxes.near(ctx.tx, place.id) if place else []
    if place is None or not near:
        raise Sorry("medicine.no_box")
    today = date.fromisoformat(today_at(ctx.tx, place.id, ctx.now))
    gifts = [_gift(item, ctx, today) for item in _given(ctx.reading.items)]
    why = _barred(ctx.text, gifts) or too_old([one.expiry for one in gifts], today, ctx.policy)
    if why is not None:
        months = ctx.policy.medicine.min_months_left
        yield ctx.reply(f"medicine.refuse_{why}", what=_named(gifts), months=months)
        return
    request = recording.record(ctx, ctx.reading, ctx.text, place, kind="offer")
    data = {**request.data, "box": near[0].id}
    requests.amend(
        ctx.tx, request.number, ctx.now, items=[one.as_item() for one in gifts], data=data
    )
    requests.move(ctx.tx, request, "waiting", ctx.now, who=ctx.who.id, why="for the box")
    yield from _go_on(ctx, request.number)


def _given(items: Iterable[Item]) -> list[Item]:
    """The things of the table, where there are any; a doctor named beside them is no gift."""
    named = [item for item in items if rules.is_named(item.text) or rules.is_named(item.name)]
    return named or list(items)


def _gift(item: Item, ctx: Context, today: date) -> Gift:
    found = rules.known(item.text, item.name)
    days = lines.days_in(ctx.text, today)
    after = [day for start, _, day in days if start > ctx.text.find(item.text)]
    expiry = after[0] if after else (days[0][2] if days else None)
    around = ctx.text if len(ctx.reading.items) == 1 else item.text
    return Gift(
        name=found.rule.name if found else item.name,
        text=item.text,
        quantity=max(1, round(item.quantity or 1)),
        unit=rules.unit_of(item.unit),
        form="child" if (found and found.child) or rules.is_child_form(around) else "adult",
        goods=rules.is_goods(item.text, item.name),
        expiry=expiry.isoformat() if expiry else None,
    )


def _barred(text: str, gifts: list[Gift]) -> str | None:
    """Why the box may not take these, if it may not."""
    kinds = {name.rule.kind for name in rules.names_in(text)}
    kinds |= {found.rule.kind for one in gifts if (found := rules.known(one.text, one.name))}
    unknown = (one for one in gifts if not one.goods and rules.known(one.text, one.name) is None)
    reasons = {
        "controlled": "controlled" in kinds,
        **dict.fromkeys(rules.barred(text), True),
        "prescription": "prescription" in kinds,
        "price": rules.has("price", text),
        "opened": rules.is_opened(text) and not all(one.goods for one in gifts),
        "unknown": any(one.name not in rules.CLASSES and one.name != "药" for one in unknown),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _go_on(ctx: Context, number: int) -> Iterator[Effect]:
    """Ask for what is missing, or check the dates and expect it at the box."""
    request = recording.known(ctx, number)
    if _nameless(request) or any(not one["goods"] and not one["expiry"] for one in request.items):
        key = "medicine.which_gift" if _nameless(request) else "medicine.which_expiry"
        yield Ask(
            ctx.here(),
            key,
            showing.openly(ctx, request),
            about=number,
            direct=True,
            person_id=ctx.who.id,
            question="medicine_expiry",
            ref=number,
        )
        return
    today = date.fromisoformat(today_at(ctx.tx, request.place_id, ctx.now))
    why = too_old([one["expiry"] for one in request.items], today, ctx.policy)
    if why is not None:
        yield from _refuse(ctx, request, why)
        return
    yield from _expect(ctx, request)


def _nameless(request: Request) -> bool:
    return any(
        not one["goods"] and rules.known(one["text"], one["name"]) is None for one in request.items
    )


def too_old(expiries: Iterable[str | None], today: date, policy: Policy) -> str | None:
    """``expired``, ``short`` where too few months are left, or None."""
    months = today.month - 1 + policy.medicine.min_months_left
    until = date(today.year + months // 12, months % 12 + 1, min(today.day, LAST_DAYS))
    days = [date.fromisoformat(day) for day in expiries if day]
    if any(day < today for day in days):
        return "expired"
    return "short" if any(day < until for day in days) else None


def _refuse(ctx: Context, request: Request, why: str) -> Iterator[Effect]:
    over: dict[str, Any] = {"outcome": "unable", "closed_at": ctx.now}
    requests.move(ctx.tx, request, "closed", ctx.now, who=None, why=f"refused: {why}", **over)
    questions.close(ctx.tx, None, "medicine_expiry", request.number)
    months = ctx.policy.medicine.min_months_left
    key = f"medicine.refuse_{why}"
    yield ctx.reply(key, about=request.number, what=showing.what(request), months=months)


def _expect(ctx: Context, request: Request) -> Iterator[Effect]:
    """The giver hears where to put it, the keeper what to look for."""
    box = boxes.get(ctx.tx, int(request.data["box"]))
    values: dict[str, Any] = {
        "number": request.number,
        "what": showing.what(request),
        "box": Both(box.name, box.name_en),
        "where": Both(box.where_text, box.where_en),
    }
    yield ctx.reply("medicine.welcome", about=request.number, **values)
    yield from _ask_keeper(ctx, request, box)


def _ask_keeper(ctx: Context, request: Request, box: Box) -> Iterator[Effect]:
    keeper = keeper_of(ctx.tx, box)
    if keeper is None:
        return
    giver = people.get(ctx.tx, request.requester_id)
    photos = ctx.message.photos if ctx.message else ()
    yield Ask(
        ToPerson(keeper),
        "medicine.expect",
        {
            "number": request.number,
            "name": showing.name_of(giver),
            "things": [_line(one) for one in request.items],
            "box": Both(box.name, box.name_en),
        },
        about=request.number,
        photos=photos,
        person_id=keeper,
        question="medicine_arrived",
        ref=request.number,
    )


def _line(item: dict[str, Any]) -> Word:
    named = Things((item,))
    if not item.get("expiry"):
        return Word("medicine.line_undated", {"what": named})
    return Word("medicine.line", {"what": named, "expiry": item["expiry"]})


def _named(gifts: list[Gift]) -> Things:
    return Things(tuple({"text": one.text, "name": one.name} for one in gifts))


def _tells_expiry(ctx: Context) -> bool:
    today = ctx.now.date()
    photo = bool(ctx.message and ctx.message.photos)
    said = lines.last_day(ctx.text, today) is not None or rules.is_opened(ctx.text)
    return photo or said or rules.has("cannot_say", ctx.text)


@answers("medicine_expiry", _tells_expiry)
def told_expiry(ctx: Context) -> Iterator[Effect]:
    """What was missing of a gift: in words, or on a photo that the keeper reads."""
    request = recording.known(ctx, ctx.asked.ref)
    if request.state != "waiting":
        return
    today = date.fromisoformat(today_at(ctx.tx, request.place_id, ctx.now))
    day = lines.last_day(ctx.text, today)
    named = rules.names_in(ctx.text)
    items = [dict(one) for one in request.items]
    for one in items:
        if day is not None and not one["expiry"]:
            one["expiry"] = day.isoformat()
        if rules.known(one["text"], one["name"]) is None and named:
            one |= {"text": named[0].word, "name": named[0].rule.name}
    requests.amend(ctx.tx, request.number, ctx.now, items=items)
    request = recording.known(ctx, request.number)
    gifts = [Gift(**{name: one[name] for name in Gift.__dataclass_fields__}) for one in items]
    why = _barred(ctx.text, gifts)
    if why is not None:
        yield from _refuse(ctx, request, why)
        return
    if day is None and ctx.message and ctx.message.photos:
        box = boxes.get(ctx.tx, int(request.data["box"]))
        yield ctx.reply("medicine.photo_passed", about=request.number, number=request.number)
        yield from _ask_keeper(ctx, request, box)
        return
    if day is None:
        yield from _refuse(ctx, request, "undated")
        return
    yield from _go_on(ctx, request.number)
