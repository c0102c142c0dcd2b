"""Every promise, patience and limit that shapes how the bot behaves, with its default.

`Policy()` is the neighbourhood's default. The configuration maps onto this tree name by name
(``[policy.nudge] urgent = "5 min"``), so a new field here is a new setting there, and belongs in
config.example.toml with a line of why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import NewType

from handlers.care import Checkin, Readings, Signs
from handlers.limits import Broadcasts, Consults, Guides, Runs
from handlers.matching import Matching
from handlers.reaching import Alert, Coverage
from storage.places import Place

Country = NewType("Country", str)
Address = NewType("Address", str)
"""Where something is found on the web: ``https://…``."""


@dataclass(frozen=True, slots=True)
class Nudge:
    """A claim without a word: nudged after ``urgent`` / ``normal``, lost so much later."""

    urgent: timedelta = timedelta(minutes=5)
    urgent_lost: timedelta = timedelta(minutes=2)
    normal: timedelta = timedelta(minutes=30)
    normal_lost: timedelta = timedelta(minutes=10)
    before_planned: timedelta = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class UnclaimedUrgent:
    """Steps after an urgent request was made and nobody took it."""

    wider: timedelta = timedelta(minutes=2)
    duty: timedelta = timedelta(minutes=5)
    worker: timedelta = timedelta(minutes=10)
    leader: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class UnclaimedNormal:
    """Steps after any other request was made; ``upwards`` counts from the coordinator's step."""

    wider: timedelta = timedelta(minutes=15)
    duty: timedelta = timedelta(minutes=30)
    coordinator: timedelta = timedelta(minutes=60)
    upwards: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Unclaimed:
    """The ladders of requests that nobody took; the last step repeats ``repeats`` times."""

    urgent: UnclaimedUrgent = field(default_factory=UnclaimedUrgent)
    normal: UnclaimedNormal = field(default_factory=UnclaimedNormal)
    repeats: int = 5
    repeat_every: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Requests:
    """What holds for every request and for those who take it."""

    max_open_tasks: int = 3
    newcomer_days: int = 7
    settle_silence: timedelta = timedelta(hours=72)
    reopen_days: int = 7
    duplicate_window: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Promise:
    """What is promised for some kinds of request; 52022 as it stands.

    ``on_site`` runs from the claim, ``small_fix`` from arrival, ``plan`` from being called hard,
    ``answer`` from the plan's due time. ``kinds`` are categories; ``urgent``: it holds for whatever
    is urgent, too. ``working``: counted in working hours only.
    """

    kinds: tuple[str, ...] = ("repair",)
    urgent: bool = True
    on_site: timedelta = timedelta(minutes=5)
    small_fix: timedelta = timedelta(minutes=20)
    plan: timedelta = timedelta(days=2)
    answer: timedelta = timedelta(days=2)
    working: bool = False


@dataclass(frozen=True, slots=True)
class Neighbourly:
    """What is promised for everything else: taken soon after the asking, done by that hour."""

    claimed: timedelta = timedelta(minutes=30)
    done_by: time = time(21, 0)


@dataclass(frozen=True, slots=True)
class Working:
    """Working hours; ``holidays``: the country whose calendar counts, as two letters."""

    begins: time = time(8, 30)
    ends: time = time(17, 30)
    holidays: Country = Country("CN")


@dataclass(frozen=True, slots=True)
class Medicine:
    """The medicine box: targets from the asking, holds, and caps per person and week."""

    found: timedelta = timedelta(minutes=15)
    at_door: timedelta = timedelta(minutes=60)
    hold: timedelta = timedelta(minutes=30)
    min_months_left: int = 5
    weekly_boxes: int = 2
    weekly_loose: int = 12
    warn_days_before_expiry: tuple[int, ...] = (60, 30, 7)


@dataclass(frozen=True, slots=True)
class Caps:
    """How many unasked messages one person gets within a quarter, one and three hours."""

    per_15_min: int = 5
    per_hour: int = 11
    per_3_hours: int = 21


@dataclass(frozen=True, slots=True)
class Groups:
    """How the bot behaves towards who comes: into a group, or as a friend.

    ``welcome_after`` gathers those who join into one welcome; ``friends_a_day`` is what an account
    takes up before the rest wait for the next day.
    """

    welcome_after: timedelta = timedelta(minutes=2)
    welcome_names: int = 5
    friends_a_day: int = 40


