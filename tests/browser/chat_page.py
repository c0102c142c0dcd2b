"""The local chat in a browser: whom to be in it, and what a person does on the page."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from chromium import Tab

DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844, "scale": 2, "phone": True}


@dataclass(frozen=True)
class Cast:
    """The world under test: where the page is, whom to be, what to say, what to wait for."""

    url: str
    resident: str
    volunteer: str
    plea: str
    answer: str
    offer: str
    away: Callable[[], AbstractAsyncContextManager[None]]
    """While inside, the server is gone; then it is back at the same address."""


async def be(tab: Tab, name: str) -> None:
    """Pick somebody in the list of neighbours by typing their name."""
    if not await tab.run("document.activeElement.id === 'search'"):
        await tab.run("document.activeElement.blur()")
        await tab.press("/")
    await tab.until("document.activeElement.id === 'search'")
    await tab.write(name)
    await tab.until("document.querySelectorAll('#street .neighbour').length === 1")
    await tab.press("Enter")
    await tab.sees(name, ".pane:last-child .person")


async def say(tab: Tab, words: str, pane: str = ".pane") -> None:
    """Write something (in the first pane) and send it."""
    await tab.click(f"{pane} textarea")
    await tab.write(words)
    await tab.press("Enter")


async def begin(tab: Tab, cast: Cast) -> None:
    """As a newcomer: open the page, be the resident."""
    await tab.go(cast.url)
    await tab.sees("欢迎来到邻帮")
    await be(tab, cast.resident)


async def fits(tab: Tab) -> bool:
    """Whether nothing sticks out sideways, neither the page nor what is in it."""
    return await tab.run(
        """(() => {
            const wide = document.documentElement.clientWidth;
            const rows = ".ideas, .talks, .peek, .status, .people, .unseen"; // scroll by themselves
            const out = [...document.body.querySelectorAll("*")].filter((node) =>
                !node.closest(rows) && node.getBoundingClientRect().right > wide + 1);
            const pages = [document.documentElement, ...document.querySelectorAll("body, .log")];
            return out.length === 0 && pages.every((page) => page.scrollWidth <= page.clientWidth);
        })()"""
    )
