"""The clinic's answers: found by their words, given word for word, never a dose, none made up."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import postgres
import pytest
from openpyxl import Workbook
from sqlalchemy import Engine as Database
from sqlalchemy import text
from typer.testing import CliRunner

from bot import guides as files
from bot.cli import app
from bot.exchange.sources import BadImport
from bot.guides.shapes import NAMES
from handlers.guides import asking, ranking
from handlers.guides.terms import terms
from handlers.policy import Policy
from storage import guides, migrate, places
from storage.db import Transaction, disposing, open_database, transaction

HERE = Path(__file__).parent / "guides"
CLINIC = HERE / "clinic.md"
TODAY = date(2026, 3, 2)
SERVERS = ["sqlite"]
if find_spec("psycopg") is not None:
    SERVERS.append("postgresql")


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated database of each kind."""
    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path / 'linbang.db'}"
        if request.param == "postgresql":
            url = stack.enter_context(postgres.server())
        migrate.upgrade(url)
        yield stack.enter_context(disposing(open_database(url)))


@pytest.fixture
def tx(database: Database) -> Iterator[Transaction]:
    with transaction(database) as tx:
        files.bring_in(tx, files.read(CLINIC), None)
        yield tx


def asked(part: str) -> list[tuple[str, str]]:
    """``(answer meant, question)`` of one part of the list."""
    lines = (HERE / "questions.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return [(meant, question) for kept, meant, question in rows if kept == part]


def found(tx: Transaction, question: str, place: int | None = None) -> str:
    """The answer that is given, or ``-``."""
    best = ranking.search(tx, question, place, TODAY, Policy().guides.sure)
    return best.answer.key if best else "-"


def measured(tx: Transaction, part: str) -> tuple[float, float]:
    """Precision and recall."""
    pairs = [(meant, found(tx, question)) for meant, question in asked(part)]
    right = sum(meant == got != "-" for meant, got in pairs)
    given = sum(got != "-" for _, got in pairs)
    return right / given, right / sum(meant != "-" for meant, _ in pairs)


# Found


@pytest.mark.parametrize(
    ("part", "precision", "recall"), [("tune", 0.99, 0.75), ("held", 0.93, 0.85)]
)
def test_answers_are_the_ones_meant_and_seldom_missed(
    tx: Transaction, part: str, precision: float, recall: float
) -> None:
    got = measured(tx, part)
    assert got[0] >= precision
    assert got[1] >= recall


def test_both_servers_find_the_same(server: Database, tx: Transaction) -> None:
    with transaction(server) as other:
        files.bring_in(other, files.read(CLINIC), None)
        for _, question in (*asked("tune"), *asked("held")):
            assert found(other, question) == found(tx, question)


def test_words_of_two_letters_are_found_and_nothing_is_syntax(server: Database) -> None:
    with transaction(server) as tx:
        files.bring_in(tx, files.read(CLINIC), None)
        for word in ("洗澡", "柚子", "口罩", "shower"):
            assert guides.near(tx, terms(word)), word
        for odd in ("", "?", '" OR *', "a:b & !c", "'; DROP", "(((", "😀"):
            assert guides.near(tx, [*terms(odd), odd]) == []


def test_the_index_follows_every_change(server: Database) -> None:
    with transaction(server) as tx:
        files.bring_in(tx, files.read(CLINIC), None)
        columns: dict[str, Any] = {"question": "狂犬疫苗", "terms": ranking.indexed("狂犬疫苗")}
        guides.put(tx, None, "flu-shower", **columns)
        assert len(guides.near(tx, terms("狂犬"))) == 1
        assert guides.near(tx, terms("洗澡")) == []
        tx.run(text("DELETE FROM guide_answer"))
        assert guides.near(tx, terms("狂犬")) == []


def test_a_restored_or_migrated_database_is_searched_as_before(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'linbang.db'}"
    migrate.upgrade(url)
    with disposing(open_database(url)) as database:
        with transaction(database) as tx:
            files.bring_in(tx, files.read(CLINIC), None)
            tx.run(text("DROP TABLE guide_index"))
        migrate.upgrade(url)
        with transaction(database) as tx:
            assert found(tx, "打完流感疫苗能洗澡吗") == "flu-shower"


def test_an_expired_answer_is_not_given(tx: Transaction) -> None:
    question, sure = "卫生服务站几点开门", Policy().guides.sure
    assert ranking.search(tx, question, None, date(2026, 12, 31), sure)
    assert ranking.search(tx, question, None, date(2027, 1, 1), sure) is None


def test_an_answer_of_the_place_goes_before_one_for_all_and_is_unknown_elsewhere(
    tx: Transaction,
) -> None:
    here = places.add(tx, key="x", name="幸福里", kind="grid")
    inside = places.add(tx, key="b", name="1号楼", kind="building", parent_id=here)
    elsewhere = places.add(tx, key="y", name="和平里", kind="grid")
    rows = [one for one in files.read(CLINIC) if one.id == "hours"]
    own = rows[0].model_copy(update={"answer": "全天开门。"})
    files.bring_in(tx, [own], "x")
    sure = Policy().guides.sure
    for place, answer in ((inside, "全天开门。"), (elsewhere, rows[0].answer)):
        best = ranking.search(tx, "卫生服务站几点开门", place, TODAY, sure)
        assert best is not None
        assert best.answer.answer == answer


@pytest.mark.parametrize(
    "question",
    ["孕妇能打流感疫苗吗", "化疗病人能吃水果吗", "宝宝发烧在家怎么护理", "肾不好能吃柚子吗"],
)
def test_what_was_said_for_all_is_not_said_to_those_for_whom_it_may_differ(
    tx: Transaction, question: str
) -> None:
    assert found(tx, question) == "-"


def test_a_group_hears_whole_sentences_of_the_answer() -> None:
    long = "先冲凉水。" * 30
    assert asking.beginning(long, 90) == "先冲凉水。" * 18
    assert asking.beginning("很长" * 100 + "。再来。", 90) == "很长" * 100 + "。"
    assert asking.beginning("At 2.5 km. Then left.", 90) == "At 2.5 km. Then left."


# Brought in and written out


def csv_of(path: Path, *rows: dict[str, str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, NAMES)
        writer.writeheader()
        writer.writerows(rows)
    return path


GOOD = {
    "id": "q1",
    "question": "能洗澡吗",
    "answer": "可以。",
    "source": "卫生站",
    "date": "2026-01-10",
}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"answer": "布洛芬一次两片,一天三次"}, "两片” states a dose"),
        ({"question_en": "x", "answer_en": "Take 2 tablets twice daily"}, "states a dose"),
        ({"answer": ""}, "a question needs its answer"),
        ({"question": "", "answer": ""}, "question and answer are missing"),
        ({"source": ""}, "source: is missing"),
        ({"date": "last week"}, "date: "),
        ({"date": ""}, "date: is missing"),
        ({"valid_until": "2025-01-01"}, "valid_until is before its date"),
        ({"id": "q 1"}, "id: "),
        ({"answer": "很长" * 1000}, "answer: "),
    ],
)
def test_a_wrong_row_is_refused_with_its_line_and_reason(
    tmp_path: Path, change: dict[str, str], reason: str
) -> None:
    path = csv_of(tmp_path / "a.csv", GOOD, {**GOOD, "id": "q2", **change})
    with pytest.raises(BadImport) as wrong:
        files.read(path)
    assert len(wrong.value.problems) == 1
    assert wrong.value.problems[0].startswith(f"{path}:3: {change.get('id', 'q2')}: ")
    assert reason in wrong.value.problems[0]


