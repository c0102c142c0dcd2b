"""A line of a talk, said or sent, as it is shown and printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.play.steps import Said


@dataclass(frozen=True, slots=True)
class Line:
    """One line said or sent. ``sender`` None is the bot; ``key`` its text key; ``at`` local."""

    at: datetime
    id: str
    external: str
    conversation: str
    private: bool
    sender: str | None
    to: str | None
    mentions: tuple[str, ...]
    text: str
    key: str
    number: int | None = None
    photos: int = 0
    remark: str = ""

    def as_json(self) -> dict[str, Any]:
        """The line as ``play --json`` prints it."""
        return {
            "at": self.at.isoformat(),
            "conversation": self.conversation,
            "private": self.private,
            "from": self.sender or "bot",
            "to": self.to,
            "mentions": list(self.mentions),
            "text": self.text,
            "photos": self.photos,
            "kind": self.key,
            "number": self.number,
        }


def remark(said: Said, is_stranger: bool) -> str:
    late = f"said {round(said.late.total_seconds() / 60)} min ago" if said.late else ""
    quoting = f"quoting {said.quotes}" if said.quotes else ""
    marks = (
        "stranger" if is_stranger else "",
        quoting,
        "voice" if said.voice else "",
        "twice" if said.twice else "",
        late,
        f"{said.times} times" if said.times > 1 else "",
    )
    return ", ".join(mark for mark in marks if mark)
