"""What reaches many is asked first: who said yes, where, and to what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.understanding.recast import recast
from bot.understanding.talk import Talk
from handlers import asking_first
from handlers.kit import Context, Effect, Message, Say, Word
from handlers.policy import Policy
from handlers.reading import Reading
from storage.db import Transaction
from storage.people import Person
from storage.questions import Question
from storage.rooms import Room

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)


@asking_first.confirmed("flood_them")
def flood(ctx: Context) -> Iterator[Effect]:
    yield ctx.reply("hello.flooded", count=ctx.asked.data["count"])


def heard(text: str, *, private: bool = True, elsewhere: bool = False) -> Context:
    """Somebody who was asked says this."""
    room = Room(id=7, gateway="paper", external="r", name="r", private=private)
    asked_in = 8 if elsewhere else 7
    times: dict[str, Any] = {"asked_at": NOW, "until": NOW + asking_first.WAIT}
    question = Question(id=1, person_id=3, room_id=asked_in, kind="flood_them", **times)
    question.data = {"count": 3}
    message = Message("paper", "m", "r", "p", "n", text, NOW, NOW)
    return Context(
        Transaction.__new__(Transaction),
        NOW,
        Policy(),
        recast(Reading(), text, Talk(asked="yes_no")),
        message,
        Person(id=3, name="n", joined_at=NOW),
        room,
        question=question,
    )


def decided(ctx: Context) -> list[Effect] | None:
    """What comes of it; None if it is no answer at all."""
    mark = flood.marks[0]  # type: ignore[attr-defined]
    return list(flood(ctx)) if mark.fits(ctx) else None


@pytest.mark.parametrize("text", ["确认", "@邻帮 确认。", "Confirm", "确认发送"])
@pytest.mark.parametrize("private", [True, False])
def test_a_plain_yes_does_it(text: str, private: bool) -> None:
    done = decided(heard(text, private=private))
    assert done is not None
    assert isinstance(done[0], Say)
    assert (done[0].key, done[0].values) == ("hello.flooded", {"count": 3})


@pytest.mark.parametrize("text", ["取消", "不确认", "cancel", "Don't confirm"])
@pytest.mark.parametrize("private", [True, False])
def test_a_plain_no_leaves_it(text: str, private: bool) -> None:
    done = decided(heard(text, private=private))
    assert done is not None
    assert isinstance(done[0], Say)
    assert done[0].key == "asking_first.dropped"


def test_a_nod_counts_only_where_it_can_be_meant_for_nobody_else() -> None:
    assert decided(heard("好的"))
    assert decided(heard("好的", private=False)) is None
    assert decided(heard("今天天气真好")) is None


def test_what_was_asked_elsewhere_is_not_decided_here() -> None:
    assert decided(heard("确认", elsewhere=True)) is None


def test_what_is_shown_waits_for_the_answer_with_its_data() -> None:
    asked = asking_first.ask(heard(""), "flood_them", Word("x.y"), ref=4, data={"count": 3})
    assert (asked.question, asked.ref, asked.data) == ("flood_them", 4, {"count": 3})
    assert asked.person_id == 3
    assert asked.wait == asking_first.WAIT
