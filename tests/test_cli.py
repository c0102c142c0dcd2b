"""The command line, as an operator types it: in this process, and once for real."""

from __future__ import annotations

import json
import logging
import re
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest
import structlog
from live import running, stopped
from tab import page_of
from typer.testing import CliRunner, Result

from bot import worlds
from bot.cli import app
from bot.only_one import only_one

EXAMPLE = str(worlds.path_of("xingfuli"))
DATA = ["import", "export", "cards", "migrate", "backup", "restore", "box", "signs"]
COMMANDS = ["run", "demo", "wechat", "play", "hear", *DATA, "check", "version"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Every test in a folder of its own: the defaults are relative to it. Logs go back after it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield tmp_path
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def do(*words: str, said: str | None = None) -> Result:
    return CliRunner().invoke(app, words, input=said)


def well(*words: str, said: str | None = None) -> str:
    result = do(*words, said=said)
    assert result.exit_code == 0, result.output
    return result.stdout


def wrong(*words: str, code: int = 1) -> str:
    result = do(*words)
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result.stderr


# Help.


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_examples(command: str) -> None:
    shown = well(command, "--help")
    assert "Examples:" in shown
    assert f"linbang {command}" in shown


def test_help_names_every_command() -> None:
    shown = well("--help")
    assert [one for one in COMMANDS if one not in shown] == []


def test_what_is_not_understood_leaves_with_two() -> None:
    assert "No such command" in wrong("rnu", code=2)
    assert "No such option" in wrong("export", "--jason", code=2)
    assert "does not exist" in wrong("play", "none.chat", code=2)


def test_version_names_the_bot_and_its_database() -> None:
    assert re.match(r"linbang \d+\.\d+\.\d+ · database \d{4} · Python 3\.\d+", well("version"))


# Import and export.


def test_import_tells_what_it_brought_and_knows_it_again() -> None:
    shown = well("import", EXAMPLE)
    assert re.search(r"people +42 +0", shown)
    assert re.search(r"people +0 +42", well("import", EXAMPLE))


def test_a_dry_run_writes_nothing() -> None:
    assert "Nothing was written" in well("import", "--dry-run", EXAMPLE)
    assert json.loads(well("export", "--json"))["people"] == []


def test_a_wrong_import_says_every_line_and_writes_nothing(here: Path) -> None:
    bad = here / "bad.toml"
    bad.write_text(
        '[[people]]\nkey = "a"\n\n[[people]]\nkey = "b"\nname = "b"\nplace = "x"\n', "utf-8"
    )
    said = wrong("import", str(bad))
    assert f"{bad}:1: people a: name: is missing" in said
    assert f"{bad}:7: people b: place: there is no x in places" in said
    assert "2 problems (import: nothing was written)" in said
    assert json.loads(well("export", "--json"))["people"] == []


def test_the_hundredth_line_is_no_picture(here: Path) -> None:
    rows = "\n" * 99 + '[[people]]\nkey = "x"\nplace = "nowhere"\n'
    assert "in.toml:100: people x" in wrong("import", str(written(here, rows)))


def test_an_export_is_an_import(here: Path) -> None:
    well("import", EXAMPLE)
    well("export", "all.toml")
    assert well("export") == (here / "all.toml").read_text("utf-8")
    well("export", "tables")
    assert (here / "tables" / "people.csv").read_bytes().startswith(b"\xef\xbb\xbfkey,")
    assert re.search(r"people +0 +42", well("import", "tables"))
    out = json.loads(well("export", "--json"))
    assert len(out["people"]) == 42
    assert out["requests"] == []


def test_what_holds_rooms_and_phones_is_for_its_owner_alone(here: Path) -> None:
    well("import", EXAMPLE)
    well("export", "all.json")
    copy = well("backup").split(": ")[0]
    for name in ("data/linbang.db", "all.json", copy):
        assert (here / name).stat().st_mode & 0o077 == 0, name


def test_an_export_without_a_database_says_so() -> None:
    assert "there is no database yet" in wrong("export")


# Migrate, backup, restore.


def test_migrate_goes_forwards_and_back_with_a_copy_before(here: Path) -> None:
    assert "it was at base" in well("migrate")
    assert "already" in well("migrate")
    shown = well("migrate", "--back-to", "base")
    assert "Copied to data/backups/linbang-" in shown
    assert "The database is at base" in shown


def test_a_revision_that_nobody_knows_is_said_to_be_so(here: Path) -> None:
    well("migrate")
    assert "does not know that revision" in wrong("migrate", "--back-to", "0999")
    with closing(sqlite3.connect(here / "data" / "linbang.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '0999'")
    assert "used by a newer version of the bot (0999)" in do("check").output
    for words in (("migrate",), ("run", "--port", "0")):
        assert "linbang restore" in wrong(*words)


def test_a_backup_brings_back_what_was(here: Path) -> None:
    well("import", EXAMPLE)
    shown = well("backup")
    copy = shown.split(": ")[0]
    assert "verified" in shown
    assert copy in well("restore")
    before = well("export")
    well("import", str(written(here, '[[people]]\nkey = "new"\nname = "新人"\n')))
    assert "新人" in well("export")
    assert "the old one is data/linbang.db.before-" in well("restore", copy)
    assert well("export") == before


def test_what_needs_the_database_to_itself_waits_for_the_bot_to_stop(here: Path) -> None:
    well("import", EXAMPLE)
    copy = well("backup").split(": ")[0]
    with only_one(here / "data" / "linbang.db"):
        for words in (("import", EXAMPLE), ("migrate",), ("restore", copy), ("run", "--port", "0")):
            assert "a bot is running" in wrong(*words)
        well("export")
        well("restore", "--force", copy)


def test_restoring_what_is_no_copy_is_refused(here: Path) -> None:
    well("migrate")
    assert "there is no such file" in wrong("restore", "none.db")
    assert "not a database" in wrong("restore", str(written(here, "x" * 4096)))
    assert "holds no copies yet" in wrong("restore")


def written(folder: Path, text: str) -> Path:
    path = folder / "in.toml"
    path.write_text(text, "utf-8")
    return path


# Check, settings, reading, playing.


def test_check_leaves_with_one_if_something_is_wrong(here: Path) -> None:
    assert "All is well" in well("check")
    (here / "data").write_text("in the way")
    assert do("check").exit_code == 1


def test_wrong_settings_are_named_with_their_line(here: Path) -> None:
    (here / "config.toml").write_text('[web]\nport = "many"\n', "utf-8")
    for command in ("check", "run", "export", "backup"):
        said = wrong(command)
        assert "config.toml:2: [web] port" in said
        assert "1 problem (settings)" in said


def test_hear_reads_a_message_a_line() -> None:
    shown = well("hear", "--json", said="有没有退烧药,孩子39度\n今天天气真好\n")
    first, second = map(json.loads, shown.splitlines())
    assert (first["act"], first["category"]) == ("need", "medicine")
    assert second["act"] == "chat"


def test_run_refuses_when_nobody_could_reach_it(here: Path) -> None:
    (here / "config.toml").write_text("[gateways.local]\nenabled = false\n", "utf-8")
    assert "nobody could reach the bot" in wrong("run")


@pytest.mark.parametrize("command", [["run", "--port", "0"], ["wechat", "bind-code"]])
def test_a_file_where_the_data_should_be_is_named(here: Path, command: list[str]) -> None:
    (here / "data").write_text("notes", "utf-8")
    assert "data: this is a file, and should be a folder" in wrong(*command)


# For real.


def inside(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir()]


async def test_run_serves_the_example_and_goes_on_where_it_stopped(here: Path) -> None:
    with running("run", "--port", "0") as (process, address):
        async with aiohttp.ClientSession(base_url=address) as client:
            async with client.get("/readyz") as answer:
                assert (await answer.json())["ready"], await answer.text()
            async with client.get("/metrics") as answer:
                assert "linbang_outbox_letters 0.0" in await answer.text()
            async with page_of(client) as page:
                who = await page.until("people")
                people = {one["name"]: one for one in who["people"]}
                assert len(people) == 42
                assert people["王奶奶"]["roles"] == ["elder"]
                zhang = people["张阿姨"]["id"]
                home = people["张阿姨"]["rooms"][0]
                await page.do("watch", viewers=[zhang])
                await page.until("view")
                await page.say(zhang, home, "厨房下水道堵了", "u-000001")
                assert "#1" in (await page.line("#1"))["text"]
                await page.do("advance", step="30m")
                await page.until("clock", lambda words: words["busy"])
                moved = (await page.until("clock", lambda words: not words["busy"]))["now"]
        assert stopped(process, signal.SIGTERM) == 0
    with running("run", "--port", "0") as (process, address):
        async with aiohttp.ClientSession(base_url=address) as client, page_of(client) as page:
            assert (await page.until("clock"))["now"] >= moved
            await page.do("watch", viewers=[zhang])
            status = await page.until("status")
            assert [one["number"] for one in status["cards"]] == [1]
        assert stopped(process, signal.SIGINT) == 0
    assert len(inside(here / "data" / "backups")) == 1


async def test_demo_forgets_everything(here: Path) -> None:
    with running("demo", "--port", "0") as (process, address):
        async with aiohttp.ClientSession(base_url=address) as client, page_of(client) as page:
            assert len((await page.until("people"))["people"]) == 42
        assert stopped(process, signal.SIGTERM) == 0
    assert inside(here) == []


async def test_a_device_is_issued_while_the_bot_runs_and_its_sign_is_taken() -> None:
    with running("run", "--port", "0") as (process, address):
        said = well("signs", "add", "--person", "wang-nainai", "--kind", "water", "--closes")
        found = dict(re.findall(r"^(address|secret): +(\S+)", said, re.MULTILINE))
        path = found["address"].partition("/signs/")[2]
        key = {"Authorization": f"Bearer {found['secret']}"}
        async with (
            aiohttp.ClientSession(base_url=address, headers=key) as client,
            client.post(f"signs/{path}", json={"id": "n1"}) as answer,
        ):
            assert answer.status == 202, await answer.text()
        assert path in well("signs", "list")
        assert "never" not in well("signs", "list")
        well("signs", "remove", path)
        assert path not in well("signs", "list")
        assert stopped(process, signal.SIGTERM) == 0
    assert "nobody is called that" in wrong("signs", "add", "--person", "谁", "--kind", "door")
    wrong("signs", "add", "--person", "wang-nainai", "--kind", "radar", code=2)
