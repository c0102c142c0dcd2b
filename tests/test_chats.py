"""Every transcript under tests/chats is played and must go as it is written."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from bot.play import parse, run, show

CHATS = Path(__file__).parent / "chats"
FILES = sorted(CHATS.rglob("*.chat"))


@pytest.mark.parametrize("path", FILES, ids=[str(path.relative_to(CHATS)) for path in FILES])
async def test_the_talk_goes_as_it_is_written(path: Path) -> None:
    played = await run(parse(path))
    told = io.StringIO()
    if played.wrong:
        show.verdict(played, told)
    assert not played.wrong, told.getvalue()
