"""How the running bot is, asked of the bot itself: for the health pages and the metrics."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import text

from bot.app import App
from bot.gateways.base import Gateway
from bot.metrics import Metrics
from bot.web.health import PATIENCE, Part
from storage import migrate, outbox


class Watch:
    """The `bot.web.health.Probe` of an `App`."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def measure(self) -> Metrics:
        """The counters; a database that does not answer leaves the last depth of the outbox."""
        metrics, now = self._app.metrics, self._app.clock.now()
        for gateway in self._app.gateways:
            alive = gateway.alive()
            metrics.gateway(gateway.name, now - alive if alive else None)
        with contextlib.suppress(Exception):
            async with asyncio.timeout(PATIENCE):
                letters, oldest = await self._app.engine.write(outbox.depth)
                metrics.outbox(letters, now - oldest if oldest else None)
        return metrics

    def parts(self) -> Mapping[str, Part]:
        """The writer and its database, the migrations, and every gateway."""
        found: dict[str, Part] = {"database": self._database, "migrations": self._migrations}
        for gateway in self._app.gateways:
            found[gateway.name] = self._listening(gateway)
        return found

    async def _database(self) -> str | None:
        await self._app.engine.write(lambda _: None)
        return None

    async def _migrations(self) -> str | None:
        asked = text("SELECT version_num FROM alembic_version")
        have = await self._app.engine.write(lambda tx: tx.values(asked))
        return None if have == [migrate.head()] else "behind: run `linbang migrate`"

    def _listening(self, gateway: Gateway) -> Part:
        async def ask() -> str | None:
            alive = gateway.alive()
            if alive is None:
                return "not connected yet"
            silent = self._app.clock.now() - alive
            if silent <= self._app.policy.listening.deaf_after:
                return None
            return f"silent for {silent // timedelta(minutes=1)} min"

        return ask
