"""A year of check-ins for five hundred people, on paper, in a zone that changes its clocks.

People answer, oversleep, fall silent, vouch, agree to go and forget to say what they found, are
away for weeks and leave, by a seed; the bot is restarted and goes down. Every day is looked at:
did each check-in fire once, or is it listed as unknown? Did every silence end at a person, or does
it stand as a red line?
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from coverage import Coverage
from sqlalchemy import Engine

from bot.app import App
from bot.clock import PaperClock
from bot.gateways.base import Letter
from bot.gateways.paper import PaperGateway
from bot.understanding.reader import Reader
from handlers.kit import Message
from storage import checkins, people, places
from storage.checkins import Checkin
from storage.db import Transaction, transaction

ZONE = ZoneInfo("Europe/Berlin")
FIRST, DAYS, PEOPLE = date(2026, 1, 1), 365, 500
STEPS = [time(8, 31), time(9, 1), time(9, 31), time(10, 1)]
STEPS += [time(hour, 1) for hour in (11, 13, 15, 18, 20)]
OUTAGES = {30: 5, 87: 300, 150: 40, 210: 600, 299: 150}
"""Day of the year → minutes; they begin between the first greetings and the second."""
MORNING, LATER, EVENING = 510, 540, 1080
ELDER = re.compile(r"王\d+奶奶")
ASKS = ("neighbour", "family", "duty", "worker", "team", "key_holder", "alarm", "lapsed", "more")
READER = Reader()


@dataclass
class Elder:
    """Somebody who is checked on, as the audit knows it: by no code of the bot's."""

    name: str
    hours: list[int]
    tier: str
    person_id: int = 0
    rests: list[tuple[date, date]] = field(default_factory=list)
    left: date | None = None

    def due(self, day: date) -> list[int]:
        every = {"red": 1, "yellow": 2, "green": 7}[self.tier]
        off = self.left is not None and day >= self.left
        return [] if off or (day - FIRST).days % every != self._turn(every) else self.hours

    def _turn(self, every: int) -> int:
        return int(self.name[1:-2]) % every

    def anchor(self) -> date:
        return FIRST + timedelta(days=self._turn({"red": 1, "yellow": 2, "green": 7}[self.tier]))

    def rests_on(self, day: date) -> bool:
        return any(first <= day <= last for first, last in self.rests)


