"""The simulated district: reproducible, and lived through by every way of asking."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.neighbourhood import District, chance, steps

pytest.importorskip("scipy", reason="the group `district` is not installed")

from bench import district as bench

SMALL = District(buildings=4, people=50, days=1, needs_a_day=1, seed=3, begins=bench.BEGINS)


def test_the_same_seed_draws_the_same_people_needs_and_answers() -> None:
    again = replace(SMALL)
    assert again.needs == SMALL.needs
    assert again.volunteers == SMALL.volunteers
    need, noon = SMALL.needs[0], bench.BEGINS.replace(hour=12)
    for one in SMALL.volunteers:
        assert SMALL.answer(need, one, noon) == again.answer(need, one, noon)
        assert SMALL.deed(need, one) == again.deed(need, one)
    assert replace(SMALL, seed=4).needs != SMALL.needs


@given(st.lists(st.integers(0, 2**60), min_size=1, max_size=4))
def test_chance_lies_between_nothing_and_one(keys: list[int]) -> None:
    assert 0 <= chance(*keys) < 1


def test_chance_is_even() -> None:
    drawn = [chance(1, number) for number in range(10_000)]
    assert abs(sum(drawn) / len(drawn) - 0.5) < 0.02


def test_steps_between_buildings_go_up_the_tree() -> None:
    assert [steps(0, other) for other in (0, 4, 9, 24, 25)] == [0, 1, 2, 3, 4]


def test_shares_are_uneven_from_nothing_to_nearly_one() -> None:
    assert bench.gini([2, 2, 2, 2]) == pytest.approx(0)
    assert bench.gini([0, 0, 0, 8]) == pytest.approx(0.75)
    assert bench.gini([0, 0]) == 0


def test_a_quick_run_lives_through_every_way_of_asking(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "250")
    bench.main(["--quick"])
    printed = capsys.readouterr().out
    for name in (bench.WAVES, bench.EVERYBODY, bench.GROUPS, bench.LIMIT):
        assert name in printed
    assert "of the promises that telling everybody keeps" in printed
