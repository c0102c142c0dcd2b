"""Clean text from a raw chat message: one script, one width, quote, chain and mentions apart.

Everything after this module works on ``Plain.text``: NFKC, simplified, one line, no emoji, no
invisible characters, ASCII digits and ASCII ``,:;!?()`` (``。`` and ``、`` stay as they are).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from bot.understanding.trad import SIMPLIFIED

Lang = Literal["zh", "en"]
LIMIT = 4_000  # characters of one message that are read; nobody writes more by hand

# Most lines hold nothing else; they need no work beyond folding a few full-width signs. One class
# without the traditional characters, for the engine tests a class faster than a choice of two.
_USUAL = "".join(chr(c) for c in range(0x4E00, 0x9FA6) if chr(c) not in SIMPLIFIED)
_ODD = re.compile(f"[^{_USUAL}0-9A-Za-z ,.:;!?'()/~%+\\-。、“”…，！？：；（）～]")
_SIMPLER = {ord(trad): simp for trad, simp in SIMPLIFIED.items()}
_FOLD = re.compile("[，！？：；（）～…]")
_FOLDED = {"，": ",", "！": "!", "？": "?", "：": ":", "；": ";", "（": "(", "）": ")", "～": "~"}
# Signs that stand for one sign each, so that a place in one form is the place in the other.
_ALIKE = _SIMPLER | {ord(wide): narrow for wide, narrow in _FOLDED.items()}
_ALIKE |= {code: chr(code - 0xFEE0) for code in range(0xFF10, 0xFF5B)}
_FOLDED["…"] = "..."

_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
)
# One mark on a Latin letter is spelling (é typed in two); any other is decoration or abuse.
_ABUSE = re.compile(f"(?<![A-Za-z])[{_MARKS}]|(?<=[{_MARKS}])[{_MARKS}]")
_LOOSE = re.compile(f"[{_MARKS}]+")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffc\ud800-\udfff"
    "\U0001f3fb-\U0001f3ff\U000e0000-\U000e0fff]"
)
_MARKUP = re.compile(r"\x1b\[[\d;]{0,8}[A-Za-z]|[\x00-\x08\x0e-\x1f\x7f]|</?[A-Za-z][^<>\n]{0,40}>")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SPACES = re.compile(r"\s{2,}|[^\S ]")
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\u3030\u303d]"
    r"|\[(?:[\u4e00-\u9fff]{1,4}|[A-Z][a-z]{2,11})\](?!\()"
)
_NOT_EMOJI = frozenset(("[转]", "[转发]", "[图片]", "[链接]", "[语音]", "[视频]", "[聊天记录]"))
_SENTRY = re.compile(r"[「@#\[【转>*]|接龙|[Ff][Ww]|orward|扩散|\n")

_RULE = re.compile(r"」\s{0,8}(?:[-—–]\s?){3,60}\s{0,8}")
_QUOTED = re.compile(r"「([^:：「」\n]{1,60})[:：]")
_MENTION = re.compile(r"(?<![A-Za-z0-9._])@(所有人|all\b|[^\s@,，。!！?？:：]{1,32})\s?")
_WECHAT_MENTION = re.compile("@([^@\u2005\n]{1,40})\u2005")
_TOPIC = re.compile(r"(?<![A-Za-z0-9一二三四五六七八九十])#([^#\s\d][^#\n]{0,39})#(?!\d)")
_TAG = re.compile(r"(?<![A-Za-z0-9一二三四五六七八九十])#([A-Za-z_\u4e00-\u9fff][\w]{0,39})")
_FORWARD = re.compile(
    r"^[\s\[【(]{0,4}(?:转发(?!给|到|一下|我|吧)|转(?=[\]】):：])|转(?:自|载)|转群|代转|帮转|"
    r"帮朋友转|fwd?:|fw:"
    r"|forwarded)|\[聊天记录\]|//@|--- ?forwarded|forwarded (?:message|as received|many times)"
    r"|(?:代|帮)(?:邻居|朋友|群友|同事|别人|人)?转发?[:：,，]",
    re.IGNORECASE,
)
_LINE = re.compile(r"^\s{0,4}\d{1,3}\s?[.、)．]\s?(\S[^\n]{0,79})", re.MULTILINE)
_LATIN_WORD = re.compile(r"[A-Za-z]+")
_HAN = re.compile("[\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Plain:
    """A message ready to be read.

    ``quoted`` is (name, text) of the message replied to; ``chain`` the entries of a 接龙 list;
    ``mentions`` names without @; ``hashtags`` topics without #; ``emoji`` as they stood.
    """

    raw: str
    text: str
    quoted: tuple[str, str] | None = None
    forwarded: bool = False
    chain: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    emoji: tuple[str, ...] = ()
    lang: Lang = "zh"


def normalise(raw: str) -> Plain:
    """The plain form of ``raw``; characters beyond ``LIMIT`` are not read."""
    if _ODD.search(raw) is None and len(raw) <= LIMIT and "  " not in raw:
        text = _FOLD.sub(_fold, raw).strip() if not raw.isascii() else raw.strip()
        forwarded = ("转" in text or "/" in text or text[:1] in "fF") and _FORWARD.search(
            text
        ) is not None
        return Plain(raw, text, None, forwarded, (), (), (), (), _lang(text))
    return _slowly(raw)


def written(raw: str, words: str) -> str:
    """``words`` of a plain form as they stood in ``raw``: 听日 as 聽日; themselves if not found."""
    if words in raw:
        return words
    at = raw.translate(_ALIKE).find(words)
    return raw[at : at + len(words)] if at >= 0 else words


def lowered(text: str) -> str:
    """``text`` in lower case, of the same length."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _fold(found: re.Match[str]) -> str:
    return _FOLDED[found[0]]


