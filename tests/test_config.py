"""Settings: what is read, and how what is wrong is refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from bot.config import BadSettings, Secret, Settings, load
from handlers.policy import Policy
from storage.places import Place
from tests.settings_page import EXAMPLE, PAGE, page, settings_in


def read(folder: Path, text: str) -> Settings:
    path = folder / "config.toml"
    path.write_text(text, "utf-8")
    return load(path)


def refused(folder: Path, text: str) -> list[str]:
    with pytest.raises(BadSettings) as caught:
        read(folder, text)
    return [line.removeprefix(f"{folder}/") for line in caught.value.problems]


def names(value: Any, at: str = "") -> Iterator[str]:
    """Every setting there is, as ``table.name``."""
    if isinstance(value, tuple) and value and dataclasses.is_dataclass(value[0]):
        value = value[0]  # a list of tables, of which the example shows one
    if isinstance(value, BaseModel):
        inner = dict(value)
    elif dataclasses.is_dataclass(value):
        inner = {one.name: getattr(value, one.name) for one in dataclasses.fields(value)}
    else:
        yield at
        return
    for name, one in inner.items():
        if name != "places":
            yield from names(one, f"{at}.{name}".lstrip("."))


def test_the_example_holds_exactly_the_defaults() -> None:
    assert load(EXAMPLE) == Settings()


def test_every_setting_is_in_the_example_with_a_line_of_why() -> None:
    written = settings_in(EXAMPLE.read_text("utf-8"))
    assert {f"{table.strip('[]')}.{name}" for table, name, _, _ in written} == set(
        names(Settings())
    )
    assert [name for _, name, _, why in written if len(why) < 10] == []


def test_the_page_of_settings_is_the_example_as_a_table() -> None:
    assert PAGE.read_text("utf-8") == page(EXAMPLE.read_text("utf-8")), (
        "run: python tests/settings_page.py"
    )


def test_an_empty_file_gives_the_defaults(tmp_path: Path) -> None:
    assert read(tmp_path, "") == Settings()


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load() == Settings()
    Path("config.toml").write_text("[web]\nport = 9000\n")
    assert load().web.port == 9000


def test_what_is_written_is_read(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        '[policy.nudge]\nurgent = "8 min"\n[policy.quiet]\nbegins = "21:30"\n'
        '[policy.medicine]\nwarn_days_before_expiry = [90]\n[gateways.wechat]\ntoken = "env:T"',
    )
    assert settings.policy.nudge.urgent == timedelta(minutes=8)
    assert settings.policy.nudge.normal == timedelta(minutes=30)
    assert settings.policy.quiet.begins == time(21, 30)
    assert settings.policy.medicine.warn_days_before_expiry == (90,)
    assert settings.gateways.wechat.token == Secret("env:T")


def test_a_byte_order_mark_of_a_windows_editor_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbf[web]\r\nport = 9000\r\n")
    assert load(path).web.port == 9000


def _place(name: str) -> Place:
    return Place(key=name, name=name, kind="grid")


def test_a_place_differs_only_where_it_says_so(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        '[policy.nudge]\nnormal = "45 min"\n[places."幸福里".nudge]\nurgent = "8 min"\n',
    )
    own = settings.everywhere.places["幸福里"]
    assert (own.nudge.urgent, own.nudge.normal) == (timedelta(minutes=8), timedelta(minutes=45))
    assert settings.everywhere.of([_place("和平里")]) == settings.everywhere
    assert settings.everywhere.of([_place("3号楼"), _place("幸福里")]) == own


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("\n[web]\nprot = 1", "config.toml:3: [web] prot: no such setting; did you mean port?"),
        ("[wob]\nport = 1", "config.toml:1: [wob]: no such setting; did you mean web?"),
        ("nonsense = 1", "config.toml:1: [nonsense]: no such setting; here are: alarm,"),
        ("[web]\nport = '1'", "config.toml:2: [web] port: must be a valid integer"),
        ("[web]\nport = 70000", "config.toml:2: [web] port: must be less than or equal to 65535"),
        ("[web]\nhost = '0.0.0.0'", "config.toml:2: [web] host: must be this machine"),
        ("web = 3", "config.toml:1: [web]: must be a table"),
        ("policy = 3", "config.toml:1: [policy]: must be a table"),
        ("places = 3", "config.toml:1: [places]: must be tables"),
        ("[bot]\nlanguage = 'fr'", "config.toml:2: [bot] language: must be 'zh' or 'en'"),
        ("[bot]\nwords = 'a'", "config.toml:2: [bot] words: must be a valid list"),
        ("[place]\ntime_zone = 'Mars'", "config.toml:2: [place] time_zone: must be a time zone"),
        ("[backup]\nat = '3:30'", "config.toml:2: [backup] at: must be an hour of the day"),
        (
            "[policy.nudge]\nurgent = 5",
            'config.toml:2: [policy.nudge] urgent: must be a duration such as "5 min"'
            ' (units: s, min, h, d); the default is urgent = "5 min"',
        ),
        ("[policy.nudge]\nurgent = '0 min'", "config.toml:2: [policy.nudge] urgent: must be a dur"),
        ("[policy.nudge]\nurgent = '999 d'", "config.toml:2: [policy.nudge] urgent: must be at mo"),
        (
            "[policy]\nnudge = {urgnt = '5 min'}",
            "config.toml:2: [policy.nudge] urgnt: no such setting; did you mean urgent?",
        ),
        (
            '[places."A".nudge]\nurgnt = "5 min"',
            "config.toml:2: [places.A.nudge] urgnt: no such setting; did you mean urgent?",
        ),
        (
            "[policy.unclaimed.urgent]\nwider = '1 h'",
            "config.toml:1: [policy.unclaimed] urgent: must not fall in this order: wider, duty",
        ),
        ("[policy.listening]\nask_sure = 1.5", "config.toml:2: [policy.listening] ask_sure: must"),
        ("[policy.emergency]\nfire = ''", "config.toml:2: [policy.emergency] fire: must be a num"),
        (
            "[policy.emergency]\nfire = 'ring them'",
            "config.toml:2: [policy.emergency] fire: must be a number to ring",
        ),
        ("[web]\nport =", "config.toml:2: not TOML: "),
        ('a = """\n[web]\n"""\n[web]\nx = 1', "config.toml:5: [web] x: no such setting"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, text: str, complaint: str) -> None:
    assert any(one.startswith(complaint) for one in refused(tmp_path, text)), refused(
        tmp_path, text
    )


def test_everything_that_is_wrong_is_said_at_once_and_in_order(tmp_path: Path) -> None:
    text = "[web]\nprot = 1\nport = -1\n[policy.nudge]\nurgent = 5\n[logs]\nlevel = 'loud'\n"
    lines = [one.split(":")[1] for one in refused(tmp_path, text)]
    assert lines == ["2", "3", "5", "7"]


def test_a_secret_in_the_file_is_refused_and_not_repeated(tmp_path: Path) -> None:
    (complaint,) = refused(tmp_path, '[gateways.wechat]\ntoken = "hunter2"')
    assert complaint.startswith("config.toml:2: [gateways.wechat] token: a secret is never written")
    assert "hunter2" not in complaint


def test_a_secret_is_read_where_it_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINBANG_TOKEN", "from the environment")
    (tmp_path / "token").write_text("from a file\n")
    assert Secret("env:LINBANG_TOKEN").reveal() == "from the environment"
    assert Secret(f"file:{tmp_path / 'token'}").reveal() == "from a file"
    for kept in ("env:LINBANG_NOT_SET", f"file:{tmp_path / 'none'}", ""):
        with pytest.raises(LookupError):
            Secret(kept).reveal()


def test_a_secret_does_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINBANG_TOKEN", "hunter2")
    assert "hunter2" not in repr(Secret("env:LINBANG_TOKEN"))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"none\.toml: cannot be read"):
        load(tmp_path / "none.toml")


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().web.port = 1  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        Policy().nudge.urgent = timedelta()  # type: ignore[misc]


def test_several_accounts_of_wechat_are_read_and_told_apart(tmp_path: Path) -> None:
    account = '[[gateways.wechat.accounts]]\nname = "{}"\nendpoint = "127.0.0.1:{}"\n'
    wechat = read(tmp_path, account.format("east", 8788) + account.format("west", 8789))
    found = [(one.name, one.endpoint) for one in wechat.gateways.wechat.accounts]
    assert found == [("east", "127.0.0.1:8788"), ("west", "127.0.0.1:8789")]
    assert refused(tmp_path, account.format("east", 8788) * 2) == [
        "config.toml:1: [gateways.wechat] accounts: must have a name of its own each;"
        " the default is accounts = []"
    ]


@pytest.mark.parametrize("near", ["127.0.0.1:1", "[::1]:1", "192.168.1.7:8788", "puppet:8788"])
def test_a_puppet_service_nearby_is_trusted(tmp_path: Path, near: str) -> None:
    settings = read(tmp_path, f'[gateways.wechat]\nendpoint = "{near}"')
    assert settings.gateways.wechat.endpoint == near


@pytest.mark.parametrize("far", ["8.8.8.8:8788", "puppet.example.com:8788", "[2001:4860::1]:1"])
def test_what_is_said_does_not_cross_the_internet_in_the_clear(tmp_path: Path, far: str) -> None:
    asked = f'[gateways.wechat]\nendpoint = "{far}"'
    (complaint,) = refused(tmp_path, asked)
    assert "in the clear" in complaint
    assert read(tmp_path, f"{asked}\nallow_plaintext = true").gateways.wechat.endpoint == far


@pytest.mark.parametrize("odd", ["puppet", "puppet:0", "puppet:70000", "http://puppet:1"])
def test_an_endpoint_is_an_address_and_a_port(tmp_path: Path, odd: str) -> None:
    (complaint,) = refused(tmp_path, f'[gateways.wechat]\nendpoint = "{odd}"')
    assert "an address and a port" in complaint
