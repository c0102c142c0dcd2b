"""What every road to people promises, held to on each: the local chat and WeChat."""

import asyncio
import base64
import io
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest
from PIL import Image

from bot.clock import SystemClock
from bot.gateways.base import Gateway, Letter
from bot.gateways.local import LocalGateway
from bot.media import MediaStore
from handlers.kit import Message, Photo
from tests.puppet.account import SOON, hearing
from tests.puppet.server import PuppetServer, serving

ROOM, OTHER = "b3@chatroom", "b4@chatroom"


class Platform(Protocol):
    """A platform with two groups and a gateway to it, as its people use it."""

    gateway: Gateway

    async def say(
        self, who: str, where: str | None, text: str, photo: bytes = b"", message_id: str = ""
    ) -> str: ...

    async def shown(self, count: int) -> list[tuple[str, str]]:
        """The last things the bot sent: conversation and words."""
        ...


class Local:
    """The local chat."""

    def __init__(self, gateway: LocalGateway) -> None:
        self.gateway = gateway

    async def say(
        self, who: str, where: str | None, text: str, photo: bytes = b"", message_id: str = ""
    ) -> str:
        photos = [self.gateway.media.save(photo)] if photo else []
        return await self.gateway.say(
            who, who, where or who, where is None, text, photos, message_id=message_id or None
        )

    async def shown(self, count: int) -> list[tuple[str, str]]:
        seen = self.gateway.listen("wang", after=0)
        lines = [line async for line in _first(seen, count, lambda line: line.sender is None)]
        return [(line.conversation, line.text) for line in lines]


class WeChat:
    """A group on a real puppet service."""

    def __init__(self, gateway: Gateway, server: PuppetServer) -> None:
        self.gateway, self._server = gateway, server

    async def say(
        self, who: str, where: str | None, text: str, photo: bytes = b"", message_id: str = ""
    ) -> str:
        more: dict[str, Any] = {"id": message_id} if message_id else {}
        if photo:
            box = {"name": "p.png", "base64": base64.b64encode(photo).decode()}
            more |= {"kind": "image", "box": box}
        return await self._server.say(who, text, where, **more)

    async def shown(self, count: int) -> list[tuple[str, str]]:
        sent = await self._server.sent(count)
        return [(one["conversation"], one["text"]) for one in sent]


async def _first(source: Any, count: int, fits: Callable[[Any], bool]) -> AsyncIterator[Any]:
    async with asyncio.timeout(SOON):
        async for one in source:
            if fits(one):
                yield one
                count -= 1
            if not count:
                return


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PuppetServer]:
    with serving(tmp_path_factory.mktemp("platform")) as server:
        yield server


Open = Callable[[], Any]


@pytest.fixture(params=["local", "wechat"])
async def opening(request: pytest.FixtureRequest, tmp_path: Path, running: PuppetServer) -> Open:
    """Opens the platform: again after it was left, it is as before."""
    await running.ask("reset")
    await running.people("wang", "li", rooms={ROOM: ["wang", "li"], OTHER: ["li"]})

    @asynccontextmanager
    async def opened() -> AsyncIterator[Platform]:
        if request.param == "wechat":
            async with hearing(running, tmp_path, wait=False) as ear:
                await ear.state("up")
                yield WeChat(ear.gateway, running)
            return
        gateway = LocalGateway(tmp_path / "local.db", MediaStore(tmp_path), SystemClock())
        gateway.belonging(lambda _: (ROOM, OTHER))
        yield Local(gateway)
        gateway.close()

    return opened


@pytest.fixture
async def platform(opening: Open) -> AsyncIterator[Platform]:
    async with opening() as platform:
        yield platform


async def heard(platform: Platform, count: int, *, record: bool = True) -> Sequence[Message]:
    """The next messages."""
    found = _first(platform.gateway.messages(), count, lambda one: isinstance(one, Message))
    messages = [one async for one in found]
    for one in messages if record else ():
        await platform.gateway.recorded(one)
    return messages


def letter(number: int, where: str, text: str, **more: Any) -> Letter:
    return Letter(number, "any", where, where in {"wang", "li"}, text, **more)


