"""What round brackets say: the bot is killed and started, the road breaks, time passes."""

from __future__ import annotations

import re

from bot.play import waits
from bot.play.steps import Deed

_BOT = r"(?:the )?(?:bot )?(?:is |was )?"
_ROAD = r"(?:(?:the )?(?:gateway|network)|网关|网络)"
_DEEDS: tuple[tuple[str, str, str], ...] = (
    (
        "anything",
        r"\.\.\.|…+|anything|whatever(?: else)?(?: the bot says)?",
        r"随便|其他不管|略",
    ),
    (
        "silence",
        r"silence|silent|nothing|the bot is silent",
        r"(?:机器人)?(?:安静|沉默|不说话|没有?回应)",
    ),
    (
        "die recording",
        r"kill(?:ed)? before (?:it )?(?:record|commit)\w*",
        r"(?:记录|记下|提交|保存)[之以]?前被?杀(?:死|掉)?",
    ),
    (
        "die sending",
        r"kill(?:ed)? before (?:it )?send\w*",
        r"(?:发送|发出|回复)[之以]?前被?杀(?:死|掉)?",
    ),
    (
        "die marking",
        r"kill(?:ed)? (?:while|during|in) sending",
        r"(?:发送|发出|回复)(?:时|中|途中)被?杀(?:死|掉)?",
    ),
    (
        "kill",
        _BOT + r"(?:kill(?:ed)?|crash(?:es|ed)?)",
        r"(?:机器人)?被?杀(?:死|掉)?|断电|(?:机器人)?崩溃",
    ),
    ("restart", _BOT + r"(?:re)?start(?:s|ed)?(?: again)?", r"(?:机器人)?(?:重启|重新启动|启动)"),
    ("stop", _BOT + r"stop(?:s|ped)?", r"(?:机器人)?(?:停止|停机|关机)"),
    ("down", _BOT + r"down(?: for)? (?P<wait>.+)", r"机器人(?:停机?|宕机|断线)了?(?P<wait2>.+)"),
    ("road down", _ROAD + r"(?: is| goes)? (?:down|off)", rf"{_ROAD}断(?:开|线)?了?|断网了?"),
    (
        "road up",
        _ROAD + r"(?: is| comes)? (?:up|on|back)(?: again)?",
        rf"{_ROAD}恢复了?|恢复网络|联网了?",
    ),
    (
        "accept",
        r"(?P<who>.+?) (?:takes|accepts) (?:direct|private) messages again",
        r"(?P<who2>.+?)\s*(?:恢复|又)接?收私信了?",
    ),
    (
        "refuse",
        r"(?P<who>.+?) (?:takes|accepts) no (?:direct|private) messages",
        r"(?P<who2>.+?)\s*(?:拒收|不收|收不到)私信",
    ),
    ("refuse", r"no (?:direct|private) messages to (?P<who>.+)", r"不能给(?P<who2>.+?)发私信"),
    (
        "jump",
        r"(?:the )?clock jumps(?: ahead| forward)?(?: by| to)? (?P<wait>.+)",
        r"时钟(?:跳|快进)(?:到|过|了)?(?P<wait2>.+)",
    ),
)
"""What happens, as it is written in English and in Chinese."""


def deed(words: str) -> Deed | waits.Wait | None:
    """What the words in round brackets mean, or None."""
    plain = words.strip().rstrip("。!！") if not re.fullmatch(r"[.…]+", words.strip()) else words
    for what, *languages in _DEEDS:
        for pattern in languages:
            if found := re.fullmatch(pattern, plain.strip(), re.IGNORECASE):
                return _deed(what, found)
    return waits.read(words)


def _deed(what: str, found: re.Match[str]) -> Deed | None:
    groups = {name: value for name, value in found.groupdict().items() if value}
    who = groups.get("who") or groups.get("who2")
    span = groups.get("wait") or groups.get("wait2")
    if span is None:
        return Deed(what, who)
    wait = waits.read(span) or waits.read(f"wait {span}")
    return Deed(what, who, wait) if wait else None
