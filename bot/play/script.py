"""Reads a ``.chat`` file into turns; everything wrong is told at once, by file and line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from bot.play import grammar
from bot.play.deeds import deed
from bot.play.steps import (
    BadScript,
    Death,
    Deed,
    Expected,
    Lines,
    Newcomer,
    Said,
    Script,
    Talk,
    Turn,
)
from bot.play.tags import tag, tagged

_HEADERS = {
    "world": "world|compound|世界|小区",
    "import": "import|导入",
    "guides": "guides|问答",
    "start": "start|starts|begin|开始|起始|时间",
    "lang": "lang|language|语言",
    "room": "room|group|群|默认群",
    "without": "without|不含|去掉",
    "set": "set|setting|settings|policy|设置|设",
    "person": "person|people|newcomer|人|人物|居民|新人",
}
_LANGS = {"zh": "zh", "chinese": "zh", "中文": "zh", "en": "en", "english": "en", "英文": "en"}
_DEATHS: dict[str, Death] = {
    "die recording": "recording",
    "die sending": "sending",
    "die marking": "marking",
}
_AT_ONCE = r"at once|at the same (?:instant|time|moment)|same instant|together|同时|同一时刻"


def parse(path: Path) -> Script:
    """The transcript in a file. Raises BadScript."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as wrong:
        raise BadScript([f"{path}: cannot be read: {wrong}"]) from wrong
    return parse_text(text, path)


def parse_text(text: str, path: Path = Path("talk.chat")) -> Script:
    """The transcript in a text; ``path`` is only its name, and where its imports are."""
    reader = _Reader(Script(path, text.splitlines()))
    reader.read()
    if reader.problems:
        raise BadScript(reader.problems)
    return reader.script


