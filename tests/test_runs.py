"""Shopping runs: sums to the cent, one order a neighbour, nothing kept for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from bot.play import parse_text, run
from handlers.runs import trips
from handlers.runs.money import yuan
from storage import people, places, requests, runs
from storage.db import transaction

NOW = datetime(2027, 3, 1, 2, tzinfo=UTC)
MILK = {"text": "牛奶", "name": "牛奶", "quantity": 2.0, "unit": "盒"}


@pytest.mark.parametrize(
    ("cents", "said"), [(3850, "38.5"), (4500, "45"), (1, "0.01"), (1999, "19.99")]
)
def test_a_sum_is_said_with_no_more_digits_than_needed(cents: int, said: str) -> None:
    assert yuan(cents) == said


@pytest.mark.parametrize(
    ("said", "shop"),
    [
        ("我去超市,谁要带东西?", "超市"),
        ("等下去菜场，有要带菜的吗", "菜场"),
        ("我下班路过药店,谁要带", "药店"),
        ("谁要带东西", ""),
        ("I'm going to the supermarket, anyone need anything?", "the supermarket"),
        ("heading to Aldi at 3pm, does anyone want anything?", "Aldi"),
    ],
)
def test_the_shop_is_called_as_the_runner_called_it(said: str, shop: str) -> None:
    assert trips.shop_in(said) == shop


def test_a_neighbour_has_one_order_and_old_goods_are_forgotten(database: Engine) -> None:
    with transaction(database) as tx:
        place = places.add(tx, key="b1", name="1号楼", kind="building")
        who = people.add(tx, name="甲", place_id=place, joined_at=NOW)
        made = requests.add(
            tx, NOW, kind="run", category="supplies", place_id=place, requester_id=who
        )
        number = made.number
        for items in ([MILK], [MILK, MILK], []):
            runs.put(tx, number, who, items, NOW)
            assert [one.items for one in runs.orders(tx, number)] == ([items] if items else [])
        runs.put(tx, number, who, [MILK], NOW)
        requests.move(tx, made, "closed", NOW, who=None, why="closed done", closed_at=NOW)
        assert runs.forget(tx, NOW + timedelta(days=1)) == 1
        assert runs.orders(tx, number)[0].items == []


async def test_a_restart_forgets_neither_orders_nor_the_hour_of_leaving() -> None:
    played = await run(
        parse_text(
            "without: checkins\n小李: 我去超市,谁要带东西?半小时后走\n王奶奶: 带两盒牛奶\n"
            "(kill)\n(restart)\n高阿姨: 鸡蛋一盒\n(50 min later)"
        )
    )
    [listed] = [line.text for line in played.lines if line.key == "runs.list"]
    assert "牛奶2盒" in listed
    assert "鸡蛋1盒" in listed


async def test_rooms_and_sums_are_never_said_in_the_group() -> None:
    played = await run(
        parse_text(
            "without: checkins\n小李: 我去超市,谁要带东西?\n王奶奶: 带两盒牛奶\n小李: 出发了\n"
            "小李: 502 38.5元\n小李: 账单"
        )
    )
    aloud = [line.text for line in played.lines if not line.private and line.sender is None]
    assert not any("502" in text or "38.5" in text for text in aloud)
