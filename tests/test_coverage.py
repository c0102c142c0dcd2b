"""Coverage lists: shared out evenly, read line by line, drawn by a seed, forgotten in time."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from handlers.coverage import auditing, outcomes
from handlers.coverage.beginning import split
from handlers.coverage.doors import Door, door_in
from handlers.coverage.sharing import share
from storage import coverage, erasure, people, places
from storage.db import Transaction, transaction

NOW = datetime(2026, 7, 20, 2, tzinfo=UTC)
NUMBERS = {1: 11, 2: 12, 3: 13}
NAMES = {"沈奶奶": 11, "王爷爷": 12, "granny bell": 13}


def apart(one: int | None, other: int) -> int:
    return 0 if one == other else 1 + abs((one or 0) - other) % 3


@pytest.mark.parametrize("seed", range(60))
def test_visits_are_shared_evenly_and_each_visitor_keeps_their_own_building(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311  the same street each time
    homes = [(key, dice.randrange(1, 6)) for key in range(dice.randrange(1, 40))]
    visitors = {100 + at: dice.randrange(1, 6) for at in range(dice.randrange(1, 6))}
    given = share(homes, visitors, apart)
    assert set(given) == {key for key, _ in homes}
    load = Counter(given.values())
    assert max(load.values()) - min(load[one] for one in visitors) <= 1
    # Nobody goes elsewhere while somebody else does a visit in this visitor's own building
    # and has as much to do.
    for key, place in homes:
        mine = [one for one in visitors if visitors[one] == place]
        if mine and visitors[given[key]] != place:
            assert all(
                all(at == place for other, at in homes if given[other] == one) for one in mine
            )


def test_nobody_is_given_what_they_may_not_have() -> None:
    homes = [(1, 1), (2, 1), (3, 1)]
    assert share(homes, {7: 1, 8: 2}, apart, {1: {7}, 2: {7}, 3: {7}}) == {1: 8, 2: 8, 3: 8}
    assert share(homes, {7: 1}, apart, {2: {7}}) == {1: 7, 3: 7}
    assert share(homes, {}, apart) == {}


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("1 正常 2 没人 3 不舒服,送医院", [(11, "done"), (12, "nobody"), (13, "trouble")]),
        ("1好2没人3好", [(11, "done"), (12, "nobody"), (13, "done")]),
        ("1. 正常\n2. 没人应", [(11, "done"), (12, "nobody")]),
        ("1-2 正常,3没人", [(11, "done"), (12, "done"), (13, "nobody")]),
        ("1、3 正常", [(11, "done"), (13, "done")]),
        ("1 正常 血压135/80 2 没人", [(11, "done"), (12, "nobody")]),
        ("都正常", [(11, "done"), (12, "done"), (13, "done")]),
        ("沈奶奶已走访,正常", [(11, "done")]),
        ("沈奶奶没人应,王爷爷很好", [(11, "nobody"), (12, "done")]),
        ("沈奶奶、王爷爷都正常", [(11, "done"), (12, "done")]),
        ("已走访沈奶奶,正常", [(11, "done")]),
        ("王爷爷 不舒服,送医院", [(12, "trouble")]),
        ("王爷爷中暑,已送医院", [(12, "in_hand")]),
        ("王爷爷搬走了", [(12, "away")]),
        ("王爷爷不让进门", [(12, "refused")]),
        ("Granny Bell is fine", [(13, "done")]),
        ("1 fine 2 nobody home 3 needs help", [(11, "done"), (12, "nobody"), (13, "trouble")]),
    ],
)
def test_a_visitors_words_are_read_line_by_line(said: str, found: list[tuple[int, str]]) -> None:
    assert [(one.key, one.outcome) for one in outcomes.said_of(said, NUMBERS, NAMES)] == found


@pytest.mark.parametrize(
    "said",
    [
        "好的",
        "收到",
        "都好",
        "还有谁没走访?",
        "沈奶奶正常吗",
        "今天天气真好",
        "沈奶奶做的饺子真好吃",
        "2号楼那户正常",
        "谁去沈奶奶家",
        "5正常",
        "我3点正常下班",
        "is Granny Bell fine?",
    ],
)
def test_other_talk_is_no_report(said: str) -> None:
    assert outcomes.said_of(said, NUMBERS, NAMES) == []


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("2 相符", [(12, "agrees")]),
        ("3 不符,说没人来过", [(13, "differs")]),
        ("1 相符 2 不相符 3 来过", [(11, "agrees"), (12, "differs"), (13, "agrees")]),
        ("1 agrees 2 nobody came", [(11, "agrees"), (12, "differs")]),
        ("1 正常", []),
    ],
)
def test_an_auditors_words_are_read_line_by_line(said: str, found: list[tuple[int, str]]) -> None:
    read = outcomes.said_of(said, NUMBERS, NAMES, outcomes.finding_of)
    assert [(one.key, one.outcome) for one in read] == found


@pytest.mark.parametrize(
    ("said", "door"),
    [
        ("3号楼张伟", Door("张伟", "3")),
        ("3号楼2单元张伟", Door("张伟", "3", "2")),
        ("3号楼502", Door("", "3", None, "502")),
        ("2号楼1单元303室沈奶奶", Door("沈奶奶", "2", "1", "303")),
        ("李栋", Door("李栋")),
        ("王栋梁", Door("王栋梁")),
        ("Zhang Wei in building 3", Door("Zhang Wei", "3")),
        ("Granny Bell", Door("Granny Bell")),
    ],
)
def test_a_name_may_stand_with_its_door(said: str, door: Door) -> None:
    assert door_in(said) == door


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        ("沈奶奶、王爷爷,由李强走访", ("沈奶奶、王爷爷", "李强")),
        ("名单:沈奶奶,由李强、小李去走访,", ("沈奶奶", "李强、小李")),
        ("granny bell, visited by rosa and priya", ("granny bell", "rosa and priya")),
        ("所有红色老人", ("所有红色老人", "")),
    ],
)
def test_a_list_ends_where_the_visitors_begin(said: str, parts: tuple[str, str]) -> None:
    assert split(said) == parts


def test_a_sample_can_be_drawn_again_and_holds_nobody_twice() -> None:
    frame = list(range(100, 160))
    first = auditing.drawn(20260720, frame, 10)
    assert first == auditing.drawn(20260720, frame, 10)
    assert len(set(first)) == 10
    assert first != auditing.drawn(20260721, frame, 10)
    assert auditing.drawn(1, frame, 1000) == frame


def _round(tx: Transaction) -> tuple[int, int]:
    place = places.add(tx, key="b1", name="1号楼", kind="building")
    elder, visitor = (people.add(tx, name=one, place_id=place, joined_at=NOW) for one in "甲乙")
    key = coverage.add(tx, NOW, place_id=place, name="高温", asked_by=visitor, visitors=[visitor])
    visit = coverage.add_visit(
        tx, campaign_id=key, person_id=elder, name="甲", place_id=place, visitor_id=visitor
    )
    coverage.tell(tx, visit, NOW, "told", person_id=visitor)
    coverage.move(tx, coverage.get(tx, key), "open", begun_at=NOW)
    return key, elder


def test_names_are_forgotten_a_while_after_the_end_and_totals_stay(database: Engine) -> None:
    with transaction(database) as tx:
        key, _ = _round(tx)
        assert coverage.forget(tx, NOW + timedelta(days=900)) == 0  # it still runs
        coverage.move(tx, coverage.get(tx, key), "closed", closed_at=NOW, totals={"done": 1})
        assert coverage.forget(tx, NOW) == 0
        assert coverage.forget(tx, NOW + timedelta(days=1)) == 1
        assert coverage.visits(tx, key) == []
        assert coverage.get(tx, key).totals == {"done": 1}


def test_whoever_wishes_to_be_forgotten_stands_on_no_list(database: Engine) -> None:
    with transaction(database) as tx:
        key, elder = _round(tx)
        erasure.erase(tx, elder)
        assert coverage.visits(tx, key) == []


def test_whose_door_was_told_to_whom_stands_in_the_story(database: Engine) -> None:
    with transaction(database) as tx:
        key, _ = _round(tx)
        [visit] = coverage.visits(tx, key)
        told = coverage.story(tx, visit.id)
        assert [(one.what, one.person_id) for one in told] == [("told", visit.visitor_id)]
