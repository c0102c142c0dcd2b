"""Missing essentials, asked once and in one question: which building? what exactly?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from handlers import showing
from handlers.kit import Ask, Context, Effect, Later, answers
from handlers.reading import Reading
from handlers.recording import known
from storage import requests
from storage.requests import Request

ASKED = {"what": "what"}
PATIENCE = timedelta(minutes=5)
"""How long a missing essential holds the offering back."""


VAGUE = frozenset({"药", "药品", "东西", "物资", "生活用品", "帮忙", "帮助"})
"""Canonical names that say nothing about what is needed."""


def lacks(reading: Reading) -> bool:
    """Whether what is asked for is still unknown: `need medicine`, `help me`."""
    if reading.act == "report" or any(item.name not in VAGUE for item in reading.items):
        return False
    return (
        reading.category in {"medicine", "supplies", "other", None}
        and len(reading.place.text or "") == 0
    )


def ask_what(ctx: Context, request: Request) -> Iterator[Effect]:
    number = request.number
    key = "requests.which_medicine" if request.category == "medicine" else "requests.what"
    yield Ask(
        ctx.here(),
        key,
        showing.openly(ctx, request),
        about=number,
        direct=True,
        urgent=request.urgency == "urgent",
        person_id=ctx.who.id,
        question="what",
        ref=number,
        wait=timedelta(hours=2),
    )
    wait = timedelta() if request.urgency == "urgent" else PATIENCE
    yield Later(f"essential:{number}:", ctx.now + wait, "essential", number)


def is_content(ctx: Context) -> bool:
    """Words that can fill a gap: no new plea of another kind, no claim, no bare yes."""
    if not ctx.text or ctx.reading.emergency:
        return False
    if ctx.reading.items:
        return ctx.reading.act in {"need", "chat", "question", "offer"}
    question = ctx.question
    here = ctx.room is not None and question is not None and question.room_id == ctx.room.id
    fits = ctx.reading.act in {"chat", "need"} and 1 < len(ctx.text) <= 60
    return here and fits and not ctx.in_group


@answers("what", is_content)
def told_what(ctx: Context) -> Iterator[Effect]:
    """The missing essential: take it over, and begin if the wait had held it back."""
    request = known(ctx, ctx.asked.ref)
    reading = ctx.reading
    columns: dict[str, Any] = {"text": f"{request.text}\n{ctx.text}"}
    if reading.items:
        columns["items"] = showing.columns(reading)["items"]
    else:
        columns["items"] = [
            {"text": ctx.text[:60], "name": ctx.text[:60], "quantity": None, "unit": None}
        ]
    if reading.category and request.category == "other":
        columns["category"] = reading.category
    for name in ("for_text", "for_kind", "for_age"):
        columns[name] = showing.columns(reading)[name] or getattr(request, name)
    requests.amend(ctx.tx, request.number, ctx.now, **columns)
    yield Later(f"essential:{request.number}:", ctx.now, "essential", request.number)


def ask_where(ctx: Context) -> Ask:
    data = {"reading": ctx.reading.as_json(), "text": ctx.text}
    return Ask(
        ctx.here(),
        "requests.where",
        direct=True,
        urgent=ctx.reading.urgency == "urgent",
        person_id=ctx.who.id,
        question="where",
        data=data,
        wait=timedelta(hours=2),
    )
