"""The ladder of a silence: every rung a timer row, a rung with nobody on it passed at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from handlers.checkins.ending import close, silence
from handlers.checkins.rungs import NEXT, ask_to_go, letters, second_channel
from handlers.kit import Context, Effect, Later, Never, Word, rings
from handlers.policy import Policy
from storage import checkins, outbox, people, roads, vitals
from storage.checkins import Checkin, CheckinPlan

BEFORE_FAMILY = frozenset({"ask", "again", "neighbour", "family"})
DEAF_FOR = timedelta(minutes=1)
"""Between two looks whether the road to an elder works again."""
QUEUED = timedelta(minutes=10)
"""Between two looks whether a greeting has gone that waits its turn."""


def _rules(ctx: Context, one: Checkin) -> Policy:
    """The policy where the elder lives: a timer comes from nowhere."""
    return ctx.policy_of(one.person_id)


def _is_deaf(ctx: Context, one: Checkin) -> bool:
    """Whether nothing is heard on the elder's own road."""
    accounts = people.accounts(ctx.tx, one.person_id)
    return bool(accounts) and roads.open_gap(ctx.tx, accounts[-1].gateway) is not None


@rings("checkin")
def rung(ctx: Context) -> Iterator[Effect]:
    """A deadline of a check-in has come."""
    timer = ctx.timer
    one = checkins.get(ctx.tx, timer.ref) if timer else None
    if timer is None or one is None or one.state not in {"scheduled", "asked", "late", "alerting"}:
        return
    if one.state != "alerting" and _is_deaf(ctx, one):
        # Whatever is answered now is not heard: nobody is blamed for a silence that is the bot's.
        data = {"since": timer.due.isoformat(), **timer.data}
        yield Later(timer.key, ctx.now + DEAF_FOR, "checkin", timer.ref, data)
        return
    since = timer.data.get("since")
    late = ctx.now - (datetime.fromisoformat(since) if since else timer.due)
    if timer.data["step"] == "ask":
        yield from _greet(ctx, one, late)
        return
    if timer.data["step"] == "again" and one.state == "asked":
        held = list(_held_back(ctx, one))
        if held:
            yield from held
            return
    if one.state in {"asked", "late"} and vitals.active_since(
        ctx.tx, one.person_id, one.base_at or one.due_at
    ):
        how = Word("checkins.how_heard")
        yield from close(ctx, one, "ok", by=one.person_id, how=how)
    elif one.state in {"asked", "late"} and (since or late > _rules(ctx, one).listening.late_after):
        yield from _after_outage(ctx, one, late)
    else:
        one = _shifted(ctx, one, late)
        yield from climb(ctx, one, str(timer.data["step"]), int(timer.data.get("turn", 0)))


def _held_back(ctx: Context, one: Checkin) -> Iterator[Effect]:
    """A greeting that the pace held back: the ladder counts from when it went.

    One that was not worth sending any more when its turn came is listed as unknown.
    """
    base = one.base_at or one.due_at
    letter = outbox.newest(ctx.tx, one.person_id, "checkins.greeting", base)
    if letter is None:
        return
    if letter.state == "stale":
        yield from unknown(ctx, one)
    elif letter.state in {"waiting", "sending"}:
        yield at(one, "again", ctx.now + QUEUED)
    elif (
        letter.sent_at is not None and letter.sent_at - base > _rules(ctx, one).listening.late_after
    ):
        checkins.move(ctx.tx, one, one.state, base_at=letter.sent_at)
        yield at(one, "again", letter.sent_at + _rules(ctx, one).checkin.second_greeting)


def _greet(ctx: Context, one: Checkin, late: timedelta) -> Iterator[Effect]:
    """The greeting at the elder's own hour; caught up until T+3 h, listed as unknown after."""
    plan = checkins.plan(ctx.tx, one.plan_id)
    if plan.withdrawn_at is not None or people.get(ctx.tx, one.person_id).left_at is not None:
        checkins.move(ctx.tx, one, "withdrawn")
    elif is_paused(plan, one.day):
        checkins.move(ctx.tx, one, "paused")
    elif late > _rules(ctx, one).checkin.catch_up:
        yield from unknown(ctx, one)
    else:
        # After an outage the ladder counts from the greeting, or silence would be blamed on elders.
        was_down = late > _rules(ctx, one).listening.late_after
        base = ctx.now if was_down else one.due_at
        checkins.move(ctx.tx, one, "asked", base_at=base, step="ask")
        one = _again(ctx, one)
        if any(other.id != one.id for other in checkins.waiting(ctx.tx, one.person_id)):
            # An older silence is still on its ladder: one is enough, both end together.
            yield from letters(ctx, one, plan, "ask", 0) or ()
            return
        yield from climb(ctx, one, "ask")


def _after_outage(ctx: Context, one: Checkin, late: timedelta) -> Iterator[Effect]:
    """The bot was down while somebody may have answered: they are asked anew, nobody alarmed."""
    if late > _rules(ctx, one).checkin.catch_up:
        yield from unknown(ctx, one)
        return
    base = ctx.now - _rules(ctx, one).checkin.second_greeting
    checkins.move(ctx.tx, one, "asked", base_at=base, step="ask")
    yield from climb(ctx, _again(ctx, one), "again")


def _shifted(ctx: Context, one: Checkin, late: timedelta) -> Checkin:
    """After an outage the rest of the ladder keeps its distances."""
    if late <= _rules(ctx, one).listening.late_after:
        return one
    checkins.move(ctx.tx, one, one.state, base_at=(one.base_at or one.due_at) + late)
    return _again(ctx, one)


