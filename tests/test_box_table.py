"""A box's stock as a table: in and out as CSV and Excel, all of it or nothing."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from typer.testing import CliRunner

from bot import exchange, worlds
from bot.cli import app
from bot.exchange import BadImport, shelf, shelf_table
from storage import boxes, entries, holds, people, requests
from storage.boxes import Box
from storage.db import Transaction, disposing, open_database, transaction
from storage.tables import metadata

NOW = datetime(2027, 3, 1, 1, 0, tzinfo=UTC)
ZH = ["药名", "数量", "单位", "到期", "剂型", "批号"]


@pytest.fixture
def tx() -> Iterator[Transaction]:
    """The example compound."""
    with disposing(open_database("sqlite://")) as engine, transaction(engine) as tx:
        metadata().create_all(tx.connection)
        exchange.bring_in(tx, exchange.read(worlds.path_of("xingfuli")), NOW)
        yield tx


def box3(tx: Transaction) -> Box:
    return next(box for box in boxes.every(tx) if box.key == "box3")


def sheet(path: Path, rows: list[list[Any]], shown: dict[str, str] | None = None) -> Path:
    """A workbook as somebody fills it in; ``shown``: how single cells show their value."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for cell, how in (shown or {}).items():
        book.active[cell].number_format = how
    book.save(path)
    return path


def table(path: Path, rows: list[list[Any]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def put_in(tx: Transaction, path: Path) -> shelf.Tally:
    box = box3(tx)
    return shelf.put_in(tx, box, shelf_table.read(path), NOW, person_id=box.keeper_id)


def wrong(tx: Transaction, path: Path) -> list[str]:
    before = boxes.stock(tx, box3(tx).id)
    with pytest.raises(BadImport) as refused:
        put_in(tx, path)
    assert boxes.stock(tx, box3(tx).id) == before
    return [one.split(": ", 1)[0].rsplit(":", 1)[1] + " " + one for one in refused.value.problems]


@pytest.mark.parametrize("make", [sheet, table])
def test_what_is_in_the_table_lies_in_the_box_once_however_often_it_is_brought(
    tx: Transaction, tmp_path: Path, make: Any
) -> None:
    rows = [
        ZH,
        ["感冒灵", 3, "盒", "2028-05", "成人", "a12"],
        ["美林", 2, "瓶", "2028年6月", "儿童", ""],
        ["口罩", 20, "只", "", "", ""],
    ]
    path = make(tmp_path / f"in.{'xlsx' if make is sheet else 'csv'}", rows)
    assert put_in(tx, path) == shelf.Tally(new=3)
    assert put_in(tx, path) == shelf.Tally(agreed=3)
    found = {
        (one.item, one.form, one.expiry, one.batch): one for one in boxes.stock(tx, box3(tx).id)
    }
    cold = found["感冒灵", "adult", "2028-05-31", "A12"]
    assert cold.on_hand == 3
    assert found["布洛芬", "child", "2028-06-30", None].text == "美林"
    [entry] = entries.of_lot(tx, cold.lot_id)
    assert entry.person_id == box3(tx).keeper_id


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_goes_out_comes_in_again_and_changes_nothing(
    tx: Transaction, tmp_path: Path, ending: str, lang: str
) -> None:
    rows = shelf.rows_of(tx, box3(tx), lang=lang)
    path = tmp_path / f"out.{ending}"
    shelf_table.write(rows, path)
    assert put_in(tx, path) == shelf.Tally(agreed=len(rows))


def test_another_amount_is_a_correction_that_names_who_counted(
    tx: Transaction, tmp_path: Path
) -> None:
    path = tmp_path / "out.xlsx"
    rows = shelf.rows_of(tx, box3(tx), lang="en")
    masks = next(row for row in rows if row["item"] == "口罩")
    masks["quantity"] = 35
    shelf_table.write(rows, path)
    assert put_in(tx, path).corrected == 1
    lot = boxes.by_key(tx, masks["key"])
    assert lot is not None
    last = entries.of_lot(tx, lot.id)[-1]
    assert (last.kind, last.quantity, last.person_id) == ("correct", -5, box3(tx).keeper_id)


def test_excel_keeps_months_months_days_days_and_formulas_words(
    tx: Transaction, tmp_path: Path
) -> None:
    rows = [ZH, ["感冒灵", 1.0, "盒", date(2028, 5, 1)], ["板蓝根", 1, "盒", date(2028, 5, 9)]]
    shown = {"D2": "mmm-yy", "D3": "yyyy-mm-dd"}
    put_in(tx, sheet(tmp_path / "in.xlsx", rows, shown))
    found = {one.item: one.expiry for one in boxes.stock(tx, box3(tx).id)}
    assert (found["感冒灵"], found["板蓝根"]) == ("2028-05-31", "2028-05-09")
    shelf_table.write([{"item": "=1+1"}], tmp_path / "out.xlsx")
    assert load_workbook(tmp_path / "out.xlsx").active["A2"].data_type == "s"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["阿莫西林", 1, "盒", "2028-05"], "needs a prescription"),
        (["新康泰克", 1, "盒", "2028-05"], "ephedrine or opioids"),
        (["胰岛素", 1, "支", "2028-05"], "must stay cold"),
        (["epipen", 1, "支", "2028-05"], "to be injected"),
        (["布洛芬", 1, "盒", ""], "expiry: is missing"),
        (["布洛芬", 1, "盒", "2027-02"], "is over"),
        (["布洛芬", 1, "盒", "soon"], "must be a month or day"),
        (["布洛芬", -1, "盒", "2028-05"], "quantity"),
        (["布洛芬", "许多", "盒", "2028-05"], "quantity"),
        (["布洛芬", 0.5, "盒", "2028-05"], "quantity"),
        (["", 1, "盒", "2028-05"], "item"),
        (["布洛芬", 1, "盒", "2028-05", "老人"], "form"),
    ],
)
@pytest.mark.parametrize("make", [sheet, table])
def test_a_wrong_row_is_refused_by_line_and_reason_and_nothing_is_written(
    tx: Transaction, tmp_path: Path, make: Any, row: list[Any], reason: str
) -> None:
    path = tmp_path / f"in.{'xlsx' if make is sheet else 'csv'}"
    [problem] = wrong(tx, make(path, [ZH, ["感冒灵", 3, "盒", "2028-05"], row]))
    assert problem.startswith("3 ")
    assert reason in problem


