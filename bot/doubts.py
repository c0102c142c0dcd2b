"""Letters that may have arrived: their echo is awaited, and only what safety needs is repeated.

A call to the platform that was not answered in time may have done its work. The account's own
messages come back on most platforms, so the gateway is asked for the echo (`Gateway.arrived`) until
the patience is over. Saying something urgent twice is better than not at all; anything else is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.gateways.base import Gateway, Letter
from bot.leasing import Mark, mark_of
from storage.outbox import LetterRow

MOST_TRIES = 3
"""Of an urgent letter that is never known to have arrived."""


@dataclass(frozen=True, slots=True)
class _Doubt:
    row: LetterRow
    letter: Letter
    until: datetime


class Doubts:
    """The uncertain letters of one gateway."""

    def __init__(self, gateway: Gateway, clock: Clock, patience: timedelta) -> None:
        """No ``patience``: what the gateway does not know of has not arrived."""
        self._gateway, self._clock, self._patience = gateway, clock, patience
        self._waiting: list[_Doubt] = []

    def next_turn(self) -> datetime | None:
        """When the patience with the first of them is over."""
        return min((one.until for one in self._waiting), default=None)

    async def judge(self, row: LetterRow, letter: Letter) -> Mark | None:
        """What is known of a letter at once: that it arrived, or that it is in doubt.

        None where it may simply be tried again.
        """
        if platform_id := await self._gateway.arrived(letter):
            return self._arrived(row, platform_id)
        return mark_of(row, "unsure") if self._patience else None

    def keep(self, row: LetterRow, letter: Letter) -> None:
        """Look for the echo of this one, now that it is written down as unsure."""
        self._waiting.append(_Doubt(row, letter, self._clock.now() + self._patience))

    async def look(self) -> list[Mark]:
        """Look for the echoes again: of the letters that are in doubt no more."""
        waiting, self._waiting = self._waiting, []
        marks = []
        for one in waiting:
            if platform_id := await self._gateway.arrived(one.letter):
                marks.append(self._arrived(one.row, platform_id))
            elif one.until > self._clock.now():
                self._waiting.append(one)
            else:
                again = one.row.urgent and one.row.tries + 1 < MOST_TRIES
                marks.append(mark_of(one.row, "waiting" if again else "unknown"))
        return marks

    def _arrived(self, row: LetterRow, platform_id: str) -> Mark:
        return mark_of(row, "sent", platform_id=platform_id, at=self._clock.now())
