"""The local chat's platform keeps what was said, brings it until recorded, shows letters once."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.clock import PaperClock
from bot.gateways.base import Gateway, Letter
from bot.gateways.local import LocalGateway
from bot.media import MediaStore
from handlers.kit import Photo

NOON = datetime(2027, 3, 1, 4, 0, tzinfo=UTC)
ROOMS = {"p1": ("r1",), "p2": ("r1", "r2"), "p3": ("r2",)}


@pytest.fixture
def open_gateway(tmp_path: Path):
    opened = []

    def opener() -> LocalGateway:
        gateway = LocalGateway(tmp_path / "local.db", MediaStore(tmp_path), PaperClock(NOON))
        gateway.belonging(lambda viewer: ROOMS.get(viewer, ()))
        opened.append(gateway)
        return gateway

    yield opener
    for gateway in opened:
        gateway.close()


@pytest.fixture
def gateway(open_gateway) -> LocalGateway:
    return open_gateway()


async def ask(gateway: LocalGateway, text: str, **how) -> str:
    return await gateway.say("p1", "王奶奶", "r1", False, text, **how)


def letter(number=1, conversation="r1", text="记下了 #1", **how) -> Letter:
    return Letter(number, "local", conversation, conversation.startswith("p"), text, **how)


async def take(source, count: int) -> list:
    taken = []
    while len(taken) < count:
        taken.append(await anext(source))
    return taken


def texts(lines) -> list[str]:
    return [line.text for line in lines]


async def test_what_is_said_arrives_as_a_message_in_order(gateway: Gateway):
    await ask(gateway, "有没有退烧药")
    await ask(gateway, "孩子39度", photos=[Photo("a" * 64, "image/jpeg")], mentions=["p2"])
    first, second = await take(gateway.messages(), 2)
    assert (first.text, first.sender, first.sender_name) == ("有没有退烧药", "p1", "王奶奶")
    assert (first.conversation, first.private, first.to_bot) == ("r1", False, False)
    assert first.at == first.arrived == NOON
    assert second.photos == (Photo("a" * 64, "image/jpeg"),)
    assert second.mentions == ("p2",)


async def test_a_message_not_recorded_is_brought_again_after_a_restart(open_gateway):
    before = open_gateway()
    await ask(before, "一")
    await ask(before, "二")
    one, two = await take(before.messages(), 2)
    await before.recorded(one)
    before.close()
    after = open_gateway()
    await ask(after, "三")
    again = await take(after.messages(), 2)
    assert [(message.id, message.text) for message in again] == [
        (two.id, "二"),
        (again[1].id, "三"),
    ]


async def test_more_than_a_handful_waiting_all_come(gateway):
    for number in range(450):
        await ask(gateway, str(number))
    assert [m.text for m in await take(gateway.messages(), 450)] == [str(n) for n in range(450)]


async def test_saying_it_again_with_its_id_changes_nothing(gateway):
    assert await ask(gateway, "牛奶", message_id="u-1") == "u-1"
    assert await ask(gateway, "牛奶", message_id="u-1") == "u-1"
    assert texts(gateway.lines("p1", "r1")) == ["牛奶"]


async def test_the_id_of_somebody_elses_message_is_refused(gateway):
    await ask(gateway, "牛奶", message_id="u-1")
    with pytest.raises(ValueError, match="taken"):
        await gateway.say("p2", "小李", "r1", False, "酱油", message_id="u-1")


@pytest.mark.parametrize("text", ["", "  \n"])
async def test_nothing_said_is_refused(gateway, text):
    with pytest.raises(ValueError, match="nothing"):
        await ask(gateway, text)


async def test_a_letter_tried_twice_is_shown_once(gateway):
    assert await gateway.arrived(letter()) is None
    sent = await gateway.send(letter())
    assert await gateway.send(letter()) == sent == await gateway.arrived(letter())
    assert texts(gateway.lines("p1", "r1")) == ["记下了 #1"]


async def test_a_letter_shown_before_a_restart_is_not_shown_again(open_gateway):
    sent = await open_gateway().send(letter())
    again = open_gateway()
    assert await again.arrived(letter()) == sent
    assert await again.send(letter()) == sent
    assert len(again.lines("p1", "r1")) == 1


async def test_a_bot_that_starts_over_is_not_taken_for_its_former_self(gateway):
    await gateway.send(letter(1, text="记下了 #1"))
    await gateway.send(letter(1, text="你好"))
    assert texts(gateway.lines("p1", "r1")) == ["记下了 #1", "你好"]


@pytest.mark.parametrize(
    ("kind", "alarm"), [("emergencies.medical", True), ("offering.invite_urgent", False)]
)
async def test_only_an_emergency_strikes_the_eye(gateway, kind, alarm):
    await gateway.send(letter(kind=kind, urgent=True))
    assert gateway.lines("p1", "r1")[0].alarm is alarm


async def test_quoting_the_bot_is_talking_to_it(gateway):
    said = await gateway.send(letter(text="#3 谁能去?"))
    await gateway.say("p2", "小李", "r1", False, "我来", quotes=said)
    (message,) = await take(gateway.messages(), 1)
    assert (message.quotes, message.quoted_text, message.to_bot) == (said, "#3 谁能去?", True)


async def test_a_quote_from_another_conversation_is_refused(gateway):
    secret = await gateway.say("p2", "小李", "p2", True, "5楼502")
    with pytest.raises(ValueError, match="quote"):
        await ask(gateway, "什么?", quotes=secret)


@pytest.mark.parametrize("text", ["@邻帮 谁值班", "@Linbang who is on duty"])
async def test_naming_the_bot_in_a_group_is_talking_to_it(gateway, text):
    await ask(gateway, text)
    (message,) = await take(gateway.messages(), 1)
    assert message.to_bot


async def test_people_see_their_groups_and_their_own_talk_with_the_bot(gateway):
    heard = gateway.listen("p2", after=0)
    await ask(gateway, "楼里的")
    await gateway.say("p1", "王奶奶", "p1", True, "只跟你说")
    await gateway.say("p3", "老张", "r2", False, "隔壁的")
    await gateway.send(letter(1, "p2", "请您去一趟", mentions=("p2",)))
    assert texts(await take(heard, 3)) == ["楼里的", "隔壁的", "请您去一趟"]
    with pytest.raises(PermissionError):
        gateway.lines("p3", "r1")
    with pytest.raises(PermissionError):
        gateway.lines("p2", "p1")


async def test_listening_begins_with_what_is_new(gateway):
    await ask(gateway, "从前")
    heard = gateway.listen("p1")
    waiting = anext(heard)
    await ask(gateway, "现在")
    assert (await waiting).text == "现在"


async def test_older_lines_are_turned_back_to_by_page(gateway):
    for number in range(5):
        await ask(gateway, str(number))
    newest = gateway.lines("p1", "r1", 2)
    assert texts(newest) == ["3", "4"]
    assert texts(gateway.lines("p1", "r1", 2, before=newest[0].seq)) == ["1", "2"]


async def test_who_was_written_to_is_told_without_the_words(gateway):
    stirs = gateway.stirs()
    assert await anext(stirs) == {}
    await gateway.send(letter(1, "p2", "请您去一趟"))
    await gateway.send(letter(2, "r1", "大家好"))
    assert await anext(stirs) == {"p2": 1}


@pytest.mark.parametrize(
    "text", ["字" * 10_000, "\u202eמה שלומך", "a\u200bb\x00\x07", "👩‍👩‍👧‍👦", "<b onclick=x>'\";--"]
)
async def test_odd_words_are_kept_as_they_are(gateway, text):
    await ask(gateway, text)
    assert texts(gateway.lines("p1", "r1")) == [text]


async def test_half_a_character_does_no_harm(gateway):
    await ask(gateway, "a\ud800b")
    assert texts(gateway.lines("p1", "r1")) == ["a\ufffdb"]


def test_the_file_with_private_talks_is_for_its_owner_alone(open_gateway, tmp_path):
    open_gateway()
    assert (tmp_path / "local.db").stat().st_mode & 0o077 == 0
