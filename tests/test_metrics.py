"""What is counted, and that two bots in one process do not share it."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from bot.metrics import Metrics


def test_every_count_shows_on_the_page() -> None:
    metrics = Metrics()
    metrics.heard(3, again=1)
    metrics.sent()
    metrics.sent("stale", 2)
    metrics.batch(64, 0.003)
    metrics.outbox(5, timedelta(seconds=90))
    metrics.timers(timedelta(seconds=2))
    metrics.gateway("local", timedelta(seconds=7))
    metrics.gateway("wechat", None)
    metrics.failed("delivery")
    lines = metrics.page().decode().splitlines()
    for line in (
        "linbang_messages_heard_total 3.0",
        "linbang_messages_again_total 1.0",
        'linbang_replies_total{end="sent"} 1.0',
        'linbang_replies_total{end="stale"} 2.0',
        'linbang_batch_events_bucket{le="32.0"} 0.0',
        'linbang_batch_events_bucket{le="64.0"} 1.0',
        'linbang_commit_seconds_bucket{le="0.005"} 1.0',
        "linbang_outbox_letters 5.0",
        "linbang_outbox_oldest_seconds 90.0",
        "linbang_timers_lag_seconds 2.0",
        'linbang_gateway_silence_seconds{gateway="local"} 7.0',
        'linbang_gateway_silence_seconds{gateway="wechat"} -1.0',
        'linbang_errors_total{where="delivery"} 1.0',
    ):
        assert line in lines


def test_an_empty_outbox_has_no_oldest_letter() -> None:
    metrics = Metrics()
    metrics.outbox(5, timedelta(seconds=90))
    metrics.outbox(0, None)
    assert b"linbang_outbox_oldest_seconds 0.0" in metrics.page()


def test_two_bots_count_apart() -> None:
    one, other = Metrics(), Metrics()
    one.heard(1)
    assert b"linbang_messages_heard_total 0.0" in other.page()


def test_the_operator_is_told_only_of_counters_that_exist() -> None:
    guide = (Path(__file__).parent.parent / "docs" / "operate.md").read_text("utf-8")
    told = {one.removesuffix("_total") for one in re.findall(r"\blinbang_\w+", guide)}
    shown = set(re.findall(r"^# HELP (\w+?)(?:_total)? ", Metrics().page().decode(), re.MULTILINE))
    assert told
    assert told - shown == set()
