"""`linbang check`: what is looked at, and how to mend what is wrong."""

from __future__ import annotations

import contextlib
import io
import socket
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from bot.check import Finding, check, print_findings
from bot.clock import PaperClock
from bot.config import Settings
from bot.config.tables import Backup, Database, Gateways, Local, Media, Web, WeChat
from bot.config.values import Secret
from handlers.policy import Emergency, Policy
from storage import migrate

TODAY = PaperClock(datetime(2100, 3, 1, 8, tzinfo=UTC))


def settings(folder: Path, **others: object) -> Settings:
    here: dict[str, object] = {
        "database": Database(path=folder / "linbang.db"),
        "backup": Backup(folder=folder / "backups"),
        "media": Media(folder=folder / "media"),
        "web": Web(port=0),
    }
    return Settings.model_validate(here | others)


def database(folder: Path, revision: str | None) -> None:
    with contextlib.closing(sqlite3.connect(folder / "linbang.db")) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES (?)", (revision,))
        connection.commit()


def wrong(of: Settings) -> list[str]:
    return [found.what for found in check(of, TODAY) if not found.ok]


def finding(of: Settings, beginning: str) -> Finding:
    return next(found for found in check(of, TODAY) if found.what.startswith(beginning))


def test_a_fresh_machine_is_well(tmp_path: Path) -> None:
    assert wrong(settings(tmp_path / "not made yet")) == []
    assert list(tmp_path.iterdir()) == []


def test_a_migrated_database_is_well(tmp_path: Path) -> None:
    database(tmp_path, migrate.head())
    assert wrong(settings(tmp_path)) == []


def test_a_database_behind_is_to_be_migrated(tmp_path: Path) -> None:
    database(tmp_path, "long_ago")
    assert wrong(settings(tmp_path)) == ["database: migrations not current"]
    assert "linbang migrate" in finding(settings(tmp_path), "database: migrations").how_to_mend


def test_a_database_without_migrations_is_to_be_migrated(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "linbang.db").close()
    (tmp_path / "linbang.db").touch()
    assert "database: migrations not current" in wrong(settings(tmp_path))


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "linbang.db").write_text("a shopping list, long enough to be read" * 100)
    (found,) = wrong(settings(tmp_path))
    assert "file is not a database" in found
    assert "[database] path" in finding(settings(tmp_path), f"database: {tmp_path}").how_to_mend


def test_a_damaged_database_is_found(tmp_path: Path) -> None:
    database(tmp_path, migrate.head())
    path = tmp_path / "linbang.db"
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\x00" * (len(whole) - 4096))
    assert any("damaged" in what or "malformed" in what for what in wrong(settings(tmp_path)))


def test_a_database_somebody_else_writes_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.check.LOCK_PATIENCE", 0.0)
    database(tmp_path, migrate.head())
    with contextlib.closing(sqlite3.connect(tmp_path / "linbang.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert any("locked" in what for what in wrong(settings(tmp_path)))


def test_a_folder_that_is_a_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "media").touch()
    assert wrong(settings(tmp_path)) == [f"media: {tmp_path / 'media'} is a file, not a folder"]


def test_too_little_room_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.check.ROOM_NEEDED", 1 << 62)
    (found,) = wrong(settings(tmp_path))
    assert found.startswith("disk: ")


def test_a_bot_that_nobody_can_reach_is_found(tmp_path: Path) -> None:
    nobody = settings(tmp_path, gateways=Gateways(local=Local(enabled=False)))
    assert wrong(nobody) == ["gateways: none is enabled: nobody can reach the bot"]


def test_what_an_account_of_wechat_lacks_is_found(tmp_path: Path) -> None:
    assert wrong(settings(tmp_path, gateways=Gateways(wechat=WeChat(enabled=True)))) == [
        "gateways: WeChat is on, but no account is named"
    ]
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        endpoint = f"127.0.0.1:{nobody.getsockname()[1]}"
        account = WeChat(enabled=True, endpoint=endpoint, token=Secret("env:LINBANG_NOT_SET"))
        found = wrong(settings(tmp_path, gateways=Gateways(wechat=account)))
    assert found[0] == "wechat: the secret env:LINBANG_NOT_SET cannot be read"
    assert found[1].startswith(f"wechat: nothing answers at {endpoint}")
    assert len(found) == 2


def test_a_taken_port_is_said_but_does_not_stop_the_bot(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        found = finding(settings(tmp_path, web=Web(port=port)), "web: ")
    assert found.ok
    assert "taken" in found.what


def test_a_clock_that_is_behind_is_found(tmp_path: Path) -> None:
    early = PaperClock(datetime(1970, 1, 1, tzinfo=UTC))
    found = [one.what for one in check(settings(tmp_path), early) if not one.ok]
    assert found == ["clock: it is behind"]


def test_the_missing_number_of_the_gas_company_is_advice(tmp_path: Path) -> None:
    assert finding(settings(tmp_path), "settings: no number").ok
    known = settings(tmp_path, policy=Policy(emergency=Emergency(gas="962777")))
    assert not any(one.what.startswith("settings: no number") for one in check(known, TODAY))


def test_findings_are_printed_with_their_mending() -> None:
    out = io.StringIO()
    findings = [
        Finding("clock: fine", True),
        Finding("web: taken", True, "it runs already"),
        Finding("media: bad", False, "set [media] folder"),
    ]
    print_findings(findings, Console(file=out, width=100))
    text = out.getvalue()
    assert "✓ clock: fine" in text
    assert "! web: taken" in text
    assert "✗ media: bad" in text
    assert "→ set [media] folder" in text
    assert "1 to mend." in text


def test_no_finding_says_that_all_is_well() -> None:
    out = io.StringIO()
    print_findings([Finding("clock: fine", True)], Console(file=out, width=100))
    assert "All is well." in out.getvalue()
