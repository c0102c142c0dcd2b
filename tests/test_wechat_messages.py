"""What people say in WeChat, as the bot hears it: through a real puppet service."""

import base64
import io
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from PIL import Image

from bot.clock import SystemClock
from handlers.kit import (
    Befriended,
    FriendRequest,
    Joined,
    Left,
    Renamed,
    RoomInvitation,
)
from tests.puppet.account import Ear, hearing
from tests.puppet.server import PuppetServer, free_port, serving

ROOM = "b3@chatroom"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PuppetServer]:
    with serving(tmp_path_factory.mktemp("platform")) as server:
        yield server


@pytest.fixture
async def server(running: PuppetServer) -> PuppetServer:
    await running.ask("reset")
    await running.people("wang", "li", "zhou", rooms={ROOM: ["wang", "li", "zhou"]})
    return running


@pytest.fixture
async def ear(server: PuppetServer, tmp_path: Path) -> AsyncIterator[Ear]:
    async with hearing(server, tmp_path) as ear:
        yield ear


async def test_words_in_a_group_come_with_who_said_them_and_when(server, ear):
    said = SystemClock().now() - timedelta(minutes=3)
    message_id = await server.say("wang", "谁能带盒牛奶？", ROOM, at=int(said.timestamp() * 1000))
    heard = await ear.message()
    assert (heard.id, heard.text) == (message_id, "谁能带盒牛奶？")
    assert (heard.conversation, heard.sender, heard.sender_name) == (ROOM, "wang", "wang")
    assert (heard.private, heard.to_bot) == (False, False)
    assert abs(heard.at - said) < timedelta(milliseconds=2)
    assert heard.arrived - heard.at > timedelta(minutes=3)


async def test_words_said_privately_are_the_persons_own_conversation(server, ear):
    await server.say("wang", "只跟你说")
    heard = await ear.message()
    assert (heard.conversation, heard.sender) == ("wang", "wang")
    assert (heard.private, heard.to_bot) == (True, True)


async def test_the_name_is_the_one_that_the_group_sees(server, ear):
    room = {"id": ROOM, "topic": "3号楼", "members": ["wang"], "aliases": {"wang": "302王奶奶"}}
    await server.ask("people", rooms=[room])
    await server.say("wang", "大家好", ROOM)
    assert (await ear.message()).sender_name == "302王奶奶"


async def test_mentions_are_told_and_the_bots_own_is_meant(server, ear):
    await server.say("wang", "@li\u2005@邻帮\u2005帮帮忙", ROOM, mentions=["li", server.account])
    await server.say("wang", "@邻帮 你好", ROOM)
    await server.say("wang", "你好", ROOM, mentions=["li"])
    by_id, by_name, other = await ear.take(3)
    assert (by_id.mentions, by_id.to_bot) == (("li",), True)
    assert (by_name.mentions, by_name.to_bot) == ((), True)
    assert (other.mentions, other.to_bot) == (("li",), False)


async def test_a_quote_is_read_out_of_its_words_and_found_again(server, ear):
    asked = await server.say("wang", "谁能带两盒\n牛奶？", ROOM)
    dashes = "- - - - - - - - - - - - - - -"
    await server.say("li", f"「王奶奶：谁能带两盒\n牛奶？」\n{dashes}\n我来", ROOM)
    await server.say("li", f"「邻帮：#12 牛奶」\n{dashes}\n好了", ROOM)
    _, reply, done = await ear.take(3)
    assert (reply.text, reply.quoted_text, reply.quotes) == ("我来", "谁能带两盒\n牛奶？", asked)
    assert (done.text, done.quoted_text, done.quotes) == ("好了", "#12 牛奶", None)
    assert (reply.to_bot, done.to_bot) == (False, True)


async def test_voice_files_stickers_and_links_are_heard_without_words(server, ear):
    for kind in ("voice", "file", "url", "post"):
        await server.say("wang", "<msg>xml</msg>", ROOM, kind=kind, filename="通知.pdf")
    voice, file, link, post = await ear.take(4)
    assert (voice.voice, voice.text) == (True, "")
    assert (file.voice, file.text) == (False, "[通知.pdf]")
    assert (link.text, post.text) == ("", "")


async def test_notices_and_what_was_taken_back_are_not_brought(server, ear):
    await server.say("wang", "撤回", ROOM, type=13)
    await server.say("wang", "系统", ROOM, type=0)
    await server.say("wang", "后来的", ROOM)
    assert (await ear.message()).text == "后来的"


