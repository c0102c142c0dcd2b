"""The road outside all gateways: webhook, command, and the sign of life that is withheld."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.alarm import Outside
from bot.clock import PaperClock
from bot.config.tables import Alarm
from bot.config.values import Secret
from bot.gateways.base import NotNow, Refused
from storage.errands import ErrandRow

NOW = datetime(2027, 3, 1, 2, 0, tzinfo=UTC)
ERRAND = ErrandRow(
    id=1,
    gateway="outside",
    what="alarm",
    data={"kind": "roads.deaf", "text": "听不到\ndeaf"},
    made_at=NOW,
    not_before=NOW,
)


class There:
    """Whatever the operator has set up; it answers ``status``."""

    def __init__(self) -> None:
        self.status, self.heard, self.pings = 200, list[dict[str, str]](), 0

    async def post(self, request: web.Request) -> web.Response:
        self.heard.append(await request.json())
        return web.Response(status=self.status)

    async def ping(self, _: web.Request) -> web.Response:
        self.pings += 1
        return web.Response(status=self.status)


@pytest.fixture
async def there(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[There]:
    found = There()
    app = web.Application()
    app.add_routes([web.post("/alarm", found.post), web.get("/ping", found.ping)])
    async with TestServer(app) as server:
        monkeypatch.setenv("ALARM", str(server.make_url("/alarm")))
        monkeypatch.setenv("PING", str(server.make_url("/ping")))
        yield found


def outside(**settings: object) -> Outside:
    return Outside(Alarm.model_validate(settings), PaperClock(NOW))


async def test_a_webhook_is_told_in_both_languages(there: There) -> None:
    await outside(webhook=Secret("env:ALARM")).act(ERRAND)
    assert there.heard == [
        {"text": "听不到\ndeaf", "kind": "roads.deaf", "at": "2027-03-01T02:00:00+00:00"}
    ]


async def test_a_webhook_that_fails_is_tried_again(there: There) -> None:
    there.status = 500
    with pytest.raises(NotNow, match="answered 500"):
        await outside(webhook=Secret("env:ALARM")).act(ERRAND)
    with pytest.raises(NotNow, match="cannot be read"):
        await outside(webhook=Secret("env:NOT_SET")).act(ERRAND)


async def test_a_command_gets_the_words_as_its_last_argument(tmp_path: Path) -> None:
    note = tmp_path / "note"
    write = "import sys, pathlib; pathlib.Path(sys.argv[1]).write_text(sys.argv[2], 'utf-8')"
    await outside(command=(sys.executable, "-c", write, str(note))).act(ERRAND)
    assert note.read_text("utf-8") == "听不到\ndeaf"
    with pytest.raises(NotNow, match="left with 3"):
        await outside(command=(sys.executable, "-c", "raise SystemExit(3)")).act(ERRAND)
    with pytest.raises(NotNow, match="run"):
        await outside(command=("/no/such/program",)).act(ERRAND)


async def test_one_road_that_works_is_enough(there: There) -> None:
    await outside(webhook=Secret("env:ALARM"), command=("/no/such/program",)).act(ERRAND)
    assert len(there.heard) == 1


async def test_without_a_road_an_alarm_is_refused() -> None:
    with pytest.raises(Refused):
        await outside().act(ERRAND)


async def test_the_sign_of_life_is_withheld_while_anything_is_wrong(there: There) -> None:
    async def well() -> str | None:
        return None

    async def deaf() -> str | None:
        return "silent for 7 min"

    async def broken() -> str | None:
        raise ZeroDivisionError

    monitored = outside(heartbeat=Secret("env:PING"))
    assert await monitored.beat({"database": well, "wechat": well})
    assert not await monitored.beat({"database": well, "wechat": deaf})
    assert not await monitored.beat({"database": broken})
    assert there.pings == 1
    assert not await outside(heartbeat=Secret("env:NOT_SET")).beat({})
