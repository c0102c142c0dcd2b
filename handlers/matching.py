"""Who is asked for help, and why: a pure policy over neighbours as they stand at this moment.

Everything counts in points, set by the operator: the way there, what somebody can do or lend, the
tasks they hold, how they answered before, how often they were asked lately, and the language. A
wave takes the best of those within its reach; whoever has just the thing that is wanted is within
every reach.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.reading import Category

FARTHEST = 4
"""Steps up the tree: the street."""
REACHES = (0, 2, 3)
"""How far each wave reaches: the building, the grid, the community."""


@dataclass(frozen=True, slots=True)
class Matching:
    """Who is asked for a request of these ``kinds`` (categories; none: of every kind), and when.

    ``building``, ``grid``, ``community``: how many are asked directly in the first, the second and
    each further wave; ``pause`` lies between. The rest is points: for each step nearer than the
    street, for having just what is wanted, for the skill (``skill_first`` in the kinds of
    ``skilled``, where it comes before a short way), for the share of askings answered, for the
    requester's language, and off for each task held and each asking of the last week. Nobody is
    asked more than ``most_a_day`` times in 24 hours, unless it is urgent.
    """

    kinds: tuple[Category, ...] = ()
    building: int = 3
    grid: int = 6
    community: int = 12
    pause: timedelta = timedelta(minutes=4)
    urgent_pause: timedelta = timedelta(minutes=1)
    near: int = 20
    owns: int = 200
    skill: int = 15
    skill_first: int = 100
    skilled: tuple[Category, ...] = ("repair", "medical", "mental", "rescue")
    answers: int = 30
    language: int = 10
    load: int = 15
    lately: int = 8
    most_a_day: int = 4


@dataclass(frozen=True, slots=True)
class Fit:
    """Somebody who could be asked.

    ``distance``: steps up the tree. ``skill``: what of theirs fits, ``owns``: it is just what is
    wanted, not only its kind. ``load``: open tasks. ``yes``, ``no``, ``asked``: answers and askings
    of the last months; ``lately``: askings of the last week.
    """

    person_id: int
    distance: int
    load: int = 0
    yes: int = 0
    no: int = 0
    asked: int = 0
    lately: int = 0
    same_language: bool = True
    owns: bool = False
    skill: str = ""

    def points(self, rule: Matching, category: str) -> float:
        """How well they fit: more is better."""
        knack = rule.skill_first if category in rule.skilled else rule.skill
        return (
            rule.near * (FARTHEST - self.distance)
            + (rule.owns if self.owns else knack if self.skill else 0)
            + rule.answers * self.reliability
            + (rule.language if self.same_language else 0)
            - rule.load * self.load
            - rule.lately * self.lately
        )

    @property
    def reliability(self) -> float:
        """From 0 to 1: a yes counts whole, a no half, silence nothing; half for the unknown."""
        return (self.yes + 0.5 * self.no + 1) / (max(self.asked, self.yes + self.no) + 2)

    @property
    def why(self) -> str:
        """All of it in one line, as it is kept with the invitation."""
        return (
            f"distance={self.distance} load={self.load} yes={self.yes} no={self.no} "
            f"asked={self.asked} lately={self.lately} language={self.same_language:d} "
            f"owns={self.owns:d} skill={self.skill}"
        )


def read_why(person_id: int, why: str) -> Fit | None:
    """The `Fit` that was kept with an invitation; None where another reason was."""
    parts = dict(one.partition("=")[::2] for one in why.split(" ", 8))
    if "distance" not in parts:
        return None
    names = ("distance", "load", "yes", "no", "asked", "lately")
    numbers = {name: int(parts[name]) for name in names}
    return Fit(
        person_id,
        same_language=parts["language"] == "1",
        owns=parts["owns"] == "1",
        skill=parts["skill"],
        **numbers,
    )


def rule_for(rules: Sequence[Matching], category: str) -> Matching:
    """The first rule made for this kind of request, or for all."""
    found = (one for one in rules if not one.kinds or category in one.kinds)
    return next(found, Matching())


def reach_of(wave: int) -> int:
    """How many steps up the tree the wave of this number reaches; the first is 1."""
    return REACHES[min(max(wave, 1), len(REACHES)) - 1]


def size_of(rule: Matching, wave: int) -> int:
    """How many are asked in the wave of this number."""
    return (rule.building, rule.grid, rule.community)[min(max(wave, 1), len(REACHES)) - 1]


def best(fits: Iterable[Fit], rule: Matching, category: str, wave: int) -> list[Fit]:
    """Whom this wave asks, best first.

    Where fewer live within its reach than it asks, it goes farther by itself.
    """
    reach = reach_of(wave)

    def order(fit: Fit) -> tuple[bool, float, int]:
        within = fit.distance <= reach or fit.owns
        within = within or (bool(fit.skill) and category in rule.skilled)
        return (not within, -fit.points(rule, category), fit.person_id)

    return sorted(fits, key=order)[: size_of(rule, wave)]


def is_awake(hours: Sequence[tuple[str, int, int]], now: datetime, zone: ZoneInfo) -> bool:
    """Whether now is within the stated hours; whoever stated none may always be asked.

    ``hours``: weekdays as digits, start and end in minutes of the day.
    """
    if not hours:
        return True
    local = now.astimezone(zone)
    minute, weekday = local.hour * 60 + local.minute, str(local.isoweekday())
    yesterday = str((local.isoweekday() - 2) % 7 + 1)
    for weekdays, start, end in hours:
        if start <= end and weekday in weekdays and start <= minute < end:
            return True
        if start > end and (
            (weekday in weekdays and minute >= start) or (yesterday in weekdays and minute < end)
        ):
            return True
    return False
