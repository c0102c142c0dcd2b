"""Every line of how the bot must behave has transcripts in zh and en: what holds always (1), a
request's life (2), the medicine box (3), a check-in (4), duty (6)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CHATS = Path(__file__).parent / "chats"
_PARTS = ((1, 7), (2, 8), (3, 5), (4, 5))
LINES = [*(f"{part}.{line}" for part, last in _PARTS for line in range(1, last + 1)), "6"]
RUNGS = ["T", "T+30", "T+60", "T+90", "T+2h", "T+3h", "T+6h"]
"""The rows of a check-in's ladder, by their times."""
_NAMED = r"(?<![\d.])\d\.\d+(?![\d.])|^# 6(?= )|\bT(?:\+\d+h?)?(?![\w+])"
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def first_remark(path: Path) -> str:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((line for line in lines if line.startswith("#")), "")


def shown(line: str, *, chinese: bool) -> list[str]:
    """Transcripts whose first remark names the line, written in this language."""
    found = []
    for path in sorted(CHATS.rglob("*.chat")):
        remark = first_remark(path)
        named = line in [one.removeprefix("# ") for one in re.findall(_NAMED, remark)]
        if named and bool(_CHINESE.search(remark)) is chinese:
            found.append(path.name)
    return found


@pytest.mark.parametrize("line", [*LINES, *RUNGS])
@pytest.mark.parametrize("chinese", [True, False], ids=["zh", "en"])
def test_every_line_is_named_by_a_transcript_that_shows_it(line: str, chinese: bool) -> None:
    assert shown(line, chinese=chinese)
