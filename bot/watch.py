"""How the running bot is, asked of the bot itself: for the health pages and the metrics."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine as Database
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.app import App
from bot.gateways.base import Acting, Gateway, Status
from bot.metrics import Metrics
from bot.neighbours import reading
from bot.web.accounts import AccountCard
from bot.web.health import Part
from storage import migrate, outbox

LEAST_FREE = 32 * 1024**2
"""Bytes: below this the next storm of messages may not be kept."""


class Watch:
    """The `bot.web.health.Probe` of an `App`; ``reader`` only reads its database."""

    def __init__(self, app: App, reader: Database) -> None:
        self._app, self._reader = app, reader

    @property
    def metrics(self) -> Metrics:
        """The counters; a database that does not answer leaves the last depth of the outbox."""
        metrics, now = self._app.metrics, self._app.clock.now()
        for gateway in self._app.gateways:
            alive = gateway.alive()
            metrics.gateway(gateway.name, now - alive if alive else None)
        for card in self.accounts():
            last = datetime.fromisoformat(card.last_event) if card.last_event else None
            metrics.account(
                card.name,
                up=card.state == "up",
                waiting=card.waiting,
                letters=card.letters,
                silence=now - last if last else None,
            )
        with contextlib.suppress(DBAPIError), reading(self._reader) as tx:
            letters, oldest = outbox.depth(tx)
            metrics.outbox(letters, now - oldest if oldest else None)
        return metrics

    def accounts(self) -> list[AccountCard]:
        """Every account on a platform, as it is now; a busy database leaves the letters at 0."""
        cards = []
        for gateway in self._app.gateways:
            if isinstance(gateway, Acting):
                letters = 0
                with contextlib.suppress(DBAPIError), reading(self._reader) as tx:
                    letters, _ = outbox.depth(tx, gateway.name)
                cards.append(card_of(gateway.name, gateway.status(), letters))
        return cards

    def parts(self) -> Mapping[str, Part]:
        """The writer and its database, the migrations, and every gateway."""
        found: dict[str, Part] = {"database": self._database, "migrations": self._migrations}
        if self._reader.url.get_backend_name() == "sqlite" and self._reader.url.database:
            found["disk"] = self._disk
        for gateway in self._app.gateways:
            found[gateway.name] = self._listening(gateway)
        return found

    async def _database(self) -> str | None:
        await self._app.engine.write(lambda _: None)
        return None

    async def _disk(self) -> str | None:
        return short_of_room(Path(self._reader.url.database or "").parent, LEAST_FREE)

    async def _migrations(self) -> str | None:
        asked = text("SELECT version_num FROM alembic_version")
        have = await self._app.engine.write(lambda tx: tx.values(asked))
        return None if have == [migrate.head()] else "behind: run `linbang migrate`"

    def _listening(self, gateway: Gateway) -> Part:
        async def ask() -> str | None:
            if isinstance(gateway, Acting) and (status := gateway.status()).state != "up":
                return f"{status.state}: {status.error}" if status.error else status.state
            alive = gateway.alive()
            if alive is None:
                return "not connected yet"
            silent = self._app.clock.now() - alive
            if silent <= self._app.policy.listening.deaf_after:
                return None
            return f"silent for {silent // timedelta(minutes=1)} min"

        return ask


def card_of(name: str, status: Status, letters: int) -> AccountCard:
    """An account's state as pages and commands show it."""
    return AccountCard(
        name=name,
        state=status.state,
        since=status.since.isoformat(),
        account=status.account_name or status.account,
        code=status.code,
        last_event=status.last_event.isoformat() if status.last_event else None,
        waiting=status.waiting,
        letters=letters,
        error=status.error,
    )


def short_of_room(folder: Path, least: int) -> str | None:
    """What to say of a disk with fewer bytes left than ``least``; None if there is room."""
    free = shutil.disk_usage(folder).free
    return None if free >= least else f"{free // 1024**2} MB free: make room"
