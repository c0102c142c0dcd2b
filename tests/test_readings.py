"""Readings in words: every way in which people write them, and what must not be taken for one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.vitals.measuring import Measured, again, heard, measured
from handlers.vitals.numerals import with_digits
from handlers.vitals.trends import by_day, stretch

BP, TEMP, SUGAR, OXYGEN, PULSE = "blood_pressure", "temperature", "glucose", "oxygen", "pulse"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("血压135/80", [(BP, 135, 80)]),
        ("都好,血压 128 / 79,体温36.5", [(BP, 128, 79), (TEMP, 36.5, None)]),
        ("高压150低压95", [(BP, 150, 95)]),
        ("低压90，高压150", [(BP, 150, 90)]),
        ("上压140下压85", [(BP, 140, 85)]),
        ("收缩压150，舒张压95", [(BP, 150, 95)]),
        ("高压一百五低压九十", [(BP, 150, 90)]),
        ("血压一三五/八十", [(BP, 135, 80)]),
        ("血压135比80", [(BP, 135, 80)]),
        ("血压135 80", [(BP, 135, 80)]),
        ("血压：135／80，脉搏：72", [(BP, 135, 80), (PULSE, 72, None)]),
        ("我血压偏高 150/95 心率88", [(BP, 150, 95), (PULSE, 88, None)]),
        ("7:30量的血压120/80", [(BP, 120, 80)]),
        ("早上血压150/95,晚上138/88", [(BP, 150, 95), (BP, 138, 88)]),
        ("高压150", [(BP, 150, None)]),
        ("BP 135 over 80", [(BP, 135, 80)]),
        ("blood pressure 150 on 95", [(BP, 150, 95)]),
        ("my blood pressure was 142/91 this morning", [(BP, 142, 91)]),
        ("high 150 low 90", [(BP, 150, 90)]),
        ("systolic 150, diastolic 95", [(BP, 150, 95)]),
        ("bp 140/85, oxygen 97", [(BP, 140, 85), (OXYGEN, 97, None)]),
        ("体温38.2", [(TEMP, 38.2, None)]),
        ("体温三十八度二", [(TEMP, 38.2, None)]),
        ("体温38度5", [(TEMP, 38.5, None)]),
        ("烧到三十九度半", [(TEMP, 39.5, None)]),
        ("37.5度", [(TEMP, 37.5, None)]),
        ("temperature is 38.4", [(TEMP, 38.4, None)]),
        ("空腹血糖6.1", [(SUGAR, 6.1, None)]),
        ("血糖空腹6.1", [(SUGAR, 6.1, None)]),
        ("餐后8.2", [(SUGAR, 8.2, None)]),
        ("餐后两小时血糖8.2", [(SUGAR, 8.2, None)]),
        ("饭后血糖十一点二", [(SUGAR, 11.2, None)]),
        ("sugar 6.1", [(SUGAR, 6.1, None)]),
        ("after lunch 8.9", [(SUGAR, 8.9, None)]),
        ("血氧95", [(OXYGEN, 95, None)]),
        ("血氧百分之九十五", [(OXYGEN, 95, None)]),
        ("spo2 96%", [(OXYGEN, 96, None)]),
        ("心跳一百二", [(PULSE, 120, None)]),
        ("heart rate 72", [(PULSE, 72, None)]),
        ("10/12来的", []),
        ("3/4的人", []),
        ("今天38度真热", []),
        ("外面36.5度", []),
        ("buy sugar 2 bags", []),
        ("两袋糖", []),
        ("电话13800135/80", []),
        ("血压高一点,上去了", []),
        ("饭后3个人一起走", []),
    ],
)
def test_readings_are_read_from_words(
    text: str, found: list[tuple[str, float, float | None]]
) -> None:
    assert [(one.kind, one.value, one.value2) for one in measured(text)] == found


@pytest.mark.parametrize(
    ("text", "value", "noted"),
    [
        ("100.4F", 38.0, "100.4°F"),
        ("temperature 102", 38.9, "102°F"),
        ("sugar 110", 6.1, "110 mg/dL"),
        ("血糖110毫克", 6.1, "110 mg/dL"),
        ("fasting sugar 126 mg/dl", 7.0, "126 mg/dL"),
        ("血压18/11千帕", 135, "18/11 kPa"),
    ],
)
def test_other_units_are_converted_and_it_is_noted_how_it_was_said(
    text: str, value: float, noted: str
) -> None:
    assert [(one.value, one.noted) for one in measured(text)] == [(value, noted)]


@pytest.mark.parametrize(
    ("text", "phase"),
    [("空腹6.1", "fasting"), ("sugar after dinner 8.2", "after"), ("血糖7", None)],
)
def test_before_or_after_a_meal_is_kept_with_the_sugar(text: str, phase: str | None) -> None:
    assert [one.phase for one in measured(text)] == [phase]


@pytest.mark.parametrize("text", ["血压500/300", "血压80/135", "血糖61", "体温63.2", "血氧9"])
def test_what_no_body_can_have_is_a_slip_and_no_reading(text: str) -> None:
    told = heard(text)
    assert told.found == []
    assert len(told.odd) == 1


@pytest.mark.parametrize(
    ("text", "value", "value2"),
    [
        ("153", 153, 80),
        ("是153", 153, 80),
        ("153/88", 153, 88),
        ("85", 135, 85),
        ("低压85", 135, 85),
        ("高压一百六", 160, 80),
        ("血压是160/90", 160, 90),
    ],
)
def test_of_one_number_said_anew_the_nearer_is_meant(
    text: str, value: float, value2: float
) -> None:
    found = again(Measured(BP, 135, 80), text)
    assert found is not None
    assert (found.value, found.value2) == (value, value2)


@pytest.mark.parametrize("text", ["好的", "是5号楼", "900", "3 4 5"])
def test_what_is_no_such_reading_puts_nothing_right(text: str) -> None:
    assert again(Measured(BP, 135, 80), text) is None


@given(st.integers(1, 299))
def test_every_number_said_in_chinese_is_understood(number: int) -> None:
    digits = "零一二三四五六七八九"
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    said = f"{digits[hundreds]}百" if hundreds else ""
    said += f"{digits[tens]}十" if tens else "零" if hundreds and ones else ""
    said += digits[ones] if ones else ""
    if len(said) > 1:
        assert with_digits(f"心跳{said}") == f"心跳{number}"


@given(st.text(max_size=60))
def test_no_message_is_too_odd_to_be_read(text: str) -> None:
    for one in measured(text):
        assert one.is_possible


def days(*values: float) -> list[tuple[date, float]]:
    return [(date(2026, 3, 1) + timedelta(days=at), value) for at, value in enumerate(values)]


def test_a_stretch_begins_when_the_last_three_days_are_above_the_seven_before() -> None:
    level = [130.0] * 7
    assert stretch(days(*level, 131, 150, 150), 15) == date(2026, 3, 10)
    assert stretch(days(*level, 131, 132, 150), 15) is None
    assert stretch(days(*level, 150, 150), 15) is None  # too few days to say


def test_a_stretch_lasts_until_the_difference_has_halved() -> None:
    risen = [*[130.0] * 7, 150.0, 150.0, 150.0]
    assert stretch(days(*risen, 146, 146), 15) == date(2026, 3, 10)
    assert stretch(days(*risen, *[131.0] * 3), 15) is None


def test_many_readings_on_one_afternoon_make_no_trend() -> None:
    one_bad_day = [(date(2026, 3, 8), 160.0)] * 9
    assert stretch(by_day([*days(*[130.0] * 7), *one_bad_day]), 15) is None


@given(st.lists(st.floats(90, 200), min_size=10, max_size=40))
def test_a_steady_value_never_makes_a_trend(values: list[float]) -> None:
    assert stretch(days(*[values[0]] * len(values)), 15) is None


def test_oxygen_is_watched_for_falling() -> None:
    assert stretch(days(*[97.0] * 7, 93, 93, 93), -3) is not None
    assert stretch(days(*[93.0] * 7, 97, 97, 97), -3) is None
