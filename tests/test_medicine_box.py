"""Which boxes are looked through, what a hold may not outlive, who may take and ask what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bot.play import Played, parse_text, run
from handlers.medicine import gate
from storage import boxes, entries, places
from storage.db import Transaction, disposing, open_database, transaction
from storage.tables import metadata

NOW = datetime(2027, 3, 1, 1, 0, tzinfo=UTC)


@pytest.fixture
def tx() -> Iterator[Transaction]:
    with disposing(open_database("sqlite://")) as engine, transaction(engine) as tx:
        metadata().create_all(tx.connection)
        yield tx


def put_box(
    tx: Transaction, key: str, kind: str, parent: int | None, *, shares: bool = True
) -> int:
    """A place with a box of the same name."""
    place = places.add(tx, key=key, name=key, kind=kind, parent_id=parent, shares=shares)
    boxes.add(tx, key=key, place_id=place, name=key)
    return place


def test_boxes_are_looked_through_from_the_own_door_outwards(tx: Transaction) -> None:
    community = put_box(tx, "community", "community", None)
    far_grid = put_box(tx, "far grid", "grid", community)
    put_box(tx, "far house", "building", far_grid)
    grid = put_box(tx, "grid", "grid", community)
    other = put_box(tx, "other micro-grid", "micro_grid", grid)
    put_box(tx, "other house", "building", other)
    micro = put_box(tx, "micro-grid", "micro_grid", grid)
    put_box(tx, "next door", "building", micro)
    home = put_box(tx, "home", "building", micro)
    found = [box.key for box in boxes.near(tx, home)]
    assert found[0] == "home"
    assert set(found[1:3]) == {"micro-grid", "next door"}
    assert set(found[3:6]) == {"grid", "other micro-grid", "other house"}
    assert set(found[6:]) == {"community", "far grid", "far house"}


def test_only_what_shares_all_the_way_up_is_looked_into(tx: Transaction) -> None:
    community = put_box(tx, "community", "community", None, shares=False)
    closed = put_box(tx, "closed grid", "grid", community, shares=False)
    put_box(tx, "house in it", "building", closed)
    grid = put_box(tx, "grid", "grid", community, shares=False)
    put_box(tx, "house that does not", "building", grid, shares=False)
    home = put_box(tx, "home", "building", grid, shares=False)
    # What contains the own house is the own: whether it shares is for others.
    assert [box.key for box in boxes.near(tx, home)] == ["home", "grid", "community"]


def test_a_batch_that_is_recalled_stays_out_and_others_must_be_named(tx: Transaction) -> None:
    home = put_box(tx, "home", "building", None)
    box = boxes.near(tx, home)[0]
    lot = boxes.add_lot(
        tx, NOW, quantity=1, person_id=None, box_id=box.id, item="布洛芬", batch="A1"
    )
    assert gate.recalled(tx, "布洛芬", None) is None
    entries.freeze(tx, lot, "recall", NOW, person_id=None)
    assert gate.recalled(tx, "布洛芬", "A1") == "recalled"
    assert gate.recalled(tx, "布洛芬", None) == "needs_batch"
    assert gate.recalled(tx, "布洛芬", "B2") is None
    assert gate.recalled(tx, "感冒灵", "A1") is None


async def play(talk: str) -> Played:
    return await run(parse_text("without: checkins\n" + talk))


@pytest.mark.parametrize(("minutes", "goes_out"), [(15, True), (25, False)])
async def test_what_is_held_over_its_last_midnight_is_not_handed_out(
    minutes: int, goes_out: bool
) -> None:
    talk = """
start: 2027-08-31 23:40
set: medicine.min_months_left = 0
刘姐 to bot: 入库 蒙脱石散1盒 到期2027-08
王奶奶 to bot: 谁有蒙脱石散
({} min later)
刘姐 to bot: #1 已交给王奶奶
"""
    played = await play(talk.format(minutes).lstrip())
    assert ("medicine.over_date" in {one.key for one in played.lines}) is not goes_out


@pytest.mark.parametrize(("who", "takes"), [("小李", False), ("刘姐", False), ("周医生", True)])
@pytest.mark.parametrize("said", ["我来", "我来 1"])
async def test_where_a_doctor_comes_first_no_neighbour_takes_it_or_learns_why(
    who: str, takes: bool, said: str
) -> None:
    played = await play(f"李阿姨: 我怀孕了有点发烧,谁有布洛芬\n{who} in 3号楼: {said}\n")
    keys = {one.key for one in played.lines}
    assert ("claims.details" in keys) is takes


@pytest.mark.parametrize(
    ("who", "said", "answered"),
    [
        ("小吴", "布洛芬一次吃几片", True),
        ("小吴", "孩子3岁美林吃多少", True),
        ("小吴", "感冒药怎么吃?", True),
        ("Emma", "how many ibuprofen can I take?", True),
        ("Emma", "how often should I take Advil?", True),
        ("小吴", "晚饭吃多少", False),
        ("Emma", "how much does it cost?", False),
    ],
)
async def test_who_asks_how_much_to_take_is_told_whom_to_ask(
    who: str, said: str, answered: bool
) -> None:
    played = await play(f"{who} to bot: {said}\n")
    assert ("medicine.no_dose" in {one.key for one in played.lines}) is answered
    in_group = await play(f"{who}: {said}\n")
    assert "medicine.no_dose" not in {one.key for one in in_group.lines}
