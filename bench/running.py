"""Runs a simulated district through the real engine: its people hear letters and answer them."""

from __future__ import annotations

import asyncio
import heapq
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select
from sqlmodel import SQLModel

from bench.neighbourhood import (
    PER_COMMUNITY,
    PER_GRID,
    PER_MICRO_GRID,
    PER_STREET,
    District,
    Need,
    Volunteer,
    chance,
    spread,
)
from bench.world import GATEWAY
from bot.app import App
from bot.clock import PaperClock
from bot.gateways.base import Letter
from bot.gateways.paper import PaperGateway
from handlers.kit import Message
from handlers.policy import Policy
from storage import places, promises, tables
from storage.db import Transaction, open_database, transaction
from storage.people import ACCOUNT, PERSON, ROLE
from storage.requests import EVENT, REQUEST
from storage.rooms import ROOM
from storage.skills import HOURS, SKILL

ZONE = ZoneInfo("Asia/Shanghai")
TICK = timedelta(seconds=20)
AT_NIGHT = timedelta(minutes=2)
"""So fine is time: whoever answers does so at the next tick."""
ASKING = ("offering.invite", "offering.invite_urgent")
CALLING = ("offering.still_open", "offering.next_door", "claims.open_again")


@dataclass
class Told:
    """What a policy did to people."""

    asked: Counter[str] = field(default_factory=Counter)
    """Who was asked personally, how often."""
    private: int = 0
    in_groups: int = 0
    """Messages in groups by which somebody was looked for."""
    in_vain: int = 0
    """Offers of help that came when somebody else had taken it."""


@dataclass
class Outcome:
    """How a run went: seconds from asking to claim and to done, promises, and what people got."""

    name: str
    needs: int
    to_claim: list[float]
    to_done: list[float]
    kept: int
    promised: int
    told: Told
    tasks: Counter[str]
    """Who held how many tasks."""
    by_kind: dict[str, tuple[int, int]] = field(default_factory=dict)


class Street(PaperGateway):
    """Hands every letter to whoever lives there."""

    def __init__(self, heard: Callable[[Letter], None]) -> None:
        super().__init__(GATEWAY)
        self._hear = heard

    async def send(self, letter: Letter) -> str:
        self._hear(letter)
        return f"{self.name}-{letter.id}"


