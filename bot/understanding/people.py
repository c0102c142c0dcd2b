"""The person a message is about: the words, the age in years, and the kind.

Kinds are told apart in this order: pregnant, child, elder (whichever is named first of the
three), then disabled, patient, other kin and neighbours, and the speaker only if said so.
An age decides between child (under 18) and elder (60 and over) where the noun does not.
"""

from __future__ import annotations

import re
from typing import cast

from bot.understanding.numbers import CN, ENGLISH_PATTERN, number
from handlers.reading import ForWhom, PersonKind

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁"
    "魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭"
    "廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文施洪季倪严牛温芦俞章鲁葛"
)
_OWN = (
    r"(?:(?:给|帮|为)?(?:我们|咱们|咱|俺|我|他|她|你)?(?:家里?|自己)?(?:有个|有位|有一个|有一位|"
    r"有|的)?|"
    r"(?:隔壁|对门|邻居|楼上|楼下|同楼|独居|高龄|家里?)(?:家|有个|有位|的)?)"
)
_NOUNS: dict[str, str] = {
    "pregnant": (
        r"孕妇|孕\d{1,2}\+?周|怀孕\d{1,2}个?月|怀孕\d{1,2}周|怀孕|待产|临产|准妈妈|产妇|"
        r"怀着孕|大肚子|孕晚期|孕早期|孕中期"
    ),
    "child": (
        r"双胞胎|新生儿|早产儿|婴幼儿|婴儿|宝宝|幼儿|小宝|大宝|二宝|宝贝|孩子|小孩儿?|娃娃|"
        r"娃儿?|小朋友|儿子|女儿|闺女|孙子|孙女|外孙女?|小学生|中学生|初中生|高中生|小男孩|"
        r"小女孩|男孩|女孩|儿童(?![节医口装床座椅玩乐用退感布药车房区游票])"
    ),
    "elder": (
        r"独居老人|孤寡老人|老两口|老太太|老太|老大爷|老头子?|老奶奶|老爷爷|老人家?|老年人|"
        r"老伴儿?|老爷子|大爷|大妈|大娘|奶奶|爷爷|外婆|外公|姥姥|姥爷|阿婆|阿公|婆婆|公公|"
        r"老母亲|老父亲|老妈妈|空巢老人|长者|太婆"
    ),
    "disabled": (
        r"残疾人|残障人?|坐轮椅|轮椅|盲人|聋哑人|听障|视障|瘫痪|截瘫|失能|失智|行动不便|"
        r"腿脚不便|自闭症|脑瘫|智障"
    ),
    "patient": (
        r"透析病人|透析患者|病人|患者|透析|尿毒症|卧床|术后|刚做完手术|癌症|糖尿病人?|高血压患者|植物人|伤者|"
        r"伤员"
    ),
    "other": (
        r"岳母|岳父|丈母娘|老丈人|爸妈|父母|妈妈|爸爸|母亲|父亲|老妈|老爸|我妈|我爸|老公|老婆|"
        r"媳妇|丈夫|妻子|爱人|室友|邻居|弟弟|妹妹|哥哥|姐姐|阿姨|叔叔|朋友|同事|同学|亲戚|"
        r"姑姑|舅舅|妈|爸|姐|哥"
    ),
    "self": r"我本人|本人|我自己一个人|我一个人|我自己|自己一个人",
}


# One flat choice without groups lets the engine skip by first letter; the kind is asked afterwards.
_ZH = re.compile("|".join(sorted("|".join(_NOUNS.values()).split("|"), key=lambda w: (-len(w), w))))
_ZH_KINDS = {kind: re.compile(words) for kind, words in _NOUNS.items()}
_ZH_BEFORE = re.compile(rf"{_OWN}(?:[{_SURNAMES}]|小|老|刚出生的?|刚满月的?)?$")
_ZH_KEY = re.compile(
    "[妈爸爷奶孩宝婴幼娃儿孙孕产婆公老爹娘母父病患残瘫盲聋轮透卧术癌岁姥外长者伤植邻室弟妹哥姐姨"
    "叔友事学戚姑舅夫妻婆爱人己男女月半失行腿自脑智听视尿糖高太]"
)
_NOT_PEOPLE = re.compile(
    "他妈的|你妈的?|妈的|妈呀|妈蛋|你大爷|大爷的|奶奶的|姥姥的|老人机|孩子他妈|孩子他爸|婆婆妈妈|"
    "宝宝们|小姐姐|小哥哥|快递小?哥|外卖小?哥"
    "|大哥|大姐|小哥|小姐|公公道道|老公公|老婆婆(?=饼)|老婆饼|爷爷奶奶们|女儿红|儿子娃|老人与海|"
    "妈祖|爱人民|朋友圈|爸妈家|宝宝霜|妈妈群"
    "|学姐|学哥|宝贝们|亲爱|老乡|轮椅(?:借|出租|可借|一)|(?:借|有|用|买|推|送|租)(?:个|一?辆|"
    "一?把|一?台)?轮椅|孕妇装|孕妇枕|病人家属群"
)
_N = rf"\d{{1,3}}|[{CN}]{{1,4}}"
_AGE = re.compile(
    rf"(?<![\d.\-~到至])(?:(?P<y>{_N})(?:多|来|几)?周?岁(?P<half>半)?(?!以[上下内]|"
    rf"[山月数到至~-])(?:多|的|大)?"
    rf"|(?P<hy>半)岁(?:多|的|大)?|(?P<m>{_N})个(?P<mh>半|多)?月(?=大|的?(?:小?宝|婴|孩|娃|小孩|"
    rf"女儿|儿子|男|女|幼))(?:大的?|的)?"
    rf"|(?:今年|快要?|年近|已经|都|刚满|满)(?P<b>[1-9]\d|"
    rf"[一二三四五六七八九]?十[一二三四五六七八九]?)(?:多|几)?(?=了|,|的|岁|$))"
)
_BABY_AGE = re.compile(
    rf"(?:宝宝|婴儿|孩子|娃|女儿|儿子|孙子|孙女)(?:才|刚|还不到|不到|"
    rf"今年)?(?P<m>{_N})个(?P<mh>半|多)?月(?!前|后|内)(?:大|了)?"
)

