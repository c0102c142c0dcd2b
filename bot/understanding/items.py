"""Goods, services and faults of a message as items: as written, by name, how many."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from bot.understanding import sounds, things
from bot.understanding.amounts import Amount, amounts
from bot.understanding.lexicon import Entry, Hit, lexicon
from bot.understanding.normalise import Plain, written
from bot.understanding.signs import Plea, Span, tokens
from handlers.reading import Item

_BESIDE = ("代购", "处方药")
"""They say only how the goods named beside them are to come, or of what kind they are."""
_WATER = "水"
_MENDED = frozenset(("疏通下水道", "修水管", "通马桶"))
"""Where one of these is named, water is what the trouble is, and not what is wanted."""
_BRIEF = 14  # tokens: a message no longer than this names but what it asks for
_LIGHT = re.compile(
    "(?<=[\u4e00-\u9fff])(?:一下|一哈|下子|一次|一趟|几下|下|个|点|些)(?=[\u4e00-\u9fff])"
)
_EDGE = re.compile(
    r"^(?:the|an?|some|any|my|our|your|spare|extra|of)\s|^(?:多的|那种|[个点些的])(?=..)"
    r"|\s(?:please|pls|po)$|(?<=..)[的吗吧]$"
)
_ALTERED = re.compile("(?<=..)[改换][成为]?$")  # 鸡蛋|改成两盒
_NOTHING = re.compile(
    "[修换搬抬接喂遛教看弄通装做写查洗寄取]|[送带买借拿要给来捎匀帮][点个些下]?儿?|一下"
    "|医院|急诊|学校|银行|车站|机场"
)
# Where an unknown thing ends: 借个滴定管|用用, 琉璃瓦|吗.
_HAN_ON = re.compile(
    "[^\\W\\d_a-zA-Z吗呢吧啊呀么嘛借给用去来送到能可有没要我你他她谁哪的了着过在是就和跟或也都还先拿应急换不]{1,4}"
)
_ASKED = re.compile(
    "(?:有没有|有冇|谁有|谁家有|哪家有|哪个有|求购?|急需|需要|想要|想借|借|缺|匀)"
    "(?:[一两几]?[点些个只把台张条支瓶盒包袋块根件套])?"
    "(?:(?:多余|富余|闲置|多|备用|现成|没用)的)?"
    "(?P<zh>(?![的人会能啥空事谁哪大在朋邻认懂知了到不你我他她它这那一个车位]|什么|时间|办法|没有|帮|去|来)"
    "[\u4e00-\u9fff]{2,6}?)"
    "(?=[吗呢吧啊嘛,。?!、 ]|$|借|用|能|可以|给我|先)"
    r"|\b(?:any(?:one|body)|some(?:one|body)|who)(?:'s| here)? (?:got|have|has|with|get) "
    r"(?:(?:an?|any|some|spare|extra|the) ){0,2}(?P<en>[a-z][a-z'-]+(?: [a-z'-]+){0,2}?)"
    r"(?= (?:i|we|to|for|that|please|pls|going|handy|in|at|so|my|by|lying)\b|[?,.!]|$)"
)
# 送点|菜, fix my |tap: it is the greens and the tap that are named, not the errand.
_FETCH = re.compile("[送带买拿取捎][点些个]?|(?:fix|mend|repair) (?:my|our|the|a|this) ")
_MOVING = "搬东西"
_BETWEEN = re.compile(
    " (?:(?:an?|my|our|the|this) )?"
)  # carry |a| wardrobe: the carrying is wanted
_CLOSING = ")]》】%+"
_GOES_ON = "用给送不没要"
_HAN = re.compile("[\u4e00-\u9fff]")
_APART = re.compile("[,。;、!?]")
_ROW = re.compile(r"\s?(?:,|、|/|&|\+|和|跟|与|或|还有)\s?|\s(?:and|or|n|plus)\s|")
_TWICE = re.compile("(?P<like>[旧新])[\u4e00-\u9fff]{1,3}?(?=(?P=like))")  # 旧毛巾|旧毛衣
_VERB = re.compile("^[修换装搬抬洗喂遛陪接看带取拿送教做写填]")


def items_of(
    plain: Plain,
    low: str,
    hits: Sequence[Hit],
    topic: str = "",
    weights: things.Weights | None = None,
) -> tuple[Item, ...]:
    """Things asked for or offered in a message (``low`` in lower case), each once, in order.

    ``topic`` is its danger or category, if known.
    """
    text = plain.text
    counted = amounts(text)
    named = [hit for hit in hits if hit.entry.kind != "symptom"]
    words = [(hit.start, hit.end) for hit in named]
    bare = bool(words) and _nothing_else(low, [*words, *(one.span for one in counted)])
    plea = Plea(low, hits, counted, plain.lang, topic)
    found = words if bare else things.spans(plea, weights or things.shipped())
    if not found and len(tokens(low)) <= _BRIEF + 2 * len(counted):
        found = words
    if not found and (asked := _ASKED.search(low)) is not None:
        found = [asked.span("zh" if asked["zh"] else "en")]
    if not found and topic == "medicine" and len(named) == 1:
        found = words
    if not found and topic == "repair":
        found = [(hit.start, hit.end) for hit in hits if hit.entry.kind == "fault"]
    items: dict[str, Item] = {}
    for part in [part for span in found for part in _parted(low, *span, named)]:
        start, end = _trimmed(low, *_uncounted(*part, counted))
        if (
            start == end
            or (len(found) > 1 and _unit(start, end, counted))
            or _NOTHING.fullmatch(low, start, end)
        ):
            continue
        start, end, entry = _known(low, start, end, named)
        if entry is None:
            start, end = _whole(text, start, end, counted)
        name = _name(entry) if entry else _EDGE.sub("", text[start:end])
        if not name or name in items:
            continue
        near = None if entry and entry.kind != "thing" else _beside(text, start, end, counted)
        many, unit = (near.number, near.unit) if near else (None, None)
        items[name] = Item(written(plain.raw, text[start:end]), name, many, unit)
    if len(items) > 1:
        items = {name: item for name, item in items.items() if name not in _BESIDE} or items
        if not _MENDED.isdisjoint(items):
            items.pop(_WATER, None)
    return tuple(items.values())


def _parted(low: str, start: int, end: int, named: Sequence[Hit]) -> list[Span]:
    """The things of a span that is but a row of them: bread and eggs, 白菜土豆萝卜."""
    if (twice := _TWICE.match(low, start, end)) is not None:
        return [(start, twice.end()), (twice.end(), end)]
    row = [hit for hit in named if start <= hit.start < hit.end <= end]
    if len(row) < 2 or any(hit.entry.kind != "thing" for hit in row):
        return [(start, end)]
    gaps = [low[a.end : b.start] for a, b in pairwise(row)]
    if low[start : row[0].start].strip() or low[row[-1].end : end].strip():
        return [(start, end)]
    return [(h.start, h.end) for h in row] if all(map(_ROW.fullmatch, gaps)) else [(start, end)]


def _uncounted(start: int, end: int, counted: Sequence[Amount]) -> tuple[int, int]:
    """The span without the number it begins or ends with: 一辆|轮椅, 葱|2根."""
    for amount in counted:
        first, last = amount.span
        if first <= start < last < end:
            start = last
        elif start < first and last == end:
            end = first
    return start, end


def _unit(start: int, end: int, counted: Sequence[Amount]) -> bool:
    """Whether the span is but the measure of an amount: 3 |boxes| of eggs."""
    return any(first <= start and end <= last for first, last in (a.span for a in counted))


def _trimmed(low: str, start: int, end: int) -> tuple[int, int]:
    """The span without signs at its ends: no thing is called 水龙头?."""
    while start < end and not low[start].isalnum():
        start += 1
    if low.startswith("of ", start, end):
        start += 3  # 1 bag |of rice
    while start < end and not low[end - 1].isalnum() and low[end - 1] not in _CLOSING:
        end -= 1
    if end - start > 2 and low[end - 1] in _GOES_ON and _HAN.match(low, end):
        end -= 1  # 糖浆|用不上
    altered = _ALTERED.search(low, start, end)
    return start, altered.start() if altered else end


def _nothing_else(low: str, taken: Sequence[Span]) -> bool:
    """Whether a message is but a list: 降压药,缬沙坦."""
    left = list(low)
    for start, end in taken:
        left[start:end] = " " * (end - start)
    return not any(sign.isalnum() for sign in left)


def _whole(text: str, start: int, end: int, counted: Sequence[Amount]) -> tuple[int, int]:
    """The span of an unknown Chinese thing, from its number on to where such words end."""
    if text[start:end].isascii():
        return start, end
    for amount in counted:
        if 0 < start - amount.span[1] <= 2 and _APART.search(text, amount.span[1], start) is None:
            start = amount.span[1]
    on = _HAN_ON.match(text, end)
    return start, end if on is None else on.end()


def _name(entry: Entry) -> str:
    return (entry.cure or entry.name) if entry.kind == "fault" else entry.name


def _known(low: str, start: int, end: int, named: Sequence[Hit]) -> tuple[int, int, Entry | None]:
    """The span, widened to whole words of the lexicon, and the entry it names."""
    for hit in named:
        if hit.entry.kind == "thing" and _FETCH.fullmatch(low, start, hit.start):
            start = hit.start  # 帮我买|菜, though 帮我买 names an errand
            break
    inside = [hit for hit in named if hit.start < end and start < hit.end]
    if inside and _FETCH.fullmatch(low, start, inside[0].start):
        start = inside[0].start
    for hit in named:
        if hit.entry.name == _MOVING and _BETWEEN.fullmatch(low, hit.end, start):
            start, inside = hit.start, [hit, *inside]
    if inside:
        start, end = min(start, inside[0].start), max(end, inside[-1].end)
    words = low[start:end]
    whole = _LIGHT.sub("", words)
    entry = lexicon().entry(words) or (lexicon().entry(whole) if whole != words else None)
    if entry is None and inside:
        entry = _head(inside, start, end, words)
    if entry is None and not inside:
        entry = sounds.alike(whole)
    return start, end, entry if entry is None or entry.kind != "symptom" else None


def _head(inside: Sequence[Hit], start: int, end: int, words: str) -> Entry | None:
    """What a phrase is chiefly about: what is broken, else the word it ends in."""
    for hit in inside:
        if hit.entry.kind in ("fault", "service"):
            return hit.entry
    last = inside[-1]
    if last.end < end and 2 * (last.end - last.start) < end - start:
        return None  # 猫包快递 is a parcel, 热水器不出热水 no hot water
    return None if _VERB.match(words) else last.entry


def _beside(text: str, start: int, end: int, counted: Sequence[Amount]) -> Amount | None:
    """The amount just before a thing (两盒牛奶, 2 boxes of milk) or just after (牛奶两盒)."""
    for amount in counted:
        first, last = amount.span
        before = -1 <= start - last <= 4 and _APART.search(text, last, start) is None
        if before or first < start < last or start <= first < end:
            return amount
    for amount in counted:
        if 0 <= amount.span[0] - end <= 2:
            return amount
    return None
