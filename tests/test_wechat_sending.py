"""What the bot sends into WeChat, and how it knows what arrived."""

import asyncio
import base64
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.gateways.base import Acting, Member, NotNow, Refused, Unsure
from bot.gateways.wechat.journal import Journal
from bot.media import MediaStore
from tests.puppet.account import SOON, Ear, hearing, letter
from tests.puppet.server import PuppetServer, serving
from tests.test_wechat_messages import picture

ROOM = "b3@chatroom"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PuppetServer]:
    with serving(tmp_path_factory.mktemp("platform")) as server:
        yield server


@pytest.fixture
async def server(running: PuppetServer) -> PuppetServer:
    await running.ask("reset")
    await running.people("wang", "li", rooms={ROOM: ["wang", "li"]})
    return running


@pytest.fixture
async def ear(server: PuppetServer, tmp_path: Path) -> AsyncIterator[Ear]:
    async with hearing(server, tmp_path, call=0.3) as ear:
        yield ear


async def arrived(ear: Ear, one) -> str:
    """The id of a letter in doubt, once its echo is there."""
    async with asyncio.timeout(SOON):
        while (found := await ear.gateway.arrived(one)) is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        return found


async def test_a_letter_to_a_group_names_whom_it_is_for(server, ear):
    room = {"id": ROOM, "topic": "3号楼", "members": ["wang"], "aliases": {"wang": "王奶奶"}}
    await server.ask("people", rooms=[room])
    sent_id = await ear.gateway.send(letter(1, ROOM, "记下了 #1", mentions=("wang", "li")))
    (sent,) = await server.sent(1)
    assert sent["id"] == sent_id
    assert (sent["conversation"], sent["text"]) == (ROOM, "@王奶奶\u2005@li\u2005记下了 #1")
    assert sent["mentions"] == ["wang", "li"]


async def test_a_letter_to_a_person_goes_to_them_alone(server, ear):
    await ear.gateway.send(letter(1, "wang", "早上好", mentions=("wang",)))
    (sent,) = await server.sent(1)
    assert (sent["conversation"], sent["text"], sent["mentions"]) == ("wang", "早上好", [])


@pytest.mark.parametrize("side", [40, 900])
async def test_photos_follow_the_words_byte_for_byte(server, ear, tmp_path, side):
    media = MediaStore(tmp_path / "media")
    photo = media.save(picture(side, "JPEG"))
    await ear.gateway.send(letter(1, ROOM, "这盏灯", photos=(photo,)))
    words, shown = await server.sent(2)
    assert words["text"] == "这盏灯"
    assert base64.b64decode(shown["file"]["base64"]) == media.read(photo.digest)


async def test_a_photo_too_big_for_one_message_is_left_with_the_server_first(server, ear, tmp_path):
    media = MediaStore(tmp_path / "media")
    data = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 12_000
    photo = media.save(picture(50))
    media.path(photo).write_bytes(data)
    await ear.gateway.send(letter(1, ROOM, "", photos=(photo,)))
    (shown,) = await server.sent(1)
    assert base64.b64decode(shown["file"]["base64"]) == data


async def test_what_the_account_said_is_not_heard_as_a_neighbours_words(server, ear):
    await ear.gateway.send(letter(1, ROOM, "记下了 #1"))
    await server.say("wang", "谢谢", ROOM)
    assert (await ear.message()).text == "谢谢"


async def test_quoting_the_bots_letter_leads_to_it(server, ear):
    sent_id = await ear.gateway.send(letter(1, ROOM, "#1 谁能去？", mentions=("li",)))
    dashes = "- - - - - - - - - - - - - - -"
    await server.say("li", f"「邻帮：@li\u2005#1 谁能去？」\n{dashes}\n我去", ROOM)
    heard = await ear.message()
    assert (heard.quotes, heard.to_bot) == (sent_id, True)


async def test_a_letter_that_arrived_without_an_answer_is_known_by_its_echo(server, ear):
    await server.ask("fault", method="messageSendText", how="swallow", times=1)
    doubtful = letter(1, ROOM, "记下了 #1", mentions=("wang",))
    sent_id = await ear.gateway.send(doubtful)  # the echo came within the deadline
    assert [one["id"] for one in await server.sent(1)] == [sent_id]


async def test_an_echo_after_the_deadline_is_found_and_the_letter_not_repeated(server, ear):
    await server.ask("fault", method="messageSendText", how="delay", ms=600, times=1)
    doubtful = letter(1, ROOM, "记下了 #1")
    with pytest.raises(Unsure):
        await ear.gateway.send(doubtful)
    assert await ear.gateway.arrived(doubtful) is None
    await server.sent(1)
    found = await arrived(ear, doubtful)
    assert [one["id"] for one in await server.sent()] == [found]


