"""The policy of who is asked: pure, so that its rules hold in every neighbourhood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from handlers import cast, matching
from handlers.kit import Context
from handlers.matching import FARTHEST, REACHES, Fit, Matching
from handlers.policy import Policy
from storage import claims, people, places, requests, skills
from storage.db import Transaction, transaction

NINE = datetime(2027, 3, 1, 1, 0, tzinfo=UTC)
COUNTS = st.integers(0, 30)
FITS = st.builds(
    Fit,
    person_id=st.integers(1, 10_000),
    distance=st.integers(0, FARTHEST),
    load=st.integers(0, 3),
    yes=COUNTS,
    no=COUNTS,
    asked=COUNTS,
    lately=st.integers(0, 10),
    same_language=st.booleans(),
    owns=st.just(False),
    skill=st.sampled_from(["", "repair", "修水管", "sign language"]),
)
CROWD = st.lists(FITS, max_size=40, unique_by=lambda one: one.person_id)
WAVES = st.integers(1, 6)
KINDS = st.sampled_from(["supplies", "repair", "transport"])
RULE = Matching()


@given(FITS)
def test_the_reason_that_is_kept_is_read_back_whole(fit: Fit) -> None:
    assert matching.read_why(fit.person_id, fit.why) == fit


def test_another_reason_is_no_fit() -> None:
    assert matching.read_why(1, "serves") is None


@given(CROWD, WAVES, KINDS)
def test_a_wave_asks_no_more_than_its_size_and_each_once(
    crowd: list[Fit], wave: int, kind: str
) -> None:
    chosen = matching.best(crowd, RULE, kind, wave)
    assert len(chosen) == min(len(crowd), matching.size_of(RULE, wave))
    assert len({one.person_id for one in chosen}) == len(chosen)


@given(CROWD, WAVES, KINDS, st.randoms())
def test_who_is_asked_does_not_depend_on_the_order_in_which_people_are_known(
    crowd: list[Fit], wave: int, kind: str, chance: Any
) -> None:
    shuffled = list(crowd)
    chance.shuffle(shuffled)
    assert matching.best(shuffled, RULE, kind, wave) == matching.best(crowd, RULE, kind, wave)


@given(CROWD, WAVES)
def test_nobody_from_afar_is_asked_while_somebody_within_reach_is_not(
    crowd: list[Fit], wave: int
) -> None:
    chosen = matching.best(crowd, RULE, "supplies", wave)
    reach = matching.reach_of(wave)
    if any(one.distance > reach for one in chosen):
        assert all(one in chosen for one in crowd if one.distance <= reach)


@given(CROWD, WAVES, FITS)
def test_whoever_has_just_the_thing_is_asked_first_wherever_they_live(
    crowd: list[Fit], wave: int, owner: Fit
) -> None:
    owner = replace(owner, person_id=99_999, owns=True, skill="轮椅", load=0, lately=0)
    others = [replace(one, load=0) for one in crowd]
    assert matching.best([*others, owner], RULE, "supplies", wave)[0] == owner


@given(FITS, KINDS)
def test_each_further_asking_task_and_step_speaks_against_asking(fit: Fit, kind: str) -> None:
    points = fit.points(RULE, kind)
    assert replace(fit, lately=fit.lately + 1).points(RULE, kind) < points
    assert replace(fit, load=fit.load + 1).points(RULE, kind) < points
    assert replace(fit, distance=fit.distance + 1).points(RULE, kind) < points


@given(FITS, KINDS)
def test_an_answer_speaks_for_asking_again_and_a_yes_the_more(fit: Fit, kind: str) -> None:
    silent = replace(fit, asked=fit.yes + fit.no + 1)
    said_no, said_yes = replace(silent, no=fit.no + 1), replace(silent, yes=fit.yes + 1)
    points = [one.points(RULE, kind) for one in (silent, said_no, said_yes)]
    assert points == sorted(points)
    assert points[0] < points[2]


@given(st.lists(st.integers(0, 23), min_size=1, max_size=3), st.integers(0, 6))
def test_hours_over_midnight_belong_to_the_day_they_begin(starts: list[int], day: int) -> None:
    zone, weekday = ZoneInfo("Asia/Shanghai"), str(day + 1)
    for start in starts:
        end = (start + 8) % 24
        at = datetime(2027, 3, 1 + day, start, tzinfo=zone)
        span = [(weekday, start * 60, end * 60)]
        assert matching.is_awake(span, at, zone)
        assert matching.is_awake(span, at + timedelta(hours=7, minutes=59), zone)
        assert not matching.is_awake(span, at + timedelta(hours=8), zone)


def test_the_first_rule_made_for_a_kind_holds() -> None:
    own = Matching(kinds=("repair",), building=9)
    assert matching.rule_for((own, RULE), "repair") == own
    assert matching.rule_for((own, RULE), "supplies") == RULE
    assert matching.rule_for((own,), "supplies") == Matching()


class Town:
    """A street of two communities, each with two buildings of one micro-grid."""

    def __init__(self, tx: Transaction) -> None:
        self.tx, self.homes = tx, dict[str, int]()
        street = places.add(tx, key="s", name="街", kind="street")
        for community in "AB":
            above = street
            for kind in ("community", "grid", "micro_grid"):
                key = f"{community}{kind}"
                above = places.add(tx, key=key, name=key, kind=kind, parent_id=above)
            for number in "12":
                key = f"{community}{number}"
                row = {"key": key, "name": key, "kind": "building", "parent_id": above}
                self.homes[key] = places.add(tx, **row)

    def volunteer(self, home: str, name: str, *, lang: str = "zh", role: bool = True) -> int:
        row = {"name": name, "place_id": self.homes[home], "joined_at": NINE, "lang": lang}
        person_id = people.add(self.tx, **row)
        if role:
            people.give_role(self.tx, person_id, self.homes[home], "volunteer", NINE)
        return person_id

    def ask(self, home: str, **more: Any) -> requests.Request:
        requester = self.volunteer(home, "王", role=False)
        row = {"kind": "need", "category": "supplies", "place_id": self.homes[home], **more}
        return requests.add(self.tx, NINE, requester_id=requester, **row)

    def asked(self, request: requests.Request, wave: int = 1, rule: Matching = RULE) -> list[int]:
        found = cast.fits(self.tx, request, NINE, rule=rule, wave=wave, asked=[], most_tasks=3)
        return [one.person_id for one in found]


@pytest.fixture
def town(database: Engine) -> Iterator[Town]:
    with transaction(database) as tx:
        yield Town(tx)


def test_the_own_building_is_asked_before_the_next_and_that_before_the_community(
    town: Town,
) -> None:
    far, near, here = (town.volunteer(home, home) for home in ("B1", "A2", "A1"))
    assert town.asked(town.ask("A1")) == [here, near, far]


def test_a_place_that_does_not_share_is_drawn_on_by_its_own_only(town: Town) -> None:
    other, near = town.volunteer("B1", "远"), town.volunteer("A2", "近")
    community = places.by_key(town.tx, "Bcommunity")
    assert community is not None
    places.change(town.tx, community.id, shares=False)
    assert town.asked(town.ask("A1")) == [near]
    assert town.asked(town.ask("B2")) == [other, near]
    places.change(town.tx, town.homes["A2"], shares=False)
    assert town.asked(town.ask("A1")) == []
    assert town.asked(town.ask("A2")) == [near]


def test_a_registered_thing_is_asked_for_and_its_owner_for_nothing_else(town: Town) -> None:
    near = town.volunteer("A1", "近")
    owner = town.volunteer("A2", "轮椅", role=False)
    skills.add(town.tx, owner, {"轮椅"})
    wheelchair = [{"name": "轮椅", "text": "轮椅", "quantity": 1, "unit": None}]
    assert town.asked(town.ask("A1", items=wheelchair)) == [owner, near]
    assert town.asked(town.ask("A1")) == [near]


def test_a_trade_answers_the_needs_that_the_reader_knows_by_other_names(town: Town) -> None:
    plumber = town.volunteer("A2", "水管工", role=False)
    skills.add(town.tx, plumber, {"水管工"})
    drain = [{"name": "疏通下水道", "text": "下水道", "quantity": None, "unit": None}]
    assert town.asked(town.ask("A1", category="repair", items=drain)) == [plumber]


def test_nobody_is_asked_always(town: Town) -> None:
    first, second = town.volunteer("A1", "一"), town.volunteer("A1", "二")
    one = replace(RULE, building=1)
    asked = []
    for _ in range(6):
        request = town.ask("A1")
        [chosen] = town.asked(request, rule=one)
        claims.invite(town.tx, request.number, chosen, wave=1, now=NINE, why="")
        asked.append(chosen)
    assert asked == [first, second] * 3


def test_whoever_was_asked_often_enough_that_day_has_peace_unless_it_is_urgent(town: Town) -> None:
    tired = town.volunteer("A1", "累")
    for _ in range(RULE.most_a_day):
        claims.invite(town.tx, town.ask("A1").number, tired, wave=1, now=NINE, why="")
    assert town.asked(town.ask("A1")) == []
    assert town.asked(town.ask("A1", urgency="urgent")) == [tired]


def test_answers_of_the_last_months_count_and_last_until_the_next_start(town: Town) -> None:
    good, silent = town.volunteer("A1", "好"), town.volunteer("A1", "默")
    for person_id in (silent, good):
        number = town.ask("A1").number
        claims.invite(town.tx, number, person_id, wave=1, now=NINE - timedelta(days=9), why="")
        if person_id == good:
            claims.answer(town.tx, number, person_id, "yes")
    assert town.asked(town.ask("A1")) == [good, silent]
    town.tx.flush()
    town.tx.memo.clear()
    assert town.asked(town.ask("A1")) == [good, silent]


def test_the_language_of_whoever_asks_counts(town: Town) -> None:
    zh, en = town.volunteer("A1", "中"), town.volunteer("A1", "En", lang="en")
    request = town.ask("A1")
    assert town.asked(request) == [zh, en]
    people.change(town.tx, request.requester_id, lang="en")
    assert town.asked(request) == [en, zh]


def test_a_place_may_have_a_rule_of_its_own(town: Town) -> None:
    own = Policy(matching=(replace(RULE, building=1),))
    ctx = Context(town.tx, NINE, Policy(places={"Agrid": own}))
    assert ctx.policy_at(town.homes["A1"]).matching[0].building == 1
    assert ctx.policy_at(town.homes["B1"]).matching[0].building == RULE.building


def test_waves_go_from_the_building_to_the_community() -> None:
    assert [matching.reach_of(wave) for wave in range(1, 6)] == [*REACHES, REACHES[-1], REACHES[-1]]
