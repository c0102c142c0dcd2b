"""English times in a message: tomorrow morning, by 5pm, in half an hour, till the baby comes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Final

from bot.understanding.normalise import lowered
from bot.understanding.times_en_meaning import meaning
from bot.understanding.times_en_words import TELLING, TOKEN, WORD, code
from bot.understanding.times_said import Said

# Patterns over the letters of `times_en_words`: an hour that stands by itself, and a bare one.
_CLOCK: Final = r"(?:H[r/]?[nv]0?|[nvmg]/[nv]|[nv]z?0|vg|c|k(?![gmknx0])|8u|(?<=[@b<a])8)Z?"
_BARE: Final = r"[nvq]"
_NOT_COUNTED: Final = r"(?![uwWXngmk$'0-])"
_SPAN: Final = (
    rf"(?:{_CLOCK}|{_BARE})(?:[r\-b]~?|(?<=[B<@].)&)(?:{_CLOCK}|{_BARE}Z?{_NOT_COUNTED}|(?<=b)E)"
)
_BETWEEN: Final = rf"BP?(?:{_CLOCK}|{_BARE})(?:[r\-]|&P?)(?:{_CLOCK}|{_BARE}{_NOT_COUNTED})"
_DAY: Final = (
    r"(?:[dD]w(?=[,.C]|$)|(?:fi?|[l4]|Vi)?T{0,2}[dD]|(?:fi|[4jV]|Ti)?tZ?|j?Wat|jwaT|[l4]?[TV]{1,2}H?(?:[wWKQ]|pi?|ei?)|j?l?K|j?Q"
    r"|fiIjp|jo(?:z[MY])?|oz?[MY]|[MY][nmo]|[nm]z?[MY]|M[r\-b][MY]|h(?:[WpK]|'?s?W)?"
    r"|j?Jz[jTP]?[wWMYKt]|wJ|AwO[dDt]|S|jWah|j[pW](?=[,.]|$))"
)
_DAYS: Final = rf"(?:{_DAY}(?:(?:[&r\-bU]|)(?:{_DAY}|o|[nm](?=[,.]|$)|(?<=K&)T(?=[,.]|$)))*)"
_PART: Final = r"(?:(?:[,']?(?:Ij)?[l4p]|e|f(?=i))i?(?![nv])|1(?=[,.&C]|$))"
_AT: Final = (
    rf"(?:,?[@~b<aFB]{{0,2}}j?(?:{_SPAN}|{_CLOCK})|(?:[@<ba~]~?{_BARE}|Fq)Z?{_NOT_COUNTED}"
    rf"|[ba][jPT]?[eE]i?|[@ba]p|[nq](?=[,.&C]|$))"
)
_DAY_LEAD: Final = r"(?:[ba<U]~?|O(?=[jTdDQofhMYSAVnm])|@(?=j?[KJ])|z(?=A[dD]))?A?"
_ON_DAY: Final = rf"(?:,?(?:OA?|Ij?|zA?)?(?:{_DAYS}{_PART}?|[l4p])(?!i)|@p)"
_HOURS: Final = (
    rf"(?:(?:Vi?(?=[ba]))?(?:[ba<@~BU]~?|4|O(?=c))?(?:{_SPAN}|{_CLOCK}){_ON_DAY}*"
    rf"|{_BETWEEN}{_ON_DAY}?)"
)
_LED: Final = (
    rf"(?<!v)(?:Vi?)?[ba<~]~?{_BARE}Z?(?![uwWXngmk$'-])(?:{_ON_DAY})*"  # by 6, anytime after 9
    rf"|[@F]~?{_BARE}Z?(?:(?:{_ON_DAY})+|(?=[,.&CtdDFIO@RTVlabUrj]|$))"  # at 4
    rf"|nOj?{_DAYS}{_PART}?|{_BARE}(?:Z|[Tt]p|p(?=[,.]|$))|p[nvc](?:&[nv])?{_NOT_COUNTED}|pi?&p"
    rf"|[ba](?:[jPTf]{{1,2}}[eE](?!x)|[eE]W?)i?(?:{_CLOCK}|O?{_DAYS}|b{_BARE}{_NOT_COUNTED})?"
    rf"|b[lpKMYh]|p|[@U][jP]?(?:ei?|p)(?:{_DAYS})?|OPe[iu]?|~p|a[KwMYo]|<[MY]|Ij?(?:pi?|Q)|Ij?h|I[MY]"
    r"|[<bO]?o[rb\-&]j?o|[<b]o(?![Xx])|[<bO~]?o(?=[,.F]|$)"  # from 3rd to 9th, till 12th
    r"|Ox'?W|(?<=9)q|q(?=[,.&C]|$)"  # on family day; leaving 6.15
)
_UNTIL: Final = (
    rf"b(?:[jPRT][^,.&CbL5]{{1,5}}?(?:@(?:{_CLOCK}|{_BARE}{_NOT_COUNTED})|O?{_DAYS}|(?=[,.&C]|$))"
    rf"|x{{1,3}}W?(?=[,.&C]|$)|a[xeEMh]{{1,3}}W?(?=[,.C]|$))|[ab][PT]x(?=[,.&C]|$)|ax(?=[,.C]|$)"
)
_DELAY: Final = (
    r"[Ia](?:jT)?~?(?:HA?|A?Gz?|A|[nvmg](?:&AH)?)[uwW](?:&AH|Z)?'?i?|(?:HA?|A|[nvmg])[uwW]<N"
    r"|I[nvmg](?=[,.]|$)|IjT?u|j?T[Gnvg]u"
)
_TIME: Final = re.compile(
    r"(?=[^xRPCXGirZ&,. '/01$-])(?<![$\-])"  # no time begins with any other word
    r"(?:(?P<past>[L5]j?(?:A?[uwWpeEvngmqo]|T?[dDtcKQhMYp])|3j?[pe])"
    rf"|(?P<delay>{_DELAY})|(?P<soon>IAx?6|7|4(?:O(?!j)|(?=[,.C]|$)))"
    r"|(?P<now>(?<![<Fb])(?:2N|N{1,2}Z?(?=[,.C]|$)))"
    rf"|(?P<day>{_DAY_LEAD}{_DAYS}{_PART}?{_AT}*{_PART}?Z?)"
    rf"|(?P<hours>{_HOURS})|(?P<led>{_LED})|(?P<until>{_UNTIL}))"
)
_DIGIT: Final = re.compile(r"\d")
_MOST: Final = 16
_AGED: Final = frozenset(("age", "aged", "ages", "size", "sizes", "happy", "merry"))
_MEALS: Final = frozenset(("overnight", "dinnertime", "lunchtime", "teatime"))
_NO_NIGHT: Final = frozenset("nvgmqO")  # two nights; on nights
_ENDED: Final = frozenset("dDtcnvqoK")
_IN_FEW: Final = re.compile("I[nvmg]")
_RANGE: Final = re.compile(r"[nvq][r\-b][nvq]")
_NO_EVENT: Final = frozenset(("that", "me", "him", "them", "mum", "all"))
_FREE: Final = frozenset(("free", "in", "home", "off", "about", "around", "here", "available"))
_DAY_OF: Final = frozenset(("make", "seize", "start", "save", "end", "of", "all", "rest"))


def said(text: str) -> list[Said]:
    """All times ``text`` names, in order; the widest words for each."""
    low = lowered(text)
    if TELLING.isdisjoint(WORD.findall(low)) and _DIGIT.search(low) is None:
        return []
    tokens = TOKEN.findall(low)
    codes = "".join(map(code, tokens))
    found: list[Said] = []
    starts: list[int] = []
    for m in _TIME.finditer(codes):
        first, last = m.span()
        if m["past"] or not _stands(tokens, codes, first, last):
            continue
        starts = starts or list(accumulate(map(len, tokens), initial=0))
        span = starts[first] + (tokens[first][0] == " "), starts[last]
        one = meaning(m.lastgroup or "", tokens[first:last], codes[first:last], span)
        if one is not None:
            found.append(one)
        if len(found) == _MOST:
            break
    return found


def _stands(tokens: Sequence[str], codes: str, first: int, last: int) -> bool:
    """Whether it is a time to come and no habit; and a short word a day: not *sat on it*."""
    letters, word, after = codes[first:last], tokens[first].strip(), codes[last : last + 1]
    before, final = tokens[first - 1].strip() if first else "", tokens[last - 1].strip()
    if after == "L" or before in _AGED or before + word == "justnow":
        return False
    if final.startswith("night") and codes[last - 2 : last - 1] in _NO_NIGHT:
        return False
    housed = _IN_FEW.fullmatch(letters) and _odd(final)  # lives alone in 3
    counted = _RANGE.fullmatch(letters) and after in ("x", "P", "V")  # 3-4 volunteers
    if housed or counted or (letters == "ax" and (before[:4] == "look" or final in _NO_EVENT)):
        return False
    if word in ("all", "whole") and letters[1:] in ("p", "W", "pi"):
        return before in _FREE or before in (",", ".")
    if letters[0] == "b" and word in ("by", "before"):
        return _bounds(letters, word, final)
    alone = _ALONE.get(letters)
    return alone is None or alone(word, before, after)


def _odd(figure: str) -> bool:
    """Whether nobody says that he comes in so many minutes: 3, 17."""
    return figure.isdigit() and int(figure) > 2 and int(figure) % 5 > 0


def _bounds(letters: str, word: str, final: str) -> bool:
    """By the church is a place, before I forget no time."""
    if word == "by" and "E" in letters:
        return False
    told = word == "before" or letters[-1] in _ENDED
    return "x" not in letters or (letters[1] != "x" and told and final != "forget")


def _short(_: str, __: str, after: str) -> bool:
    """Sat and sun, eid and easter only where a clause ends."""
    return after in ("", ",", ".", "C")


_ALONE: Final[dict[str, Callable[[str, str, str], bool]]] = {
    "D": _short,
    "h": _short,
    "jW": lambda _, before, __: before not in _DAY_OF,
    "p": lambda word, _, __: word in _MEALS,
}