@dataclass(frozen=True, slots=True)
class Quiet:
    """Only what is urgent between these hours of the place."""

    begins: time = time(22, 0)
    ends: time = time(7, 0)


@dataclass(frozen=True, slots=True)
class Listening:
    """When a message counts as late, when the bot is deaf, how sure it must be of what it heard.

    At ``claimed_sure`` it acts, at ``ask_sure`` it asks one short question, below it is silent.
    """

    late_after: timedelta = timedelta(minutes=10)
    deaf_after: timedelta = timedelta(minutes=5)
    claimed_sure: float = 0.75
    ask_sure: float = 0.5


@dataclass(frozen=True, slots=True)
class Retention:
    """How many days what is remembered is kept."""

    request_text_days: int = 90
    checkin_days: int = 30
    coverage_days: int = 30
    alert_days: int = 30
    reading_days: int = 365
    audit_name_days: int = 365
    inbox_id_days: int = 30


@dataclass(frozen=True, slots=True)
class Emergency:
    """The numbers to ring. ``gas`` is the local gas company; empty: the fire number is said."""

    medical: str = "120"
    fire: str = "119"
    police: str = "110"
    gas: str = ""
    self_harm: str = "12356"


@dataclass(frozen=True, slots=True)
class Hours:
    """How much help counts in the ledger of hours: for one request, and for a person in a week."""

    per_request: timedelta = timedelta(hours=4)
    per_week: timedelta = timedelta(hours=20)


@dataclass(frozen=True, slots=True)
class Duty:
    """When holes in a roster are told ahead, and between which hours there must be none.

    ``covered_until`` at or before ``covered_from`` is that hour of the next day.
    """

    first_notice: timedelta = timedelta(days=7)
    second_notice: timedelta = timedelta(hours=24)
    covered_from: time = time(0, 0)
    covered_until: time = time(0, 0)


@dataclass(frozen=True, slots=True)
class Whistle:
    """How long a department that was called has to report in, and then to bring a result.

    Past that it is reminded, and the leaders of the street are told, ``reminders`` times.
    """

    report: timedelta = timedelta(hours=2)
    result: timedelta = timedelta(days=2)
    remind_every: timedelta = timedelta(hours=24)
    reminders: int = 5


@dataclass(frozen=True, slots=True)
class Pages:
    """Where people outside reach those of the bot's pages that are meant for them."""

    address: Address = Address("http://127.0.0.1:8420")


@dataclass(frozen=True, slots=True)
class Policy:
    """All of it, for one place."""

    nudge: Nudge = field(default_factory=Nudge)
    unclaimed: Unclaimed = field(default_factory=Unclaimed)
    requests: Requests = field(default_factory=Requests)
    matching: tuple[Matching, ...] = (Matching(),)
    promises: tuple[Promise, ...] = (Promise(),)
    neighbourly: Neighbourly = field(default_factory=Neighbourly)
    working: Working = field(default_factory=Working)
    medicine: Medicine = field(default_factory=Medicine)
    checkin: Checkin = field(default_factory=Checkin)
    readings: Readings = field(default_factory=Readings)
    signs: Signs = field(default_factory=Signs)
    caps: Caps = field(default_factory=Caps)
    groups: Groups = field(default_factory=Groups)
    quiet: Quiet = field(default_factory=Quiet)
    listening: Listening = field(default_factory=Listening)
    retention: Retention = field(default_factory=Retention)
    duty: Duty = field(default_factory=Duty)
    whistle: Whistle = field(default_factory=Whistle)
    pages: Pages = field(default_factory=Pages)
    emergency: Emergency = field(default_factory=Emergency)
    hours: Hours = field(default_factory=Hours)
    runs: Runs = field(default_factory=Runs)
    consults: Consults = field(default_factory=Consults)
    broadcasts: Broadcasts = field(default_factory=Broadcasts)
    coverage: Coverage = field(default_factory=Coverage)
    alert: Alert = field(default_factory=Alert)
    guides: Guides = field(default_factory=Guides)
    places: Mapping[str, Policy] = field(default_factory=dict, metadata={"own table": True})
    """By name: the places that differ, each with the whole of its own policy."""

    def of(self, around: Iterable[Place]) -> Policy:
        """That of the first of these places (smallest first) with one of its own, else this."""
        own = (self.places[place.name] for place in around if place.name in self.places)
        return next(own, self)
