"""Our labels of public messages: numbers and names of acts, and nothing of the messages."""

from pathlib import Path
from typing import get_args

import pytest

from handlers.reading import Act, Category, Danger

LABELS = sorted((Path(__file__).parents[2] / "bench" / "elsewhere").glob("*.tsv"))


@pytest.mark.parametrize("path", LABELS, ids=lambda path: path.stem)
def test_labels_name_rows_once_and_hold_no_text(path: Path) -> None:
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    assert head.split("\t") == ["row", "act", "emergency", "category"]
    cells = [row.split("\t") for row in rows]
    numbers = [int(row) for row, *_ in cells]
    assert numbers == sorted(set(numbers))
    for _, act, danger, category in cells:
        assert act in get_args(Act)
        assert danger in ("", *get_args(Danger))
        assert (
            category in get_args(Category) if act in ("need", "offer", "report") else not category
        )
