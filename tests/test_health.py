"""The pages for those who watch the bot."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.metrics import Metrics
from bot.watch import short_of_room
from bot.web import health


async def well() -> str | None:
    return None


async def deaf() -> str | None:
    return "silent for 7 min"


async def broken() -> str | None:
    raise OSError("the disk with 13800138000 on it")


async def stuck() -> str | None:
    await asyncio.Event().wait()
    return None


class Shown:
    """What a bot shows of itself."""

    def __init__(self, **parts: health.Part) -> None:
        self.metrics = Metrics()
        self._parts = parts

    def parts(self) -> Mapping[str, health.Part]:
        return self._parts


async def get(path: str, **parts: health.Part) -> tuple[int, str]:
    app = web.Application()
    app.add_routes(health.routes(Shown(**parts)))
    async with TestClient(TestServer(app)) as client, client.get(path) as answer:
        return answer.status, await answer.text()


async def test_it_is_alive_even_when_it_is_not_ready() -> None:
    assert await get("/healthz", database=broken) == (200, '{"alive": true}')


async def test_it_is_ready_when_every_part_is_well() -> None:
    status, text = await get("/readyz", database=well, migrations=well)
    assert status == 200
    assert text == '{"ready": true, "parts": {"database": "ok", "migrations": "ok"}}'


async def test_it_is_not_ready_when_a_part_is_not_and_says_which() -> None:
    status, text = await get("/readyz", database=well, local=deaf)
    assert status == 503
    assert '"local": "silent for 7 min"' in text
    assert '"database": "ok"' in text


async def test_a_part_that_crashes_is_not_ready_and_gives_nothing_away() -> None:
    status, text = await get("/readyz", database=broken)
    assert status == 503
    assert "138" not in text


async def test_a_part_that_hangs_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PATIENCE", 0.01)
    status, text = await get("/readyz", database=stuck)
    assert status == 503
    assert "no answer within 0.01 s" in text


async def test_metrics_are_served_as_prometheus_reads_them() -> None:
    status, text = await get("/metrics")
    assert status == 200
    assert "linbang_messages_heard_total 0.0" in text


def test_a_disk_without_room_is_said_to_be_so(tmp_path: Path) -> None:
    assert short_of_room(tmp_path, 0) is None
    assert "make room" in str(short_of_room(tmp_path, 2**62))
