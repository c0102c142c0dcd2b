"""What a transcript is made of: turns, each one thing that happens and what the bot then says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal, TypeAlias

from bot.play.waits import Wait


class BadScript(Exception):  # noqa: N818  it is what the writer is told
    """Everything wrong with a transcript: ``file:line: what, and how to mend it``, one a line."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


Death = Literal["recording", "sending", "marking"]
"""Before what the bot is killed: noting the message, sending the answer, noting it as sent."""


@dataclass(slots=True)
class Lines:
    """Where something stands in the file: its first and last line, counted from 1."""

    first: int
    last: int


@dataclass(slots=True)
class Said:
    """Somebody says something; ``room`` names a group, None is their own."""

    at: Lines
    who: str
    text: str
    room: str | None = None
    private: bool = False
    quotes: str | None = None
    mentions: tuple[str, ...] = ()
    photos: list[str] = field(default_factory=list)
    voice: bool = False
    twice: bool = False
    again: bool = False
    late: timedelta = timedelta()
    repeat: int = 1
    times: int = 1


@dataclass(slots=True)
class Talk:
    """Lines said at the same instant (mostly one), and a death in the middle of handling them."""

    lines: list[Said]
    death: Death | None = None


@dataclass(slots=True)
class Newcomer:
    """Somebody registered: the words after ``person:``."""

    at: Lines
    words: str


@dataclass(slots=True)
class Deed:
    """Something done to the bot or the road to it; ``who`` and ``wait`` where it needs them."""

    what: str
    who: str | None = None
    wait: Wait | None = None


Doing: TypeAlias = Talk | Wait | Deed | Newcomer


@dataclass(slots=True)
class Expected:
    """A line the bot should say. ``to``: a person; ``room``: a group; neither: where the talk is.

    ``any_number``: any lines or none in that conversation (``bot: *``).
    """

    at: Lines
    text: str
    to: str | None = None
    room: str | None = None
    mentions: tuple[str, ...] = ()
    photos: int | None = None

    @property
    def any_number(self) -> bool:
        return self.text == "*"


@dataclass(slots=True)
class Look:
    """A look at what the bot remembers: ``subject`` and, where it is compared, its parts."""

    at: Lines
    subject: str
    parts: list[tuple[str, str, str]]
    """``(field, operator, value)``; no parts: just show it."""


@dataclass(slots=True)
class Turn:
    """One thing that happens; then what is expected of the bot, and looks at its memory."""

    doing: Doing | None
    at: Lines
    expected: list[Expected] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    loose: bool = False
    """Whatever else the bot says in this turn does not matter."""


@dataclass(slots=True)
class Script:
    """A whole transcript."""

    path: Path
    lines: list[str]
    world: str | None = "xingfuli"
    imported: str | None = None
    guides: str | None = None
    start: str = "2026-03-02 10:00"
    lang: str | None = None
    room: str | None = None
    without: list[str] = field(default_factory=list)
    settings: list[tuple[int, str]] = field(default_factory=list)
    people: list[Newcomer] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)

    def where(self, at: Lines) -> str:
        return f"{self.path}:{at.first}"