class Life:
    """The people of a district at one policy: what they will say, and when."""

    def __init__(self, district: District) -> None:
        self.district, self.told = district, Told()
        self.clock = PaperClock(district.begins)
        self._coming: list[tuple[datetime, int, str, str, str, bool]] = []
        self._order, self._ids = count(), count(1)
        self._needs = {need.account: need for need in district.needs}
        self._numbers: dict[int, Need] = {}
        self._answering: set[tuple[int, str]] = set()
        self._waiting: dict[tuple[int, str], str] = {}
        for need in district.needs:
            self._say(need.at, need.account, need.text, group=need.building)

    def _say(self, at: datetime, who: str, text: str, group: int | None = None) -> None:
        room = who if group is None else f"b{group}"
        heapq.heappush(self._coming, (at, next(self._order), who, room, text, group is None))

    def _later(self, seconds: float, who: str, text: str, group: int | None = None) -> None:
        self._say(self.clock.now() + timedelta(seconds=seconds), who, text, group)

    def due(self) -> list[Message]:
        """What is said by now."""
        found = []
        while self._coming and self._coming[0][0] <= self.clock.now():
            at, _, who, room, text, private = heapq.heappop(self._coming)
            found.append(
                Message(
                    gateway=GATEWAY,
                    id=f"m{next(self._ids)}",
                    conversation=room,
                    sender=who,
                    sender_name=who,
                    text=text,
                    at=at,
                    arrived=self.clock.now(),
                    private=private,
                )
            )
        return found

    def hear(self, letter: Letter) -> None:
        """A letter has arrived: who reads it may do something about it, by and by."""
        kind, number, who = letter.kind, letter.about or 0, letter.conversation
        if letter.private:
            self.told.private += 1
        if kind.startswith("requests.noted") and letter.mentions:
            self._numbers.setdefault(number, self._needs[letter.mentions[0]])
        need = self._numbers.get(number)
        if need is None:
            return
        if kind in ASKING:
            self._asked(need, number, who)
        elif kind in CALLING and not letter.private:
            self._called(need, number, int(who[1:]) if who[1:].isdecimal() else None)
        elif kind == "offering.page":
            self._later(spread(300, 0.8, chance(need.id, len(who), 5)), who, f"我来 {number}")
        elif kind == "claims.details":
            self._holds(need, number, who)
        elif kind == "claims.standby":
            self.told.in_vain += 1
        elif kind == "patience.nudge":
            self._nudged(need, number, who)
        elif kind == "settling.asking" and chance(self.district.seed, need.id, 11) < 0.8:
            self._later(spread(600, 1, chance(need.id, 12)), who, "好了")

    def _volunteer(self, account: str) -> Volunteer | None:
        return self.district.volunteers[int(account[1:])] if account.startswith("v") else None

    def _asked(self, need: Need, number: int, who: str) -> None:
        self.told.asked[who] += 1
        one = self._volunteer(who)
        if one is None or (number, who) in self._answering:
            return
        self._answering.add((number, who))
        answer = self.district.answer(need, one, self.clock.now().astimezone(ZONE))
        if answer.what != "silent":
            text = f"我来 {number}" if answer.what == "take" else "不行"
            self._later(answer.after, who, text)

    def _called(self, need: Need, number: int, building: int | None) -> None:
        self.told.in_groups += 1
        if building is None or building >= self.district.buildings:
            return
        hour = self.clock.now().astimezone(ZONE).hour
        for one, after in self.district.in_group(need, building):
            if one.free[0] <= hour < one.free[1] and (number, one.account) not in self._answering:
                self._answering.add((number, one.account))
                self._later(after, one.account, f"我来 {number}", group=building)

    def _holds(self, need: Need, number: int, who: str) -> None:
        one = self._volunteer(who)
        if one is None:
            self._later(900, who, f"到了 {number}")
            self._later(2400, who, f"好了 {number}")
            return
        deed = self.district.deed(need, one)
        if deed.ends == "given back":
            self._later(600, who, f"{number} 去不了")
            return
        if deed.ends == "forgotten":
            return
        if deed.says_arrived:
            self._later(deed.way, who, f"到了 {number}")
        if deed.says_done:
            self._later(deed.way + deed.work, who, f"好了 {number}")
        else:
            self._waiting[number, who] = f"好了 {number}"

    def _nudged(self, need: Need, number: int, who: str) -> None:
        one = self._volunteer(who)
        late = self._waiting.pop((number, who), None)
        if late is not None:
            self._later(60, who, late)
        elif one is None or self.district.deed(need, one).ends == "done":
            self._later(60, who, f"在路上了 {number}")


async def run(district: District, name: str, policy: Policy) -> Outcome:
    """Live through all the days, and a morning more, by this policy."""
    database = settled(district)
    life = Life(district)
    app = App(database, [Street(life.hear)], life.clock, policy=policy, zone=ZONE)
    await app.start(live=False)
    try:
        end = district.begins + timedelta(days=district.days, hours=10)
        while life.clock.now() < end:
            by_day = 7 <= life.clock.now().astimezone(ZONE).hour < 22
            await app.advance(life.clock.now() + (TICK if by_day else AT_NIGHT))
            if due := life.due():
                await asyncio.gather(*(app.hear(one) for one in due))
        outcome: Outcome = await app.engine.write(lambda tx: _outcome(tx, district, name, life))
        return outcome
    finally:
        await app.stop()
        database.dispose()


def _outcome(tx: Transaction, district: District, name: str, life: Life) -> Outcome:
    tx.flush()
    asked = {
        row[0]: row[1] for row in tx.connection.execute(select(REQUEST.c.number, REQUEST.c.made_at))
    }
    firsts: dict[str, dict[int, float]] = {"claimed": {}, "done": {}}
    tasks: Counter[str] = Counter()
    accounts = {
        row[0]: row[1]
        for row in tx.connection.execute(select(ACCOUNT.c.person_id, ACCOUNT.c.external))
    }
    chosen = select(EVENT.c.number, EVENT.c.what, EVENT.c.at, EVENT.c.person_id, EVENT.c.after)
    for number, what, at, person_id, after in tx.connection.execute(chosen.order_by(EVENT.c.id)):
        if what == "claimed":
            tasks[accounts.get(person_id, "")] += 1
        step = "claimed" if what == "claimed" else "done" if after == "done" else ""
        if step:
            firsts[step].setdefault(number, (at - asked[number]).total_seconds())
    everywhere = list(places.every(tx))
    far = district.begins + timedelta(days=1000)
    shares = promises.share(tx, everywhere, district.begins, far)
    by_kind: dict[str, tuple[int, int]] = {}
    for one in shares:
        kept, made = by_kind.get(one.kind, (0, 0))
        by_kind[one.kind] = kept + one.kept, made + one.made
    return Outcome(
        name,
        needs=len(asked),
        to_claim=sorted(firsts["claimed"].values()),
        to_done=sorted(firsts["done"].values()),
        kept=sum(one.kept for one in shares),
        promised=sum(one.made for one in shares),
        told=life.told,
        tasks=tasks,
        by_kind=by_kind,
    )


