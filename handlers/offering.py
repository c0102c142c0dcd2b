"""Offering a request: in waves to those who fit, then to the groups, then up the ladder."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from handlers import climbing, duty, mediators, quiet, showing, waves
from handlers.kit import Ask, Context, Effect, Later, Never, ToPerson, rings
from storage import claims, people, requests
from storage.requests import Request

ASKED = {"offered": "claim"}
OPEN = ("open", "reopened")
ASKING = ("next", "wider", "next_door")
"""Steps at which neighbours are asked, not those on duty."""
STEPS = ("duty", "worker", "leader", "coordinator")
"""Who is paged, in turn; a step with nobody on it is passed at once."""


def begin(ctx: Context, request: Request, *, first: tuple[int, ...] = ()) -> Iterator[Effect]:
    """The first wave now, the further steps as deadlines. ``first`` are asked before others."""
    number = request.number
    if request.kind == "emergency":
        yield from alarm(ctx, request)
        return
    if showing.is_dispute(request):
        yield from mediators.ask(ctx, request, mediators.of(ctx, request))
        return
    if request.urgency != "low":
        yield from ladder(ctx, request)
    invited = claims.invitations(ctx.tx, number)
    already = {one.person_id: one.wave for one in invited}
    leading = [one for one in first if one not in already and one != request.requester_id]
    for person_id in leading:
        why = "serves" if request.kind == "report" else "offered"
        yield waves.invitation(ctx, request, person_id, wave=0, why=why)
    # The keeper of a box that has it was asked already; what is urgent does not wait for them.
    if not leading and (0 not in already.values() or request.urgency == "urgent"):
        yield from waves.ask(ctx, request, invited)


def ladder(ctx: Context, request: Request) -> Iterator[Effect]:
    """The deadlines of a request that nobody takes, from now or from the end of quiet hours.

    Those who are paged wait their turn: each step sets the next (`_following`).
    """
    number, urgent = request.number, request.urgency == "urgent"
    if not requests.is_new(ctx.tx, number):
        yield Never(f"unclaimed:{number}:")
    start = ctx.now if urgent else quiet.by_day(ctx, request, ctx.now)
    yield waves.next_at(number, start + waves.pause(ctx, request))
    for step, wait in _steps(ctx, request)[:2]:
        yield _due(number, step, start + wait)


def _steps(ctx: Context, request: Request) -> tuple[tuple[str, timedelta], ...]:
    """Each step with its time from the start: the groups first, then who is paged, in turn."""
    unclaimed = ctx.rules(request).unclaimed
    normal = unclaimed.normal
    if request.urgency == "urgent":
        steps = unclaimed.urgent
        return (
            ("wider", steps.wider),
            ("duty", steps.duty),
            ("worker", steps.worker),
            ("leader", steps.leader),
            ("upwards", steps.leader + normal.upwards),
        )
    return (
        ("wider", normal.wider),
        ("duty", normal.duty),
        ("coordinator", normal.coordinator),
        ("upwards", normal.coordinator + normal.upwards),
    )


def _due(number: int, step: str, at: datetime) -> Later:
    return Later(f"unclaimed:{number}:{step}", at, "unclaimed", number, {"step": step})


def _following(ctx: Context, request: Request, step: str) -> Iterator[Effect]:
    """When this step of those who are paged rings first, the one after it is set."""
    if "again" in ctx.rung.data or showing.is_dispute(request):
        return
    for (one, wait), (after, until) in pairwise(_steps(ctx, request)):
        if one == step:
            yield _due(request.number, after, ctx.rung.due + until - wait)


def alarm(ctx: Context, request: Request, *, after: int = 0) -> Iterator[Effect]:
    """The steps of an emergency from now, without the first ``after`` of them."""
    number, urgent = request.number, ctx.rules(request).unclaimed.urgent
    waits = (timedelta(), urgent.wider, urgent.duty, urgent.worker)
    for step, wait in list(zip(STEPS, waits, strict=True))[after:]:
        yield Later(f"alarm:{number}:{step}", ctx.now + wait, "alarm", number, {"step": step})


def copy_chain(ctx: Context, place_id: int) -> list[dict[str, Any]]:
    """Who is paged at each step, as it stands when the request is made."""
    return [{"step": step, "people": duty.pages(ctx.tx, place_id, ctx.now, step)} for step in STEPS]


@rings("unclaimed")
def nobody_yet(ctx: Context) -> Iterator[Effect]:
    """A step of the ladder is due: offer wider, or page whoever comes next."""
    request = requests.get(ctx.tx, ctx.rung.ref)
    if request is None or request.state not in OPEN or claims.holders(ctx.tx, ctx.rung.ref):
        return
    step, late = str(ctx.rung.data["step"]), ctx.now - ctx.rung.due
    if step in ASKING and (awake := quiet.by_day(ctx, request, ctx.now)) > ctx.now:
        # It has become night: neighbours are asked in the morning, if it is still open then.
        yield Later(ctx.rung.key, awake, "unclaimed", request.number, ctx.rung.data)
        return
    if step == "next":
        yield from waves.following(ctx, request)
        return
    note = f"late {round(late.total_seconds())} s" if late > timedelta(minutes=1) else None
    requests.tell(ctx.tx, ctx.rung.ref, ctx.now, f"step:{step}", note=note)
    if step == "wider":
        yield from waves.wider(ctx, request)
    elif step == "next_door":
        yield from waves.next_door(ctx, request)
    elif step == "upwards":
        yield from _upwards(ctx, request)
    else:
        yield from _following(ctx, request, step)
        yield from page(ctx, request, step)
        yield from _again(ctx, request, step, int(ctx.rung.data.get("again", 0)))


def page(ctx: Context, request: Request, step: str) -> Iterator[Effect]:
    """Page the people of a step."""
    called = next_called(ctx, request, step)
    requests.amend(ctx.tx, request.number, ctx.now, level=request.level + 1)
    for person_id in called:
        yield _call(ctx, request, person_id)


def next_called(ctx: Context, request: Request, step: str) -> list[int]:
    """Whom to page at a step: where there is nobody new, those of the next; the last step again."""
    number = request.number
    here = [one for one in _on_call(ctx, request, step) if one != request.requester_id]
    if not here:
        requests.tell(ctx.tx, number, ctx.now, "nobody on call", note=step)
    told = [one for one in here if one not in _paged(ctx, number)]
    if not told and step != STEPS[-1]:
        return next_called(ctx, request, STEPS[STEPS.index(step) + 1])
    for person_id in (told or here)[:2]:
        requests.tell(ctx.tx, number, ctx.now, "paged", person_id=person_id, note=step)
    return (told or here)[:2]


def _on_call(ctx: Context, request: Request, step: str) -> list[int]:
    """Those of the chain as it was copied; whose turn is over since is off duty."""
    copied: list[int] = next((one["people"] for one in request.chain if one["step"] == step), [])
    copied = [one for one in copied if _is_here(ctx, one)]
    if step != "duty":
        return copied
    now = duty.pages(ctx.tx, request.place_id, ctx.now, step)
    return [one for one in copied if one in now] or now


def _paged(ctx: Context, number: int) -> set[int | None]:
    """Who has been paged since the clock of this request last began, or gave it back."""
    paged: set[int | None] = set()
    gone: set[int | None] = set()
    for event in requests.story(ctx.tx, number):
        if event.what in {"made", "open again", "not settled"}:
            paged.clear()
        elif event.what == "paged":
            paged.add(event.person_id)
        elif event.what == "given_back":
            gone.add(event.person_id)
    return paged | gone


def _call(ctx: Context, request: Request, person_id: int) -> Ask:
    return Ask(
        ToPerson(person_id),
        "offering.page",
        {**showing.openly(ctx, request), "since": ctx.now - request.made_at},
        about=request.number,
        urgent=request.urgency == "urgent",
        person_id=person_id,
        question="offered",
        ref=request.number,
        wait=timedelta(hours=24),
    )


def _upwards(ctx: Context, request: Request) -> Iterator[Effect]:
    """Left too long: to the next place above, and after as long again to the one above that."""
    if (yield from climbing.climb(ctx, request)) is not None:
        due = quiet.by_day(ctx, request, ctx.now + ctx.rules(request).unclaimed.normal.upwards)
        yield _due(request.number, "upwards", due)


def _again(ctx: Context, request: Request, step: str, again: int) -> Iterator[Effect]:
    """The last step repeats a few times; after that it stands in the coordinator's list."""
    unclaimed, urgent = ctx.rules(request).unclaimed, request.urgency == "urgent"
    if step != ("leader" if urgent else "coordinator"):
        return
    if again >= unclaimed.repeats:
        requests.tell(ctx.tx, request.number, ctx.now, "stands red")
        return
    wait = unclaimed.repeat_every if urgent else timedelta(hours=4)
    due = ctx.now + wait if urgent else quiet.by_day(ctx, request, ctx.now + wait)
    data = {"step": step, "again": again + 1}
    yield Later(f"unclaimed:{request.number}:{step}", due, "unclaimed", request.number, data)


def _is_here(ctx: Context, person_id: int) -> bool:
    return people.get(ctx.tx, person_id).left_at is None