_EN_NOUNS: dict[str, str] = {
    "pregnant": (r"pregnant(?: (?:woman|lady|wife|girl|mum|mom|mother|women))?|expecting mother"),
    "child": (
        r"new-?born(?: baby)?|bab(?:y|ies)(?! ?sit| shower)|toddlers?|infants?|kids?|kiddo|"
        r"child|children|(?:little |young )?(?:son|daughter|girl|boy)s?|"
        r"grand(?:son|daughter|child|kid)s?|teenager"
    ),
    "elder": (
        r"elderly(?: (?:man|woman|person|couple|lady|gentleman|neighbou?r|people|mother|father|"
        r"resident|aunt))?|"
        r"grand(?:ma|mother|pa|father|dad|parents)|gran(?:ny|dad)?|nana?|"
        r"seniors?(?: citizens?)?|pensioner|"
        r"old (?:man|woman|lady|gentleman|people|folks|couple)|lola|lolo"
    ),
    "disabled": (
        r"(?:in a )?wheel ?chair(?: user)?|disabled(?: (?:man|woman|person|son|child))?|"
        r"blind (?:man|woman|person)|deaf (?:man|woman|person)|paraly[sz]ed|bedridden|autistic"
    ),
    "patient": r"patients?|dialysis|diabetic|cancer patient|post-?op",
    "other": (
        r"mums?|moms?|mothers?|mama|dads?|fathers?|parents?|wife|husband|partner|brother|"
        r"sister|aunt(?:ie|y)?|uncle|neighbou?rs?|friends?|room-?mates?|flatmates?|cousin|"
        r"colleague|girlfriend|boyfriend"
    ),
    "self": r"(?:for )?myself|(?:i am|i'm) alone|on my own",
}
_EN = re.compile(rf"(?:{'|'.join(_EN_NOUNS.values())})(?![\w-])")
_EN_KINDS = {kind: re.compile(words) for kind, words in _EN_NOUNS.items()}
_EN_BEFORE = re.compile(
    r"(?:\b(?:my|our|the|an?|his|her|their|next-?door|upstairs|downstairs)\s)?(?:(?:old|elderly|"
    r"disabled)\s)?"
    rf"(?:\b(?P<n>\d{{1,3}}|{ENGLISH_PATTERN})(?:[ -]?(?P<u>years?|yrs?|months?|mos?|weeks?)[ "
    rf"-]?old|[ -]?y/?o)\s)?$"
)
_EN_AGE = re.compile(
    rf"(?<![\w.])(?:(?:my|our|his|her|their) )?(?P<n>\d{{1,3}}|{ENGLISH_PATTERN})[ "
    rf"-]?(?:(?P<u>years?|yrs?|months?|mos?|weeks?)[ -]?olds?|y/?o)\b"
    r"(?: (?:man|woman|lady|guy|male|female|gentleman|person)\b)?|\baged? (?:of )?(?P<a>\d{1,3})\b"
)
_EN_AGEISH = re.compile(r"\d|old|aged")
_EN_IS = re.compile(
    r"(?:,? who(?: is|'s)| is|,? (?:she|he)(?:'s| is)|,|\s?\()\s?(?:only |nearly |almost |now )?"
    r"(?P<n>\d{1,3})(?=[,.)!?;]|$| and\b| who\b| years| yrs| now| with\b| has\b| can| needs)"
)
_EN_KEYS = frozenset(  # first four letters of what _EN can begin with
    (
        *("preg", "expe", "newb", "new", "baby", "babi", "todd", "infa", "kid", "kids", "kidd"),
        *("chil", "son", "sons", "daug", "girl", "boy", "boys", "gran", "teen", "litt", "youn"),
        *("elde", "nan", "nana", "seni", "pens", "old", "lola", "lolo", "whee", "disa", "blin"),
        *("deaf", "para", "bedr", "auti", "pati", "dial", "diab", "canc", "post", "mum", "mums"),
        *("mom", "moms", "moth", "mama", "dad", "dads", "fath", "pare", "wife", "husb", "part"),
        *("brot", "sist", "aunt", "unc", "uncl", "neig", "frie", "room", "flat", "cous", "coll"),
        *("boyf", "myse", "alon", "own", "aged", "age", "year", "years", "yrs", "yo"),
    )
)
_EN_FIRST = re.compile(r"(?<![a-z])[a-z]{2,4}")
_UNIT = {"y": 1.0, "m": 1 / 12, "w": 1 / 52}


