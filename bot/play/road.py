"""The paper road of a transcript: it can break, refuse, and see the bot die while it sends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.clock import Clock
from bot.gateways.base import Letter, NotNow, Refused
from bot.gateways.paper import PaperGateway

GATEWAY = "paper"


class Killed(BaseException):
    """The bot dies here: no handler of errors may live on."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter that arrived."""

    at: datetime
    id: str
    letter: Letter


class Road(PaperGateway):
    """Outlives the bot, like any platform."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(GATEWAY)
        self._clock = clock
        self.log: list[Sent] = []
        self.is_down = False
        self.refusing: set[str] = set()
        self.kills = self.dead = False

    async def send(self, letter: Letter) -> str:
        if self.dead:
            raise Killed
        if self.is_down:
            raise NotNow("the road is down")
        if letter.private and letter.conversation in self.refusing:
            raise Refused("takes no direct messages")
        platform_id = await super().send(letter)
        self.log.append(Sent(self._clock.now(), platform_id, letter))
        if self.kills:
            self.dead = True
            raise Killed
        return platform_id
