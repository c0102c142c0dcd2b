"""How long a claim lasts without a word: one nudge, then it wears off; and the promised times."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from handlers import showing
from handlers.kit import Ask, Context, Effect, Later, Never, ToPerson, rings
from handlers.recording import known
from storage import claims, questions, requests, talks
from storage.requests import Request

ASKED = {"nudge": "yes_no"}
GOING_ON = (*requests.IN_HAND, "reopened")
"""States in which a helper's word is awaited."""
# From a helper these tell of the end, not that all goes well.
OVER = re.compile(
    r"(?:办|弄|修|搞|送|买|做|处理|解决|完|都|已经?|全)?(?:好|完|到|妥|成|决)(?:了|啦|咯)[\W\d]*$|"
    r"\b(?:done|finished|fixed|delivered|sorted|all good|solved)\b",
    re.IGNORECASE,
)


def is_quick(request: Request) -> bool:
    """Repairs and whatever is urgent go by the quick promise; what has its hour does not."""
    by_appointment = request.due_at is not None and request.urgency != "urgent"
    return not by_appointment and (request.urgency == "urgent" or request.category == "repair")


def agreed_until(request: Request) -> datetime | None:
    """The end of the time agreed: `上午` lasts till noon."""
    until = request.data.get("due_until")
    return datetime.fromisoformat(until) if until else request.due_at


def begin(ctx: Context, request: Request, person_id: int) -> Iterator[Effect]:
    """A new holder: nudge them if they stay silent, or shortly before the time agreed."""
    number = request.number
    prefix = f"claim:{number}:{person_id}:"
    yield Never(prefix)
    if request.urgency == "low":
        return
    nudge = ctx.rules(request).nudge
    ahead = request.due_at - ctx.now if request.due_at else timedelta()
    if request.due_at is not None and ahead > timedelta(hours=1):
        due = request.due_at - nudge.before_planned
    else:
        due = ctx.now + (nudge.urgent if is_quick(request) else nudge.normal)
    yield Later(f"{prefix}nudge", due, "nudge", number, {"person": person_id})


def heard(ctx: Context, number: int) -> Iterator[Effect]:
    """The helper has said how it goes: patience begins anew, and longer."""
    person_id = ctx.who.id
    claims.heard(ctx.tx, person_id, number, ctx.now)
    questions.close(ctx.tx, person_id, "nudge", number)
    prefix = f"claim:{number}:{person_id}:"
    yield Never(prefix)
    request = known(ctx, number)
    again = max(ctx.now, agreed_until(request) or ctx.now) + ctx.rules(request).nudge.normal
    yield Later(f"{prefix}nudge", again, "nudge", number, {"person": person_id})


def over(ctx: Context, number: int, person_id: int) -> Iterator[Effect]:
    """The place is theirs no longer: no reminder, and an answer to the last one means nothing."""
    questions.close(ctx.tx, person_id, "nudge", number)
    yield Never(f"claim:{number}:{person_id}:")


@rings("nudge")
def nudge(ctx: Context) -> Iterator[Effect]:
    """No word from the helper: ask once how it goes."""
    number, person_id = ctx.rung.ref, int(ctx.rung.data["person"])
    request = requests.get(ctx.tx, number)
    if request is None or person_id not in claims.holders(ctx.tx, number):
        return
    if request.state not in GOING_ON:
        return
    if request.due_at is not None and request.due_at > ctx.now:
        yield from _remind(ctx, request, person_id)
        return
    quick = is_quick(request)
    rule = ctx.rules(request).nudge
    lost = rule.urgent_lost if quick else rule.normal_lost
    requests.tell(ctx.tx, number, ctx.now, "nudged", person_id=person_id)
    yield Ask(
        ToPerson(person_id),
        "patience.nudge",
        {**showing.openly(ctx, request), "left": lost},
        about=number,
        urgent=quick,
        person_id=person_id,
        question="nudge",
        ref=number,
        wait=timedelta(hours=12),
    )
    talk = talks.live(ctx.tx, "dispute", number)
    if talk is not None and talk.state == "in_room":  # what is said there is no business of the bot
        key = f"claim:{number}:{person_id}:nudge"
        yield Later(key, ctx.now + timedelta(days=1), "nudge", number, {"person": person_id})
    elif request.state != "on_site":
        key = f"claim:{number}:{person_id}:lost"
        yield Later(key, ctx.now + lost, "lost", number, {"person": person_id})


def _remind(ctx: Context, request: Request, person_id: int) -> Iterator[Effect]:
    """The time agreed is near: a reminder, and patience begins when it has come."""
    number, due = request.number, request.due_at or ctx.now
    values = {**showing.openly(ctx, request), "due": due}
    yield ctx.tell(person_id, "patience.remind", about=number, urgent=True, **values)
    again = (agreed_until(request) or due) + ctx.rules(request).nudge.normal
    key = f"claim:{number}:{person_id}:nudge"
    yield Later(key, again, "nudge", number, {"person": person_id})
