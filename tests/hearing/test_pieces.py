"""The model that ships: trained on the labelled lines as they are, small, quick, and no worse."""

from __future__ import annotations

import json
import time

import pytest

from bench.hearing_lines import Line, Written, files, lines, written
from bot.understanding.features import pieces, spelt, tokens
from bot.understanding.model import FILE, Model, shipped, unpacked
from bot.understanding.normalise import lowered, normalise
from bot.understanding.reader import Reader

READER = Reader()
TRAINED = files(held_out=False)
TRAINED_ON = lines(TRAINED)
# Share of the lines it was trained on that are read as labelled; this may only rise.
# What it does with voices it has not heard is in docs/reader.md.
AT_LEAST = {"zh": 0.95, "en": 0.95}


@pytest.mark.parametrize("part", ["dangers", "reader", "things"])
def test_what_ships_was_trained_on_what_is_there(part: str) -> None:
    training = pytest.importorskip(f"bench.train_{part}")
    raw = unpacked() if part == "reader" else training.FILE.read_bytes()
    told = "its lines, or the part trained before it, have changed: python -m bench.train"
    assert json.loads(raw.partition(b"\n")[0])["inputs"] == training.fingerprint(TRAINED), told


def test_no_line_that_is_set_aside_is_trained_on() -> None:
    aside = {line.text for line in lines(files(held_out=True)) if len(line.text) > 12}
    both = [f"{line.voice}: {line.text}" for line in TRAINED_ON if line.text in aside]
    del aside  # a failing test prints what it holds, and these lines are not to be seen
    assert not both


def test_the_model_is_small_and_loads_quickly() -> None:
    start = time.process_time()  # others may keep the machine busy
    Model(unpacked())
    assert time.process_time() - start < 0.5  # some 80 ms where nothing else runs
    assert FILE.stat().st_size <= 2_500_000


@pytest.mark.parametrize(
    "text",
    ["哪位有温度计吗?", "hot water is out again", "1单元302 wifi坏了", "needle needed", "嗯"],
)
def test_one_search_finds_the_pieces_it_was_trained_on_and_no_others(text: str) -> None:
    model = shipped()
    assert model is not None
    said = tokens(lowered(normalise(text).text))
    alone = [model.found(piece) for piece in pieces(said)]
    assert model.found(spelt(said)) == set().union(*alone)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_lines_it_was_trained_on_are_read_as_labelled(lang: str) -> None:
    said = [one for one in TRAINED_ON if one.lang == lang and written(one.voice) is Written.AS_SAID]
    right = sum(_act(line) == line.act for line in said)
    assert right / len(said) >= AT_LEAST[lang]


# Acts of voices that a model trained on the others reads as labelled; these may only rise.
ASIDE = {"zh_beijing_hutong": 0.79, "zh_chongqing_mahjong": 0.8, "en_nyc_coop": 0.78}


def test_voices_that_are_new_to_it_are_read_no_worse_than_before() -> None:
    training = pytest.importorskip("bench.train_reader")
    rest = [line for line in TRAINED_ON if line.voice not in ASIDE]
    reader = Reader()
    reader.model = Model(training.train(training.examples(rest), "", training.HEAT))
    for voice, least in ASIDE.items():
        said = [line for line in TRAINED_ON if line.voice == voice]
        right = sum(reader.read(one.text, context=one.context).act == one.act for one in said)
        assert right / len(said) >= least, voice


def test_without_the_model_the_rules_still_hear_danger() -> None:
    rules = Reader()
    rules.model = None
    assert rules.read("着火了!三楼厨房着火了").emergency == "fire"


def _act(line: Line) -> str:
    return READER.read(line.text, context=line.context).act
