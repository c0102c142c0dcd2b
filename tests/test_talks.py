"""Talks of three: in a group made for them, or relayed by the bot where there can be none."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine as Database

from bot.carry import carry_out
from bot.gateways.base import Letter
from handlers import talks as talking
from handlers.kit import Befriended, Both, Context, Photo
from handlers.policy import Policy
from storage import people, talks
from storage.db import Transaction
from storage.errands import ERRAND
from tests.paper_wechat import Quarter, kinds, lived_in


@pytest.fixture
async def quarter(database: Database) -> AsyncIterator[Quarter]:
    async with lived_in(database) as here:
        await here.bound()
        for account, words in (("wang", "王秀，3号楼602"), ("zhou", "周平，3号楼101")):
            await here.happens(Befriended, sender=account, sender_name=account)
            await here.says(account, words)
        yield here


async def _opens(quarter: Quarter) -> list[Letter]:
    """A feature brings the two together about #7."""
    members = [(await quarter.person(one)).id for one in ("wang", "zhou")]  # type: ignore[union-attr]

    def begin(tx: Transaction) -> int:
        ctx = Context(tx, quarter.clock.now(), Policy())
        title, opening = Both("问诊 #7", "Consultation #7"), "talks.together"
        effects = talking.open_talk(ctx, "consult", 7, members, title, opening)
        return carry_out(ctx, effects, quarter.app.words)

    return await quarter._sent(lambda: quarter.app.engine.write(begin))


async def _state(quarter: Quarter) -> str:
    found = await quarter.looks(lambda tx: talks.get(tx, 1))
    return str(found.state)


async def test_a_group_of_three_is_made_and_opened(quarter: Quarter) -> None:
    [opening] = await _opens(quarter)
    assert quarter.wechat.did == [("make_room", "wang", "zhou", "问诊 #7")]
    assert (opening.conversation, opening.private) == ("made-1@room", False)
    assert opening.mentions == ("wang", "zhou")
    assert await _state(quarter) == "in_room"


async def test_people_talk_there_and_the_bot_is_silent(quarter: Quarter) -> None:
    await _opens(quarter)
    for words in ("医生您好,孩子发烧了,要买什么药?", "有没有退烧药", "家里下水道堵了", "好的谢谢"):
        assert await quarter.says("wang", words, room="made-1@room") == []
    danger = await quarter.says("wang", "我胸口痛,喘不上气", room="made-1@room")
    assert "120" in danger[0].text
    assert kinds(await quarter.says("zhou", "结束对话", room="made-1@room")) == ["talks.over"]
    assert await _state(quarter) == "over"


async def test_where_no_group_can_be_made_words_are_relayed(quarter: Quarter) -> None:
    quarter.wechat.refusing.add("make_room")
    letters = await _opens(quarter)
    assert sorted((one.conversation, one.kind) for one in letters) == [
        ("wang", "talks.relayed"),
        ("wang", "talks.together"),
        ("zhou", "talks.relayed"),
        ("zhou", "talks.together"),
    ]
    photo = Photo("ab" * 32, "image/jpeg")
    [there] = await quarter.says("wang", "孩子发烧了,要买退烧药吗?", photos=(photo,))
    assert (there.conversation, there.text) == ("zhou", "王秀：孩子发烧了,要买退烧药吗?")
    assert there.photos == (photo,)
    [back] = await quarter.says("zhou", "多少度?")
    assert (back.conversation, back.text) == ("wang", "周平：多少度?")
    [again] = await quarter.says("wang", "39度")
    assert again.conversation == "zhou"
    over = await quarter.says("wang", "结束对话")
    assert sorted(one.conversation for one in over) == ["wang", "zhou"]
    assert "#1" in (await quarter.says("wang", "谁能帮我带两盒牛奶?"))[0].text


async def test_people_do_not_wait_long_for_a_group_that_does_not_come(quarter: Quarter) -> None:
    quarter.wechat.failing.add("make_room")
    assert await _opens(quarter) == []
    letters = await quarter.passes(timedelta(seconds=10))
    assert kinds(letters).count("talks.relayed") == 2
    assert await _state(quarter) == "relayed"


async def test_danger_is_heard_in_the_middle_of_a_relayed_talk(quarter: Quarter) -> None:
    quarter.wechat.refusing.add("make_room")
    await _opens(quarter)
    danger = await quarter.says("wang", "我胸口痛,喘不上气")
    assert "120" in danger[0].text
    assert "talks.said" not in kinds(danger)


async def test_what_is_said_in_a_group_is_not_relayed(quarter: Quarter) -> None:
    quarter.wechat.refusing.add("make_room")
    await _opens(quarter)
    assert await quarter.says("wang", "今天天气真好", room="b3@room") == []


async def test_relayed_words_are_forgotten_a_day_later(quarter: Quarter) -> None:
    quarter.wechat.refusing.add("make_room")
    await _opens(quarter)
    await quarter.says("wang", "我有糖尿病")
    await quarter.passes(timedelta(days=2))
    found = await quarter.looks(
        lambda tx: tx.connection.exec_driver_sql(
            "SELECT text FROM outbox WHERE kind = 'talks.said'"
        ).all()
    )
    assert [row[0] for row in found] == [""]


async def test_a_group_is_never_made_twice(quarter: Quarter) -> None:
    """Stopped in the middle of making it: nobody knows, so the words are relayed."""

    def stopped(tx: Transaction) -> None:
        people = [one.person_id for one in tx.rows(talks.Talker, talks.TALKER.select())]
        assert people

    members = [(await quarter.person(one)).id for one in ("wang", "zhou")]  # type: ignore[union-attr]

    def half_done(tx: Transaction) -> None:
        ctx = Context(tx, quarter.clock.now(), Policy())
        title = Both("问诊 #7")
        effects = talking.open_talk(ctx, "consult", 7, members, title, "talks.together")
        carry_out(ctx, effects, quarter.app.words)
        tx.run(ERRAND.update().values(state="doing", tries=1))

    await quarter.app.engine.write(half_done)
    await quarter.app.engine.write(stopped)
    for worker in quarter.app.errands:
        await worker.recover()
    await quarter.app.settle()
    assert quarter.wechat.did == []
    assert await _state(quarter) == "relayed"


async def test_the_same_two_are_not_brought_together_twice(quarter: Quarter) -> None:
    await _opens(quarter)
    assert await _opens(quarter) == []


async def test_somebody_more_in_a_group_of_its_own_means_a_new_group(quarter: Quarter) -> None:
    await quarter.happens(Befriended, sender="sun", sender_name="sun")
    await quarter.says("sun", "孙强，3号楼201")
    await _opens(quarter)

    def widen(tx: Transaction) -> int:
        ctx, title = Context(tx, quarter.clock.now(), Policy()), Both("问诊 #7", "Consultation #7")
        guest = people.named(tx, "孙强")[0]
        return carry_out(ctx, talking.widen(ctx, talks.get(tx, 1), guest, title), quarter.app.words)

    moves, opening = await quarter._sent(lambda: quarter.app.engine.write(widen))
    assert (moves.kind, moves.conversation) == ("talks.moves", "made-1@room")
    assert quarter.wechat.did[-1] == ("make_room", "wang", "zhou", "sun", "问诊 #7")
    assert (opening.kind, opening.conversation) == ("talks.together", "made-2@room")
    assert await _state(quarter) == "over"
