"""What the logs say, and above all what they never say."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from bot.config.tables import Logs
from bot.logs import mask, set_up


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = root.handlers, root.level
    stream = io.StringIO()
    set_up(Logs(form="json"), stream)
    yield stream
    root.handlers, level = before
    root.setLevel(level)
    structlog.reset_defaults()


def last(stream: io.StringIO) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(stream.getvalue().splitlines()[-1])
    return found


def test_what_was_said_is_never_logged(lines: io.StringIO) -> None:
    structlog.get_logger().warning("unread", text="我胸痛", quoted_text="救命", id="m1")
    assert "胸痛" not in lines.getvalue()
    assert "救命" not in lines.getvalue()
    assert last(lines)["id"] == "m1"


@pytest.mark.parametrize("key", ["name", "phone", "room", "address", "sender_name", "elder"])
def test_what_names_a_person_is_hidden(key: str) -> None:
    assert mask(None, "info", {key: "王奶奶"}) == {key: "[hidden]"}


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("ring 13800138000 now", "ring [phone] now"),
        ("+86 138-0013-8000", "[phone]"),
        ("021-55551234", "[phone]"),
        ("她住3号楼502", "她住[room]"),
        ("3栋2单元1201室漏水", "[room]漏水"),
        ("502室", "[room]"),
        ("in flat 12B", "in [room]"),
        ("11010519491231002X", "[id]"),
        ("#12 at 1700000000123", "#12 at 1700000000123"),
        ("in 3号楼", "in 3号楼"),
    ],
)
def test_numbers_of_people_are_hidden_within_a_sentence(written: str, kept: str) -> None:
    assert mask(None, "info", {"event": written}) == {"event": kept}


def test_nested_values_are_masked_too() -> None:
    event = {"letter": {"text": "秘密", "to": {"name": "小李", "id": 7}}, "all": ["13800138000"]}
    assert mask(None, "info", event) == {
        "letter": {"to": {"name": "[hidden]", "id": 7}},
        "all": ["[phone]"],
    }


def test_libraries_speak_through_the_same_mask(lines: io.StringIO) -> None:
    logging.getLogger("some.library").error("cannot reach %s", "13800138000")
    line = last(lines)
    assert line["event"] == "cannot reach [phone]"
    assert line["logger"] == "some.library"
    assert line["level"] == "error"


def test_a_crash_is_logged_whole_but_masked(lines: io.StringIO) -> None:
    flats: dict[str, int] = {}
    try:
        flats["我家在3号楼502"]
    except KeyError:
        structlog.get_logger("bot.engine").exception("handler crashed", number=12)
    line = last(lines)
    assert "Traceback" in line["exception"]
    assert "502" not in line["exception"]
    assert line["number"] == 12


def test_chatter_of_libraries_is_left_out(lines: io.StringIO) -> None:
    logging.getLogger("aiohttp.access").info("GET /")
    structlog.get_logger().debug("nothing")
    assert lines.getvalue() == ""


def test_the_console_form_is_for_eyes() -> None:
    root = logging.getLogger()
    before = root.handlers, root.level
    stream = io.StringIO()
    set_up(Logs(form="console"), stream)
    structlog.get_logger().info("listening", port=8420)
    root.handlers, level = before
    root.setLevel(level)
    structlog.reset_defaults()
    assert "listening" in stream.getvalue()
    assert "8420" in stream.getvalue()