def test_what_is_held_for_somebody_is_not_counted_away(tx: Transaction, tmp_path: Path) -> None:
    lot = next(one for one in boxes.stock(tx, box3(tx).id) if one.item == "口罩")
    who = people.by_key(tx, "wang-nainai")
    assert who is not None
    asked = {"category": "medicine", "place_id": box3(tx).place_id, "requester_id": who.id}
    number = requests.add(tx, NOW, kind="need", **asked).number
    assert holds.reserve(tx, lot.lot_id, number, 5, NOW)
    [problem] = wrong(tx, table(tmp_path / "in.csv", [ZH, ["口罩", 3, "只", lot.expiry]]))
    assert "5 are held for somebody" in problem


def test_a_recalled_batch_does_not_come_back_by_a_table(tx: Transaction, tmp_path: Path) -> None:
    row = ["感冒灵", 3, "盒", "2028-05", "成人", "A12"]
    put_in(tx, table(tmp_path / "in.csv", [ZH, row]))
    lot = next(one for one in boxes.stock(tx, box3(tx).id) if one.item == "感冒灵")
    entries.freeze(tx, lot.lot_id, "recall", NOW, person_id=None)
    other = ["感冒灵", 3, "盒", "2028-06", "成人", "a12"]
    [problem] = wrong(tx, table(tmp_path / "in.csv", [ZH, other]))
    assert "this batch is recalled" in problem
    more = ["感冒灵", 4, "盒", "2028-05", "成人", "A12"]
    [problem] = wrong(tx, table(tmp_path / "in.csv", [ZH, more]))
    assert "blocked (recall)" in problem


@pytest.mark.parametrize("name", ["in.xlsx", "in.csv", "in.pdf", "none.xlsx"])
def test_what_is_no_table_is_said_so(tx: Transaction, tmp_path: Path, name: str) -> None:
    if not name.startswith("none"):
        (tmp_path / name).write_bytes(b"\xff\xfe\x00 no table")
    with pytest.raises(BadImport):
        put_in(tx, tmp_path / name)


# At the command line


@pytest.fixture
def filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    result = CliRunner().invoke(app, ["import", str(worlds.path_of("xingfuli"))])
    assert result.exit_code == 0, result.output
    return tmp_path


def do(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["box", *words])
    assert "Traceback" not in result.output
    return result.exit_code, result.output


def test_a_box_goes_out_and_in_at_the_command_line(filled: Path) -> None:
    assert "box3" in do("list")[1]
    assert do("export", "out.xlsx", "--box", "box3") == (0, "7 lots → out.xlsx\n")
    code, said = do("import", "out.xlsx", "--box", "box3", "--dry-run")
    assert (code, "7 as in the books" in said, "dry-run" in said) == (0, True, True)
    assert do("import", "out.xlsx", "--box", "box3")[0] == 0


def test_a_wrong_table_leaves_with_one_and_says_where(filled: Path) -> None:
    table(filled / "in.csv", [ZH, ["感冒灵", 3, "盒", "2099-05"], ["头孢", 1, "盒", "2099-05"]])
    code, said = do("import", "in.csv", "--box", "box3")
    assert code == 1
    assert "in.csv:3: stock" in said
    assert "nothing was written" in said
    assert do("export", "in.csv")[0] == 1
    assert do("import", "in.csv", "--box", "nowhere")[0] == 1
