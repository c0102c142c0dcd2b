"""The first five minutes of a new user: the real bot, started as one would, in a real browser."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from chat_page import PHONE, be, fits, say
from chromium import Tab

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PICTURES = os.environ.get("LINBANG_PICTURES")
"""A folder (docs/images): where set, the pictures for the documentation are saved there."""
ASKING, BESIDE = ".pane:nth-child(1)", ".pane:nth-child(2)"


@pytest_asyncio.fixture(loop_scope="module")
async def address(tmp_path: Path) -> AsyncIterator[str]:
    """The local chat of a demo, started from the command line on a free port."""
    demo = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "demo", "--port", "0"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield await asyncio.wait_for(_printed(demo), 60)
    finally:
        if demo.returncode is None:
            demo.terminate()
        await demo.communicate()
    assert demo.returncode == 0


async def _printed(demo: asyncio.subprocess.Process) -> str:
    assert demo.stdout
    said = []
    async for line in demo.stdout:
        said.append(line.decode())
        if found := re.search(r"http://127\.0\.0\.1:\d+/", said[-1]):
            return found.group()
    raise AssertionError("no address was printed:\n" + "".join(said))


async def picture(tab: Tab, name: str, folder: Path) -> None:
    await tab.screenshot(Path(PICTURES or folder) / name)


async def asked_about(tab: Tab, words: str) -> str:
    """Open the talk, beside, of whoever was written to privately about this; their name."""
    chips = "document.querySelectorAll('.peek .chip')"
    await tab.until(f"{chips}.length")
    for at in range(await tab.run(f"{chips}.length")):
        name = await tab.run(f"{chips}[{at}].querySelector('bdi').textContent")
        await tab.run(f"{chips}[{at}].click()")
        await tab.sees(name, BESIDE)
        await tab.until(f"document.querySelector('{BESIDE} .from-bot')")
        talk = await tab.run(f"document.querySelector('{BESIDE} .log').innerText")
        if words in talk:
            return name
    raise AssertionError(f"nobody was asked about {words}")


async def test_a_neighbour_is_helped_from_the_plea_to_the_thanks(address, tab, tmp_path):
    await tab.go(address)
    await tab.sees("欢迎来到邻帮")
    # By day, whenever the test is run: at night nobody is asked for milk.
    await tab.click("[data-step='morning']")
    await tab.until("document.getElementById('now').textContent.includes('08:30')")
    await tab.until("!document.querySelector('[data-step=morning]').disabled")
    await be(tab, "何老师")
    await say(tab, "今天天气真好,太阳暖洋洋的")
    await tab.until("document.querySelector('.mine:not(.pending)')")
    await be(tab, "张阿姨")
    await say(tab, "谁能帮我带两盒牛奶?")
    await tab.sees("#1", ".from-bot")
    assert await tab.run("document.querySelectorAll('.log .from-bot').length") == 1

    helper = await asked_about(tab, "#1")
    await say(tab, "我来", BESIDE)
    await tab.sees("202", f"{BESIDE} .log")
    await tab.sees(helper, f"{ASKING} .line:last-child")
    # What the group sees names the helper, never the door.
    assert "202" not in await tab.run(f"document.querySelector('{ASKING} .log').innerText")
    assert await fits(tab)

    await say(tab, "好了", BESIDE)
    await tab.until(f"document.querySelector('{ASKING} .talks .count')")
    await say(tab, "收到了,谢谢!", ASKING)
    await tab.until(f"!document.querySelector('{BESIDE} .status li')")
    await picture(tab, "local-chat.png", tmp_path)
    await tab.size(**PHONE)
    await tab.until("document.querySelectorAll('.pane').length === 1")
    assert await fits(tab)
    await picture(tab, "local-chat-phone.png", tmp_path)
