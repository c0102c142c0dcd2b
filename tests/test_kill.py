"""The bot is killed in the middle of a storm of messages, and started again."""

from pathlib import Path

import pytest

from bench import checker
from bench.torture import Round, Storm


def test_killed_in_a_storm_nothing_is_lost_and_nothing_doubled(tmp_path: Path) -> None:
    storm = Storm(seed=7, pleas=90, kills=3)
    assert Round(tmp_path, storm).play() == []
    played = checker.counts(tmp_path)
    assert played["requests"] == storm.pleas
    assert played["claims"] > 0
    assert played["promised"] > 0


@pytest.mark.parametrize("defect", ["no-dedupe"])
def test_the_checker_finds_a_planted_defect(tmp_path: Path, defect: str) -> None:
    storm = Storm(seed=3, pleas=30, kills=0, lies=0.3, defect=defect)
    assert Round(tmp_path, storm).play() != []