async def test_messages_say_who_said_what_where_and_when(platform):
    message_id = await platform.say("wang", ROOM, "有没有退烧药")
    (message,) = await heard(platform, 1)
    assert (message.id, message.gateway) == (message_id, platform.gateway.name)
    assert (message.conversation, message.sender, message.sender_name) == (ROOM, "wang", "wang")
    assert (message.text, message.private, message.to_bot) == ("有没有退烧药", False, False)
    assert message.at <= message.arrived <= SystemClock().now()


async def test_a_private_talk_bears_the_persons_id(platform):
    await platform.say("wang", None, "只跟你说")
    (message,) = await heard(platform, 1)
    assert (message.conversation, message.private, message.to_bot) == ("wang", True, True)


async def test_each_conversation_keeps_its_order(platform):
    for number in range(60):
        await platform.say("li", (ROOM, OTHER, None)[number % 3], str(number))
    found = await heard(platform, 60)
    for where in (ROOM, OTHER, "li"):
        numbers = [int(one.text) for one in found if one.conversation == where]
        assert len(numbers) == 20
        assert numbers == sorted(numbers)


async def test_naming_the_bot_is_speaking_to_it(platform):
    await platform.say("wang", ROOM, "@邻帮 你好")
    (message,) = await heard(platform, 1)
    assert message.to_bot


async def test_a_photo_is_kept_and_named_by_its_content(platform):
    out = io.BytesIO()
    Image.effect_noise((30, 30), 90).save(out, "PNG")
    await platform.say("wang", ROOM, "", out.getvalue())
    (message,) = await heard(platform, 1)
    (photo,) = message.photos
    assert isinstance(photo, Photo)
    assert len(photo.digest) == 64


@pytest.mark.parametrize(
    "text", ["字" * 5_000, "\u202eמה שלומך", "👩‍👩‍👧‍👦", "<b onclick=x>'\";--", "a\nb"]
)
async def test_odd_words_come_as_they_were_said(platform, text):
    await platform.say("wang", ROOM, text)
    (message,) = await heard(platform, 1)
    assert message.text == text


async def test_what_was_not_recorded_is_brought_again_after_a_restart(opening):
    async with opening() as before:
        for word in ("一", "二", "三"):
            await before.say("wang", ROOM, word)
        first, *_ = await heard(before, 3, record=False)
        await before.gateway.recorded(first)
    async with opening() as after:
        await after.say("wang", ROOM, "四")
        assert [one.text for one in await heard(after, 3)] == ["二", "三", "四"]


async def test_the_same_message_brought_again_bears_the_same_id(opening):
    ids = []
    for _ in range(2):
        async with opening() as platform:
            await platform.say("wang", ROOM, "一", message_id="m-1")
            ids += [one.id for one in await heard(platform, 1, record=False)]
    assert ids == ["m-1", "m-1"]


async def test_letters_reach_the_group_and_the_person(platform):
    assert await platform.gateway.send(letter(1, ROOM, "记下了 #1"))
    assert await platform.gateway.send(letter(2, "wang", "早上好"))
    assert await platform.shown(2) == [(ROOM, "记下了 #1"), ("wang", "早上好")]


async def test_a_letter_that_was_never_sent_has_not_arrived(platform):
    assert await platform.gateway.arrived(letter(1, ROOM, "记下了 #1")) is None


async def test_a_letter_that_arrived_is_known_to_have_also_after_a_restart(opening):
    one = letter(1, ROOM, "记下了 #1")
    async with opening() as before:
        sent_id = await before.gateway.send(one)
        assert await before.gateway.arrived(one) == sent_id
    async with opening() as after:
        assert await after.gateway.arrived(one) == sent_id
        assert await after.gateway.send(one) == sent_id
        assert len(await after.shown(1)) == 1


async def test_what_the_bot_says_it_does_not_hear(platform):
    await platform.gateway.send(letter(1, ROOM, "记下了 #1"))
    await platform.say("wang", ROOM, "谢谢")
    assert [one.text for one in await heard(platform, 1)] == ["谢谢"]


async def test_a_road_in_use_is_alive(platform):
    await platform.say("wang", ROOM, "在吗")
    await heard(platform, 1)
    alive = platform.gateway.alive()
    assert alive is not None
    assert alive <= SystemClock().now()
