"""The people of a simulated district: what they need when, and how they answer when they are asked.

Every answer is drawn from the seed, the need and the person alone: whoever is asked about a need by
one policy would have answered another just so. That is what makes policies comparable.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from statistics import NormalDist
from typing import Literal

PER_MICRO_GRID, PER_GRID, PER_COMMUNITY, PER_STREET = 5, 10, 25, 50
HOURS = (2, 1, 1, 1, 1, 3, 10, 30, 60, 75, 70, 60, 50, 40, 45, 50, 55, 65, 75, 70, 55, 35, 15, 5)
"""How many of a thousand needs or so come in each hour of the day."""
KINDS: tuple[tuple[str, float, tuple[str, ...]], ...] = (
    (
        "supplies",
        0.45,
        (
            "谁能帮我带两盒牛奶?",
            "谁能帮我带一袋大米?",
            "哪位邻居能帮我带三斤苹果吗?",
            "请问谁能帮我带十个鸡蛋?",
        ),
    ),
    ("repair", 0.2, ("家里水管漏水了,谁会修?", "我家下水道堵了,谁能帮忙通一下?")),
    ("transport", 0.2, ("谁能帮我取个快递?", "谁能帮我把沙发搬上楼?")),
    ("care", 0.15, ("谁能来陪陪老人?", "谁能帮我带一下孩子?")),
)
WORK = {"supplies": 20, "repair": 12, "transport": 25, "care": 50}
"""Minutes on the spot, in the middle."""
SKILLS = {"supplies": 0.3, "repair": 0.15, "transport": 0.3, "care": 0.25}
"""How many of the volunteers said they can do such a thing."""
NEAR = (1.0, 0.85, 0.7, 0.5, 0.3)
"""How much less willing somebody is with each step up the tree that lies between."""
_NORMAL = NormalDist()
_MASK = (1 << 64) - 1


def chance(*keys: int) -> float:
    """A number between 0 and 1 that depends on these alone (splitmix64)."""
    mixed = 0x9E3779B97F4A7C15
    for key in keys:
        mixed = (mixed ^ key) * 0xBF58476D1CE4E5B9 & _MASK
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB & _MASK
        mixed ^= mixed >> 31
    return (mixed >> 11) / (1 << 53)


def spread(middle: float, sigma: float, luck: float) -> float:
    """A waiting time around ``middle``: most are shorter, a few very long (lognormal)."""
    return middle * math.exp(sigma * _NORMAL.inv_cdf(min(max(luck, 1e-6), 1 - 1e-6)))


@dataclass(frozen=True, slots=True)
class Volunteer:
    """Somebody who may be asked; ``free``: from which hour of the day to which they answer."""

    id: int
    building: int
    willing: float
    free: tuple[int, int]
    says_hours: bool
    skills: frozenset[str]

    @property
    def account(self) -> str:
        return f"v{self.id}"


@dataclass(frozen=True, slots=True)
class Need:
    """One need: who says what, where and when."""

    id: int
    at: datetime
    building: int
    resident: int
    kind: str
    text: str

    @property
    def account(self) -> str:
        return f"r{self.building}-{self.resident}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody asked does, ``after`` seconds: takes it, says no, or stays silent."""

    what: Literal["take", "no", "silent"]
    after: float


@dataclass(frozen=True, slots=True)
class Deed:
    """How a task goes with its holder: seconds to the door and at it, and what is forgotten."""

    ends: Literal["done", "given back", "forgotten"]
    way: float
    work: float
    says_arrived: bool
    says_done: bool


def steps(one: int, other: int) -> int:
    """How many steps up the tree lie between two buildings."""
    sizes = (1, PER_MICRO_GRID, PER_GRID, PER_COMMUNITY)
    found = (at for at, size in enumerate(sizes) if one // size == other // size)
    return next(found, len(sizes))


@dataclass(frozen=True)
class District:
    """Who lives there and what will happen, all of it drawn from ``seed``."""

    buildings: int
    people: int
    days: int
    needs_a_day: float
    """By building."""
    seed: int
    begins: datetime

    @cached_property
    def volunteers(self) -> list[Volunteer]:
        rng = random.Random(self.seed)
        each = max(2, round(self.people * 0.04))
        made = []
        for building in range(self.buildings):
            for _ in range(each):
                works = rng.random() < 0.5
                free = (17, 22) if works else (7, 22)
                skills = frozenset(one for one, share in SKILLS.items() if rng.random() < share)
                willing = 0.1 + 0.7 * rng.betavariate(2, 2.5)
                made.append(
                    Volunteer(len(made), building, willing, free, rng.random() < 0.7, skills)
                )
        return made

    @cached_property
    def needs(self) -> list[Need]:
        """Every need, in the order of time; nobody has two."""
        rng = random.Random(self.seed + 1)
        found = []
        for building in range(self.buildings):
            for resident in range(_poisson(rng, self.needs_a_day * self.days)):
                day = timedelta(days=rng.randrange(self.days))
                hour = rng.choices(range(24), HOURS)[0]
                at = self.begins + day + timedelta(hours=hour, seconds=rng.randrange(3600))
                kind, _, texts = rng.choices(KINDS, [share for _, share, _ in KINDS])[0]
                found.append((at, building, resident, kind, rng.choice(texts)))
        return [Need(at, *rest) for at, rest in enumerate(sorted(found))]

    def answer(self, need: Need, one: Volunteer, now: datetime) -> Answer:
        """How this volunteer answers, asked personally at this hour (of the district's clock)."""
        if not one.free[0] <= now.hour < one.free[1]:
            return Answer("silent", 0)
        willing = one.willing * NEAR[steps(need.building, one.building)]
        if need.kind == "repair" and "repair" not in one.skills:
            willing *= 0.35
        luck = chance(self.seed, need.id, one.id, 1)
        after = spread(240, 1.1, chance(self.seed, need.id, one.id, 2))
        if luck < willing:
            return Answer("take", after)
        return Answer("no" if luck > 1 - 0.3 * (1 - willing) else "silent", after)

    def deed(self, need: Need, one: Volunteer) -> Deed:
        """How it goes if this volunteer holds it."""
        luck = chance(self.seed, need.id, one.id, 3)
        ends: Literal["done", "given back", "forgotten"] = "done"
        if luck < 0.05:
            ends = "given back"
        elif luck < 0.11:
            ends = "forgotten"
        minutes = 2 + 1.5 * steps(need.building, one.building)
        return Deed(
            ends,
            way=spread(60 * minutes, 0.5, chance(self.seed, need.id, one.id, 4)),
            work=spread(60 * WORK[need.kind], 0.4, chance(self.seed, need.id, one.id, 5)),
            says_arrived=chance(self.seed, need.id, one.id, 6) < 0.8,
            says_done=chance(self.seed, need.id, one.id, 7) < 0.85,
        )

    def in_group(self, need: Need, building: int) -> Iterator[tuple[Volunteer, float]]:
        """Who takes up what was said in a building's group, and after how many seconds."""
        for one in self.at_home(building):
            if chance(self.seed, need.id, one.id, 8) < 0.25 * one.willing:
                yield one, spread(600, 1.1, chance(self.seed, need.id, one.id, 9))

    def at_home(self, building: int) -> list[Volunteer]:
        """The volunteers of a building."""
        each = len(self.volunteers) // self.buildings
        return self.volunteers[building * each : (building + 1) * each]


def _poisson(rng: random.Random, mean: float) -> int:
    """How many of something come that comes ``mean`` times on average."""
    at, count = rng.expovariate(1), 0
    while at < mean:
        at, count = at + rng.expovariate(1), count + 1
    return count