def test_every_wrong_row_is_named_and_an_id_stands_once(tmp_path: Path) -> None:
    path = csv_of(tmp_path / "a.csv", {**GOOD, "source": ""}, GOOD, GOOD, {**GOOD, "date": "x"})
    with pytest.raises(BadImport) as wrong:
        files.read(path)
    assert [one.removeprefix(f"{path}:")[0] for one in wrong.value.problems] == ["2", "4", "5"]


@pytest.mark.parametrize("ending", [".md", ".csv", ".xlsx"])
def test_what_is_written_out_is_read_in_the_same(
    tx: Transaction, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"out{ending}"
    files.write(guides.every(tx), path)
    assert files.read(path) == files.read(CLINIC)


def test_a_spreadsheet_with_chinese_headings_and_real_dates(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(["编号", "问题", "回答", "来源", "日期", "有效期至", "也问"])
    row = ["q1", "能洗澡吗", "可以。", "卫生站", date(2026, 1, 10), "2026年12月31日", "洗澡；冲澡"]
    sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    [read] = files.read(tmp_path / "a.xlsx")
    assert (read.date, read.valid_until) == (date(2026, 1, 10), date(2026, 12, 31))
    assert read.also == ("洗澡", "冲澡")


def test_an_answer_with_the_same_id_takes_the_place_of_the_old(tx: Transaction) -> None:
    rows = files.read(CLINIC)
    changed = rows[0].model_copy(update={"answer": "明天再洗。", "version": "3"})
    assert files.bring_in(tx, [changed], None) == (0, 1)
    kept = {one.key: one for one in guides.every(tx)}
    assert len(kept) == len(rows)
    assert (kept[changed.id].answer, kept[changed.id].version) == ("明天再洗。", "3")


def test_the_commands_bring_in_write_out_and_try(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        f'[database]\npath = "{tmp_path}/l.db"\n[backup]\nfolder = "{tmp_path}/b"\n', "utf-8"
    )
    run, told = CliRunner(), ["--config", str(config)]
    wrong = csv_of(tmp_path / "wrong.csv", GOOD, {**GOOD, "id": "q2", "answer": "每次两片"})
    refused = run.invoke(app, ["guides", "import", str(wrong), *told])
    assert refused.exit_code != 0
    brought = run.invoke(app, ["guides", "import", str(CLINIC), *told])
    assert brought.exit_code == 0, brought.output
    assert "24 new, 0 replaced" in brought.output
    tried = run.invoke(app, ["guides", "ask", "打完流感疫苗能洗澡吗", *told])
    assert "当天就可以洗澡" in tried.output
    assert run.invoke(app, ["guides", "ask", "明天停水吗", *told]).exit_code == 1
    out = tmp_path / "out.xlsx"
    assert run.invoke(app, ["guides", "export", str(out), *told]).exit_code == 0
    assert files.read(out) == files.read(CLINIC)
    nowhere = run.invoke(app, ["guides", "import", str(CLINIC), "--place", "moon", *told])
    assert nowhere.exit_code != 0