def person(text: str) -> ForWhom:
    """Whom ``text`` is about, ``age`` in years (six months is 0.5); empty if it does not say."""
    if text.isascii():
        return _english(text, text.lower()) or NOBODY
    if _ZH_KEY.search(text) is not None:
        found = _chinese(text)
        if found is not None:
            return found
    if _LATIN.search(text) is None:
        return NOBODY
    low = text.lower()
    return _english(text, low if len(low) == len(text) else text) or NOBODY


NOBODY = ForWhom()
_LATIN = re.compile("[A-Za-z]{2}")
_RANKS = {"disabled": 1, "patient": 2, "other": 3, "self": 4}


def _chinese(text: str) -> ForWhom | None:
    heard = _NOT_PEOPLE.sub(lambda m: "\0" * len(m[0]), text)
    noun = _noun(_ZH, _ZH_KINDS, heard)
    said = None
    if "岁" in text or "月" in text or (noun and noun[2] != "self"):
        said = _AGE.search(heard) or (_BABY_AGE.search(heard) if "月" in heard else None)
    if noun is None:
        if said is None or said.lastgroup in ("b", "m"):
            return None  # 今年20了 without a person may be anything
        age = _chinese_age(said)
        return ForWhom(said[0].rstrip("的多"), age, _by_age(None, age))
    start, end, kind = noun
    before = _ZH_BEFORE.search(heard, max(0, start - 8), start)
    start = before.start() if before else start
    if said is None or max(start, said.start()) - min(end, said.end()) > 6:
        return ForWhom(text[start:end].lstrip("的给帮为有"), None, kind)
    age = _chinese_age(said)
    start, end = min(start, said.start()), max(end, said.end())
    return ForWhom(text[start:end].lstrip("的给帮为有").rstrip("的"), age, _by_age(kind, age))


def _noun(
    pattern: re.Pattern[str], kinds: dict[str, re.Pattern[str]], text: str
) -> tuple[int, int, PersonKind] | None:
    """Where the noun stands that says most, and its kind."""
    best: tuple[int, int, PersonKind] | None = None
    lowest = 9
    for m in pattern.finditer(text):
        start = m.start()
        if start and m[0].isascii() and (text[start - 1].isalnum() or text[start - 1] == "-"):
            continue
        kind = next((k for k, words in kinds.items() if words.fullmatch(m[0])), "other")
        rank = _RANKS.get(kind, 0)
        if rank < lowest:
            best, lowest = (start, m.end(), cast(PersonKind, kind)), rank
            if rank == 0:
                break
    return best


def _chinese_age(m: re.Match[str]) -> float | None:
    parts = m.groupdict()
    if parts.get("hy"):
        return 0.5
    if parts.get("m"):
        months = number(parts["m"])
        if months is None:
            return None
        return round((months + (0.5 if parts["mh"] == "半" else 0)) / 12, 2)
    years = number(parts.get("y") or parts.get("b") or "")
    return None if years is None or years > 120 else years + (0.5 if parts.get("half") else 0)


def _by_age(kind: PersonKind | None, age: float | None) -> PersonKind | None:
    """The kind, where the noun leaves it open to the age."""
    if age is None or kind in ("pregnant", "disabled", "patient", "self"):
        return kind
    if age >= 60:
        return "elder"
    if age < 18:
        return "child"
    return "other" if kind in (None, "child") else kind


def _english(text: str, low: str) -> ForWhom | None:
    if _EN_KEYS.isdisjoint(_EN_FIRST.findall(low)):
        return None
    noun = _noun(_EN, _EN_KINDS, low)
    said = _EN_AGE.search(low) if _EN_AGEISH.search(low) else None
    if noun is None:
        if said is None:
            return None
        age = _english_age(said["n"] or said["a"], said["u"])
        return ForWhom(said[0], age, _by_age(None, age))
    start, end, kind = noun
    before = _EN_BEFORE.search(low, max(0, start - 40), start)
    start = before.start() if before else start
    age = _english_age(before["n"], before["u"]) if before and before["n"] else None
    if age is None:
        after = _EN_IS.match(low, end)
        if after is not None and int(after["n"]) <= 120:
            age, end = float(after["n"]), after.end()
        elif said is not None and max(start, said.start()) - min(end, said.end()) <= 8:
            age = _english_age(said["n"] or said["a"], said["u"])
            start, end = min(start, said.start()), max(end, said.end())
    return ForWhom(text[start:end].strip(), age, _by_age(kind, age))


def _english_age(word: str, unit: str | None) -> float | None:
    value = number(word)
    if value is None or value > 120:
        return None
    return round(value * _UNIT[(unit or "y")[0]], 2)
