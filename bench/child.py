"""The bot that `bench.torture` starts and kills: `python -m bench.child FOLDER …`."""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from bench.platform import Platform
from bench.world import MORNING
from bot.app import App
from bot.gateways.base import Letter
from handlers.kit import Message
from handlers.policy import Caps, Policy
from storage import inbox, outbox
from storage.db import Transaction, open_database

PLANTS = ("no-dedupe", "ack-before-commit", "blind-resend", "no-lease")
"""Defects that can be planted, to see that the checker finds them."""


class KeptClock:
    """Runs on through every death of the bot: from ten o'clock, as the machine's own does."""

    def __init__(self, began: float) -> None:
        self._began = began

    def now(self) -> datetime:
        return MORNING + timedelta(seconds=time.monotonic() - self._began)


class Hasty(Platform):
    """Planted: what is handed over counts as recorded."""

    async def messages(self) -> AsyncIterator[Message]:
        async for message in super().messages():
            await self.recorded(message)
            yield message


class Blind(Platform):
    """Planted: an earlier try of a letter is never found."""

    async def arrived(self, letter: Letter) -> str | None:
        del letter
        return None


class Forgetful(set[str]):
    """Planted: nothing was seen before, not even in the same batch."""

    def __contains__(self, _: object) -> bool:
        return False


def plant(defect: str | None) -> type[Platform]:
    """Make the bot worse; the platform to use."""
    match defect:
        case "no-dedupe":
            inbox.record = lambda *_: None
            inbox.known = lambda *_: Forgetful()
        case "no-lease":
            outbox.lease = lambda *_: None
        case "ack-before-commit":
            return Hasty
        case "blind-resend":
            return Blind
    return Platform


async def live(folder: Path, *, began: float, lies: float, seed: int, defect: str | None) -> None:
    """Run until everything said is recorded and every letter settled, or until killed."""
    clock = KeptClock(began)
    platform = plant(defect)(folder / "platform.db", clock, lies, seed)
    database = open_database(f"sqlite:///{folder / 'linbang.db'}")
    # No cap holds a letter back for a quarter of an hour: every one has its end in the storm.
    app = App(database, [platform], clock, policy=Policy(caps=Caps(10**6, 10**6, 10**6)))
    await app.start(live=True)
    stop = folder / "stop"
    while not stop.exists() or not platform.is_quiet() or await app.engine.write(_unsent):  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    await app.stop()
    database.dispose()


def _unsent(tx: Transaction) -> int:
    return outbox.depth(tx)[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--began", type=float, required=True)
    parser.add_argument("--lies", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plant", choices=PLANTS)
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    asyncio.run(
        live(
            asked.folder,
            began=asked.began,
            lies=asked.lies,
            seed=asked.seed,
            defect=asked.plant,
        )
    )


if __name__ == "__main__":
    main()
