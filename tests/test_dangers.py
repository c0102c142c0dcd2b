"""The emergency layer: what is heard as danger, of which kind, what is not, how fast and small."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.hearing_lines import Written, files, lines, written
from bot.understanding.dangers import FILE, Cry, Dangers
from bot.understanding.normalise import normalise
from bot.understanding.senses import expanded, padded
from handlers.reading import Danger

SELDOM_SAID = (Written.AS_DANGERS, Written.FROM_AFAR)
DANGERS = Dangers()
TRAINED_ON = lines(files(held_out=False))
# Shares of the lines it was trained on; these may only rise, the false alarms only fall.
# What it does with voices it has not heard is in docs/reader.md.
HEARD_AT_LEAST = {"zh": 0.98, "en": 0.98}
FALSE_AT_MOST = {"zh": 0.012, "en": 0.012}
# The same of voices written against the layer, by alarms and questions together.
FEARED_AT_LEAST = {"zh": 0.9, "en": 0.85}


def hear(text: str) -> str | None:
    cry = DANGERS.find(normalise(text).text.lower())
    return cry.kind if cry and cry.sure else None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("老伴叫不醒了", "medical"),
        ("脸都紫了喘不上气", "medical"),
        ("奶奶摔了一跤起不来了", "medical"),
        ("胸口闷得慌", "medical"),
        ("我妈晕倒了", "medical"),
        ("厨房着火了快来人", "fire"),
        ("一屋子煤气味头晕", "gas"),
        ("有人拿刀砸我家门", "violence"),
        ("娃儿卡电梯头了，快喊人", "trapped"),
        ("老爷子走丢了，老年痴呆", "missing"),
        ("我不想活了", "self_harm"),
        ("墙里噼里啪啦冒火花", "electric"),
        ("my nan won't wake up", "medical"),
        ("I can't breathe properly", "medical"),
        ("my dad fell and can't get up", "medical"),
        ("老公误服了老鼠药", "medical"),
        ("妈妈躺在地上不理我", "medical"),
        ("他把农药喝下去了", "medical"),
        ("屋里冒黑烟了，楼上有老人下不来", "fire"),
        ("婆婆吃粽子choking，脸purple", "medical"),
        ("smoke is pouring out of the flat next door", "fire"),
        ("smells like rotten eggs in the hall", "gas"),
        ("he's got a knife", "violence"),
        ("we're stuck in the lift between 3 and 4", "trapped"),
        ("can't find my son, he's 5, red coat", "missing"),
        ("I don't want to live anymore", "self_harm"),
        ("my brother got electrocuted", "electric"),
        ("shes chokin on a grape", "medical"),
        ("daddy is hurting mummy", "violence"),
        ("somebody's in my house", "violence"),
        ("my arm is in the machine", "trapped"),
        ("curtains have cort light", "fire"),
        ("every time I touch the tap it bites me", "electric"),
        ("gran's lyin on the kitchen floor, no movin", "medical"),
        ("e no dey breathe", "medical"),
        ("老头子叫不星了快来人", "medical"),
        ("客人低血糖晕了，还在抽", "medical"),
        ("我反锁在厕所里了，出不去", "trapped"),
        ("钥匙锁车里了，孩子在里面哭", "trapped"),
        ("感觉没得意思，不想活了", "self_harm"),
        ("my dad fell down the stairs and he doesn't answer", "medical"),
        ("pikin don drink kerosene, help", "medical"),
        ("me duele el pecho, help", "medical"),
        ("she is contracting every five minutes, please hurry", "medical"),
        ("humo saliendo from the second floor!!", "fire"),
        ("huele a gas in the corridor", "gas"),
        ("the hose of the cylinder came off and gas is hissing out", "gas"),
        ("some body is brakeing the glass in my door", "violence"),
        ("he's got me by the throat", "violence"),
        ("grandson lock himself in the toilet, he is crying", "trapped"),
        ("i am shut in the bathroom, the handle has come off", "trapped"),
        ("locked out and the baby is inside with the stove on", "trapped"),
        ("a car's gone into the river and people are inside", "trapped"),
        ("se perdió my nephew, he is 5, red shorts", "missing"),
        ("mother went for mushrooms this morning, now it's dark and no phone", "missing"),
        ("enough of this life, I have my tablets ready", "self_harm"),
        ("the fountain is electrified, my dog died touching it", "electric"),
    ],
)
def test_danger_is_heard_in_everyday_words(text: str, kind: str) -> None:
    assert hear(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "今天送上救护车了",
        "气死我了",
        "这首歌火了",
        "热炸了",
        "我头晕",
        "麻烦帮我带瓶水",
        "热水器打不着火了",
        "孩子烧得厉害，求布洛芬",
        "昨天我妈晕倒了，现在好了",
        "楼上说要报警，其实是误会，没事",
        "在电影里他被人捅了一刀",
        "明天下午消防演练，听见警报不要慌",
        "dying for a coffee",
        "this heat is killing me",
        "my phone died",
        "fire drill at eleven, no need to come out",
        "stuck in traffic again",
        "my ears are burning",
        "打着火了，车开走了",
        "脚脖子肿了，鞋穿不进",
        "刚跟他抽了根烟",
        "走廊黑，上厕所要打手电",
        "下楼慢点，孩子睡着了",
        "he dropped me home after bingo",
        "my midwife says any day now",
        "water is coming through my ceiling from upstairs",
        "the site keeps kicking me out",
        "they locked the back exit, that's a fire risk",
        "the builder has my deposit and he's not answering",
    ],
)
def test_what_only_sounds_like_danger_is_none(text: str) -> None:
    assert hear(text) is None


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_most_dangers_are_heard_and_few_alarms_are_false(lang: str) -> None:
    plain = [
        one for one in TRAINED_ON if one.lang == lang and written(one.voice) not in SELDOM_SAID
    ]
    said = [(line, hear(line.text)) for line in plain]
    real = [kind for line, kind in said if line.emergency]
    none = [kind for line, kind in said if not line.emergency]
    assert sum(kind is not None for kind in real) / len(real) >= HEARD_AT_LEAST[lang]
    assert sum(kind is not None for kind in none) / len(none) <= FALSE_AT_MOST[lang]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_told_obliquely_is_heard_or_asked_about(lang: str) -> None:
    said = [one for one in TRAINED_ON if one.lang == lang and written(one.voice) in SELDOM_SAID]
    cries = [DANGERS.find(normalise(one.text).text.lower()) for one in said if one.emergency]
    assert sum(cry is not None for cry in cries) / len(cries) >= FEARED_AT_LEAST[lang]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("我妈晕倒了叫不醒", "medical"), ("he has a knife, call the police", "violence")],
)
def test_without_weights_what_is_clear_is_still_heard(text: str, kind: Danger) -> None:
    assert Dangers(None).find(text) == Cry(kind)


@pytest.mark.parametrize("cry", ["救命", "救命啊！！！", "救命 救命", "help me!!", "SOS"])
def test_a_cry_with_no_more_words_is_a_danger(cry: str) -> None:
    assert hear(cry) == "medical"


@pytest.mark.parametrize("talk", ["救命稻草", "救命啊这也太好吃了", "help", "help me carry this"])
def test_a_cry_within_other_words_is_weighed_like_them(talk: str) -> None:
    assert hear(talk) is None


def test_a_figure_of_speech_hides_the_words_within() -> None:
    assert DANGERS.senses.read("打不着火").whole & DANGERS.senses.mask("fire") == 0
    assert DANGERS.senses.read("着火了").whole & DANGERS.senses.mask("fire")


def test_a_word_with_choices_is_every_one_of_its_forms() -> None:
    assert list(expanded("(a|b)c(|d)")) == ["ac", "acd", "bc", "bcd"]
    assert padded("can't wake him!谁fall了") == " cant wake him , 谁 fall 了 "


def test_words_that_only_tell_something_are_weighed_and_seldom_a_danger() -> None:
    assert DANGERS.see("很好很好") is None
    hint = DANGERS.see("my mother is coming for tea")
    assert hint is not None
    assert hint.surest == "hint"
    assert hear("my mother is coming for tea") is None


def test_a_dropped_g_is_the_same_word() -> None:
    assert DANGERS.senses.read("he is chokin").whole & DANGERS.senses.mask("choke")


def test_the_weights_are_small() -> None:
    assert FILE.stat().st_size <= 400_000


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_any_text_is_looked_through_without_an_error(text: str) -> None:
    hear(text)


@pytest.mark.parametrize(
    "piece", ["摔", "脸紫", "不想活", "说不清", "bleeding won't stop ", ",", "妈 "]
)
def test_long_text_takes_bounded_time(piece: str) -> None:
    low = (piece * 10_000)[:10_000]
    start = time.perf_counter()
    DANGERS.find(low)
    assert time.perf_counter() - start < 1.0  # far above what it takes, far below a runaway
