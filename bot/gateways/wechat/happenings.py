"""What befalls an account and its groups, made into happenings: fetched and named."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from functools import partial

from bot.clock import Clock
from bot.gateways.wechat.calls import Event
from bot.gateways.wechat.events import Told, moment
from bot.gateways.wechat.hearing import Bring, Hearing
from bot.gateways.wechat.names import Names
from bot.gateways.wechat.sorting import Fetch, Work
from handlers.kit import Befriended, FriendRequest, Joined, Left, Renamed, RoomInvitation

CONFIRMED, RECEIVED = 1, 2
"""Types of friendships: made, asked for."""


class Happenings:
    """Reads the events of one account that are no messages."""

    def __init__(
        self, gateway: str, hearing: Hearing, names: Names, clock: Clock, bring: Bring
    ) -> None:
        self._gateway, self._hearing, self._names = gateway, hearing, names
        self._clock, self._bring = clock, bring

    def fetching(self, told: Told) -> Fetch | None:
        """How to fetch what such an event is about; None for events of another sort."""
        readers: dict[Event, Callable[[Told], Awaitable[Work | None]]] = {
            Event.FRIENDSHIP: self._friendship,
            Event.ROOM_INVITE: self._invitation,
            Event.ROOM_JOIN: self._joined,
            Event.ROOM_LEAVE: self._left,
            Event.ROOM_TOPIC: self._renamed,
        }
        reader = readers.get(told.event)
        return None if reader is None else partial(_read, reader, told)

    async def _friendship(self, told: Told) -> Work | None:
        request = told.text("friendshipId")
        found = await self._hearing.patiently(lambda calls: calls.friendship_payload(id=request))
        if found is None or found.type not in {CONFIRMED, RECEIVED}:
            return None
        now, who = self._clock.now(), found.contact_id

        async def bring() -> None:
            name = await self._names.contact(who)
            if found.type == CONFIRMED:
                await self._bring(
                    Befriended(self._gateway, f"friend:{request}", now, now, who, name)
                )
                return
            asked = f"request:{request}"
            await self._bring(
                FriendRequest(self._gateway, asked, now, now, request, who, name, found.hello)
            )

        return Work(who, bring)

    async def _invitation(self, told: Told) -> Work | None:
        invitation = told.text("roomInvitationId")
        found = await self._hearing.patiently(
            lambda calls: calls.room_invitation_payload(id=invitation)
        )
        if found is None:
            return None
        now, who = self._clock.now(), found.inviter_id
        at = moment(found.timestamp, now)

        async def bring() -> None:
            name = await self._names.contact(who)
            asked = f"invitation:{invitation}"
            await self._bring(
                RoomInvitation(self._gateway, asked, at, now, invitation, who, name, found.topic)
            )

        return Work(who, bring)

    async def _joined(self, told: Told) -> Work:
        room, who, by = told.text("roomId"), told.ids("inviteeIdList"), told.text("inviterId")

        async def bring() -> None:
            now, members = self._clock.now(), await self._members(room, who)
            at = told.at(now)
            key = _key("joined", room, who, told)
            await self._bring(Joined(self._gateway, key, at, now, room, members, by))

        return Work(room, bring)

    async def _left(self, told: Told) -> Work:
        room, who, by = told.text("roomId"), told.ids("removeeIdList"), told.text("removerId")

        async def bring() -> None:
            now, members = self._clock.now(), await self._members(room, who)
            for one in who:
                self._names.forget(one)
            key = _key("left", room, who, told)
            await self._bring(Left(self._gateway, key, told.at(now), now, room, members, by))

        return Work(room, bring)

    async def _renamed(self, told: Told) -> Work:
        room, topic, by = told.text("roomId"), told.text("newTopic"), told.text("changerId")

        async def bring() -> None:
            now = self._clock.now()
            self._names.forget(room)
            key, before = _key("renamed", room, [topic], told), told.text("oldTopic")
            await self._bring(
                Renamed(self._gateway, key, told.at(now), now, room, topic, before, by)
            )

        return Work(room, bring)

    async def _members(self, room: str, who: list[str]) -> tuple[tuple[str, str], ...]:
        names = await asyncio.gather(*(self._names.member(room, one) for one in who))
        return tuple(zip(who, names, strict=True))


async def _read(reader: Callable[[Told], Awaitable[Work | None]], told: Told) -> Work | None:
    return await reader(told)


def _key(what: str, room: str, who: list[str], told: Told) -> str:
    """The same for the same happening told twice."""
    words = f"{room}\n{who}\n{told.about.get('timestamp')}"
    return f"{what}:{hashlib.sha256(words.encode()).hexdigest()[:24]}"
