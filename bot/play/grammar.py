"""The words of one line of a transcript: who speaks where, what happens, what is looked at."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.play.steps import Lines, Look

BOT = r"bot|机器人|邻帮|linbang"
_PRIVATE = re.compile(
    rf"\s*(?:(?:\bto|→|->|对|给)\s*(?:the\s+)?(?:{BOT})(?:说|私聊)?|[(（]?\s*(?:私聊|私下|privately|private|dm)"
    rf"\s*(?:{BOT})?\s*[)）]?)\s*$",
    re.IGNORECASE,
)
_ROOM = re.compile(
    r"(?:\s+in\s+(?P<en>[^>]+?)|(?:\s+在\s*|在(?=\S*(?:楼|栋|幢|群)))(?P<zh>[^>]+?)(?:群里|群中|群)?(?:说)?)\s*$",
    re.IGNORECASE,
)
_TAG = re.compile(r"\[([^\[\]]*)\]|【([^【】]*)】")
_QUOTE = re.compile(r"\s*[>＞]\s*|\s+(?:quoting|引用|回复)\s*")
_MENTIONS = re.compile(r"\s*[@＠](\S+(?: (?![@＠])\S+)*)")
_EXPECTED = re.compile(
    rf"^(?:{BOT})\s*(?:(?:\bto|→|->|对|给|私聊)\s*(?P<to>[^@＠]+?)(?:说)?"
    r"|(?:\bin|在)\s*(?P<room>[^@＠]+?)(?:群里|群)?(?:说)?)?\s*$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Head:
    """What stands before the colon."""

    who: str
    is_bot: bool = False
    to: str | None = None
    room: str | None = None
    private: bool = False
    quotes: str | None = None
    mentions: tuple[str, ...] = ()
    tags: list[str] = field(default_factory=list)


def split_line(line: str) -> tuple[str, str] | None:
    """The part before the first colon that is in no brackets or quotation marks, and the rest."""
    depth, quoted = 0, False
    for at, letter in enumerate(line):
        if letter == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif letter in "[【(（":
            depth += 1
        elif letter in "]】)）":
            depth -= 1
        elif letter in ":：" and depth <= 0:
            return line[:at].strip(), line[at + 1 :].strip()
    return None


def head(words: str) -> Head:
    """Read what stands before the colon; ValueError says what is wrong with it."""
    tags = [(one or other).strip() for one, other in _TAG.findall(words)]
    words = _TAG.sub(" ", words).strip()
    if re.match(rf"(?:{BOT})(?![\w])", words, re.IGNORECASE):
        return _bot_head(words, tags)
    speaker, *quoted = _QUOTE.split(words, maxsplit=1)
    made = Head("", tags=tags)
    speaker = _places(made, speaker)
    if quoted:
        made.quotes = _places(made, quoted[0]).strip(' "“”「」')
        if not made.quotes:
            raise ValueError(
                'quotes nothing: write `小李 > #3: 我来`, `> bot`, `> 王奶奶` or `> "words"`'
            )
    if found := re.search(r"\s+to\s+(.+)$|\s*(?:→|->)\s*(.+)$", speaker):
        other = found[1] or found[2]
        raise ValueError(f"the bot hears no talk between people: write `to bot`, not `to {other}`")
    made.mentions = tuple(name.strip() for name in _MENTIONS.findall(speaker))
    made.who = _MENTIONS.sub("", speaker).strip()
    if not made.who:
        raise ValueError("nobody speaks here: write `Name: words`")
    return made


def _places(made: Head, words: str) -> str:
    """Take ``to bot`` and ``in 2号楼`` off the end."""
    while True:
        if found := _PRIVATE.search(words):
            made.private = True
        elif found := _ROOM.search(words):
            made.room = (found["en"] or found["zh"]).strip()
        else:
            return words.strip()
        words = words[: found.start()]


def _bot_head(words: str, tags: list[str]) -> Head:
    mentions = tuple(name.strip() for name in _MENTIONS.findall(words))
    found = _EXPECTED.match(_MENTIONS.sub("", words).strip())
    if found is None:
        raise ValueError("write `bot: words`, `bot to 小李: words` or `bot in 2号楼: words`")
    to, room = (found[name].strip() if found[name] else None for name in ("to", "room"))
    return Head("bot", is_bot=True, to=to, room=room, mentions=mentions, tags=tags)


_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_NAMED = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "s": " "}


def unescape(text: str) -> str:
    r"""``\n``, ``\t``, ``\s`` (space), ``\u200b``, ``\U0001f600``, ``\x07``; others as is."""

    def meant(found: re.Match[str]) -> str:
        code = found[1]
        if code[0] in "uUx" and len(code) > 1:
            return chr(int(code[1:], 16))
        return _NAMED.get(code, code)

    meant_all = _ESCAPE.sub(meant, text)
    # Halves of one letter belong together; a lone half is none, as on any platform.
    return meant_all.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


_OPERATORS = r"!~|!=|>=|<=|≥|≤|≠|=|＝|~|\bcontains\b|\bhas\b|不含|包含"
_PART = re.compile(
    rf"\s*(?P<field>[^=<>!~＝≥≤≠]*?)\s*(?P<op>{_OPERATORS})\s*(?P<value>.*?)\s*$", re.DOTALL
)
_NEXT = re.compile(rf"\s*[,，;；]\s*(?=[^,，;；=]*?(?:{_OPERATORS}))")
_SUBJECT = re.compile(r"(?P<subject>[#＃]\s*\d+|\S+)\s*(?P<rest>.*)", re.DOTALL)
_SAME = {
    "＝": "=",
    "≥": ">=",
    "≤": "<=",
    "≠": "!=",
    "contains": "~",
    "has": "~",
    "包含": "~",
    "不含": "!~",
}


def look(words: str, at: Lines) -> Look:
    """``#3 state = claimed, holder = 小李``; ValueError if it is nothing to look at."""
    found = _SUBJECT.fullmatch(words.strip())
    if found is None:
        raise ValueError("looks at nothing: write `? #3 state = claimed` or `? stock 3号楼`")
    subject, rest = found["subject"].replace(" ", "").replace("＃", "#"), found["rest"]
    if not re.search(_OPERATORS, rest):
        return Look(at, subject, [(rest.strip(), "", "")])
    parts = []
    for part in _NEXT.split(rest):
        one = _PART.fullmatch(part)
        if one is None:
            raise ValueError(f"cannot compare `{part.strip()}`: write `field = value`")
        op = _SAME.get(one["op"], one["op"])
        parts.append((one["field"].strip(), op, one["value"].strip("`\"' ")))
    return Look(at, subject, parts)
