"""Ships what was trained: writes its file, or compares with the one that is there."""

from __future__ import annotations

import zlib
from pathlib import Path


def ship(file: Path, raw: bytes, *, check: bool, packed: bool = False) -> int:
    """Write ``raw`` to ``file``, or with ``check`` say whether it is there already; 0 where it is.

    A packed file is compared by what it unpacks to: libraries pack the same bytes differently.
    """
    if check:
        there = file.read_bytes() if file.exists() else b""
        same = (zlib.decompress(there) if packed and there else there) == raw
        print(f"{file.name}:", "the same" if same else "not the same")
        return 0 if same else 1
    size = file.write_bytes(zlib.compress(raw, 9) if packed else raw)
    print(f"{file.name}: {size:,} bytes" + (f", {len(raw):,} unpacked" if packed else ""))
    return 0