class Year:
    """The town, the bot, and what everybody will say when."""

    def __init__(self, database: Engine) -> None:
        self.chance = Random(2026)  # noqa: S311  who sleeps late is no secret
        self.database, self.road = database, PaperGateway()
        self.clock = PaperClock(datetime.combine(FIRST, time(0, 0), ZONE))
        self.elders = {elder.name: elder for elder in _elders()}
        with transaction(database) as tx:
            _settle(tx, self.elders.values())
        self.app = self._app()
        self.ids = 0
        self.went: list[tuple[datetime, Letter]] = []
        self.road.before_send = lambda letter: self.went.append((self.clock.now(), letter))
        self.later: list[tuple[datetime, str, str]] = []
        self.greeted: Counter[tuple[str, date]] = Counter()
        self.spoke: dict[tuple[str, str], datetime] = {}
        self.named: set[str] = set()
        self.seen: Counter[str] = Counter()
        self.down: list[tuple[datetime, datetime]] = []

    def _app(self) -> App:
        return App(self.database, [self.road], self.clock, zone=ZONE, reader=READER)

    async def restart(self, after: timedelta = timedelta()) -> None:
        """Gone, and started again: at once, or after an outage in which nobody was heard."""
        self.app.engine.stop()
        if after:
            self.down.append((self.clock.now(), self.clock.now() + after))
            self.clock.set(self.clock.now() + after)
        self.app = self._app()
        await self.app.start(live=False)
        await self.app.ring()
        await self.app.settle()

    async def say(self, who: str, text: str) -> None:
        self.ids += 1
        now = self.clock.now()
        for elder in ELDER.findall(text):
            self.spoke[who, elder] = now
        self.spoke[who, who] = now
        await self.app.hear(Message("paper", f"m{self.ids}", who, who, who, text, now, now, True))

    async def live(self, day: date) -> None:
        """One day, step by step: time passes, letters are read, people say what they say."""
        for at in STEPS:
            to = datetime.combine(day, at, ZONE).astimezone(UTC)
            if to <= self.clock.now():
                continue
            await self.app.advance(to)
            self._letters()
            due = [one for one in self.later if one[0] <= to]
            self.later = [one for one in self.later if one[0] > to]
            await asyncio.gather(*(self.say(who, text) for _, who, text in due))
            outage = OUTAGES.get((day - FIRST).days) if at == STEPS[0] else None
            if outage is not None:
                await self.restart(timedelta(minutes=outage))
            elif self.chance.random() < 0.008:
                await self.restart()
        for _ in range(200 if day == FIRST else self.chance.randrange(8)):
            await self._rest(day)

    def _letters(self) -> None:
        went, self.went, self.road.sent = self.went, [], []
        for at, letter in went:
            kind = letter.kind.removeprefix("checkins.")
            self.seen[kind] += 1
            if kind == "greeting":
                self.greeted[letter.conversation, at.astimezone(ZONE).date()] += 1
                self._greeted(letter.conversation)
            elif kind in ASKS:
                for elder in ELDER.findall(letter.text)[:1]:
                    self._asked(letter.conversation, elder)
            elif kind in {"unknown", "red_lines"}:
                self.named |= set(ELDER.findall(letter.text))
                if kind == "red_lines" and self.chance.random() < 0.6:
                    for elder in ELDER.findall(letter.text):
                        self._soon(letter.conversation, f"{elder}没事", 30)
            elif kind == "still_paused":
                self._soon(letter.conversation, "是", 1)

    def _greeted(self, elder: str) -> None:
        fate = self.chance.random()
        if fate < 0.93:
            self._soon(elder, self.chance.choice(("好", "嗯", "都好", "👍", "fine")), 0)
        elif fate < 0.96:
            self._soon(elder, "刚起来,都好", self.chance.choice((40, 70, 100, 200)))
        elif fate < 0.965:
            self._soon(elder, "今天头晕", 0)
        elif fate < 0.975:
            self._soon(f"邻居{self.chance.randrange(50)}", f"刚在楼下看到{elder}", 65)

    def _asked(self, helper: str, elder: str) -> None:
        fate = self.chance.random()
        if fate < 0.35:
            self._soon(helper, f"{elder}我去看", 0)
            found = self.chance.random()
            if found < 0.8:
                self._soon(helper, f"{elder}没事,见到人了", 25)
            elif found < 0.9:
                self._soon(helper, f"{elder}家敲门没人应", 25)
        elif fate < 0.6:
            self._soon(helper, f"{elder}那边我去不了", 0)
        elif fate < 0.65:
            self._soon(helper, f"{elder}没事,刚打通电话", 5)

    def _soon(self, who: str, text: str, minutes: int) -> None:
        self.later.append((self.clock.now() + timedelta(minutes=minutes), who, text))

    async def _rest(self, day: date) -> None:
        """Somebody pauses, for some days or until asked, or leaves for good."""
        elder = self.elders[self.chance.choice(sorted(self.elders))]
        with transaction(self.database) as tx:
            busy = checkins.waiting(tx, elder.person_id)
        if elder.left or busy or elder.rests_on(day + timedelta(days=1)):
            return
        if self.chance.random() < 0.005:
            elder.left = day + timedelta(days=1)
            await self.say(elder.name, "不用每天问了")
        else:
            last = day + timedelta(days=self.chance.choice((1, 2, 7, 60, 120)))
            elder.rests.append((day + timedelta(days=1), last))
            await self.say(elder.name, f"暂停问候到{last.month}月{last.day}日")
        await self.app.settle()

    def audit(self, day: date) -> None:
        """Each check-in of this day fired once or is listed; every silence ended at a person."""
        with transaction(self.database) as tx:
            rows: dict[int, list[Checkin]] = {}
            for one in checkins.of_days(tx, [day.isoformat()]):
                rows.setdefault(one.person_id, []).append(one)
            for elder in self.elders.values():
                mine = rows.pop(elder.person_id, [])
                assert [one.hour for one in mine] == elder.due(day), (elder.name, day)
                self._fired_once(elder, day, mine)
                for one in mine:
                    self._ended(tx, elder, one)
            assert rows == {}

    def _fired_once(self, elder: Elder, day: date, mine: list[Checkin]) -> None:
        never = [one for one in mine if one.state == "paused" or one.outcome == "unknown"]
        greetings = self.greeted[elder.name, day]
        assert len(mine) - len(never) <= greetings <= len(mine), (elder.name, day, mine)
        for one in mine:
            assert (one.state == "paused") == elder.rests_on(day)
            local = one.due_at.astimezone(ZONE)
            assert (local.date(), local.hour * 60 + local.minute) == (day, one.hour)

    def _ended(self, tx: Transaction, elder: Elder, one: Checkin) -> None:
        told = checkins.story(tx, one.id, "told")
        match one.state, one.outcome:
            case "paused", _:
                assert told == []
            case "closed", "unknown":
                assert elder.name in self.named
                assert any(begin <= one.due_at + timedelta(hours=7) for begin, _ in self.down)
            case "closed", _:
                who = people.get(tx, one.handled_by or 0).name
                assert self.spoke[who, elder.name] >= one.due_at
                assert (one.outcome == "ok") == (who == elder.name) or one.alarm
            case _:  # open for more than a day: everybody was asked, and the coordinator knows
                assert checkins.story(tx, one.id, "red line"), (elder.name, one)
                assert elder.name in self.named


