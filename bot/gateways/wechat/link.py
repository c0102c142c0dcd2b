"""The link to one puppet service: connects, listens, pings, and comes back by itself.

It may start before the server does. Only cancelling ends it. It never logs the account out: neither
`Stop` nor `Logout` is ever called.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import structlog
from grpclib.const import Status as Code
from grpclib.exceptions import GRPCError

from bot.clock import Clock
from bot.gateways.base import NotNow, Refused, Unsure
from bot.gateways.wechat.calls import Calls, connect

log = structlog.get_logger(__name__)

T = TypeVar("T")
Hear = Callable[[int, str], Awaitable[None]]

NEVER = {
    Code.NOT_FOUND,
    Code.PERMISSION_DENIED,
    Code.FAILED_PRECONDITION,
    Code.INVALID_ARGUMENT,
    Code.UNIMPLEMENTED,
}
NEVER_SAID = ("not a friend", "not friend", "not in the room", "blacklist", "不是好友", "朋友验证")
"""Most providers answer with an unknown error and say why in words only."""
WRONG_TOKEN = "the puppet service refuses the token: set the same one on both sides"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Patience:
    """How long things may take, in seconds."""

    call: float = 15
    photo: float = 60
    greeting: float = 5
    """Until the first event of a new connection, which some servers never send."""
    ping_every: float = 10
    ping: float = 5
    first_wait: float = 0.5
    longest_wait: float = 30
    overtake: float = 3
    """A message that cannot be fetched holds back those behind it for so long."""


class Link:
    """One account's connection.

    ``hear`` is told the events in order, one at a time; ``checked`` that the link has held for
    another while.
    """

    def __init__(
        self,
        endpoint: str,
        token: Callable[[], str],
        *,
        hear: Hear,
        checked: Callable[[], None],
        clock: Clock,
        patience: Patience,
        chance: random.Random,
    ) -> None:
        self.patience = patience
        self.up = asyncio.Event()
        self.ups = 0
        """How often it came up."""
        self.since = clock.now()
        self.alive_at: datetime | None = None
        self.error = "not connected yet"
        self.is_refused = False
        self._endpoint, self._token = endpoint, token
        self._hear, self._checked = hear, checked
        self._clock, self._chance = clock, chance
        self._calls: Calls | None = None

    async def run(self) -> None:
        """Stay connected, until cancelled."""
        tries = 0
        while True:
            came_up = self.ups
            try:
                await self._session()
            except Exception as why:  # whatever ends a session, the next is tried
                tries = tries + 1 if self.ups == came_up else 1
                self._note(_innermost(why))
            await asyncio.sleep(self._pause(tries))

    async def call(self, ask: Callable[[Calls], Awaitable[T]], within: float | None = None) -> T:
        """Ask the server.

        Raises Refused, NotNow where nothing was done, or Unsure where it may have been.
        """
        if self._calls is None or not self.up.is_set():
            raise NotNow(self.error)
        try:
            async with asyncio.timeout(within or self.patience.call):
                return await ask(self._calls)
        except (Refused, NotNow, Unsure):
            raise
        except TimeoutError as why:
            raise Unsure("no answer in time") from why
        except GRPCError as why:
            raise _meaning(why) from why
        except Exception as why:  # a breaking connection shows itself in many ways
            raise Unsure(f"the link broke: {why!r}") from why

    async def _session(self) -> None:
        channel = connect(self._endpoint, self._token())
        try:
            calls = Calls(channel)
            async with asyncio.timeout(self.patience.call):
                await calls.start()
            self._calls = calls
            async with asyncio.TaskGroup() as session:
                session.create_task(self._listen(calls))
                session.create_task(self._ping(calls))
        finally:
            self._calls = None
            if self.up.is_set():
                self.up.clear()
                self.since = self._clock.now()
            channel.close()

    async def _listen(self, calls: Calls) -> None:
        async for event in calls.event():
            self._lives()
            await self._hear(event.type, event.payload)
        raise ConnectionError("the stream of events ended")

    async def _ping(self, calls: Calls) -> None:
        try:
            async with asyncio.timeout(self.patience.greeting):
                await self.up.wait()
        except TimeoutError:
            log.info("no greeting from the puppet service")
        while True:
            async with asyncio.timeout(self.patience.ping):
                await calls.version()
            self._lives()
            await asyncio.sleep(self.patience.ping_every)
            self._checked()

    def _lives(self) -> None:
        self.alive_at = self._clock.now()
        if not self.up.is_set():
            self.since, self.error, self.is_refused = self.alive_at, "", False
            self.ups += 1
            self.up.set()
            log.info("connected to the puppet service", endpoint=self._endpoint)

    def _note(self, why: BaseException) -> None:
        """Remember why there is no link, and log it where it is new."""
        self.is_refused = isinstance(why, LookupError) or (
            isinstance(why, GRPCError) and why.status is Code.UNAUTHENTICATED
        )
        if isinstance(why, LookupError):
            error = str(why)
        elif self.is_refused:
            error = WRONG_TOKEN
        elif isinstance(why, TimeoutError):
            error = f"{self._endpoint} does not answer"
        else:
            error = f"no link to {self._endpoint}: {_plain(why)}"
        if error != self.error:
            tell = log.error if self.is_refused else log.warning
            tell("no link to the puppet service", endpoint=self._endpoint, error=error)
        self.error = error

    def _pause(self, tries: int) -> float:
        longest = self.patience.longest_wait
        wait = longest if self.is_refused else self.patience.first_wait * 2 ** min(tries, 16)
        return min(wait, longest) * self._chance.uniform(0.5, 1)


def _innermost(why: BaseException) -> BaseException:
    while isinstance(why, BaseExceptionGroup):
        why = why.exceptions[0]
    return why


def _plain(why: BaseException) -> str:
    if isinstance(why, GRPCError):
        said = (why.message or "").partition("\n")[0]  # what follows is where in their program
        return f"{why.status.name.lower()}: {said}"
    return str(why) or type(why).__name__


def _meaning(why: GRPCError) -> Exception:
    if why.status is Code.DEADLINE_EXCEEDED:
        return Unsure("no answer in time")
    said = _plain(why)
    if why.status in NEVER or any(words in said.casefold() for words in NEVER_SAID):
        return Refused(said)
    return NotNow(said)
