"""Import and export: what is accepted, what is refused and why, and that nothing is doubled."""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlmodel import SQLModel

from bot import exchange, worlds
from bot.exchange.shapes import SHAPES
from bot.exchange.writing import as_csv, as_toml
from storage import boxes, checkins, claims, duty, people, places, requests, skills
from storage.boxes import LOT, MOVEMENT
from storage.db import Transaction, transaction
from storage.people import ACCOUNT, PERSON, ROLE

NOW = datetime(2027, 3, 1, 1, 0, tzinfo=UTC)
EXAMPLE = worlds.path_of("xingfuli")
SMALL = """
[[places]]
key = "b1"
name = "1号楼"
kind = "building"
number = "1"

[[people]]
key = "wang"
name = "王奶奶"
place = "b1"
room = 502

[[people]]
key = "li"
name = "小李"
place = "b1"
roles = ["volunteer"]
skills = ["repair", "transport"]
hours = ["67 20:00-02:00"]
accounts = ["wechat:wxid_li"]
"""


def written(folder: Path, text: str, name: str = "in.toml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def bring(database: Engine, path: Path, now: datetime = NOW) -> exchange.Counts:
    with transaction(database) as tx:
        return exchange.bring_in(tx, exchange.read(path), now)


def refused(database: Engine, path: Path) -> list[str]:
    with pytest.raises(exchange.BadImport) as wrong:
        bring(database, path)
    return [problem.removeprefix(f"{path}:") for problem in wrong.value.problems]


def gathered(database: Engine) -> dict[str, list[dict[str, Any]]]:
    with transaction(database) as tx:
        return exchange.gather(tx)


def count(tx: Transaction, table: Any) -> int:
    return int(tx.connection.execute(select(func.count()).select_from(table)).scalar_one())


# The example compound.


def test_the_example_has_what_the_readme_promises() -> None:
    rows = tomllib.loads(EXAMPLE.read_text("utf-8"))
    assert len(rows["people"]) == 42
    assert [one["number"] for one in rows["places"] if one["kind"] == "building"] == ["1", "2", "3"]
    assert all(one["name_en"] for one in rows["people"] + rows["places"] + rows["boxes"])
    assert {one["phone"][:7] for one in rows["people"]} == {"1600000"}  # nobody's


def test_somebody_of_the_example_is_on_duty_at_every_hour(database: Engine) -> None:
    bring(database, EXAMPLE)
    with transaction(database) as tx:
        worlds.open_rooms(tx, "local")
        compound = places.by_key(tx, "xingfuli")
        assert compound is not None
        for day in range(7):
            assert duty.gaps(tx, compound, date(2027, 3, 1) + timedelta(days=day)) == []


def test_the_example_comes_in_whole(database: Engine) -> None:
    counts = bring(database, EXAMPLE)
    assert counts["people"] == (42, 0)
    with transaction(database) as tx:
        granny = people.by_key(tx, "wang-nainai")
        assert granny is not None
        assert (granny.room, granny.vouched, granny.birth_year) == ("502", True, 1944)
        plan = checkins.plan_of(tx, granny.id)
        assert plan is not None
        assert plan.at == [8 * 60 + 30]
        assert plan.consent_by == granny.id
        (daughter,) = checkins.family(tx, plan.id)
        assert people.get(tx, daughter.person_id or 0).name == "王芳"
        repairer = people.by_key(tx, "lao-qian")
        assert repairer is not None
        building = places.by_key(tx, "b3")
        assert building is not None
        assert people.serving(tx, building.id, "property") == [repairer.id]
        assert {one.item for one in boxes.stock(tx, 1)} >= {"布洛芬", "口罩", "体温计"}


def test_the_same_file_twice_doubles_nothing(database: Engine) -> None:
    bring(database, EXAMPLE)
    with transaction(database) as tx:
        before = {table.name: count(tx, table) for table in SQLModel.metadata.sorted_tables}
    first = gathered(database)
    counts = bring(database, EXAMPLE, NOW + timedelta(days=30))
    assert counts["people"] == (0, 42)
    with transaction(database) as tx:
        after = {table.name: count(tx, table) for table in SQLModel.metadata.sorted_tables}
    assert before == after
    assert gathered(database) == first


# Out and in again.


@pytest.mark.parametrize("name", ["out.toml", "out.json", "tables"])
def test_what_goes_out_comes_in_again_as_it_was(
    database: Engine, opened: Callable[..., Engine], tmp_path: Path, name: str
) -> None:
    bring(database, EXAMPLE)
    exported = gathered(database)
    exchange.write(exported, tmp_path / name)
    other = opened()
    bring(other, tmp_path / name)
    assert gathered(other) == exported


@pytest.mark.parametrize("name", ["out.toml", "out.json", "tables"])
def test_who_may_be_named_for_what_goes_out_and_comes_in_again(
    database: Engine, opened: Callable[..., Engine], tmp_path: Path, name: str
) -> None:
    bring(database, written(tmp_path, SMALL))
    with transaction(database) as tx:
        li = people.by_key(tx, "li")
        assert li is not None
        skills.add(tx, li.id, {"轮椅"}, "轮椅可以借; 折叠的，周末在家")
        skills.let_find(tx, li.id, found=True, only={"轮椅"})
    exported = gathered(database)
    assert exported["people"][1]["skills"] == ["repair", "transport", "轮椅"]
    exchange.write(exported, tmp_path / name)
    other = opened()
    assert bring(other, tmp_path / name)["skills"] == (0, 1)
    assert gathered(other) == exported
    with transaction(other) as tx:
        [chair] = skills.registered(tx, "轮椅")
        assert (chair.found, chair.note) == (True, "轮椅可以借; 折叠的，周末在家")
        assert not any(one.found for one in skills.registered(tx, "repair"))


def test_what_the_bot_made_by_itself_is_not_doubled_by_its_own_export(
    database: Engine, tmp_path: Path
) -> None:
    bring(database, EXAMPLE)
    with transaction(database) as tx:
        stranger = people.add(tx, name="新来的", joined_at=NOW, lang="zh", vouched=False)
        people.add_account(tx, stranger, "local", "p99")
        boxes.add_lot(
            tx, NOW, quantity=3, person_id=stranger, box_id=1, item="口罩", unit="只", form="adult"
        )
    exchange.write(gathered(database), tmp_path / "out.json")
    counts = bring(database, tmp_path / "out.json")
    assert counts["people"] == (0, 43)
    assert counts["stock"] == (0, 14)
    with transaction(database) as tx:
        assert count(tx, PERSON) == 43
        assert count(tx, LOT) == 14


def test_requests_go_out_with_their_events_and_holders(database: Engine, tmp_path: Path) -> None:
    bring(database, EXAMPLE)
    with transaction(database) as tx:
        granny, helper = people.by_key(tx, "wang-nainai"), people.by_key(tx, "xiao-li")
        assert granny is not None
        assert helper is not None
        request = requests.add(
            tx,
            NOW,
            kind="need",
            category="medicine",
            text='退烧药,"急"',
            items=[{"text": "退烧药", "name": "退烧药", "quantity": None, "unit": None}],
            place_id=granny.place_id,
            requester_id=granny.id,
        )
        claims.set_state(tx, request.number, helper.id, "held", NOW)
    sections = gathered(database)
    assert sections["requests"][0]["requester"] == "wang-nainai"
    assert sections["events"][0]["what"] == "made"
    assert sections["holders"] == [{"number": 1, "person": "xiao-li", "state": "held", "at": NOW}]
    for name in ("out.toml", "out.json", "tables"):
        exchange.write(sections, tmp_path / name)
        bundle = exchange.read(tmp_path / name)
        assert sorted(bundle.passed_over) == ["events", "holders", "requests"]
        assert bundle.problems == []
    # A reader of the JSON finds instants in ISO 8601.
    out = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert datetime.fromisoformat(out["requests"][0]["made_at"]) == NOW
    assert tomllib.loads(as_toml(sections))["requests"][0]["text"] == '退烧药,"急"'


def test_a_table_is_one_that_excel_opens_and_no_formula() -> None:
    text = as_csv(
        [{"key": "a", "name": "=1+1", "phone": "+86 160"}, {"key": "b", "skills": ["修电", "care"]}]
    )
    assert text.startswith("\ufeffkey,")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert (rows[0]["name"], rows[0]["phone"]) == ("'=1+1", "+86 160")
    assert rows[1]["skills"] == "修电; care"


# Renewing.


def test_a_row_renews_what_it_gives_and_leaves_the_rest(database: Engine, tmp_path: Path) -> None:
    bring(database, written(tmp_path, SMALL))
    later = '[[people]]\nkey = "li"\nname = "小李"\nroom = "601"\nroles = ["keeper@b1"]\n'
    assert bring(database, written(tmp_path, later)) == {"people": (0, 1)}
    with transaction(database) as tx:
        helper = people.by_key(tx, "li")
        assert helper is not None
        assert helper.room == "601"
        assert helper.place_id is not None
        assert people.roles_at(tx, helper.id, helper.place_id) == {"keeper"}
        assert skills.of(tx, helper.id) == {"repair", "transport"}
        assert count(tx, ROLE) == 1


def test_hours_over_midnight_are_the_next_morning_too(database: Engine, tmp_path: Path) -> None:
    bring(database, written(tmp_path, SMALL))
    with transaction(database) as tx:
        helper = people.by_key(tx, "li")
        assert helper is not None
        spans = {(one.weekdays, one.start, one.end) for one in skills.hours(tx, helper.id)}
    assert spans == {("67", 1200, 1440), ("17", 0, 120)}


def test_somebody_who_came_by_themselves_is_known_by_their_account(
    database: Engine, tmp_path: Path
) -> None:
    with transaction(database) as tx:
        came = people.add(tx, name="wx-li", joined_at=NOW, lang="zh", vouched=False)
        people.add_account(tx, came, "wechat", "wxid_li")
    bring(database, written(tmp_path, SMALL))
    with transaction(database) as tx:
        found = people.by_account(tx, "wechat", "wxid_li")
        assert found is not None
        assert (found.id, found.name, found.key, found.vouched) == (came, "小李", "li", True)
        assert count(tx, ACCOUNT) == 1


def test_stock_that_was_handed_out_is_not_conjured_back(database: Engine) -> None:
    bring(database, EXAMPLE)
    with transaction(database) as tx:
        lot = boxes.by_key(tx, "box3-ibuprofen")
        assert lot is not None
        assert boxes.move(tx, lot.id, -2, "out", NOW, person_id=1)
    bring(database, EXAMPLE)
    with transaction(database) as tx:
        assert boxes.of_lot(tx, lot.id).on_hand == 0
        assert count(tx, MOVEMENT) == 14


def test_an_elder_who_left_the_greetings_is_not_brought_back(database: Engine) -> None:
    bring(database, EXAMPLE)
    with transaction(database) as tx:
        granny = people.by_key(tx, "wang-nainai")
        assert granny is not None
        plan = checkins.plan_of(tx, granny.id)
        assert plan is not None
        checkins.change_plan(tx, plan.id, withdrawn_at=NOW)
    bring(database, EXAMPLE)
    with transaction(database) as tx:
        assert checkins.plan_of(tx, granny.id, in_force=False) is None


def test_a_brand_is_kept_beside_the_name_the_reader_knows(database: Engine, tmp_path: Path) -> None:
    box = '[[boxes]]\nkey = "x"\nplace = "b1"\nname = "药箱"\n'
    lot = '[[stock]]\nkey = "s"\nbox = "x"\nitem = "芬必得"\nquantity = 2\nexpiry = "2028-02"\n'
    bring(database, written(tmp_path, SMALL + box + lot))
    with transaction(database) as tx:
        (found,) = boxes.stock(tx, 1)
    assert (found.item, found.text, found.expiry) == ("布洛芬", "芬必得", "2028-02-29")


# Refusing.


def test_every_wrong_row_is_named_with_its_line_and_nothing_is_written(
    database: Engine, tmp_path: Path
) -> None:
    bad = (
        SMALL
        + """
[[people]]
key = "li"
name = "小李二"
place = "b7"
lang = "fr"
phon = "16000000001"
roles = ["king"]

[[people]]
key = "zhao"
name = "小赵"
roles = ["volunteer"]
"""
    )
    problems = refused(database, written(tmp_path, bad))
    assert [problem.split(": ", 1)[0] for problem in problems] == ["23", "27", "28", "29", "34"]
    assert "this key stands here twice" in problems[0]
    assert "lang: 'fr': must be 'zh' or 'en'" in problems[1]
    assert "no such role" in problems[3]
    assert "did you mean phone?" in problems[2]
    assert "where? The person has no place" in problems[4]
    with transaction(database) as tx:
        assert count(tx, PERSON) == 0
        assert places.every(tx) == {}


WRONG_ROWS = """
places | key = "x", name = "x", kind = "grid", parent = "b1" | cannot lie within a building
places | key = "x", name = "x", kind = "building", parent = "zzz" | there is no zzz in places
places | key = "b0", name = "x", kind = "building", number = "1" | is the number of
places | key = "x", name = "x", kind = "grid", zone = "Mars/Olympus" | must be a time zone
people | key = "x y", name = "x" | not written as it should be
people | key = "x" | name: is missing
people | key = "x", name = "x", hours = ["18-22"] | must be days and hours
people | key = "x", name = "x", accounts = ["local:p1"] | must be a gateway
people | key = "x", name = "x", accounts = ["wechat:wxid_li"] | belongs to li too
boxes | key = "x", name = "x", place = "b1", keeper = "nobody" | there is no nobody in people
stock | key = "x", box = "x", item = "口罩", quantity = -1 | greater than or equal to 0
stock | key = "x", box = "x", item = "口罩", quantity = 1, expiry = "2027-13" | expiry
stock | key = "x", box = "x", item = "口罩", quantity = 1 | there is no x in boxes
duty | key = "x", place = "b1", person = "li", start = "25:00" | not written as it should be
checkins | person = "wang" | consent_by: is missing
checkins | person = "wang", consent_by = "wang", consent_on = 2099-01-01 | is still to come
peeple | key = "x" | did you mean people?
"""


@pytest.mark.parametrize("line", WRONG_ROWS.strip().splitlines())
def test_a_row_that_cannot_be_is_refused(database: Engine, tmp_path: Path, line: str) -> None:
    section, fields, reason = line.split(" | ")
    row = f"[[{section}]]\n" + re.sub(r", (?=\w+ = )", "\n", fields)
    problems = refused(database, written(tmp_path, SMALL + row))
    assert any(reason in problem for problem in problems), problems


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("in.toml", b"[[people]]\nkey = ", ":2: not TOML"),
        ("in.toml", b"people = 3", "must be tables headed [[people]]"),
        ("in.json", b'{"people": [\n{"key": }]}', ":2: not JSON"),
        ("in.json", b"[]", "must be an object of lists"),
        ("in.json", b'{"people": [1]}', "must be a list of objects"),
        ("people.csv", b"key,name\n", "must be a .toml or .json file, or a folder"),
        ("in.toml", "名".encode("gb18030"), "is not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(
    database: Engine, tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(content)
    assert reason in f":{refused(database, tmp_path / name)[0]}"


def test_no_file_and_no_tables_are_said(database: Engine, tmp_path: Path) -> None:
    assert "there is no such file" in refused(database, tmp_path / "none.toml")[0]
    assert "holds no .csv files" in refused(database, tmp_path)[0]


def test_a_row_of_json_is_named_by_its_line(database: Engine, tmp_path: Path) -> None:
    text = '{"places": [],\n "people": [\n  {"key": "a", "name": "[,]:"},\n  {"key": "b"}\n]}'
    (problem,) = refused(database, written(tmp_path, text, "in.json"))
    assert problem == "4: people b: name: is missing"


# Tables.


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_tables_come_from_any_excel(
    database: Engine, tmp_path: Path, mark: str, separator: str
) -> None:
    head = separator.join(["key", "name", "place", "room", "roles", "phone"])
    row = separator.join(["li", "小李", "b1", "502", "volunteer、keeper", ""])
    (tmp_path / "people.csv").write_bytes(f"{mark}{head}\r\n{row}\r\n{separator * 5}\r\n".encode())
    (tmp_path / "places.csv").write_text("key,name,kind\nb1,1号楼,building\n", "utf-8")
    assert bring(database, tmp_path) == {"places": (1, 0), "people": (1, 0)}
    with transaction(database) as tx:
        helper = people.by_key(tx, "li")
        assert helper is not None
        assert (helper.room, helper.phone) == ("502", None)
        assert people.roles_at(tx, helper.id, helper.place_id) == {"volunteer", "keeper"}


def test_a_row_of_a_table_is_named_by_its_line_though_cells_have_several(
    database: Engine, tmp_path: Path
) -> None:
    table = 'key,name,lang\na,"两\n行",zh\nb,乙,xx\n'
    (tmp_path / "people.csv").write_text(table, "utf-8")
    problems = refused(database, tmp_path)
    assert problems == [f"{tmp_path / 'people.csv'}:4: people b: lang: 'xx': must be 'zh' or 'en'"]


def test_too_many_cells_are_refused(database: Engine, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("key,name\na,甲,乙\n", "utf-8")
    assert "more cells than the heading" in refused(database, tmp_path)[0]


# The reference.


def test_the_reference_is_an_import_and_names_every_field(database: Engine, tmp_path: Path) -> None:
    text = (Path(__file__).parent.parent / "docs" / "import.md").read_text("utf-8")
    example = text.split("```toml\n")[1].split("```")[0]
    bring(database, written(tmp_path, example))
    rows = tomllib.loads(example)
    assert list(rows) == list(SHAPES)
    for section, shape in SHAPES.items():
        named = {name for row in rows[section] for name in row}
        assert {one for one in set(shape.model_fields) - named if f"`{one}`" not in text} == set()
    assert all(f"`{role}`" in text for role in people.ROLES)
