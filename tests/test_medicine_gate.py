"""The gate of the medicine box: its table, what passes and what does not, and no way round it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from bot.play import parse_text, run
from bot.understanding.lexicon import english_name, lexicon
from bot.understanding.reader import Reader
from handlers.medicine.doses import DOSE
from handlers.pharmacy import rules, table
from handlers.pharmacy.table import Rule

ROOT = Path(__file__).parent.parent
TRIES = [
    line
    for line in (ROOT / "tests" / "medicine_tries.tsv").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]
RULES = {one.rule.name: one.rule for one in table.WRITTEN}
MEDICINES = [rule for rule in RULES.values() if rule.kind != "goods"]
INSTEAD = re.compile("医生|医院|药店|卫生服务站|120|doctor|clinic|hospital|pharmacy")


# The table


def test_the_table_holds_what_homes_hold() -> None:
    foreign = {one.rule.name for one in table.WRITTEN if one.word.isascii()}
    assert len([rule for rule in MEDICINES if rule.kind == "otc"]) >= 200
    assert len(MEDICINES) >= 400
    assert len(foreign) >= 300


def test_no_name_means_two_things() -> None:
    owners: dict[str, set[str]] = {}
    for one in table.WRITTEN:
        owners.setdefault(one.word.lower(), set()).add(one.rule.name)
    assert {word: names for word, names in owners.items() if len(names) > 1} == {}


def test_every_rule_says_where_it_was_looked_up() -> None:
    assert [rule.name for rule in MEDICINES if not rule.source] == []


def test_every_ingredient_of_a_mixture_that_may_go_out_is_known() -> None:
    mixed = (rule for rule in MEDICINES if rule.kind == "otc" and rule.ingredients != {rule.name})
    assert {
        one for rule in mixed for one in rule.ingredients if one not in table.SUBSTANCES
    } == set()


def test_cautions_families_and_exceptions_speak_of_what_there_is() -> None:
    noted = {one for substance in table.SUBSTANCES.values() for one in substance.noted}
    members = {one for family in table.FAMILIES.values() for one in family.noted}
    assert noted <= set(table.CAUTIONS)
    assert members <= {*RULES, *table.SUBSTANCES}
    assert {RULES[name].kind for name in table.FREE_ELSEWHERE} == {"prescription", "controlled"}
    assert {RULES[name].kind for name in table.PRESCRIBED_ELSEWHERE} == {"otc"}


def test_nothing_of_opioids_or_ephedrine_is_sold_freely_by_the_table() -> None:
    barred = {"麻黄碱", "伪麻黄碱", "右美沙芬"} | table.FAMILIES["阿片类"].noted
    assert [
        rule.name for rule in MEDICINES if rule.kind == "otc" and rule.ingredients & barred
    ] == []


@pytest.mark.parametrize("kind", ["otc", "prescription", "controlled"])
def test_every_name_is_found_within_a_sentence_as_the_kind_it_is(kind: str) -> None:
    lost = []
    for one in table.WRITTEN:
        sentence = f"anyone has {one.word}?" if one.word.isascii() else f"谁家有{one.word},谢谢"
        if one.rule.kind == kind:
            found = [named.rule.kind for named in rules.names_in(sentence)]
            lost += [one.word] if found != [kind] else []
    assert lost == []


def test_every_name_is_heard_by_the_reader_where_a_thing_is_asked_for() -> None:
    unheard = []
    for one in table.WRITTEN:
        foreign = one.word.isascii()
        plea = f"anyone has {one.word}?" if foreign else f"谁家有{one.word}吗,急用"
        if one.rule.kind != "goods" and not lexicon().find(plea.lower()):
            unheard.append(one.word)
    assert unheard == []


@pytest.mark.parametrize(
    "word", ["感康", "快克", "达喜", "泰诺", "乐松", "严迪", "安定", "右美", "dxm"]
)
def test_a_short_brand_is_asked_for_and_given_by_its_name(word: str) -> None:
    foreign = word.isascii()
    said = [f"anyone has {word}?"] if foreign else [f"谁有{word}", f"家里有2盒{word},到期2028年3月"]
    for text in said:
        read = Reader().read(text)
        assert read.act in {"need", "offer"}
        assert any(rules.known(one.text, one.name) for one in read.items)


@pytest.mark.parametrize(
    "text", ["日子过得很安定", "金戈铁马的电影", "住得真舒乐", "有安定的生活就好", "完美能办"]
)
def test_a_short_brand_within_other_words_is_none(text: str) -> None:
    assert lexicon().find(text) == []


def test_every_medicine_has_a_name_for_english_neighbours() -> None:
    names = {*(rule.name for rule in MEDICINES), *table.SUBSTANCES, *table.FAMILIES}
    unnamed = {name for name in names if not english_name(name).isascii()}
    assert unnamed == set()


# Each kind both ways; what is expected is written by hand

KINDS = {
    "otc": """
        芬必得 美林 必理通 快克 感康 999感冒灵 维C银翘片 护彤 小柴胡颗粒 沐舒坦 念慈庵 金嗓子 思密达
        达喜 吗丁啉 开塞露 整肠生 开瑞坦 扑尔敏 乘晕宁 碘伏 百多邦 达克宁 皮炎平 扶他林
        风油精 马应龙 钙尔奇 善存 六味地黄丸 Advil Panadol Calpol Claritin Zyrtec Benadryl Imodium
        Gaviscon Strepsils Dulcolax Senokot Canesten
    """,
    "prescription": """
        阿莫西林 阿莫仙 头孢克肟 希舒美 氟哌酸 灭滴灵 消炎药 可威 达菲 拜新同 络活喜 倍他乐克 立普妥
        波立维 拜阿司匹灵 格华止 拜糖平 优甲乐 强的松 顺尔宁 万托林 毓婷 万艾可 百忧解 思瑞康 德巴金
        美多芭 速效救心丸 安宫牛黄丸 去痛片 安乃近 易坦静 Augmentin Z-Pack Lipitor Plavix Ventolin
        Prozac Viagra Metformin Lisinopril
    """,
    "controlled": """
        吗啡 泰勒宁 曲马多 奥施康定 芬太尼 杜冷丁 联邦止咳露 复方甘草片 右美沙芬 新康泰克 白加黑
        泰诺 日夜百服宁 惠菲宁 呋麻滴鼻液 安定 舒乐安定 佳静安定 思诺思 利他林 专注达 聪明药 蓝精灵
        听话水 K粉 笑气 Codeine Co-codamol Percocet Vicodin Xanax Valium Ambien Adderall Ritalin
        Sudafed NyQuil DXM Tramadol
    """,
}
NAMED = [(word, kind) for kind, words in KINDS.items() for word in words.split()]


@pytest.mark.parametrize(("word", "kind"), NAMED)
def test_a_household_name_is_what_the_hand_written_list_says(word: str, kind: str) -> None:
    found = rules.known(word)
    assert found is not None
    assert found.rule.kind == kind


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("感冒灵", "必理通", "对乙酰氨基酚"),
        ("快克", "泰诺林", "对乙酰氨基酚"),
        ("泰诺", "对乙酰氨基酚", "对乙酰氨基酚"),
        ("白加黑", "感康", "对乙酰氨基酚"),
        ("co-codamol", "panadol", "对乙酰氨基酚"),
        ("percocet", "tylenol", "对乙酰氨基酚"),
        ("lemsip max", "paracetamol", "对乙酰氨基酚"),
        ("芬必得", "美林", "布洛芬"),
        ("nurofen plus", "advil", "布洛芬"),
        ("扑尔敏", "维C银翘片", "氯苯那敏"),
        ("布洛芬", "阿司匹林", "消炎止痛类"),
        ("布洛芬", "扶他林", "消炎止痛类"),
        ("开瑞坦", "仙特明", "抗过敏类"),
        ("布洛芬", "对乙酰氨基酚", None),
        ("感冒灵", "布洛芬", None),
        ("板蓝根", "必理通", None),
        ("蒙脱石散", "口服补液盐", None),
        ("连花清瘟", "小柴胡", None),
    ],
)
def test_two_medicines_share_what_the_labels_say(one: str, other: str, shared: str | None) -> None:
    assert rules.shared(rule(one), rule(other)) == shared
    assert rules.shared(rule(other), rule(one)) == shared


def rule(word: str) -> Rule:
    found = rules.known(word)
    assert found is not None
    return found.rule


@pytest.mark.parametrize(
    ("name", "asks", "free"),
    [
        ("布洛芬", {"pregnant", "kidney", "stomach", "asthma", "thinner"}, {"glaucoma"}),
        ("对乙酰氨基酚", {"liver", "alcohol"}, {"stomach", "asthma", "thinner"}),
        ("阿司匹林", {"child", "stomach", "thinner"}, {"glaucoma"}),
        ("感冒灵", {"liver", "glaucoma", "alcohol"}, {"thinner"}),
        ("洛哌丁胺", {"child"}, {"asthma"}),
        ("板蓝根", set(table.CAUTIONS), set()),
        ("没听过的药", set(table.CAUTIONS), set()),
        ("医用酒精", set(), set(table.CAUTIONS)),
    ],
)
def test_an_ingredient_asks_for_the_care_it_needs(
    name: str, asks: set[str], free: set[str]
) -> None:
    assert rules.cautions([name]) >= asks
    assert not rules.cautions([name]) & free


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("两支胰岛素", ["refrigerated"]),
        ("一盒培菲康", ["refrigerated"]),
        ("放冰箱里的药", ["refrigerated"]),
        ("epipen", ["injected"]),
        ("几支注射液", ["injected"]),
        ("两盒布洛芬", []),
        ("整肠生一盒", []),
    ],
)
def test_what_is_kept_cold_or_injected_is_known(text: str, ways: list[str]) -> None:
    assert rules.barred(text) == ways


# In talk

STOCKED = "刘姐 to bot: 入库 {}2盒 到期2028-05\n"


async def told(talk: str) -> list[str]:
    played = await run(parse_text("without: checkins\n" + talk))
    return [one.key for one in played.lines if one.sender is None]


@pytest.mark.parametrize(
    ("stock", "plea", "given"),
    [
        ("布洛芬", "谁有布洛芬", True),
        ("布洛芬", "谁有布洛芬,我有胃溃疡", False),
        ("布洛芬", "谁有布洛芬,我在吃华法林", False),
        ("布洛芬", "谁有布洛芬,我有哮喘", False),
        ("布洛芬", "谁有退烧药,我对阿司匹林过敏", False),
        ("对乙酰氨基酚", "谁有对乙酰氨基酚,我昨晚喝了酒", False),
        ("对乙酰氨基酚", "谁有对乙酰氨基酚,我肝不好", False),
        ("对乙酰氨基酚", "谁有对乙酰氨基酚,我有胃溃疡", True),
        ("氯雷他定", "谁有氯雷他定,我对花粉过敏", True),
        ("感冒灵", "谁有感冒灵,我有青光眼", False),
        ("医用酒精", "谁有医用酒精,我怀孕了", True),
        ("碘伏", "谁有碘伏,我怀孕了", False),
        ("洛哌丁胺", "谁有洛哌丁胺,孩子8岁", False),
    ],
)
async def test_what_somebody_says_of_themselves_decides(stock: str, plea: str, given: bool) -> None:
    keys = await told(STOCKED.format(stock) + f"小吴 to bot: {plea}\n")
    assert ("medicine.found_privately" in keys) == given
    assert ("medicine.doctor_first" in keys) != given


async def test_what_was_taken_this_week_is_remembered_beside_what_is_given() -> None:
    talk = STOCKED.format("感冒灵") + STOCKED.format("对乙酰氨基酚")
    talk += "王奶奶 to bot: 谁有感冒灵\n刘姐 to bot: #1 已交给王奶奶\n王奶奶 to bot: 收到了\n"
    soon = await told(talk + "(3 days later)\n王奶奶 to bot: 谁有对乙酰氨基酚\n")
    later = await told(talk + "(9 days later)\n王奶奶 to bot: 谁有对乙酰氨基酚\n")
    assert "medicine.caution" in soon
    assert "medicine.caution" not in later


async def test_an_offer_to_pay_is_answered_with_a_gift() -> None:
    keys = await told(STOCKED.format("布洛芬") + "小吴 to bot: 谁有布洛芬,多少钱都行\n")
    assert "medicine.found_privately" in keys
    assert "medicine.caution" in keys


@pytest.mark.parametrize("words", ["我昨天吃了头孢,今天好多了", "今天天气真好"])
async def test_a_group_that_only_chats_is_left_alone(words: str) -> None:
    assert "medicine.where_instead" not in await told(f"小吴: {words}\n")


# No way round


def test_there_are_a_hundred_tries_in_both_languages() -> None:
    assert len(set(TRIES)) >= 100
    assert sum(one.isascii() for one in TRIES) >= 30


@pytest.mark.parametrize("plea", TRIES)
async def test_no_words_talk_the_box_round(plea: str) -> None:
    who, yes = ("Emma", "yes") if plea.isascii() else ("小吴", "是")
    played = await run(parse_text(f"without: checkins\n{who} to bot: {plea}\n"))
    if "requests.really" in {one.key for one in played.lines}:
        # The bot only asks whether it was a plea: say that it was.
        talk = f"without: checkins\n{who} to bot: {plea}\n{who} to bot: {yes}\n"
        played = await run(parse_text(talk))
    answers = [one for one in played.lines if one.sender is None]
    keys = {one.key for one in answers}
    assert keys & {"medicine.doctor_first", "medicine.where_instead", "emergencies.medical"}
    assert not any(key.startswith(("offering.", "medicine.found", "medicine.held")) for key in keys)
    assert any(INSTEAD.search(one.text) for one in answers)
    assert not any(DOSE.search(said(one.text)) for one in answers)


def said(text: str) -> str:
    """What the bot says of itself: what neighbours wrote is quoted to a doctor as they wrote it."""
    return re.sub(r"“[^”]*”", "", text)


# Never a dose


def texts() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted((ROOT / "handlers" / "words").glob("*.toml")):
        for key, langs in tomllib.loads(path.read_text("utf-8")).get("say", {}).items():
            found |= {f"{path.stem}.{key} {lang}": text for lang, text in langs.items()}
    return found


def test_no_text_of_any_feature_names_a_dose() -> None:
    assert {key: text for key, text in texts().items() if DOSE.search(said(text))} == {}


def test_no_answer_in_any_transcript_names_a_dose() -> None:
    doses = [
        f"{path.name}: {line}"
        for path in sorted((ROOT / "tests" / "chats").rglob("*.chat"))
        for line in path.read_text("utf-8").splitlines()
        if line.startswith("bot") and DOSE.search(said(line))
    ]
    assert doses == []


@pytest.mark.parametrize(
    ("text", "dose"),
    [
        ("布洛芬一次两片,一天三次", True),
        ("take 2 tablets twice daily", True),
        ("每次10ml", True),
        ("每次服一包", True),
        ("每次量血压前先坐一会儿", False),
        ("400 mg every 6 hours", True),
        ("布洛芬2盒，在1号楼药箱", False),
        ("2 boxes of ibuprofen", False),
        ("会员每天问候一次", False),
    ],
)
def test_a_dose_is_told_from_an_amount(text: str, dose: bool) -> None:
    assert bool(DOSE.search(text)) == dose
