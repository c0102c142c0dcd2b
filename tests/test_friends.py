"""Friends: taken up, welcomed, asked who they are, registered; rooms entered with coordinators."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine as Database

from bot.gateways.base import Letter, Refused
from handlers.kit import Befriended, FriendRequest, RoomInvitation
from handlers.policy import Groups, Policy
from storage import people
from tests.paper_wechat import Quarter, kinds, lived_in

ROOM = "b3@room"


@pytest.fixture
async def quarter(database: Database) -> AsyncIterator[Quarter]:
    async with lived_in(database) as here:
        await here.bound()
        yield here


async def _asks(quarter: Quarter, who: str = "he", name: str = "小何 3-602") -> list[Letter]:
    fields = {"request": f"request of {who}", "sender": who, "sender_name": name}
    return await quarter.happens(FriendRequest, **fields)


async def test_a_friend_is_taken_up_welcomed_and_asked_who_they_are(quarter: Quarter) -> None:
    [welcome] = await _asks(quarter)
    assert quarter.wechat.did == [("accept_friend", "request of he")]
    assert (welcome.kind, welcome.conversation, welcome.private) == ("friends.welcome", "he", True)
    # The platform says it again: they are not greeted twice.
    assert await quarter.happens(Befriended, sender="he", sender_name="小何") == []


@pytest.mark.parametrize(
    ("words", "name", "unit", "room"),
    [
        ("何敏，3号楼2单元602", "何敏", "2", "602"),
        ("我叫何敏,住3号楼602", "何敏", None, "602"),
        ("你好，我是何敏，3号楼2单元602室", "何敏", "2", "602"),
        ("Emma Stone, building 3 room 602", "Emma Stone", None, "602"),
        ("I'm Emma, I live in building 3", "Emma", None, None),
        ("3号楼", "小何", None, None),
    ],
)
async def test_name_and_home_are_understood(
    quarter: Quarter, words: str, name: str, unit: str | None, room: str | None
) -> None:
    await _asks(quarter)
    [registered] = await quarter.says("he", words)
    assert registered.kind == "friends.registered"
    he = await quarter.person("he")
    assert he is not None
    assert (he.name, he.unit, he.room) == (name, unit, room)
    assert he.place_id == await quarter.place_id("3号楼")
    assert he.vouched is False


async def test_the_building_is_asked_for_once_more(quarter: Quarter) -> None:
    await _asks(quarter)
    assert kinds(await quarter.says("he", "我叫何敏")) == ["friends.which_building"]
    assert kinds(await quarter.says("he", "3号楼602")) == ["friends.registered"]
    he = await quarter.person("he")
    assert he is not None
    assert (he.name, he.room) == ("何敏", "602")


async def test_a_registered_friend_can_become_a_volunteer(quarter: Quarter) -> None:
    await _asks(quarter)
    await quarter.says("he", "何敏，3号楼602")
    await quarter.says("he", "我想当志愿者")
    he = await quarter.person("he")
    assert he is not None
    held = await quarter.looks(lambda tx: people.roles_at(tx, he.id, he.place_id))
    assert held == {"volunteer"}


async def test_a_plea_goes_before_the_question_who_they_are(quarter: Quarter) -> None:
    await _asks(quarter)
    danger = await quarter.says("he", "我胸口痛,喘不上气")
    assert "120" in danger[0].text


async def test_a_known_name_is_theirs_only_at_the_coordinators_word(quarter: Quarter) -> None:
    await _asks(quarter, "wang", "老王家")
    letters = await quarter.says("wang", "我是王奶奶，3号楼1单元502")
    [asked] = [one for one in letters if one.kind == "identity.is_it"]
    assert asked.conversation == "wu"
    wang = await quarter.person("wang")
    assert wang is not None
    assert (wang.key, wang.phone) == (None, None)
    assert kinds(await quarter.says("wu", "是")) == ["identity.linked", "identity.known"]
    wang = await quarter.person("wang")
    assert wang is not None
    assert wang.key is not None
    assert wang.phone is not None


async def test_a_stranger_who_takes_a_known_name_gets_nothing(quarter: Quarter) -> None:
    await _asks(quarter, "eve", "王奶奶")
    await quarter.says("eve", "我是王奶奶，3号楼1单元502")
    assert kinds(await quarter.says("wu", "不是")) == ["identity.not_them"]
    eve = await quarter.person("eve")
    assert eve is not None
    assert (eve.key, eve.phone) == (None, None)


async def test_what_a_newcomer_asked_for_stays_theirs_when_they_are_known(quarter: Quarter) -> None:
    await _asks(quarter, "wang", "老王家")
    await quarter.says("wang", "我是王奶奶，3号楼1单元502")
    await quarter.says("wang", "谁能帮我带两盒牛奶?")
    await quarter.says("wu", "是")
    [mine] = [one for one in await quarter.says("wang", "我的") if one.conversation == "wang"]
    assert "#1" in mine.text


async def test_a_storm_of_requests_is_taken_up_day_by_day(database: Database) -> None:
    policy = Policy(groups=Groups(friends_a_day=2))
    async with lived_in(database, policy=policy) as quarter:
        for turn in range(5):
            await _asks(quarter, f"friend{turn}", f"何{turn}")
        assert len(quarter.wechat.did) == 2
        await quarter.passes(timedelta(days=1, minutes=1))
        assert len(quarter.wechat.did) == 4


async def test_a_known_friend_hears_what_could_not_be_told(quarter: Quarter) -> None:
    def refuses(letter: Letter) -> None:
        if letter.private and letter.conversation == "li":
            raise Refused("not a friend")

    quarter.wechat.before_send = refuses
    await quarter.says("li", "大家好", room=ROOM, sender_name="老李")
    await quarter.says("zhang", "谁能帮我带两盒牛奶?", room=ROOM)
    letters = await quarter.says("li", "我来", room=ROOM)
    # A newcomer's claim waits for the coordinator's nod.
    assert [one.kind for one in letters if one.kind.startswith("bot.")] == ["bot.notice_here"]
    letters = await quarter.says("wu", "是")
    [asked] = [one for one in letters if one.kind == "bot.open_chat"]
    assert (asked.conversation, asked.mentions) == (ROOM, ("li",))
    assert "牛奶" not in asked.text
    quarter.wechat.before_send = lambda _: None
    letters = await quarter.happens(Befriended, sender="li", sender_name="老李")
    assert [one.conversation for one in letters] == ["li", "li"]
    assert "牛奶" in letters[0].text


async def test_only_a_coordinator_brings_the_bot_into_a_group(quarter: Quarter) -> None:
    await quarter.says("zhang", "谁值班", room=ROOM)
    fields = {"invitation": "i1", "sender_name": "", "topic": "2号楼群"}
    refused = await quarter.happens(RoomInvitation, sender="zhang", **fields)
    assert kinds(refused) == ["friends.only_coordinators"]
    assert await quarter.happens(RoomInvitation, sender="stranger", **fields) == []
    assert quarter.wechat.did == []
    [how] = await quarter.happens(RoomInvitation, sender="wu", **fields)
    assert quarter.wechat.did == [("accept_invitation", "i1")]
    assert (how.conversation, how.kind) == ("wu", "friends.in_the_group")
    assert "2号楼群" in how.text