def unknown(ctx: Context, one: Checkin) -> Iterator[Effect]:
    """Nobody knows: no alarm, but a line in the list for duty and coordinator."""
    checkins.move(ctx.tx, one, "closed", outcome="unknown", step="unlisted", closed_at=ctx.now)
    checkins.tell(ctx.tx, one.id, ctx.now, "closed", note="unknown")
    yield from silence(ctx, one)
    # One timer for all of them: it rings after those that are overdue now.
    yield Later("checkins:unknown", ctx.now, "checkins_unknown")


def is_paused(plan: CheckinPlan, day: str) -> bool:
    """Whether a day (ISO) falls into the plan's pause."""
    return plan.paused_at is not None and (plan.paused_until is None or day <= plan.paused_until)


def _again(ctx: Context, one: Checkin) -> Checkin:
    fresh = checkins.get(ctx.tx, one.id)
    if fresh is None:
        raise LookupError(one.id)
    return fresh


def climb(ctx: Context, one: Checkin, step: str, turn: int = 0) -> Iterator[Effect]:
    """Do this rung, or the next that has somebody on it, and set the deadline of the one after."""
    plan = checkins.plan(ctx.tx, one.plan_id)
    kin = len(checkins.family(ctx.tx, plan.id)) if step in BEFORE_FAMILY else 0
    called: list[Effect] = []
    while True:
        if step == "neighbour":
            called += second_channel(ctx, one, plan)
        on_it = letters(ctx, one, plan, step, turn)
        called += on_it or ()
        if on_it is not None or step == "team":
            break
        checkins.tell(ctx.tx, one.id, ctx.now, "nobody", note=step)
        # Family that can only be rung up is passed, and the next of them asked.
        again = step == "family" and turn + 1 < kin
        step, turn = (step, turn + 1) if again else (NEXT[step], 0)
    state = {"ask": "asked", "again": "asked", "neighbour": "late"}.get(step, "alerting")
    checkins.move(ctx.tx, one, state, step=step)
    yield from called
    yield Never(f"checkin:{one.id}:")
    yield from _then(ctx, one, plan, step, turn)


def _then(ctx: Context, one: Checkin, plan: CheckinPlan, step: str, turn: int) -> Iterator[Effect]:
    """The deadline after this rung."""
    rules = _rules(ctx, one)
    policy = rules.checkin
    after, again = NEXT.get(step, "team"), 0
    # Somebody was just asked: they get their minutes even where the ladder is behind its times.
    minutes = rules.unclaimed.urgent.duty if one.alarm else policy.family_each
    due = max(ctx.now + minutes, offset(ctx, one, after))
    if step == "family" and turn + 1 < len(checkins.family(ctx.tx, plan.id)):
        if ctx.now + policy.family_each < due:
            after, again, due = "family", turn + 1, ctx.now + policy.family_each
    elif step == "team":
        repeats, every = policy.team_repeats, policy.team_every
        if one.alarm:
            repeats, every = rules.unclaimed.repeats, rules.unclaimed.repeat_every
        if turn + 1 >= repeats:
            # From here it is a standing red line: the coordinator is reminded every day.
            checkins.tell(ctx.tx, one.id, ctx.now, "red line")
            return
        again, due = turn + 1, ctx.now + every
    yield at(one, after, due, again)


def at(one: Checkin, step: str, due: datetime, turn: int = 0) -> Later:
    """The deadline of a rung."""
    data = {"step": step, "turn": turn}
    return Later(f"checkin:{one.id}:next", due, "checkin", one.id, data)


def offset(ctx: Context, one: Checkin, step: str) -> datetime:
    """When a rung is due: from the elder's hour, or from the cry for help."""
    base = one.base_at or one.due_at
    if one.alarm:
        urgent = _rules(ctx, one).unclaimed.urgent
        return base + {"worker": urgent.worker, "team": urgent.leader}.get(step, timedelta())
    policy = _rules(ctx, one).checkin
    waits = {
        "again": policy.second_greeting,
        "neighbour": policy.neighbour,
        "family": policy.family,
        "duty": policy.duty,
        "worker": policy.worker,
        "team": policy.team,
    }
    return base + waits.get(step, timedelta())


@rings("checkin_lapse")
def lapse(ctx: Context) -> Iterator[Effect]:
    """Whoever went has not said what they found: they are asked, and the ladder goes on."""
    timer = ctx.timer
    one = checkins.get(ctx.tx, timer.ref) if timer else None
    if timer is None or one is None or one.state != "handled" or one.handled_by is None:
        return
    went = one.handled_by
    one = _shifted(ctx, one, ctx.now - timer.due)
    checkins.tell(ctx.tx, one.id, ctx.now, "lapsed", person_id=went)
    yield ask_to_go(ctx, one, went, "checkins.lapsed")
    yield from go_on(ctx, one)


def go_on(ctx: Context, one: Checkin, *, now: bool = False) -> Iterator[Effect]:
    """Back on the ladder after somebody gave it back or fell silent; ``now`` climbs at once."""
    checkins.move(ctx.tx, one, "alerting", handled_by=None)
    fresh = _again(ctx, one)
    step = one.step or "neighbour"
    after = "worker" if step == "emergency" else NEXT.get(step, "team")
    if now:
        yield from climb(ctx, fresh, after)
        return
    due = (
        ctx.now + _rules(ctx, one).checkin.team_every
        if step == "team"
        else offset(ctx, fresh, after)
    )
    yield at(fresh, after, max(ctx.now, due), 1 if step == "team" else 0)
