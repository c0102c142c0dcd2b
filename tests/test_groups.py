"""Groups of a platform: bound to places from chat, members known as they speak, come and go."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine as Database

from handlers.kit import Joined, Left, LoggedIn, Renamed
from handlers.newcomers import called
from storage import members, people, rooms
from tests.paper_wechat import NOW, Quarter, kinds, lived_in

ROOM = "b3@room"


@pytest.fixture
async def quarter(database: Database) -> AsyncIterator[Quarter]:
    async with lived_in(database) as here:
        yield here


async def test_a_group_of_no_place_hears_nothing_and_is_told_how_once(quarter: Quarter) -> None:
    assert await quarter.says("zhang", "今天天气真好", room=ROOM) == []
    [how] = await quarter.says("zhang", "谁能帮我带两盒牛奶?", room=ROOM)
    assert how.kind == "binding.how"
    assert how.conversation == ROOM
    assert await quarter.says("zhang", "谁能帮我带两盒牛奶?", room=ROOM) == []
    assert await quarter.says("zhang", "@邻帮 帮助", room=ROOM) == []
    assert await quarter.person("zhang") is None


async def test_danger_is_answered_even_in_a_group_of_no_place(quarter: Quarter) -> None:
    letters = await quarter.says("zhang", "我胸口痛,喘不上气", room=ROOM)
    assert "120" in letters[0].text


async def test_a_code_binds_the_group_once(quarter: Quarter) -> None:
    code = await quarter.code()
    *_, bound = await quarter.says("wu", f"@邻帮 绑定 3号楼 {code}", room=ROOM)
    assert bound.kind == "binding.bound"
    assert "3号楼" in bound.text
    room = await quarter.looks(lambda tx: rooms.by_external(tx, "wechat", ROOM))
    assert room.place_id == await quarter.place_id("3号楼")
    wu = await quarter.person("wu")
    assert wu is not None
    roles = await quarter.looks(lambda tx: people.roles_at(tx, wu.id, room.place_id))
    assert roles == {"coordinator"}
    [noted, *_] = await quarter.says("zhang", "谁能帮我带两盒牛奶?", room=ROOM)
    assert noted.kind == "people.notice" or "记下了" in noted.text
    again = await quarter.says("li", f"@邻帮 绑定 2号楼 {code}", room="b2@room")
    assert kinds(again) == ["binding.wrong_code"]


async def test_a_code_made_for_somebody_makes_the_account_theirs(quarter: Quarter) -> None:
    await quarter.bound()
    wu = await quarter.person("wu")
    assert wu is not None
    assert (wu.name, wu.key is not None) == ("吴站长", True)


async def test_a_code_said_privately_tells_who_the_coordinator_is(quarter: Quarter) -> None:
    plain = await quarter.says("wu", f"绑定 {await quarter.code()}")
    assert kinds(plain) == ["binding.in_the_group"]
    *_, known = await quarter.says("wu", f"绑定 {await quarter.code('吴站长')}")
    assert (known.kind, known.conversation) == ("binding.you_are", "wu")
    wu = await quarter.person("wu")
    assert wu is not None
    assert wu.key is not None


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("@邻帮 绑定 3号楼", "binding.needs_code"),
        ("@bot 绑定 3号楼 22222-22222", "binding.wrong_code"),
        ("@bot bind building 3 ABCDE-FGHJK", "binding.wrong_code"),
    ],
)
async def test_a_wrong_code_is_answered_clearly(quarter: Quarter, words: str, kind: str) -> None:
    assert kinds(await quarter.says("zhang", words, room=ROOM)) == [kind]


@pytest.mark.parametrize("words", ["绑定 9号楼 {}", "bind building 9 {}"])
async def test_a_place_that_is_not_there_costs_no_code(quarter: Quarter, words: str) -> None:
    code = await quarter.code()
    *_, which = await quarter.says("wu", words.format(code), room=ROOM)
    assert which.kind == "binding.which_place"
    assert "3号楼" in which.text or "Building 3" in which.text
    *_, bound = await quarter.says("wu", f"bind building 3 {code}", room=ROOM)
    assert bound.text.startswith("Done")


async def test_a_code_expires(quarter: Quarter) -> None:
    code = await quarter.code()
    await quarter.passes(timedelta(minutes=31))
    assert kinds(await quarter.says("wu", f"绑定 3号楼 {code}", room=ROOM)) == [
        "binding.wrong_code"
    ]


async def test_guessing_is_stopped_and_not_answered_for_ever(quarter: Quarter) -> None:
    answers = []
    for turn in range(9):
        answers += await quarter.says("eve", f"绑定 3号楼 2222{turn + 2}-AAAAA", room=ROOM)
    assert kinds(answers) == ["binding.wrong_code"] * 5 + ["binding.too_many"]
    code = await quarter.code()
    assert await quarter.says("eve", f"绑定 3号楼 {code}", room=ROOM) == []
    await quarter.passes(timedelta(minutes=16))
    assert kinds(await quarter.says("eve", f"绑定 3号楼 {code}", room=ROOM)) == ["binding.bound"]


async def test_plain_talk_of_binding_is_chatter(quarter: Quarter) -> None:
    await quarter.bound()
    assert await quarter.says("zhang", "绑定银行卡怎么弄啊", room=ROOM) == []


async def test_only_the_coordinator_takes_a_group_back(quarter: Quarter) -> None:
    await quarter.bound()
    assert kinds(await quarter.says("zhang", "@邻帮 解除绑定", room=ROOM))[-1] == (
        "binding.only_coordinator"
    )
    assert kinds(await quarter.says("wu", "@邻帮 解除绑定", room=ROOM)) == ["binding.unbound"]
    assert await quarter.says("zhang", "谁能帮我带两盒牛奶?", room=ROOM) == []


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("3-502 王奶奶", "王奶奶"),
        ("王奶奶3号楼502室", "王奶奶"),
        ("3栋王姐", "王姐"),
        ("Emma B3-502", "Emma"),
        ("Mr Okafor, Unit 12", "Mr Okafor"),
        ("Tom007", "Tom007"),
        ("502", "502"),
        ("小李", "小李"),
    ],
)
def test_a_name_holds_no_door(alias: str, name: str) -> None:
    assert called(alias) == name


async def test_members_become_people_as_they_speak_and_keep_their_alias(quarter: Quarter) -> None:
    await quarter.bound()
    await quarter.says("zhang", "今天天气真好", room=ROOM, sender_name="3-502 小张")
    zhang = await quarter.person("zhang")
    assert zhang is not None
    assert (zhang.name, zhang.room) == ("小张", None)
    assert zhang.place_id == await quarter.place_id("3号楼")
    await quarter.says("zhang", "明天也好", room=ROOM, sender_name="张大哥 3-502")
    zhang = await quarter.person("zhang")
    assert zhang is not None
    assert zhang.name == "张大哥"


async def test_who_joins_is_welcomed_with_the_others_in_one_line(quarter: Quarter) -> None:
    await quarter.bound()
    await quarter.happens(LoggedIn, account="bot")
    said = await quarter.happens(
        Joined, conversation=ROOM, members=(("a", "小何"), ("bot", "邻帮"))
    )
    assert said == []
    more = tuple((f"n{one}", f"邻居{'甲乙丙丁戊己庚'[one]}") for one in range(7))
    await quarter.happens(Joined, conversation=ROOM, members=more)
    letters = await quarter.passes(timedelta(minutes=3))
    [welcome] = [letter for letter in letters if letter.kind == "groups.welcome"]
    assert "小何、邻居甲、邻居乙、邻居丙、邻居丁等，还有3位" in welcome.text
    assert "邻帮、" not in welcome.text
    assert await quarter.passes(timedelta(hours=1)) == []


async def test_nobody_is_welcomed_at_night_nor_in_a_group_of_no_place(quarter: Quarter) -> None:
    await quarter.happens(Joined, conversation="other@room", members=(("a", "小何"),))
    await quarter.bound()
    await quarter.passes(timedelta(hours=13))
    await quarter.happens(Joined, conversation=ROOM, members=(("a", "小何"),))
    assert await quarter.passes(timedelta(hours=7)) == []
    assert "groups.welcome" in kinds(await quarter.passes(timedelta(hours=3)))


async def test_who_leaves_is_a_member_no_more(quarter: Quarter) -> None:
    await quarter.bound()
    await quarter.says("zhang", "大家好", room=ROOM)
    zhang = await quarter.person("zhang")
    assert zhang is not None
    assert len(await quarter.looks(lambda tx: members.rooms_of(tx, zhang.id))) == 1
    await quarter.happens(Left, conversation=ROOM, members=(("zhang", "zhang"),))
    assert await quarter.looks(lambda tx: members.rooms_of(tx, zhang.id)) == []
    gone = await quarter.person("zhang")
    assert gone is not None
    assert gone.left_at == NOW
    await quarter.happens(Joined, conversation=ROOM, members=(("zhang", "zhang"),))
    back = await quarter.person("zhang")
    assert back is not None
    assert back.left_at is None


async def test_the_coordinator_leaves_the_group_and_stays_the_coordinator(quarter: Quarter) -> None:
    await quarter.bound()
    await quarter.happens(Left, conversation=ROOM, members=(("wu", "吴站长"),))
    wu = await quarter.person("wu")
    assert wu is not None
    assert wu.left_at is None


async def test_a_new_name_of_the_group_is_noted(quarter: Quarter) -> None:
    await quarter.bound()
    await quarter.happens(Renamed, conversation=ROOM, topic="幸福里3号楼互助群")
    room = await quarter.looks(lambda tx: rooms.by_external(tx, "wechat", ROOM))
    assert room.name == "幸福里3号楼互助群"
