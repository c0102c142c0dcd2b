"""A browser for all these tests, and for each a tab of its own and a world to look at."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from chat_page import DESK, Cast
from chromium import Browser, Tab, chromium, running
from street import lived_in

from bot.web.server import build, serve


@asynccontextmanager
async def stand_in(folder: Path) -> AsyncIterator[Cast]:
    """A street with an echo for a bot."""
    async with lived_in(folder) as (chat, _):
        runner, url = await serve(build(chat, []), "127.0.0.1", 0)
        runners = [runner]

        @asynccontextmanager
        async def away() -> AsyncIterator[None]:
            await runners.pop().cleanup()
            yield
            again, _ = await serve(build(chat, []), "127.0.0.1", urlsplit(url).port or 0)
            runners.append(again)

        yield Cast(url, "王秀英", "李小军", "有没有退烧药,孩子39度", "收到", "能去吗", away)
        await runners.pop().cleanup()


@pytest_asyncio.fixture(loop_scope="module")
async def cast(tmp_path: Path) -> AsyncIterator[Cast]:
    async with stand_in(tmp_path) as cast:
        yield cast


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    program = chromium()
    if program is None:
        missing = "no Chromium here: apt-get install chromium fonts-noto-cjk"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    async with running(program) as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def tab(browser: Browser) -> AsyncIterator[Tab]:
    async with browser.tab() as tab:
        await tab.size(**DESK)
        yield tab
        assert tab.errors == []
