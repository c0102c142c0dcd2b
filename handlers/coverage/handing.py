"""Each visitor's list, privately and logged, and the deadlines of a round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from handlers import lookins, showing
from handlers.kit import Both, Context, Effect, Later, Lines, Never, Say, ToPerson, Word
from storage import coverage, people
from storage.coverage import Campaign, Visit

MOST = 30
"""So many names stand in one letter."""


def hand_out(
    ctx: Context, campaign: Campaign, visits: Sequence[Visit], key: str = "coverage.yours"
) -> Iterator[Effect]:
    """Number these visits for their visitors, and tell each theirs."""
    by_visitor: dict[int, list[Visit]] = {}
    for one in visits:
        number = coverage.last_number(ctx.tx, one.visitor_id) + 1
        coverage.change_visit(ctx.tx, one.id, number=number)
        coverage.tell(ctx.tx, one.id, ctx.now, "told", person_id=one.visitor_id)
        by_visitor.setdefault(one.visitor_id, []).append(coverage.visit(ctx.tx, one.id))
    for visitor_id, theirs in by_visitor.items():
        for first in range(0, len(theirs), MOST):
            some = theirs[first : first + MOST]
            yield ctx.tell(visitor_id, key, **listed(ctx, campaign, some), count=len(theirs))


def listed(ctx: Context, campaign: Campaign, visits: Sequence[Visit]) -> dict[str, Any]:
    """The round, its end, and the lines of these visits with door and phone."""
    due = Word("coverage.due", {"at": campaign.due_at}) if campaign.due_at else ""
    by = showing.name_of(people.get(ctx.tx, campaign.asked_by))
    lines = Lines(tuple(line(ctx, one) for one in visits))
    example = visits[0].name if visits else ""
    known = people.get(ctx.tx, visits[0].person_id) if visits and visits[0].person_id else None
    return {
        "round": Word("coverage.round", {"name": campaign.name}),
        "due": due,
        "by": by,
        "lines": lines,
        "example": showing.name_of(known) if known else Both(example),
    }


def line(ctx: Context, visit: Visit) -> Word:
    """Number, name, door and phone: only for the visitor, privately."""
    return Word(
        "coverage.visit",
        {
            "number": visit.number,
            "name": lookins.name_of(ctx, visit),
            "home": lookins.home(ctx, visit),
            "phone": lookins.phone(ctx, visit),
        },
    )


def take_back(ctx: Context, visit: Visit) -> Say:
    """Somebody else visits them now, or nobody needs to."""
    values = {"number": visit.number, "name": lookins.name_of(ctx, visit)}
    return Say(ToPerson(visit.visitor_id), "coverage.not_yours_now", values)


def deadlines(ctx: Context, campaign: Campaign) -> Iterator[Effect]:
    """Nudges of the visitors, the reminder before the end, and the end."""
    policy = ctx.policy_at(campaign.place_id).coverage
    for visitor_id in {one.visitor_id for one in coverage.visits(ctx.tx, campaign.id)}:
        yield nudge(ctx, campaign, visitor_id)
    if campaign.due_at is not None:
        soon = campaign.due_at - policy.before_due
        if soon > ctx.now:
            yield Later(f"coverage:{campaign.id}:soon", soon, "coverage_soon", campaign.id)
        yield Later(f"coverage:{campaign.id}:due", campaign.due_at, "coverage_due", campaign.id)


def nudge(ctx: Context, campaign: Campaign, visitor_id: int, turn: int = 0) -> Later:
    """When a visitor is asked how it goes, if they have reported nobody by then."""
    rule = ctx.policy_at(campaign.place_id).coverage
    wait = rule.nudge_again if turn else rule.nudge
    data = {"visitor": visitor_id, "turn": turn}
    key = f"coverage:{campaign.id}:nudge:{visitor_id}"
    return Later(key, ctx.now + wait, "coverage_nudge", campaign.id, data)


def silence(campaign_id: int) -> Never:
    return Never(f"coverage:{campaign_id}:")
