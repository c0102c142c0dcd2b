"""Pages for those who watch the bot: is it alive, is it ready, what does it count."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, TypeAlias

from aiohttp import web

from bot.metrics import CONTENT_TYPE, Metrics

Part: TypeAlias = Callable[[], Awaitable[str | None]]
"""Asks one part of the bot how it is: None if well, else what is wrong in a few plain words."""

PATIENCE = 2.0
"""Seconds that a part has to answer."""


class Probe(Protocol):
    """What the running bot shows of itself."""

    @property
    def metrics(self) -> Metrics:
        """The counters, with what is read only when asked for brought up to date."""
        ...

    def parts(self) -> Mapping[str, Part]:
        """What must be well before the bot is ready: ``database``, ``migrations``, gateways."""
        ...


def routes(probe: Probe) -> list[web.RouteDef]:
    """``/healthz``, ``/readyz`` and ``/metrics``."""

    async def alive(_: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def ready(_: web.Request) -> web.Response:
        parts = probe.parts()
        answers = await asyncio.gather(*(_ask(part) for part in parts.values()))
        wrong = {name: why for name, why in zip(parts, answers, strict=True) if why}
        found = {name: wrong.get(name, "ok") for name in parts}
        return web.json_response({"ready": not wrong, "parts": found}, status=503 if wrong else 200)

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=probe.metrics.page(), headers={"Content-Type": CONTENT_TYPE})

    return [
        web.get("/healthz", alive),
        web.get("/readyz", ready),
        web.get("/metrics", metrics),
    ]


async def _ask(part: Part) -> str | None:
    try:
        async with asyncio.timeout(PATIENCE):
            return await part()
    except TimeoutError:
        return f"no answer within {PATIENCE:g} s"
    except Exception as wrong:
        return type(wrong).__name__  # its words may hold what nobody should read
