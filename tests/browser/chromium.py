"""Headless Chromium by its DevTools Protocol: as much of it as the tests of the pages need."""

import asyncio
import base64
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse

FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage"),
    *("--no-first-run", "--no-default-browser-check", "--disable-sync", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update"),
    *("--force-color-profile=srgb", "--remote-debugging-port=0"),
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
PATIENCE = 20
START = 60
KEYS = {"Enter": 13, "Escape": 27, "ArrowDown": 40, "ArrowUp": 38, "Tab": 9, "/": 191}


def chromium() -> str | None:
    """The browser on this machine, or the one that CHROMIUM names."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """A running browser; every tab of it remembers nothing of the others."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket
        self._number = 0
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._tabs: dict[str, Tab] = {}

    async def ask(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        """Call a method of the protocol. Raises RuntimeError for its error."""
        self._number += 1
        answer = self._answers[self._number] = asyncio.get_running_loop().create_future()
        words = {"id": self._number, "method": method, "params": params}
        await self._socket.send_json(words | ({"sessionId": session} if session else {}))
        told = await asyncio.wait_for(answer, PATIENCE)
        if "error" in told:
            raise RuntimeError(f"{method}: {told['error']}")
        return dict(told["result"])

    async def hear(self) -> None:
        """Read what the browser says, until it goes."""
        async for frame in self._socket:
            told = frame.json()
            if told.get("id") in self._answers:
                self._answers.pop(told["id"]).set_result(told)
            elif told.get("sessionId") in self._tabs:
                self._tabs[told["sessionId"]].told(told["method"], told["params"])

    @asynccontextmanager
    async def tab(self) -> AsyncIterator["Tab"]:
        """A new tab with a memory of its own."""
        context = (await self.ask("Target.createBrowserContext"))["browserContextId"]
        target = await self.ask("Target.createTarget", url="about:blank", browserContextId=context)
        attached = await self.ask(
            "Target.attachToTarget", targetId=target["targetId"], flatten=True
        )
        tab = self._tabs[attached["sessionId"]] = Tab(self, attached["sessionId"])
        for domain in ("Page", "Runtime", "Log", "DOM", "Network"):
            await tab.ask(f"{domain}.enable")
        yield tab
        del self._tabs[attached["sessionId"]]
        await self.ask("Target.disposeBrowserContext", browserContextId=context)


class Tab:
    """One page. ``errors`` collects uncaught errors and what the browser complained of."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser = browser
        self._session = session
        self._loaded = asyncio.Event()
        self.errors: list[str] = []

    def told(self, method: str, params: dict[str, Any]) -> None:
        """The browser says something about this page."""
        if method == "Page.loadEventFired":
            self._loaded.set()
        elif method == "Runtime.exceptionThrown":
            self.errors.append(json.dumps(params["exceptionDetails"]))
        elif method == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.errors.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Call a method of the protocol for this page. Raises RuntimeError for its error."""
        return await self._browser.ask(method, self._session, **params)

    async def go(self, url: str) -> None:
        """Open an address and wait until it is loaded."""
        self._loaded.clear()
        await self.ask("Page.navigate", url="about:blank")
        await asyncio.wait_for(self._loaded.wait(), PATIENCE)
        self._loaded.clear()
        await self.ask("Page.navigate", url=url)
        await asyncio.wait_for(self._loaded.wait(), PATIENCE)

    async def size(self, width: int, height: int, *, scale: float = 1, phone: bool = False) -> None:
        """Be a screen of this many CSS pixels."""
        size = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": phone}
        await self.ask("Emulation.setDeviceMetricsOverride", **size)
        await self.ask("Emulation.setTouchEmulationEnabled", enabled=phone)

    async def prefer(self, **features: str) -> None:
        """Media features: ``prefer(prefers_color_scheme="dark")``."""
        named = [{"name": k.replace("_", "-"), "value": v} for k, v in features.items()]
        await self.ask("Emulation.setEmulatedMedia", features=named)

    async def run(self, script: str) -> Any:
        """The value of an expression, awaited. Raises AssertionError for what it throws."""
        done = await self.ask(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in done:
            thrown = done["exceptionDetails"]
            raise AssertionError(thrown.get("exception", {}).get("description", thrown["text"]))
        return done["result"].get("value")

    async def until(self, condition: str) -> Any:
        """Wait until an expression is true; returns its value."""
        return await self.run(
            f"""new Promise((yes, no) => {{
                const late = performance.now() + {PATIENCE - 5} * 1000;
                const look = () => {{
                    let found;
                    try {{ found = {condition}; }} catch (error) {{ return no(error); }}
                    if (found) return yes(found === true ? true : String(found));
                    if (performance.now() > late) {{
                        const shown = document.body.innerText.slice(-1500);
                        return no(new Error({json.dumps(condition)} + " never came: " + shown));
                    }}
                    setTimeout(look, 25);
                }};
                look();
            }})"""
        )

    async def sees(self, text: str, where: str = "body") -> None:
        """Wait until a text is shown inside an element."""
        place = f"document.querySelector({json.dumps(where)})"
        await self.until(f"{place}?.innerText.includes({json.dumps(text)})")

    async def click(self, selector: str) -> None:
        """Click in the middle of the first element that the selector finds."""
        found = json.dumps(selector)
        await self.until(f"document.querySelector({found})")
        spot = await self.run(
            f"""(() => {{
                const node = document.querySelector({found});
                node.scrollIntoView({{ block: "nearest", inline: "nearest", behavior: "instant" }});
                const box = node.getBoundingClientRect();
                return [box.x + box.width / 2, box.y + box.height / 2];
            }})()"""
        )
        where = {"x": spot[0], "y": spot[1], "button": "left", "clickCount": 1}
        await self.ask("Input.dispatchMouseEvent", type="mousePressed", **where)
        await self.ask("Input.dispatchMouseEvent", type="mouseReleased", **where)

    async def write(self, text: str) -> None:
        """Write where the cursor is."""
        await self.ask("Input.insertText", text=text)

    async def press(self, key: str, *, shift: bool = False) -> None:
        """Press a key that writes nothing, or Enter or ``/``."""
        typed = {"Enter": "\r", "/": "/"}.get(key)
        pressed = {"key": key, "windowsVirtualKeyCode": KEYS[key], "modifiers": 8 if shift else 0}
        text = {"text": typed} if typed else {}
        await self.ask("Input.dispatchKeyEvent", type="keyDown", **pressed, **text)
        await self.ask("Input.dispatchKeyEvent", type="keyUp", **pressed)

    async def choose_file(self, selector: str, path: Path) -> None:
        """Give a file to a file input."""
        root = await self.ask("DOM.getDocument")
        node = await self.ask("DOM.querySelector", nodeId=root["root"]["nodeId"], selector=selector)
        await self.ask("DOM.setFileInputFiles", files=[str(path)], nodeId=node["nodeId"])

    async def screenshot(self, path: Path) -> None:
        """Save what is shown as PNG, after everything has come to rest."""
        await self.run(
            "Promise.all([document.fonts.ready, ...[...document.images].map((i) => i.decode()"
            ".catch(() => 0)), ...document.getAnimations().filter((a) => a.effect.getTiming()"
            ".iterations !== Infinity).map((a) => a.finished.catch(() => 0))])"
        )
        shot = await self.ask("Page.captureScreenshot", format="png")
        await asyncio.to_thread(path.write_bytes, base64.b64decode(shot["data"]))


@asynccontextmanager
async def running(program: str) -> AsyncIterator[Browser]:
    """A fresh browser, ended with everything it left on disk."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            program,
            *FLAGS,
            f"--user-data-dir={profile}",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            address = await asyncio.wait_for(_address(process), START)
            async with (
                ClientSession() as web,
                web.ws_connect(address, max_msg_size=0) as socket,
            ):
                browser = Browser(socket)
                ears = asyncio.create_task(browser.hear())
                yield browser
                ears.cancel()
                await asyncio.gather(ears, return_exceptions=True)
        finally:
            if process.returncode is None:
                process.kill()
            # Read to the end of the pipe, so that nothing is left over for the next event loop.
            await process.communicate()


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stderr
    said = []
    async for line in process.stderr:
        said.append(line.decode(errors="replace"))
        if "DevTools listening on " in said[-1]:
            return said[-1].split("DevTools listening on ")[1].strip()
    raise RuntimeError("the browser did not start:\n" + "".join(said[-20:]))
