"""The road outside all gateways: a webhook or a command of the operator, and a sign of life.

What monitors the bot from outside is pinged while everything is well, and not while it is not: a
bot that is gone, or deaf, is missed without having to say so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.clock import Clock
from bot.config.tables import Alarm
from bot.gateways.base import NotNow, Refused
from bot.web.health import Part
from storage.errands import ErrandRow

log = structlog.get_logger(__name__)

PATIENCE = 15.0
"""Seconds that the other side has."""


class Outside:
    """Tells whoever runs the bot, by whatever they have set up."""

    def __init__(self, settings: Alarm, clock: Clock) -> None:
        self._settings, self._clock = settings, clock

    async def act(self, errand: ErrandRow) -> str:
        """Carry an alarm out. Raises Refused if there is no road, NotNow if none works."""
        roads: list[Callable[[ErrandRow], Awaitable[None]]] = []
        if self._settings.webhook:
            roads.append(self._post)
        if self._settings.command:
            roads.append(self._run)
        if not roads:
            raise Refused("[alarm] names neither a webhook nor a command")
        failed = []
        for road in roads:
            try:
                async with asyncio.timeout(PATIENCE):
                    await road(errand)
            except (TimeoutError, ClientError, OSError, LookupError) as why:
                failed.append(f"{road.__name__.strip('_')}: {why or type(why).__name__}")
        if len(failed) == len(roads):
            raise NotNow("; ".join(failed))
        return ""

    async def _post(self, errand: ErrandRow) -> None:
        words = {
            "text": errand.data["text"],
            "kind": errand.data["kind"],
            "at": errand.made_at.isoformat(),
        }
        async with (
            ClientSession(timeout=ClientTimeout(PATIENCE)) as session,
            session.post(self._settings.webhook.reveal(), json=words) as answer,
        ):
            if answer.status >= 400:
                raise OSError(f"answered {answer.status}")

    async def _run(self, errand: ErrandRow) -> None:
        program, *arguments = self._settings.command
        running = await asyncio.create_subprocess_exec(
            program, *arguments, errand.data["text"], stdin=asyncio.subprocess.DEVNULL
        )
        try:
            code = await running.wait()
        except asyncio.CancelledError:
            running.kill()
            raise
        if code:
            raise OSError(f"left with {code}")

    async def live(self, parts: Callable[[], Mapping[str, Part]]) -> None:
        """Ping the monitor for ever, each time that every part is well."""
        while True:
            await self.beat(parts())
            await asyncio.sleep(self._settings.heartbeat_every.total_seconds())

    async def beat(self, parts: Mapping[str, Part]) -> bool:
        """Ping once if every part is well; whether it was."""
        try:
            async with asyncio.timeout(PATIENCE):
                wrong = {name: why for name, part in parts.items() if (why := await part())}
                if wrong:
                    log.warning("no sign of life", **wrong)
                    return False
                async with (
                    ClientSession(timeout=ClientTimeout(PATIENCE)) as session,
                    session.get(self._settings.heartbeat.reveal()) as answer,
                ):
                    return answer.status < 400
        except (TimeoutError, ClientError, OSError, LookupError) as why:
            log.warning("the monitor was not reached", error=str(why) or type(why).__name__)
            return False
        except Exception:  # whatever a part raises, it is not well
            log.exception("no sign of life")
            return False
