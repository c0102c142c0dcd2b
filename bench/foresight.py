"""The limit: what somebody could reach who knows how everybody would answer, before asking.

Each day and community is one assignment problem: every need to the one volunteer who will take it
and see it through, so that promises are kept and people wait as little as possible. One person is
asked for each need, nobody in vain, and nobody holds more than a few tasks a day.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta

import numpy as np
from scipy.optimize import linear_sum_assignment

from bench.neighbourhood import PER_COMMUNITY, Deed, District, Need, Volunteer
from bench.running import ZONE, Outcome, Told
from handlers.policy import Policy
from handlers.quiet import after_quiet

NEVER = 1e7
A_BREACH = 3600.0
"""A broken promise is as bad as an hour's wait."""
A_DAY = 3
"""Tasks that one volunteer takes in a day."""


def foresee(district: District, policy: Policy) -> Outcome:
    """The best possible assignment, by the same promises."""
    told, tasks = Told(), Counter[str]()
    to_claim: list[float] = []
    to_done: list[float] = []
    by_kind: dict[str, tuple[int, int]] = {}
    for needs, volunteers in _problems(district):
        starts = [_asked(need, policy) for need in needs]
        waits = np.array(
            [
                [_wait(district, need, one, at) for one in volunteers]
                for need, at in zip(needs, starts, strict=True)
            ]
        )
        costs = waits + np.array(
            [
                [_broken(district.deed(need, one), need, policy) for one in volunteers]
                for need in needs
            ]
        )
        rows, columns = linear_sum_assignment(np.tile(costs, (1, A_DAY)))
        for row, column in zip(rows, columns, strict=True):
            need, one = needs[row], volunteers[column % len(volunteers)]
            wait = float(waits[row, column % len(volunteers)])
            deed = district.deed(need, one)
            if wait < NEVER:
                told.asked[one.account] += 1
                tasks[one.account] += 1
                held_back = (starts[row] - need.at).total_seconds()
                to_claim.append(held_back + wait)
                to_done.append(held_back + wait + deed.way + deed.work)
            _count(by_kind, need, policy, wait, deed)
    told.private = len(to_claim)
    return Outcome(
        "foresight",
        needs=len(district.needs),
        to_claim=sorted(to_claim),
        to_done=sorted(to_done),
        kept=sum(kept for kept, _ in by_kind.values()),
        promised=sum(made for _, made in by_kind.values()),
        told=told,
        tasks=tasks,
        by_kind=by_kind,
    )


def _problems(district: District) -> list[tuple[list[Need], list[Volunteer]]]:
    """The needs of a day in a community, and who lives there."""
    grouped: dict[tuple[int, int], list[Need]] = defaultdict(list)
    for need in district.needs:
        grouped[need.building // PER_COMMUNITY, (need.at - district.begins).days].append(need)
    around: dict[int, list[Volunteer]] = defaultdict(list)
    for one in district.volunteers:
        around[one.building // PER_COMMUNITY].append(one)
    return [(needs, around[community]) for (community, _), needs in grouped.items()]


def _asked(need: Need, policy: Policy) -> datetime:
    return after_quiet(need.at, policy.quiet.begins, policy.quiet.ends, ZONE)


def _wait(district: District, need: Need, one: Volunteer, at: datetime) -> float:
    """Seconds until this volunteer would claim it, and see it through; else never."""
    answer = district.answer(need, one, at.astimezone(ZONE))
    if answer.what != "take" or district.deed(need, one).ends != "done":
        return NEVER
    return answer.after


def _broken(deed: Deed, need: Need, policy: Policy) -> float:
    """Seconds by which a broken promise counts against a helper."""
    if need.kind != "repair":
        return 0.0
    rule = policy.promises[0]
    on_site, small_fix = rule.on_site.total_seconds(), rule.small_fix.total_seconds()
    return A_BREACH * ((deed.way > on_site) + (deed.work > small_fix))


def _count(
    by_kind: dict[str, tuple[int, int]], need: Need, policy: Policy, wait: float, deed: Deed
) -> None:
    """Whether the promises of this need were kept."""

    def promise(kind: str, span: timedelta, took: float) -> None:
        kept, made = by_kind.get(kind, (0, 0))
        by_kind[kind] = kept + (took <= span.total_seconds()), made + 1

    if need.kind == "repair":
        rule = policy.promises[0]
        if wait < NEVER:
            promise("on_site", rule.on_site, deed.way)
            promise("small_fix", rule.small_fix, deed.work)
        return
    promise("claimed", policy.neighbourly.claimed, wait)
    promise("done", timedelta(days=1), wait + deed.way + deed.work)
