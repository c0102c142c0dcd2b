"""How people and groups are called: asked one by one when needed, and remembered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.gateways.base import NotNow, Refused, Unsure
from bot.gateways.wechat.link import Link
from bot.gateways.wechat.recent import Recent

KEPT = timedelta(hours=24)
"""Many look-ups in a row have cost accounts their freedom."""
MOST = 50_000

Key = tuple[str, ...]


class Names:
    """The names of one account's world. A look-up that fails gives an empty name, not kept."""

    def __init__(self, link: Link, clock: Clock) -> None:
        self._link, self._clock = link, clock
        self._known = Recent[Key, tuple[str, datetime]](MOST)

    async def contact(self, contact: str) -> str:
        """What the account calls a person, or else what they call themselves."""

        async def ask() -> str:
            found = await self._link.call(lambda calls: calls.contact_payload(id=contact))
            return str(found.alias or found.name)

        return await self._name(("contact", contact), ask)

    async def member(self, room: str, contact: str) -> str:
        """The name that a group sees."""

        async def ask() -> str:
            found = await self._link.call(
                lambda calls: calls.room_member_payload(id=room, member_id=contact)
            )
            return str(found.room_alias or found.name)

        return await self._name(("member", room, contact), ask) or await self.contact(contact)

    async def topic(self, room: str) -> str:
        """The name of a group."""

        async def ask() -> str:
            return str((await self._link.call(lambda calls: calls.room_payload(id=room))).topic)

        return await self._name(("topic", room), ask)

    def forget(self, about: str) -> None:
        """A person or a group has changed."""
        for key in self._known:
            if about in key[1:]:
                self._known.drop(key)

    async def _name(self, key: Key, ask: Callable[[], Awaitable[str]]) -> str:
        name, until = self._known.get(key) or ("", None)
        if until is not None and until > self._clock.now():
            return name
        try:
            name = await ask()
        except (NotNow, Refused, Unsure):
            return name
        self._known.put(key, (name, self._clock.now() + KEPT))
        return name
