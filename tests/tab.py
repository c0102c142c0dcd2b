"""A browser tab of the local chat without the browser: what it sends and waits for."""

import asyncio
from contextlib import asynccontextmanager

from aiohttp import WSMsgType


class Tab:
    """One WebSocket of the page."""

    def __init__(self, socket) -> None:
        self.socket = socket

    async def do(self, do: str, **words) -> None:
        await self.socket.send_json({"do": do, **words})

    async def until(self, kind: str, fits=lambda _words: True) -> dict:
        async with asyncio.timeout(10):
            while True:
                frame = await self.socket.receive()
                assert frame.type is WSMsgType.TEXT, frame
                words = frame.json()
                if words["type"] == kind and fits(words):
                    return words

    async def line(self, text: str) -> dict:
        told = await self.until("line", lambda words: text in words["line"]["text"])
        return told["line"]

    async def say(self, viewer: str, conversation: str, text: str, own_id: str, **how) -> None:
        words = {"viewer": viewer, "conversation": conversation, "text": text, "id": own_id}
        await self.do("say", **words, **how)


@asynccontextmanager
async def page_of(client, *viewers: str):
    async with client.ws_connect("/ws") as socket:
        page = Tab(socket)
        if viewers:
            await page.do("watch", viewers=viewers)
            for _ in viewers:
                await page.until("view")
        yield page