def _elders() -> Iterator[Elder]:
    for number in range(PEOPLE):
        tier = "red" if number < 3 else "yellow" if number < 11 else "green"
        hours = [MORNING, EVENING] if number < 1 else [(MORNING, LATER)[number % 2]]
        yield Elder(f"王{number}奶奶", hours, tier)


def _settle(tx: Transaction, elders: Iterable[Elder]) -> None:
    since = datetime(2025, 1, 1, tzinfo=UTC)
    home = places.add(tx, key="b1", name="1号楼", kind="building", number="1", zone="Europe/Berlin")

    def person(name: str, *roles: str) -> int:
        columns = {"name": name, "place_id": home, "joined_at": since}
        person_id = people.add(tx, **columns, vouched=True, noticed=True)
        people.add_account(tx, person_id, "paper", name)
        for role in roles:
            people.give_role(tx, person_id, home, role, since)
        return person_id

    person("吴站长", "coordinator")
    person("李强", "community_worker")
    person("孙警官", "police")
    person("郭书记", "leader")
    neighbours = [person(f"邻居{number}") for number in range(50)]
    family = [person(f"家人{number}") for number in range(50)]
    for at, elder in enumerate(elders):
        elder.person_id = person(elder.name)
        plan_id = checkins.add_plan(
            tx,
            person_id=elder.person_id,
            at=elder.hours,
            tier=elder.tier,
            from_day=elder.anchor().isoformat(),
            neighbour_id=neighbours[at % 50] if at % 3 else None,
            key_holder_id=neighbours[(at + 7) % 50],
            consent_by=elder.person_id,
            consent_at=since,
        )
        for turn in range(at % 3):
            checkins.add_contact(tx, plan_id, person_id=family[(at + turn) % 50])


@pytest.fixture
def untraced() -> Iterator[None]:
    """Coverage sees these lines in other tests; here it would take three times as long."""
    measuring = Coverage.current()
    if measuring is not None:
        measuring.stop()
    yield
    if measuring is not None:
        measuring.start()


@pytest.mark.usefixtures("untraced")
async def test_a_year_of_check_ins_leaves_nobody_out(opened: Callable[..., Engine]) -> None:
    year = Year(opened())
    await year.app.start(live=False)
    for number in range(DAYS):
        day = FIRST + timedelta(days=number)
        await year.live(day)
        if number >= 2:
            year.audit(day - timedelta(days=2))
    year.app.engine.stop()
    # It was a year in which things happened.
    for kind in ("greeting", "second", "neighbour", "family", "duty", "worker", "team", "alarm"):
        assert year.seen[kind], kind
    assert year.seen["unknown"]
    assert year.seen["begins_again"]
    assert len(year.down) == len(OUTAGES)
