"""What an operator does about an account of WeChat: on a real puppet service, with the real bot."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession

from tests.puppet.server import PuppetServer

ROOT = Path(__file__).parent.parent
CODE = "https://login.weixin.qq.com/l/4d1f9c"
CONFIG = """
[web]
port = 0
[gateways.local]
enabled = false
[gateways.wechat]
enabled = true
endpoint = "{endpoint}"
token = "env:LINBANG_WECHAT_TOKEN"
ping_every = "1 s"
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PuppetServer]:
    """A puppet service whose account is logged out, and settings that name it."""
    server = PuppetServer(tmp_path)
    server.start(login=False)
    (tmp_path / "config.toml").write_text(CONFIG.format(endpoint=server.endpoint), "utf-8")
    yield server
    server.kill()


class Operator:
    """Somebody at the command line of this machine."""

    def __init__(self, folder: Path, token: str) -> None:
        self._folder = folder
        self._env = {**os.environ, "PYTHONPATH": str(ROOT), "LINBANG_WECHAT_TOKEN": token}

    async def starts(self, *words: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *words),
            cwd=self._folder,
            env=self._env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    async def runs(self, *words: str) -> tuple[int | None, str]:
        process = await self.starts(*words)
        said, _ = await asyncio.wait_for(process.communicate(), 60)
        return process.returncode, said.decode()

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[str]:
        """The bot runs; the address of its pages."""
        process = await self.starts("run")
        assert process.stdout is not None
        try:
            async with asyncio.timeout(60):
                async for line in process.stdout:
                    if found := re.search(rb"WeChat accounts: (http://\S+/)accounts", line):
                        break
                else:
                    raise AssertionError("the bot ended")
            reading = asyncio.create_task(process.stdout.read())
            yield found[1].decode()
            reading.cancel()
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


@pytest.fixture
def operator(server: PuppetServer, tmp_path: Path) -> Operator:
    return Operator(tmp_path, server.token)


async def _page(address: str, path: str, until: str) -> str:
    """A page, as soon as it says something."""
    async with asyncio.timeout(30), ClientSession() as session:
        while True:
            async with session.get(address + path) as answer:
                text = await answer.text()
            if until in text:
                return text
            await asyncio.sleep(0.1)


async def test_a_log_out_shows_a_code_and_a_log_in_ends_it(
    server: PuppetServer, operator: Operator
) -> None:
    async with operator.bot() as address:
        await _page(address, "accounts", "已掉线")
        await server.ask("scan", code=CODE)
        page = await _page(address, "accounts", "login QR code")
        assert CODE not in page
        assert "<svg" in await _page(address, "accounts/wechat.svg", "<svg")
        code, said = await operator.runs("check")
        assert (code, "wechat: logged out" in said) == (1, True)
        assert "wechat" in await _page(address, "readyz", "logged out")
        walking = await operator.starts("wechat", "login")
        await server.ask("login")
        said_there, _ = await asyncio.wait_for(walking.communicate(), 30)
        assert walking.returncode == 0
        assert "wechat: up" in said_there.decode()
        assert "bind-code" in said_there.decode()
        await _page(address, "accounts", "在线")
        metrics = await _page(address, "metrics", 'linbang_gateway_up{gateway="wechat"} 1.0')
        assert 'linbang_gateway_letters{gateway="wechat"} 0.0' in metrics
        code, said = await operator.runs("check")
        assert "wechat: up" in said
        assert "0 waiting in, 0 waiting out, last event" in said


async def test_a_code_is_made_while_the_bot_runs_and_while_it_does_not(
    server: PuppetServer, operator: Operator, tmp_path: Path
) -> None:
    code, said = await operator.runs("wechat", "bind-code")
    assert code == 0
    assert re.match(r"[2-9A-Z]{5}-[2-9A-Z]{5}\n", said)
    async with operator.bot() as address:
        door = tmp_path / "data" / "linbang.db.door"
        assert door.stat().st_mode & 0o777 == 0o600
        code, said = await operator.runs("wechat", "bind-code", "--minutes", "5")
        assert code == 0
        assert re.match(r"[2-9A-Z]{5}-[2-9A-Z]{5}\n", said)
        code, said = await operator.runs("wechat", "bind-code", "--for", "吴站长")
        assert (code, "nobody is called that" in said) == (1, True)
        async with ClientSession() as session:
            async with session.post(address + "operator/bind-code", json={"minutes": 5}) as answer:
                assert answer.status == 403
            async with session.get(address + "operator/accounts") as answer:
                assert answer.status == 403


async def test_an_account_is_logged_in_without_the_bot(
    server: PuppetServer, operator: Operator
) -> None:
    walking = await operator.starts("wechat", "login")
    assert walking.stdout is not None
    async with asyncio.timeout(30):
        async for line in walking.stdout:
            if b"logged out" in line:
                break
    await server.ask("login")
    said, _ = await asyncio.wait_for(walking.communicate(), 30)
    assert walking.returncode == 0
    assert "wechat: up" in said.decode()
