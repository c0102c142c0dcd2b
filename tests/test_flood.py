"""However much one person says: others are served, danger is heard, and answers stay few."""

from __future__ import annotations

from bot.hearing import MOST_ANSWERS
from bot.play import parse_text, run


async def answers(talk: str) -> list[str]:
    played = await run(parse_text(talk))
    return [line.key for line in played.lines if line.sender is None]


async def test_the_same_question_over_and_over_is_answered_for_a_while() -> None:
    kinds = await answers("without: checkins\n" + "小张 to bot: 帮助\n" * 50)
    assert kinds == ["people.help"] * MOST_ANSWERS


async def test_danger_is_answered_behind_any_flood() -> None:
    flood = "小张 to bot: 帮助\n" * 50
    kinds = await answers(f"without: checkins\n{flood}小张 to bot: 我胸痛,喘不上气\n")
    assert "emergencies.medical" in kinds
    assert "emergencies.page" in kinds


async def test_a_minute_later_it_is_answered_again() -> None:
    flood = "小张 to bot: 帮助\n" * 50
    kinds = await answers(f"without: checkins\n{flood}(2 min later)\n小张 to bot: 帮助\n")
    assert len(kinds) == MOST_ANSWERS + 1
