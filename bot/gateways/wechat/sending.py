"""Letters on their way into WeChat: words, then photos; what is uncertain is known by its echo."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.clock import Clock
from bot.gateways.base import Letter, NotNow, Refused, Unsure
from bot.gateways.wechat import boxes
from bot.gateways.wechat.journal import Journal
from bot.gateways.wechat.link import Link
from bot.gateways.wechat.names import Names
from bot.gateways.wechat.payloads import with_mentions
from bot.gateways.wechat.recent import Recent
from bot.media import MediaStore
from handlers.kit import Photo

IMAGE = "image"
"""Stands for the hash of a picture: an echo does not bring its bytes."""


def digest(text: str) -> str:
    """A text's hash, whatever platforms do to its spaces."""
    return hashlib.sha256("".join(text.split()).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Part:
    digest: str
    text: str = ""
    photo: Photo | None = None


class Sending:
    """Hands letters over, part by part, and remembers which parts are there."""

    def __init__(
        self, link: Link, names: Names, journal: Journal, media: MediaStore, clock: Clock
    ) -> None:
        self._link, self._names, self._journal = link, names, journal
        self._media, self._clock = media, clock
        self.said = Recent[tuple[str, str], str](20_000)
        """What was last said: conversation and `digest` of the words, to the message's id."""
        self._known = Recent[str, None](5_000)
        self._owed = Recent[tuple[str, str], int](5_000)
        """Echoes still to come of what is known to have arrived, where a puppet tells no ids."""

    async def send(self, letter: Letter) -> str:
        """The platform's id of the letter's first part; parts known to be there are not repeated.

        Raises Refused, NotNow or Unsure.
        """
        there = self._journal.parts(letter.id)
        ids = [
            there.get(number) or await self._hand_over(letter, number, part)
            for number, part in enumerate(await self._parts(letter))
        ]
        return ids[0]

    def arrived(self, letter: Letter) -> str | None:
        """The id of the letter's first part, if all of them were answered or echoed."""
        there = self._journal.parts(letter.id)
        wanted = bool(letter.text or not letter.photos) + len(letter.photos)
        ids = [there.get(number) for number in range(wanted)]
        return ids[0] if all(ids) else None

    def echoed(self, echo: str, conversation: str, what: str, said: datetime) -> None:
        """The account's own message was seen; ``what`` is the `digest` of its words, or `IMAGE`."""
        if echo in self._known:
            return
        self._known.put(echo, None)
        self.said.put((conversation, what), echo)
        if owed := self._owed.get((conversation, what)):
            self._owed.put((conversation, what), owed - 1)
            return
        self._journal.echoed(conversation, what, echo, said)

    def knows(self, message: str) -> bool:
        """Whether this is the account's own message, told before its echo came."""
        return message in self._known

    async def _parts(self, letter: Letter) -> Sequence[_Part]:
        parts = [_Part(IMAGE, photo=photo) for photo in letter.photos]
        if not letter.text and parts:
            return parts
        text = letter.text
        if letter.mentions and not letter.private:
            asked = (self._names.member(letter.conversation, one) for one in letter.mentions)
            text = with_mentions(text, await asyncio.gather(*asked))
        return [_Part(digest(text), text=text), *parts]

    async def _hand_over(self, letter: Letter, number: int, part: _Part) -> str:
        now = self._clock.now()
        self._journal.sends(letter.id, number, letter.conversation, part.digest, now)
        try:
            found = await self._call(letter, part)
        except (Refused, NotNow):
            self._journal.unsent(letter.id, number)
            raise
        except Unsure:
            if echo := self._journal.parts(letter.id).get(number):
                return echo
            raise
        echo = self._journal.parts(letter.id).get(number)
        if found:
            self._known.put(found, None)
            self.said.put((letter.conversation, part.digest), found)
        elif echo is None:
            key = letter.conversation, part.digest
            self._owed.put(key, (self._owed.get(key) or 0) + 1)
        platform_id = found or echo or f"letter-{letter.id}-{number}"
        self._journal.arrived(letter.id, number, platform_id)
        return platform_id

    async def _call(self, letter: Letter, part: _Part) -> str:
        if part.photo is None:
            mentions = [] if letter.private else list(letter.mentions)
            said = await self._link.call(
                lambda calls: calls.message_send_text(
                    conversation_id=letter.conversation, text=part.text, mentonal_ids=mentions
                )
            )
            return said.id or ""
        try:
            data = await asyncio.to_thread(self._media.read, part.photo.digest)
        except KeyError as why:
            raise Refused("the photo is no longer kept") from why
        ending = part.photo.media_type.rpartition("/")[2]
        box = await boxes.closed(self._link, f"{part.photo.digest[:12]}.{ending}", data)
        shown = await self._link.call(
            lambda calls: calls.message_send_file(conversation_id=letter.conversation, filebox=box),
            self._link.patience.photo,
        )
        return shown.id or ""