@dataclass(slots=True)
class _Reader:
    script: Script
    problems: list[str] = field(default_factory=list)
    text_of: Said | Expected | None = None
    """What an indented line goes on with."""
    block: str | None = None
    """In an ``(at once)`` block: the indentation of its lines."""

    def read(self) -> None:
        for number, line in enumerate(self.script.lines, 1):
            try:
                self._line(line.rstrip(), number)
            except ValueError as wrong:
                self.problems.append(f"{self.script.path}:{number}: {wrong}")
                self.text_of = None
        for said in (one for turn in self.script.turns for one in _said(turn)):
            try:
                said.text = grammar.unescape(said.text)
            except ValueError:
                self.problems.append(f"{self.script.where(said.at)}: no such letter as after \\U")

    def _line(self, line: str, number: int) -> None:
        indent = line[: len(line) - len(line.lstrip())]
        if not line.strip():
            self.text_of, self.block = None, None
        elif line.startswith("#"):
            pass
        elif self.text_of is not None and indent and indent != self.block:
            # The words are unescaped at the very end, together.
            self.text_of.text += "\n" + line.strip()
            self.text_of.at.last = self.script.turns[-1].at.last = number
        else:
            self._step(line.strip(), indent, number)

    def _step(self, line: str, indent: str, number: int) -> None:
        at = Lines(number, number)
        self.text_of = None
        if line[0] in "?？":
            self._looks(line[1:], at)
        elif line[0] in "(（" and (found := re.fullmatch(r"[(（](.*)[)）]\s*[.。:：]?", line)):
            self._bracket(found[1].strip(), at)
        elif line[0] in "&＆":
            self._speech(line[1:].strip(), at, joined=True)
        elif not self._header(line, at):
            in_block = self.block is not None
            if in_block and not self.block and indent:
                self.block = indent
            self._speech(line, at, joined=in_block)

    def _header(self, line: str, at: Lines) -> bool:
        """Whether this was a heading, now set."""
        name, colon, value = (
            part.strip() for part in re.sub("：", ":", line, count=1).partition(":")
        )
        key = next(
            (k for k, words in _HEADERS.items() if re.fullmatch(words, name, re.IGNORECASE)), None
        )
        if key is None or not colon:
            self._no_typo(name)
            return False
        if key == "person":
            self._person(Newcomer(at, value))
        elif self.script.turns:
            raise ValueError(f"`{name}:` stands before the first line that is said")
        elif not value:
            raise ValueError(f"`{name}:` says nothing")
        else:
            self._set(key, value, at.first)
        return True

    def _person(self, newcomer: Newcomer) -> None:
        if self.script.turns:
            self._turn(Turn(newcomer, newcomer.at))
        else:
            self.script.people.append(newcomer)

    def _no_typo(self, name: str) -> None:
        words = [word for words in _HEADERS.values() for word in words.split("|") if len(word) > 4]
        close = get_close_matches(name.lower(), words, 1, 0.8)
        if close and not self.script.turns:
            raise ValueError(f"`{name}:` is no heading; did you mean `{close[0]}:`?")

    def _set(self, key: str, value: str, number: int) -> None:
        script = self.script
        match key:
            case "set":
                script.settings += [(number, value)] if "=" in value else []
            case "world":
                script.world = value
            case "import":
                script.imported, script.world = value, None
            case "guides":
                script.guides = value
            case "start":
                script.start = value
            case "lang":
                script.lang = _LANGS.get(value.lower())
                if script.lang is None:
                    raise ValueError("`lang:` is zh or en")
            case "room":
                script.room = value
            case "without":
                script.without += [one for one in re.split(r"[,，、\s]+", value) if one]

    def _turn(self, turn: Turn) -> None:
        self.script.turns.append(turn)
        self.block = None

    def _last(self, at: Lines) -> Turn:
        """The turn that expectations and looks belong to; the bot may speak before anybody."""
        if not self.script.turns:
            self._turn(Turn(None, Lines(at.first - 1, at.first - 1)))
        return self.script.turns[-1]

    def _looks(self, words: str, at: Lines) -> None:
        self._last(at).looks.append(grammar.look(words, at))
        self.block = None

    def _bracket(self, words: str, at: Lines) -> None:
        if re.fullmatch(_AT_ONCE, words, re.IGNORECASE):
            self._turn(Turn(Talk([]), at))
            self.block = ""
            return
        doing = deed(words)
        if doing is None:
            raise ValueError(
                f"`({words})` is not understood: write a time such as (5 min later), (at 08:30),"
                " (next morning); (kill), (restart); or put a remark after #"
            )
        what = doing.what if isinstance(doing, Deed) else ""
        if what in {"anything", "silence"}:
            last = self._last(at)
            last.loose = last.loose or what == "anything"
        elif what in _DEATHS:
            self._dies(_DEATHS[what], at)
        else:
            self._turn(Turn(doing, at))

    def _dies(self, before: Death, at: Lines) -> None:
        turn = self.script.turns[-1] if self.script.turns else None
        if turn is None or not isinstance(turn.doing, Talk) or turn.expected or turn.looks:
            raise ValueError(
                "stands directly after the line that is being handled when the bot is killed"
            )
        turn.doing.death = before
        turn.at.last = at.last

    def _speech(self, line: str, at: Lines, *, joined: bool) -> None:
        parts = grammar.split_line(line)
        if parts is None:
            raise ValueError(
                "is not understood: write `Name: words`, `bot: words`, `(5 min later)`,"
                " `? #3 state = open` or `# remark`; a second line of the same message is indented"
            )
        head, text = grammar.head(parts[0]), parts[1]
        if head.is_bot:
            self.block = None
            self._expected(head, text, at)
            return
        said = Said(at, head.who, text, head.room, head.private, head.quotes, head.mentions)
        tagged(said, head.tags)
        turn = self.script.turns[-1] if self.script.turns else None
        if not joined:
            turn = Turn(Talk([]), Lines(at.first, at.last))
            self._turn(turn)
        elif turn is None or not isinstance(turn.doing, Talk) or turn.expected or turn.looks:
            raise ValueError("`&` joins a line to the one said directly before it")
        if isinstance(turn.doing, Talk):
            turn.doing.lines.append(said)
        turn.at.last, self.text_of = at.last, said

    def _expected(self, head: grammar.Head, text: str, at: Lines) -> None:
        photos = None
        for words in head.tags:
            kind, value = tag(words)
            if kind not in {"photo", "photos"}:
                raise ValueError(f"the bot cannot be expected to do [{words}]")
            photos = int(value) if kind == "photos" else (photos or 0) + 1
        one = Expected(at, text, head.to, head.room, head.mentions, photos)
        self._last(at).expected.append(one)
        self.text_of = one


def _said(turn: Turn) -> list[Said]:
    return turn.doing.lines if isinstance(turn.doing, Talk) else []