def settled(district: District) -> Engine:
    """A new town in memory with everybody in it; communities keep to themselves."""
    tables.metadata()
    database = open_database("sqlite://")
    SQLModel.metadata.create_all(database)
    with transaction(database) as tx:
        homes = _places(tx, district)
        _people(tx, district, homes)
    return database


def _places(tx: Transaction, district: District) -> list[int]:
    """The tree; the ids of the buildings. A worker and a coordinator serve each community."""
    rows: dict[str, int] = {}
    homes = []
    above_kinds = (
        ("street", PER_STREET),
        ("community", PER_COMMUNITY),
        ("grid", PER_GRID),
        ("micro_grid", PER_MICRO_GRID),
    )
    for building in range(district.buildings):
        parent = None
        for kind, size in above_kinds:
            # A grid that would span two communities is one in each.
            key = f"{kind}{building // size}-{building // PER_COMMUNITY if kind != 'street' else 0}"
            if key not in rows:
                row = {"key": key, "name": key, "kind": kind, "parent_id": parent}
                rows[key] = places.add(tx, **row, shares=kind != "community")
            parent = rows[key]
        name = f"{building + 1}号楼"
        row = {"key": f"b{building}", "name": name, "kind": "building", "parent_id": parent}
        homes.append(places.add(tx, **row, number=str(building + 1)))
    return homes


def _people(tx: Transaction, district: District, homes: list[int]) -> None:
    """Volunteers, residents and those who serve, each with an account and a talk with the bot."""
    made = district.begins - timedelta(days=90)
    ids = count(1)
    written: dict[str, list[dict[str, object]]] = {"person": [], "account": [], "room": []}
    roles, skills, hours = [], [], []

    def person(account: str, place_id: int, role: str | None = None) -> int:
        person_id = next(ids)
        base = {"id": person_id, "name": account, "lang": "zh", "name_en": ""}
        more = {"unit": "1", "room": "501", "vouched": True, "noticed": True}
        written["person"].append({**base, **more, "place_id": place_id, "joined_at": made})
        named = {"gateway": GATEWAY, "external": account}
        written["account"].append({**named, "person_id": person_id})
        talk = {**named, "name": account, "lang": "zh", "person_id": person_id}
        written["room"].append({**talk, "private": True, "place_id": None})
        if role:
            at = {"person_id": person_id, "place_id": place_id, "role": role}
            roles.append({**at, "since": made})
        return person_id

    for building, home in enumerate(homes):
        name = {"gateway": GATEWAY, "external": f"b{building}", "name": f"b{building}"}
        group = {**name, "lang": "zh", "person_id": None}
        written["room"].append({**group, "private": False, "place_id": home})
        if building % PER_COMMUNITY == 0:
            community = places.chain(tx, home)[3].id
            person(f"w{building}", community, "community_worker")
            person(f"c{building}", community, "coordinator")
        for resident in range(district.people - len(district.at_home(building))):
            person(f"r{building}-{resident}", home)
        for one in district.at_home(building):
            person_id = person(one.account, home, "volunteer")
            skills.extend({"person_id": person_id, "skill": skill} for skill in sorted(one.skills))
            if one.says_hours:
                span = {"start": one.free[0] * 60, "end": one.free[1] * 60}
                hours.append({"person_id": person_id, "weekdays": "1234567", **span})
    for table, rows in (
        (PERSON, written["person"]),
        (ACCOUNT, written["account"]),
        (ROOM, written["room"]),
        (ROLE, roles),
        (SKILL, [{"found": False, "note": "", **row} for row in skills]),
        (HOURS, hours),
    ):
        if rows:
            tx.run(table.insert(), rows)
