"""Chinese places: numbers with markers (3号楼, 2单元, 501) found, chained and read."""

from __future__ import annotations

import re

from bot.understanding.spots_chain import Chain
from bot.understanding.spots_terms import Parts, Span, Token, roomlike
from bot.understanding.spots_words import named, widen
from handlers.reading import Spot

_CN = "〇零一二两三四五六七八九十百"
_VALUE = (  # 12, A3, B12, 12B; a lone letter; a Chinese numeral. F after digits is a floor.
    r"[A-Za-z]{0,2}\d{1,5}[A-EG-Za-eg-z]?(?![A-EG-Za-eg-z0-9])"
    rf"|[A-Za-z](?![A-Za-z0-9])|负?[{_CN}]{{1,5}}"
)
_MARK = (
    r"号楼|#楼(?![道梯])|#(?!电池|油|柴)|栋楼?|幢楼?|撞|座|单元|单(?=[\d一二三四五])|梯|号门|"
    r"门(?![诊店卫禁铃锁口])|弄|排|街|号[房室]|号院|号(?![线码路桥]|大街|大道)|"
    r"楼(?![主市房盘])|层(?![口纱布棉皮灰膜油雪意]|面上)|[Ff](?![A-Za-z])|室|房间?|户(?!人)|"
)
_TOKEN = re.compile(
    r"(?:(?<![A-Za-z0-9.:/])|(?<=[A-Za-z]{3})(?=\d))"
    rf"(?P<v>{_VALUE})\s?(?P<m>{_MARK})"
)
_GLUE = frozenset(
    ("", " ", "-", "_", "—", "–", "一", ",", "的", "#", " - ", ", ", "- ", " -", "、", "/")
)
_ADMIN = re.compile("[省市县区镇乡](?=[\u4e00-\u9fff])|街道|新村|路[0-9]|大厦|园区")
_TALK = re.compile("[,。?!;了吗呢我你他她急求帮谁请有没]")
_ROOM_SAID = re.compile(
    r"(?:住在?|送到?|在|到|去|我是|我家|来|敲)\s?(?P<r>[1-9]\d{2,3})(?=[的家门有,。.!?;、]|业主|"
    r"住户|室|$| )(?!的?[人个元块])"
)
_FAMOUS = frozenset(
    ("110", "119", "120", "122", "114", "315", "996", "007", "365", "360", "985", "211")
)
_PLACE_END = re.compile("[区苑园城村里坊庄府湾路街道弄巷院厦寓居广心场]")


def place(text: str) -> tuple[Spot, Span] | None:
    """The place, and where its words stand; None if ``text`` names none."""
    parts, span = _numbered(text)
    if span is None:
        span = named(text)
        if span is None:
            return None
    else:
        span = widen(text, *span)
    part = parts.get
    return Spot(part("b"), part("u"), part("f"), part("r"), text[span[0] : span[1]]), span


def _numbered(text: str) -> tuple[Parts, Span | None]:
    """Parts by number, from all chains; what is said first stands."""
    parts: Parts = {}
    span: Span | None = None
    chains = _chains(text)
    if not chains:
        return parts, None
    formal = _TALK.search(text) is None and (
        len(_ADMIN.findall(text)) >= 2 or _PLACE_END.search(text) is not None
    )
    for chain in chains:
        found, part_span = Chain(text, chain, formal, parts).read()
        if not found:
            continue
        parts |= found
        if span is None:
            span = part_span
        elif formal or part_span[0] - span[1] <= 3:
            span = (span[0], part_span[1])
    if not parts and (said := _ROOM_SAID.search(text)) is not None:
        room = said["r"]
        if room not in _FAMOUS and roomlike(room) and not 1950 <= int(room) <= 2060:
            return {"r": room}, said.span("r")
    return parts, span


def _chains(text: str) -> list[list[Token]]:
    """Tokens that stand together, with nothing or a light sign between."""
    chains: list[list[Token]] = []
    end, tokens = -9, 0
    for m in _TOKEN.finditer(text):
        token = Token(m["v"], m["m"] or "", m.start(), m.end())
        if not token.mark and not token.value[-1].isascii() and len(token.value) < 3:
            continue  # a bare 三 is never a part
        if chains and token.start - end <= 3 and text[end : token.start] in _GLUE:
            chains[-1].append(token)
        else:
            chains.append([token])
        end = token.end
        tokens += 1
        if tokens == 64:
            break  # a table of numbers, not an address
    return chains
