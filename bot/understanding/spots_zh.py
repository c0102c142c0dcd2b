"""Chinese places: numbers with markers (3号楼, 2单元, 501) found, chained and read."""

from __future__ import annotations

import re

from bot.understanding.numbers import digits
from bot.understanding.spots_chain import Chain
from bot.understanding.spots_terms import BEFORE_TRAP, Parts, Span, Token, roomlike
from bot.understanding.spots_words import named, widen
from handlers.reading import Spot

_CN = "〇零一二两三四五六七八九十百"
_VALUE = (  # 12, A3, B12, 12B; a lone letter; a Chinese numeral. F after digits is a floor.
    r"[A-Za-z]{0,2}\d{1,5}[A-EG-Za-eg-z]?(?![A-EG-Za-eg-z0-9])"
    rf"|[A-Za-z](?![A-Za-z0-9])|负\d(?!\d)|(?<![{_CN}])负?[{_CN}]{{1,5}}"
)
_MARK = (
    r"号楼|#楼(?![道梯])|#(?!电池|油|柴)|栋(?:楼(?!下))?|幢(?:楼(?!下))?|撞|座|单元|单(?=[\d一二三四五])|梯|号门|"
    r"门(?![诊店卫禁铃锁口])|弄|排|街|号[房室]|号院|号(?![线码路桥]|大街|大道)|"
    r"楼(?![主市房盘])|层(?![口纱布棉皮灰膜油雪意]|面上)|[Ff](?![A-Za-z])|室|房间?|户(?!人)|"
)
_TOKEN = re.compile(
    rf"(?<!哪)(?:(?<![A-Za-z0-9./])(?<!\d:)|(?<=[A-Za-z]{{3}})(?=\d)|(?=[{_CN}]+[楼层]))"
    rf"(?P<v>{_VALUE})\s?(?P<m>{_MARK})"
)
_GLUE = frozenset(
    (
        *("", " ", "-", "_", "—", "–", "一", ",", "的", "#", " - ", ", ", "- ", " -", "、", "/"),
        *("东单元", "西单元", "南单元", "北单元", "中单元"),
    )
)
_ADMIN = re.compile("[省市县区镇乡](?=[\u4e00-\u9fff])|街道|新村|路[0-9]|大厦|园区")
_TALK = re.compile("[,。?!;了吗呢我你他她急求帮谁请没]|有(?![限色])")
_ROOM_SAID = re.compile(
    r"(?:住在?|送到?|在|到|去|我是|[我咱]家|咱楼|对门|楼[上下]|隔壁|来|敲|回|酒店|宾馆|宿舍|公寓|大厦)"
    r"\s?(?P<r>[1-9]\d{2,3})"
    r"(?=[的家门有停漏堵断,。.!?;、]|业主|没水|没电|住户|室|$| )(?!的?[人个元块])"
)
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许何吕张孔曹严金魏姜谢苏潘葛范彭鲁韦马方俞袁史唐薛雷贺罗郝安常于傅"
    "齐康顾孟黄穆萧姚邵汪毛戴宋庞熊董梁杜阮蓝季贾江童郭梅林钟徐邱高夏蔡田胡凌霍万卢莫房丁邓洪包左石崔程龚"
)
# A door said by itself, where neighbours know the house: 302的奶奶, 放904门口, ",1702,门没锁".
_DOOR = re.compile(
    r"(?<![\d./¥$#-])(?<!\d:)(?P<r>[1-9]\d{2,3})(?!胶|粘|\s?[元块度点年月米斤克])(?=\s?(?:的?(?:门[口外里前没开]|敲门|业主|住户"
    r"|那户|这户|那家|这家|那个|麻将|装修|漏水|愿意|没人|的人|的灯"
    rf"|[{_SURNAMES}](?=$|[,。;、 ])"
    r"|[老小]?[\u4e00-\u9fff]?(?:奶奶|爷爷|阿姨|大爷|大妈|伯|婆|老太|老头))))"
    r"|(?:^|[,。!?;、:]|(?<!\d) )(?P<s>[1-9]\d{2,3})(?=$|[,。!;]| (?!\d))"
    r"|^(?P<t>[1-9]\d{2,3})(?=[\u4e00-\u9fff])(?![胶粘进元块度点年月米斤克个人瓶盒天次份只张户路号平期多])"
)
_READ_OUT = re.compile(
    r"(?<![\u4e00-\u9fff]百)(?P<r>[一二三四五六七八九][一二]?[零〇][一二三四五六七八九])(?![十百千点年月块元分])"
)
_BELOW = re.compile(
    r"(?:(?<=[栋楼幢座])|the\s|车库|地库|停车场|地下室?|车位|电梯)\s?(?:负|-)?(?P<b>[Bb][1-5])|[Bb](?P<d>[1-5])\s?(?:层|区|车库|corridor)|地下(?P<n>[一二三])层"
)
_FLAT_OF = re.compile(r"(?P<f>\d{1,2})楼之(?P<r>\d{1,2})(?!\d)")  # as doors are numbered in Taiwan
_FAMOUS = frozenset(
    ("100", "110", "119", "120", "122", "114", "315", "996", "007", "365", "360", "985", "211")
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
    if "之" in text and (flat := _FLAT_OF.search(text)) is not None:
        parts |= flat.groupdict()
        span = (span[0], max(span[1], flat.end())) if span else flat.span()
    if "f" not in parts and (deep := _BELOW.search(text)) is not None:
        parts["f"] = f"B{digits(deep['b'] or deep['d'] or deep['n']).lstrip('B')}"
        span = span or deep.span()
    if "r" not in parts and not formal and (door := _door(text, span)) is not None:
        parts["r"], at = door
        span = span or at
    return parts, span


def _door(text: str, span: Span | None) -> tuple[str, Span] | None:
    """A room said without its house, outside ``span``."""
    for pattern in (_ROOM_SAID, _DOOR, _READ_OUT):
        for m in pattern.finditer(text):
            group = m.lastgroup or "r"
            room, at = digits(m[group]), m.span(group)
            apart = span is None or at[1] <= span[0] or at[0] >= span[1]
            known = room not in _FAMOUS and roomlike(room) and not 1950 <= int(room) <= 2060
            trapped = BEFORE_TRAP.search(text[max(0, at[0] - 6) : at[0]]) is not None
            if apart and known and not trapped:
                return room, at
    return None


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
