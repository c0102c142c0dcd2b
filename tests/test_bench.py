"""The benchmark runs; what it measures is not asserted here."""

import pytest

from bench import __main__ as bench


def test_a_quick_benchmark_prints_its_tables(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["bench", "--quick"])
    monkeypatch.setenv("COLUMNS", "200")
    bench.main()
    printed = capsys.readouterr().out
    for row in (
        "bare loop",
        "chatter, recorded",
        "three invitations",
        "200 a second",
        "the reader",
        "an echo bot",
        "to its answer",
    ):
        assert row in printed
