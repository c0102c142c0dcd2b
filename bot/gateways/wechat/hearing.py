"""What is said in WeChat, made into messages: fetched, named, with its photos."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import structlog

from bot.clock import Clock
from bot.gateways.base import NotNow, Refused, Unsure
from bot.gateways.wechat import boxes
from bot.gateways.wechat.calls import Calls, Kind, MessagePayloadResponse
from bot.gateways.wechat.events import moment
from bot.gateways.wechat.link import Link
from bot.gateways.wechat.names import Names
from bot.gateways.wechat.payloads import SILENT, Words, names_bot, words
from bot.gateways.wechat.sending import IMAGE, Sending, digest
from bot.gateways.wechat.sorting import Work
from bot.media import MediaStore, NotAPhoto
from handlers.kit import Happening, Message, Photo

log = structlog.get_logger(__name__)

T = TypeVar("T")

TRIES, PHOTO_TRIES = 6, 3
"""A call that fails on a sound link is tried so often."""
SIDE_BY_SIDE, PHOTOS_SIDE_BY_SIDE = 16, 4
"""A photo may take a minute: photos do not wait in the line of the words."""
ORIGINAL = 3
"""The image as it was sent, not its thumbnail."""

Bring = Callable[[Message | Happening], Awaitable[None]]


@dataclass
class Account:
    """Who the bot is on this platform, once that is known."""

    id: str = ""
    name: str = ""


class Hearing:
    """The ears of one account."""

    def __init__(
        self,
        gateway: str,
        account: Account,
        *,
        link: Link,
        names: Names,
        sending: Sending,
        media: MediaStore,
        clock: Clock,
        bring: Bring,
        called: tuple[str, ...],
    ) -> None:
        """``called``: what people call the bot beside the account's name."""
        self._gateway, self._account, self._called = gateway, account, called
        self._link, self._names, self._sending = link, names, sending
        self._media, self._clock, self._bring = media, clock, bring
        self._calling = asyncio.Semaphore(SIDE_BY_SIDE)
        self._showing = asyncio.Semaphore(PHOTOS_SIDE_BY_SIDE)

    async def fetch(self, message: str) -> Work | None:
        """The message of an id, ready to be brought; None if nobody need hear it."""
        found = await self.patiently(
            lambda calls: calls.message_payload(id=message),
            needless=lambda: self._sending.knows(message),
        )
        if self._sending.knows(message):
            return None
        if found is None:
            log.error("a message could not be fetched", message=message)
            return None
        conversation = found.room_id or found.from_id
        if found.from_id and found.from_id == self._account.id:
            self._own(message, found)
            return None
        if not found.from_id or found.type in SILENT:
            return None
        return Work(conversation, partial(self._hear, message, conversation, found))

    async def patiently(
        self,
        ask: Callable[[Calls], Awaitable[T]],
        *,
        is_photo: bool = False,
        needless: Callable[[], bool] = lambda: False,
    ) -> T | None:
        """The server's answer, however often the link breaks; None where it has none.

        ``needless`` says, when it is this call's turn, that it need not be made any more.
        """
        lane, tries, within = self._calling, TRIES, self._link.patience.call
        if is_photo:
            lane, tries, within = self._showing, PHOTO_TRIES, self._link.patience.photo
        failures = 0
        while True:
            await self._link.up.wait()
            ups = self._link.ups
            try:
                async with lane:
                    if needless():
                        return None
                    return await self._link.call(ask, within)
            except Refused as why:
                log.info("refused", why=str(why))
                return None
            except (NotNow, Unsure) as why:
                failures += self._link.up.is_set() and self._link.ups == ups
                if failures >= tries:
                    log.warning("given up", why=str(why))
                    return None
            await asyncio.sleep(self._link.patience.first_wait * 2**failures / 2)

    def _own(self, message: str, found: MessagePayloadResponse) -> None:
        """The account's own message: the echo of a letter, or typed by hand on its telephone."""
        conversation = found.room_id or found.to_id
        what = IMAGE if found.type == Kind.IMAGE else digest(found.text)
        said = moment(found.timestamp, self._clock.now())
        self._sending.echoed(message, conversation, what, said)

    async def _hear(self, message: str, conversation: str, found: MessagePayloadResponse) -> None:
        said = words(found.type, found.text, found.filename)
        private, now = not found.room_id, self._clock.now()
        photos = await self._photos(message) if found.type == Kind.IMAGE else ()
        if private:
            sender_name = await self._names.contact(found.from_id)
        else:
            sender_name = await self._names.member(found.room_id, found.from_id)
        self._sending.said.put((conversation, digest(found.text)), message)
        quoted = None if said.quoted is None else (conversation, digest(said.quoted))
        await self._bring(
            Message(
                gateway=self._gateway,
                id=message,
                conversation=conversation,
                sender=found.from_id,
                sender_name=sender_name,
                text=said.text,
                at=moment(found.timestamp, now),
                arrived=now,
                private=private,
                to_bot=private or self._is_meant(found, said),
                mentions=tuple(one for one in found.mention_ids if one != self._account.id),
                quotes=self._sending.said.get(quoted) if quoted else None,
                quoted_text=said.quoted,
                photos=photos,
                voice=found.type == Kind.VOICE,
            )
        )

    def _is_meant(self, found: MessagePayloadResponse, said: Words) -> bool:
        names = (self._account.name, *self._called)
        return (
            self._account.id in found.mention_ids
            or names_bot(said.text, names)
            or said.quoted_name in {name for name in names if name}
        )

    async def _photos(self, message: str) -> tuple[Photo, ...]:
        """The photo of a message, kept; none if it is no picture or cannot be had."""
        try:
            data = await self.file(message)
            return (await asyncio.to_thread(self._media.save, data),) if data is not None else ()
        except NotAPhoto as why:
            log.info("no photo", message=message, why=why.reason)
        except OSError as why:
            log.error("a photo could not be kept", error=str(why))  # noqa: TRY400
        return ()

    async def file(self, message: str) -> bytes | None:
        """The bytes of a message's file or picture, at most 25 MB; None if it cannot be had."""

        async def whole(box: str) -> bytes:
            return await boxes.opened(self._link, box)

        async def picture(calls: Calls) -> bytes:
            return await whole((await calls.message_image(id=message, type=ORIGINAL)).filebox)

        async def attachment(calls: Calls) -> bytes:
            return await whole((await calls.message_file(id=message)).filebox)

        for ask in (picture, attachment):
            found = await self.patiently(ask, is_photo=True)
            if found is not None:
                return found
        return None