def picture(side: int, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.effect_noise((side, side), 90).save(out, kind)
    return out.getvalue()


async def test_a_small_photo_comes_inside_and_is_kept(server, ear, tmp_path):
    await server.show("wang", "灯.png", picture(40), ROOM)
    (photo,) = (await ear.message()).photos
    assert (tmp_path / "media" / photo.digest[:2] / photo.digest).exists()


async def test_two_megabytes_come_byte_for_byte(server, ear):
    data = picture(1450, "BMP")
    assert len(data) > 2_000_000
    message_id = await server.show("wang", "墙.bmp", data, ROOM, silent=True)
    assert await ear.gateway.file(message_id) == data


async def test_a_big_photo_is_heard_with_its_photo_in_order(server, ear):
    await server.show("wang", "墙.png", picture(1450), ROOM)
    await server.say("wang", "就是这里", ROOM)
    shown, said = await ear.take(2)
    assert (len(shown.photos), said.text) == (1, "就是这里")


async def test_a_photo_on_its_way_holds_back_only_its_own_group(server, ear):
    await server.people(rooms={"b4@chatroom": ["li"]})
    await server.ask("fault", method="messageImage", how="delay", ms=300, times=1)
    await server.show("wang", "墙.png", picture(40), ROOM)
    await server.say("wang", "这里", ROOM)
    await server.say("li", "别处", "b4@chatroom")
    assert [one.text for one in await ear.take(3)] == ["别处", "", "这里"]


async def test_a_photo_behind_an_address_is_fetched(server, ear):
    data = picture(60)

    async def photo(_: web.Request) -> web.Response:
        return web.Response(body=data)

    pages = web.Application()
    pages.add_routes([web.get("/photo", photo)])
    runner, port = web.AppRunner(pages), free_port()
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    box = {"name": "p.png", "url": f"http://127.0.0.1:{port}/photo"}
    await server.say("wang", "", ROOM, kind="image", box=box)
    assert len((await ear.message()).photos) == 1
    await runner.cleanup()


async def test_what_is_no_photo_is_heard_without_one(server, ear):
    await server.show("wang", "坏.png", b"no picture at all", ROOM)
    box = {"name": "p.png", "url": "file:///etc/passwd"}
    await server.say("wang", "", ROOM, kind="image", box=box)
    await server.say(
        "wang", "", ROOM, kind="image", box={"base64": base64.b64encode(b"x").decode()}
    )
    assert [one.photos for one in await ear.take(3)] == [(), (), ()]


async def test_a_request_for_friendship_comes_with_its_greeting(server, ear):
    await server.people("newcomer")
    await server.ask("friendship", id="f1", contactId="newcomer", hello="我是301的")
    asked = await ear.until(FriendRequest)
    assert (asked.request, asked.sender, asked.sender_name) == ("f1", "newcomer", "newcomer")
    assert asked.hello == "我是301的"
    await ear.gateway.accept_friend(asked.request)
    await server.ask("friendship", id="f2", contactId="newcomer", type=1)
    assert (await ear.until(Befriended)).sender == "newcomer"
    assert await server.ask("deeds", atLeast=1) == [["friend", "f1"]]


async def test_an_invitation_into_a_group_says_who_asks_and_can_be_taken(server, ear):
    await server.ask("invitation", id="i1", inviterId="zhou", topic="4号楼")
    asked = await ear.until(RoomInvitation)
    assert (asked.sender, asked.sender_name, asked.topic) == ("zhou", "zhou", "4号楼")
    await ear.gateway.accept_invitation(asked.invitation)
    assert await server.ask("deeds", atLeast=1) == [["invitation", "i1"]]


async def test_coming_going_and_renaming_are_told_in_order_with_the_talk(server, ear):
    at = {"roomId": ROOM, "timestamp": int(SystemClock().now().timestamp())}
    joined = {"inviteeIdList": ["zhou"], "inviterId": "wang", **at}
    left = {"removeeIdList": ["li"], "removerId": "wang", **at}
    renamed = {"newTopic": "三号楼", "oldTopic": "3号楼", "changerId": "wang", **at}
    await server.ask("emit", event="room-join", payload=joined)
    await server.say("wang", "欢迎", ROOM)
    await server.ask("emit", event="room-leave", payload=left)
    await server.ask("emit", event="room-topic", payload=renamed)
    came, said, went, called = [await ear.next() for _ in range(4)]
    assert isinstance(came, Joined)
    assert (came.conversation, came.members, came.sender) == (ROOM, (("zhou", "zhou"),), "wang")
    assert said.text == "欢迎"
    assert isinstance(went, Left)
    assert went.members == (("li", "li"),)
    assert isinstance(called, Renamed)
    assert (called.topic, called.before, called.sender) == ("三号楼", "3号楼", "wang")


async def test_the_same_happening_told_twice_has_one_id(server, ear):
    joined = {"inviteeIdList": ["li"], "inviterId": "", "roomId": ROOM, "timestamp": 1_900_000_000}
    for _ in range(2):
        await server.ask("emit", event="room-join", payload=joined)
    assert (await ear.until(Joined)).id == (await ear.until(Joined)).id
