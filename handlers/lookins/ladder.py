"""The ladder of a search: neighbour, family, duty, community worker, leader; each a deadline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from handlers import duty
from handlers.kit import Ask, Context, Effect, Later, Lines, ToPerson, daily, rings
from handlers.lookins import sought
from handlers.lookins.sought import Sought
from handlers.reaching import LookIns
from storage import checkins, lookins
from storage import duty as rosters
from storage.lookins import LookIn

STEPS = ("neighbour", "family", "duty", "worker", "leader")
NEIGHBOURS = 2
"""So many volunteers of the building are asked where no neighbour is paired."""
RED = "red"


def begin(
    ctx: Context,
    one: Sought,
    why: str,
    ref: int,
    *,
    drill: bool = False,
    without: tuple[int, ...] = (),
    unasked: bool = False,
) -> Iterator[Effect]:
    """Ask people to look for somebody; ``without`` are not asked: they stood at the door.

    ``unasked``: not because they were silent, but because no message reaches them. Nothing where a
    search for them is on already.
    """
    known = lookins.about(ctx.tx, why, ref)
    if one.person_id is not None:
        known = lookins.of_person(ctx.tx, one.person_id) or known
    if known is not None and known.state != "closed":
        if known.drill and not drill:
            # What was only a drill is none any more: it begins again, and is said so.
            real = lookins.change(ctx.tx, known, drill=False, why=why, ref=ref, step="")
            yield from climb(ctx, real, STEPS[0])
        return
    who = {"person_id": one.person_id, "name": one.name, "place_id": one.place_id}
    search = lookins.add(
        ctx.tx, ctx.now, **who, why=why, ref=ref, drill=drill, declined=list(without)
    )
    yield from climb(ctx, search, STEPS[0], unasked=unasked)


def policy_of(ctx: Context, one: LookIn) -> LookIns:
    policy = ctx.policy_at(one.place_id)
    return policy.alert.look_in if one.why == "alert" else policy.coverage.look_in


def climb(ctx: Context, one: LookIn, step: str, *, unasked: bool = False) -> Iterator[Effect]:
    """Ask those of this step, or of the next that has somebody; then set the next deadline."""
    policy, turn = policy_of(ctx, one), one.turn
    asked = _on_step(ctx, one, step)
    while not asked and step != STEPS[-1]:
        step = STEPS[STEPS.index(step) + 1]
        asked = _on_step(ctx, one, step)
    turn = turn + 1 if step == one.step else 0
    one = lookins.change(ctx.tx, one, step=step, turn=turn, told=[*one.told, *asked])
    for person_id in asked:
        near = unasked and step in {"neighbour", "family"}
        yield ask(ctx, one, person_id, "lookins.check_on" if near else _text(step))
    if step == STEPS[-1] and turn >= policy.repeats:
        # From here it is a red line: the coordinator is reminded of it every day.
        lookins.change(ctx.tx, one, step=RED)
        return
    after = STEPS[min(STEPS.index(step) + 1, len(STEPS) - 1)]
    yield _at(ctx, one, after, policy.each)


def _text(step: str) -> str:
    return f"lookins.{step}" if step in {"neighbour", "family"} else "lookins.go"


def _at(ctx: Context, one: LookIn, step: str, wait: timedelta) -> Later:
    return Later(f"lookin:{one.id}:next", ctx.now + wait, "lookin", one.id, {"step": step})


def ask(ctx: Context, one: LookIn, person_id: int, key: str) -> Ask:
    """Ask somebody to see to them; the answer finds the search."""
    return Ask(
        ToPerson(person_id),
        key,
        sought.facts(ctx, one, drill=one.drill),
        urgent=True,
        person_id=person_id,
        question="lookin",
        ref=one.id,
        wait=timedelta(days=3),
    )


def _on_step(ctx: Context, one: LookIn, step: str) -> list[int]:
    """Whom this step asks: people who can be told, and have not said no."""
    at, plan = one.place_id, None
    if one.person_id is not None:
        plan = checkins.plan_of(ctx.tx, one.person_id)
    found: list[int | None]
    match step:
        case "neighbour":
            # Whoever is not greeted by message has somebody who rings them up.
            rings = plan.caller_id if plan and plan.channel == "call" else None
            found = [rings, plan.neighbour_id if plan else None]
            if not any(found):
                found = list(duty.holding(ctx.tx, at, "volunteer"))
        case "family":
            found = list(sought.family_of(ctx, one.person_id))
        case "duty":
            found = list(duty.pages(ctx.tx, at, ctx.now, "duty"))
        case "worker":
            found = [plan.key_holder_id if plan else None]
            found += [one for role in ("worker", "police") for one in _paged(ctx, at, role)]
        case _:
            found = [one for role in ("coordinator", "leader") for one in _paged(ctx, at, role)]
    could = [
        person_id
        for person_id in dict.fromkeys(found)
        if person_id is not None
        and person_id not in {one.person_id, *one.declined}
        and rosters.reachable(ctx.tx, person_id)
    ]
    return could[:NEIGHBOURS] if step == "neighbour" else could


def _paged(ctx: Context, place_id: int, role: str) -> list[int]:
    return duty.pages(ctx.tx, place_id, ctx.now, role)


@rings("lookin")
def nobody_yet(ctx: Context) -> Iterator[Effect]:
    """Nobody goes yet: the next are asked; after an outage of the bot only the same ones again."""
    one = lookins.get(ctx.tx, ctx.rung.ref)
    if one is None or one.state != "open":
        return
    step = str(ctx.rung.data["step"])
    if (
        ctx.now - ctx.rung.due > ctx.policy_at(one.place_id).listening.late_after
        and one.step in STEPS
    ):
        # Somebody may have answered while nothing was heard.
        yield _at(ctx, one, step, policy_of(ctx, one).each)
        return
    yield from climb(ctx, one, step)


@rings("lookin_lapse")
def lapse(ctx: Context) -> Iterator[Effect]:
    """Whoever went has not said what they found: they are asked, and the ladder goes on."""
    one = lookins.get(ctx.tx, ctx.rung.ref)
    if one is None or one.state != "going" or one.holder_id is None:
        return
    yield ask(ctx, one, one.holder_id, "lookins.lapsed")
    yield from go_on(ctx, one)


def go_on(ctx: Context, one: LookIn, *, now: bool = False) -> Iterator[Effect]:
    """Back on the ladder: the one who went gave it back, or has fallen silent."""
    if not lookins.move(ctx.tx, one, "open", holder_id=None):
        return
    one = lookins.must(ctx.tx, one.id)
    step = STEPS[min(_place(one) + 1, len(STEPS) - 1)]
    if now:
        yield from climb(ctx, one, step)
    else:
        yield _at(ctx, one, step, policy_of(ctx, one).each)


def _place(one: LookIn) -> int:
    return STEPS.index(one.step) if one.step in STEPS else len(STEPS) - 1


def quickly(ctx: Context, one: LookIn) -> Iterator[Effect]:
    """Somebody stood at the door in vain: duty and key-holder now, without the steps between."""
    step = "worker" if _place(one) >= STEPS.index("duty") else "duty"
    yield from climb(ctx, one, "leader" if _place(one) >= STEPS.index("worker") else step)


@daily("08:05")
def remind(ctx: Context) -> Iterator[Effect]:
    """Whom nobody has found: the coordinator is told every day, till a person closes it."""
    lists: dict[int, list[object]] = {}
    for one in lookins.open_ones(ctx.tx):
        if one.step != RED or one.reminded == _day(ctx):
            continue
        lookins.change(ctx.tx, one, reminded=_day(ctx))
        for person_id in duty.pages(ctx.tx, one.place_id, ctx.now, "coordinator"):
            lists.setdefault(person_id, []).append(sought.name_of(ctx, one))
    for person_id, names in lists.items():
        yield ctx.tell(person_id, "lookins.red_lines", names=Lines(tuple(names)))


def _day(ctx: Context) -> str:
    return ctx.now.date().isoformat()
