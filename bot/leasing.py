"""Which letters may go now: urgent first, in order, folded where held back, as the pace allows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from bot.clock import Clock
from bot.gateways.base import Letter
from bot.pace import MINUTE, Pace
from handlers.kit import Photo
from storage import outbox, people, rooms
from storage.db import Transaction
from storage.outbox import LetterRow

DANGER = "emergencies."
"""How the kinds of letters begin that no rate limit delays."""
Leased: TypeAlias = tuple[LetterRow, Letter]
Mark: TypeAlias = dict[str, Any]


class Leasing:
    """Takes up the letters of one gateway, in the writer's transaction."""

    def __init__(self, gateway: str, clock: Clock, pace: Pace | None = None) -> None:
        self._gateway, self._clock, self._pace = gateway, clock, pace
        self._blocked: dict[int, datetime] = {}
        self.held: datetime | None = None
        """When the pace lets the next of the letters go that it held back last time."""

    def remember(self, tx: Transaction) -> None:
        """The minute before the bot was started counts."""
        if self._pace is not None:
            since = self._clock.now() - MINUTE
            for room_id, sent_at in outbox.lately(tx, self._gateway, since):
                self._pace.went(room_id, sent_at)

    def block(self, room_id: int, until: datetime) -> None:
        """The oldest letter of a conversation could not go: all but urgent ones wait for it."""
        self._blocked[room_id] = max(until, self._blocked.get(room_id, until))

    def lease(self, tx: Transaction) -> list[Leased]:
        """Mark letters as being sent, and return them."""
        now = self._clock.now()
        self._blocked = {room: until for room, until in self._blocked.items() if until > now}
        # With one hand nothing is on its way here.
        on_the_way = outbox.being_sent(tx, self._gateway) if self._pace is not None else []
        full = self._pace.full(now) if self._pace is not None else {}
        self.held = min(full.values(), default=None)
        rows = outbox.waiting(
            tx,
            self._gateway,
            now,
            shut={*self._blocked, *full, *(room for room, _ in on_the_way)},
            shut_to_urgent={room for room, urgent in on_the_way if urgent},
        )
        stale = [row for row in rows if is_stale(row, now)]
        if stale:
            outbox.mark(tx, [mark_of(row, "stale") for row in stale])
        fit = self._folded(row for row in rows if not is_stale(row, now))
        if self._pace is not None:
            fit = self._allowed(self._pace, fit, now)
        if fit:
            outbox.lease(tx, [group[0].id for group in fit])
        if folded := [row.id for group in fit for row in group[1:]]:
            outbox.fold(tx, folded)
        texts = ("\n".join(row.text for row in group) for group in fit)
        return [
            (group[0], self.letter(tx, group[0], text))
            for group, text in zip(fit, texts, strict=True)
        ]

    def _allowed(
        self, pace: Pace, groups: Sequence[list[LetterRow]], now: datetime
    ) -> list[list[LetterRow]]:
        """Those that the pace lets go now."""
        allowed = []
        # The sorting is stable: urgent ones are first, and the oldest of each first.
        for group in sorted(groups, key=lambda one: not _is_danger(one[0])):
            first = group[0]
            danger = _is_danger(first)
            opening = pace.opening(now, first.room_id, urgent=first.urgent, danger=danger)
            if opening <= now:
                pace.went(first.room_id, now)
                allowed.append(group)
            else:
                self.held = min(opening, self.held or opening)
        return allowed

    @staticmethod
    def _folded(rows: Iterable[LetterRow]) -> list[list[LetterRow]]:
        """Letters held back for one conversation go out together, as one."""
        first: dict[int, list[LetterRow]] = {}
        out: list[list[LetterRow]] = []
        for row in rows:
            held = row.not_before > row.made_at and row.tries == 0 and not row.photos
            if held and row.room_id in first:
                first[row.room_id].append(row)
                continue
            out.append([row])
            if held:
                first[row.room_id] = out[-1]
        return out

    def letter(self, tx: Transaction, row: LetterRow, text: str | None = None) -> Letter:
        """The row as the gateway is given it."""
        room = rooms.get(tx, row.room_id)
        names = [people.account(tx, one, self._gateway) for one in row.mentions]
        return Letter(
            id=row.id,
            gateway=self._gateway,
            conversation=room.external,
            private=room.private,
            text=row.text if text is None else text,
            mentions=tuple(name for name in names if name),
            photos=tuple(Photo(*photo) for photo in row.photos),
            urgent=row.urgent,
            about=row.about,
            kind=row.kind,
        )


def _is_danger(row: LetterRow) -> bool:
    return row.kind.startswith(DANGER)


def is_stale(row: LetterRow, now: datetime) -> bool:
    """Whether it is not worth sending any more."""
    return row.expires_at is not None and row.expires_at < now


def mark_of(
    row: LetterRow,
    state: str,
    *,
    platform_id: str | None = None,
    at: datetime | None = None,
    again: datetime | None = None,
) -> Mark:
    """How it went with a letter, for `storage.outbox.mark`; ``again``: not before."""
    return {
        "letter": row.id,
        "to_state": state,
        "platform_id": platform_id,
        "at": at,
        "again": again or row.not_before,
    }