async def test_a_second_try_looks_for_the_echo_of_the_first(server, ear):
    await server.ask("fault", method="messageSendText", how="delay", ms=400, times=1)
    doubtful = letter(1, ROOM, "记下了 #1")
    with pytest.raises(Unsure):
        await ear.gateway.send(doubtful)
    await server.sent(1)
    await server.say("wang", "之后", ROOM)
    await ear.message()
    await ear.gateway.send(doubtful)
    assert len(await server.sent()) == 1


async def test_an_echo_is_found_across_a_restart_of_the_bot(server, tmp_path):
    doubtful = letter(1, ROOM, "记下了 #1")
    await server.ask("fault", method="messageSendText", how="delay", ms=300, times=1)
    async with hearing(server, tmp_path, call=0.1) as ear:
        with pytest.raises(Unsure):
            await ear.gateway.send(doubtful)
        (sent,) = await server.sent(1)
        await server.say("wang", "之后", ROOM)
        await ear.message()
    async with hearing(server, tmp_path) as ear:
        assert await ear.gateway.arrived(doubtful) == sent["id"]
        assert await ear.gateway.arrived(letter(2, ROOM, "记下了 #1")) is None


async def test_the_same_words_twice_are_not_taken_for_each_other(server, ear):
    first, second = letter(1, ROOM, "收到"), letter(2, ROOM, "收到")
    await ear.gateway.send(first)
    await server.ask("fault", method="messageSendText", how="hang", times=1)
    with pytest.raises(Unsure):
        await ear.gateway.send(second)
    await server.say("wang", "之后", ROOM)
    await ear.message()
    assert await ear.gateway.arrived(second) is None


async def test_a_puppet_that_tells_no_ids_and_echoes_is_no_different(server, ear):
    await server.ask("manners", ids=False)
    assert await ear.gateway.send(letter(1, ROOM, "收到"))
    await server.ask("fault", method="messageSendText", how="hang", times=1)
    with pytest.raises(Unsure):
        await ear.gateway.send(letter(2, ROOM, "收到"))
    await server.say("wang", "之后", ROOM)
    await ear.message()
    assert await ear.gateway.arrived(letter(2, ROOM, "收到")) is None


async def test_a_photo_that_failed_is_sent_again_without_its_words(server, ear, tmp_path):
    photo = MediaStore(tmp_path / "media").save(picture(40))
    shown = letter(1, ROOM, "这盏灯", photos=(photo,))
    await server.ask("fault", method="messageSendFile", how="error", message="busy", times=1)
    with pytest.raises(NotNow, match="busy"):
        await ear.gateway.send(shown)
    await ear.gateway.send(shown)
    assert [bool(one.get("file")) for one in await server.sent(2)] == [False, True]


async def test_somebody_who_is_no_friend_refuses(server, ear):
    await server.ask("people", contacts=[{"id": "zhou", "name": "周", "friend": False}])
    with pytest.raises(Refused, match="not a friend"):
        await ear.gateway.send(letter(1, "zhou", "你好"))


@pytest.mark.parametrize(("code", "error"), [(5, Refused), (7, Refused), (8, NotNow), (13, NotNow)])
async def test_refusals_are_told_from_passing_trouble(server, ear, code, error):
    fault = {"method": "messageSendText", "how": "error", "code": code, "times": 1}
    await server.ask("fault", **fault)
    with pytest.raises(error, match="as asked"):
        await ear.gateway.send(letter(1, ROOM, "在吗"))


async def test_a_group_is_made_read_and_named(server, ear):
    assert isinstance(ear.gateway, Acting)
    room = await ear.gateway.make_room(["wang", "li"], "会诊")
    assert await ear.gateway.topic(room) == "会诊"
    assert await ear.gateway.members(room) == [
        Member("wang", "wang"),
        Member("li", "li"),
        Member("bot-wxid", "邻帮"),
    ]
    await server.ask("fault", method="roomCreate", how="error", code=12, times=1)
    with pytest.raises(Refused):
        await ear.gateway.make_room(["wang", "li"], "会诊")


async def test_letters_in_doubt_are_forgotten_after_days(tmp_path):
    now, path = SystemClock().now(), tmp_path / "journal.db"
    for number, age in ((1, timedelta(days=4)), (2, timedelta(days=1))):
        journal = Journal(path, now - age)
        journal.sends(number, 0, ROOM, "digest", now - age)
        journal.close()
    journal = Journal(path, now)
    assert (journal.parts(1), journal.parts(2)) == ({}, {0: None})
    journal.close()
