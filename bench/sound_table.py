"""Writes the table of how characters sound: ``python -m bench.sound_table``.

One line a syllable without its tone, then the characters of everyday use that are read so, from
pypinyin's table; loading that whole table would take longer than loading the bot.
"""

from __future__ import annotations

from pypinyin import lazy_pinyin

from bot.understanding.sounds import FILE


def everyday() -> list[str]:
    """The characters of GB 2312."""
    pairs = (bytes((row, cell)) for row in range(0xB0, 0xF8) for cell in range(0xA1, 0xFF))
    return [char for pair in pairs if (char := pair.decode("gb2312", "ignore"))]


def main() -> None:
    """Write the table."""
    said: dict[str, list[str]] = {}
    for char in everyday():
        said.setdefault(lazy_pinyin(char)[0], []).append(char)
    lines = [f"{syllable} {''.join(chars)}\n" for syllable, chars in sorted(said.items())]
    FILE.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
