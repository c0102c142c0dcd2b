"""What neighbours can do, lend or give off, as they call it, and which needs it answers.

Whoever reports for duty says so in plain words. The Chinese name is what is kept; it, and the
names of the reader's lexicon under ``serves``, are what requests ask for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import get_args

from handlers.effects import Both
from handlers.reading import Category

KINDS = frozenset(get_args(Category))


@dataclass(frozen=True, slots=True)
class Ability:
    """One thing people report for duty with.

    ``words``: what it is called, as a regular expression; ``lends``: it is a thing, not a skill.
    """

    name: str
    en: str
    category: Category
    words: str
    serves: tuple[str, ...] = ()
    lends: bool = False

    @property
    def spoken(self) -> Both:
        return Both(self.name, self.en)


_THINGS = (
    Ability("轮椅", "wheelchair", "medical", "轮椅|wheel ?chairs?", lends=True),
    Ability("拐杖", "crutches", "medical", "拐杖|拐棍|crutch(?:es)?|walking stick", lends=True),
    Ability("助行器", "walking frame", "medical", "助行器|walking frame|walker", lends=True),
    Ability(
        "制氧机",
        "oxygen machine",
        "medical",
        "制氧机|氧气机|oxygen (?:machine|concentrator)",
        lends=True,
    ),
    Ability(
        "血压计",
        "blood-pressure monitor",
        "medical",
        "血压计|血压仪|blood[- ]pressure (?:monitor|meter|cuff)",
        ("量血压",),
        lends=True,
    ),
    Ability("梯子", "ladder", "repair", "梯子|人字梯|折叠梯|(?:step)?ladders?", lends=True),
    Ability("电钻", "drill", "repair", "电钻|冲击钻|(?:power |electric )?drill", lends=True),
    Ability("工具箱", "toolbox", "repair", "工具箱|tool ?box|tool ?kit", lends=True),
    Ability(
        "儿童座椅",
        "child car seat",
        "transport",
        "(?:儿童|宝宝|婴儿|安全)(?:安全)?座椅|(?:child |baby )?car ?seats?",
        lends=True,
    ),
    Ability("婴儿车", "pram", "care", "婴儿车|推车童车|stroller|pram|pushchair", lends=True),
    Ability(
        "手推车", "handcart", "transport", "手推车|平板车|小推车|hand ?cart|trolley", lends=True
    ),
    Ability(
        "搭电线",
        "jump leads",
        "repair",
        "搭电线|电瓶线|搭火线|jump(?:er)? (?:leads|cables)",
        lends=True,
    ),
    Ability("打气筒", "bicycle pump", "repair", "打气筒|(?:bicycle |bike |air )pump", lends=True),
    Ability("帐篷", "tent", "shelter", "帐篷|\\btents?\\b", lends=True),
    Ability("折叠床", "folding bed", "shelter", "折叠床|行军床|folding bed|camp bed", lends=True),
)
_SKILLS = (
    Ability("医生", "doctor", "medical", "医生|大夫|\\bdoctor|physician", ("看病",)),
    Ability("护士", "nurse", "medical", "护士|\\bnurses?\\b", ("打针换药", "护理", "量血压")),
    Ability("急救员", "first aider", "medical", "急救员|会急救|心肺复苏|first aid|\\bcpr\\b"),
    Ability("药师", "pharmacist", "medicine", "药师|药剂师|pharmacist"),
    Ability(
        "心理咨询师",
        "counsellor",
        "mental",
        "心理(?:咨询|医生|疏导|辅导)|counsell?or|psychologist|therapist",
        ("心理疏导",),
    ),
    Ability("电工", "electrician", "repair", "电工|修电路|electrician", ("修电",)),
    Ability(
        "水管工",
        "plumber",
        "repair",
        "水管工|水暖工|修水管|修水龙头|plumber|plumbing",
        ("修水管", "疏通下水道", "修马桶"),
    ),
    Ability("木工", "carpenter", "repair", "木工|木匠|carpenter", ("修家具", "修门窗")),
    Ability("锁匠", "locksmith", "repair", "锁匠|开锁师傅|locksmith", ("开锁",)),
    Ability(
        "修电脑",
        "computer repair",
        "info",
        "(?:修|会|懂|弄)(?:得好)?电脑|(?:fix|repair)(?:ing)? (?:computers?|laptops?)|pc repair",
        ("修电脑",),
    ),
    Ability(
        "修家电",
        "appliance repair",
        "repair",
        "修(?:家电|冰箱|洗衣机|电视|空调)|家电维修|(?:fix|repair) appliances",
        ("修家电", "修空调"),
    ),
    Ability(
        "修车",
        "bicycle and car repair",
        "repair",
        "修(?:车|自行车|电动车)|(?:fix|repair) (?:bikes?|cars?|bicycles?)|mechanic",
        ("修车",),
    ),
    Ability("律师", "lawyer", "info", "律师|\\blawyers?\\b|solicitor", ("法律咨询",)),
    Ability(
        "老师",
        "teacher",
        "care",
        "老师|教师|\\bteachers?\\b|\\btutors?\\b|辅导(?:功课|作业)",
        ("辅导功课",),
    ),
    Ability(
        "反诈宣传员",
        "adviser against fraud",
        "info",
        "反诈|防诈骗|银行(?:职员|工作|上班|员工)|在银行|\\bbankers?\\b|work (?:in|at) a bank|fraud",
    ),
    Ability("会计", "accountant", "info", "会计|accountant"),
    Ability(
        "司机",
        "driver",
        "transport",
        "司机|会开车|能开车|可以开车|有车可以|有驾照|\\bdrivers?\\b|\\bdrive\\b",
        ("搭车", "代驾", "捎带"),
    ),
    Ability("手语", "sign language", "info", "手语|sign language"),
    Ability(
        "英语",
        "English",
        "info",
        "英语|英文翻译|会英文|(?:speak|translate|interpret).{0,12}english",
    ),
    Ability("翻译", "translator", "info", "翻译|\\btranslat|\\binterpret", ("读写帮助",)),
    Ability(
        "理发", "haircuts", "care", "理发|剪头发|hair ?cuts?|cut hair|hairdresser|barber", ("理发",)
    ),
    Ability(
        "带孩子",
        "childcare",
        "care",
        "带孩子|看孩子|带娃|保育|babysit|child ?care|child ?minder",
        ("带孩子",),
    ),
    Ability(
        "照顾老人",
        "care for elders",
        "care",
        "照(?:顾|看|护)老人|护工|陪老人|elder(?:ly)? care|\\bcarer\\b",
        ("陪伴老人", "洗澡护理"),
    ),
    Ability(
        "做饭", "cooking", "supplies", "厨师|会做饭|会烧饭|\\bcook(?:ing)?\\b|\\bchef\\b", ("做饭",)
    ),
    Ability(
        "照看宠物",
        "pet care",
        "care",
        "喂猫|遛狗|照看宠物|兽医|walk dogs|dog walking|pet ?sit|\\bvet\\b",
        ("喂宠物",),
    ),
    Ability(
        "搬东西",
        "carrying",
        "transport",
        "搬东西|搬重物|有力气|carry (?:things|heavy)|heavy lifting",
        ("搬东西",),
    ),
    Ability(
        "手机帮助",
        "help with phones",
        "info",
        "教(?:老人)?(?:用)?手机|会弄手机|help with (?:smart)?phones",
        ("手机帮助",),
    ),
)
SHOP = Ability(
    "优惠",
    "discount",
    "supplies",
    "打\\S{0,3}折|优惠|免费(?:休息|喝水|充电)|discount|\\d+ ?% off|free (?:rest|water|charging)",
)
"""What a shop does for neighbours and riders; its own words are kept with it."""
ABILITIES = (*_THINGS, *_SKILLS, SHOP)
_BY_NAME = {one.name: one for one in ABILITIES}
_WORDS = [(one, re.compile(one.words, re.IGNORECASE)) for one in ABILITIES]


def named_in(text: str) -> list[Ability]:
    """Every ability that the words name."""
    return [one for one, words in _WORDS if words.search(text)]


def called(name: str) -> Ability | None:
    """The ability of this name, as it is kept."""
    return _BY_NAME.get(name)


@cache
def _serves(name: str) -> frozenset[str]:
    one = _BY_NAME.get(name)
    return frozenset({name, *one.serves}) if one else frozenset({name})


def widened(own: Iterable[str], *, kinds: bool) -> set[str]:
    """All that requests may ask of somebody with these skills; ``kinds``: whole categories, too."""
    told = set(own)
    wide = {served for one in told - KINDS for served in _serves(one)}
    if kinds:
        wide |= told & KINDS
        wide |= {_BY_NAME[one].category for one in told if one in _BY_NAME and one != SHOP.name}
    return wide