def _slowly(raw: str) -> Plain:
    body = raw[:LIMIT].replace("\r\n", "\n").replace("\r", "\n")
    named: list[str] = []
    if "\u2005" in body:
        named, body = _take(_WECHAT_MENTION, body)
    mentions = [_clean(name) for name in named]
    quoted, body = _unquote(_script(body))
    if _SENTRY.search(body) is None:
        text, emoji = _line(body)
        return Plain(raw, text, quoted, False, (), tuple(mentions), (), emoji, _lang(text))
    forwarded = _FORWARD.search(body) is not None
    chain = _chain(body)
    tags: list[str] = []
    if "#" in body and not chain:
        tags, body = _take(_TOPIC, body)
        tags += _TAG.findall(body)
        body = _TAG.sub(r"\1", body)  # one # before a word is part of the sentence
    if "@" in body:
        named, body = _take(_MENTION, body)
        mentions += named
    text, emoji = _line(body)
    return Plain(
        raw, text, quoted, forwarded, chain, tuple(mentions), tuple(tags), emoji, _lang(text)
    )


def _take(pattern: re.Pattern[str], body: str) -> tuple[list[str], str]:
    """What ``pattern`` names in ``body``, and the body without it."""
    return [found.strip() for found in pattern.findall(body)], pattern.sub(" ", body)


def _script(body: str) -> str:
    """Marks and invisible characters out, NFKC, simplified."""
    body = _INVISIBLE.sub("", _MARKUP.sub("", body))
    body = _ABUSE.sub("", body)
    if not body.isascii():
        if len(body) <= 256:
            body = unicodedata.normalize("NFKC", body)
        else:  # in slices, for sorting one long run of marks takes time in its square
            body = "".join(
                unicodedata.normalize("NFKC", body[i : i + 128]) for i in range(0, len(body), 128)
            )
        body = _LOOSE.sub("", body)  # what made no letter with its neighbour
        body = body[:LIMIT].translate(_SIMPLER)  # one sign may have become eighteen
    return body


def _line(body: str) -> tuple[str, tuple[str, ...]]:
    """One line without emoji or control characters, and the emoji."""
    emoji = tuple(e for e in _EMOJI.findall(body)[:64] if e not in _NOT_EMOJI)
    if emoji:
        body = _EMOJI.sub(lambda m: m[0] if m[0] in _NOT_EMOJI else " ", body)
    body = _CONTROL.sub(" ", body)
    return _SPACES.sub(" ", body).strip(), emoji


def _clean(words: str) -> str:
    return _line(_script(words))[0]


def _unquote(body: str) -> tuple[tuple[str, str] | None, str]:
    """((name, text) quoted, reply); the last rule counts, for a quote may hold a quote."""
    start = body.lstrip()
    if not start.startswith("「"):
        return None, body
    rules = list(_RULE.finditer(start))
    if not rules:
        return None, body
    end = rules[-1]
    head = _QUOTED.match(start)
    if head is None or head.end() > end.start():
        return ("", _line(start[1 : end.start()])[0]), start[end.end() :]
    return (head[1].strip(), _line(start[head.end() : end.start()])[0]), start[end.end() :]


def _chain(body: str) -> tuple[str, ...]:
    """Entries of a chain list: one named so, or three short numbered lines and more."""
    if "\n" not in body:
        return ()
    entries = tuple(m[1].strip() for m in _LINE.finditer(body))
    if "接龙" in body:
        return entries
    return entries if len(entries) >= 3 and max(map(len, entries)) <= 20 else ()


def _lang(text: str) -> Lang:
    """``en`` if there are more Latin words than Chinese characters."""
    if text.isascii():
        return "en" if _LATIN_WORD.search(text) else "zh"
    if _LATIN_WORD.search(text) is None:
        return "zh"
    return "en" if len(_LATIN_WORD.findall(text)) > len(_HAN.findall(text)) else "zh"
