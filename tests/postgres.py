"""A PostgreSQL server of its own for a test: Debian's binaries, a folder of its own, a socket."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def binaries() -> Path | None:
    """Where the newest server's programs are, if one is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: int(one.parent.name))
    return found[-1] if found else None


@contextmanager
def server() -> Iterator[str]:
    """The address of an empty database; the server ends with the context."""
    programs = binaries()
    if programs is None:
        raise FileNotFoundError("there is no PostgreSQL; on Debian: apt install postgresql")
    # The server refuses root, and its socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="linbang-pg-", dir="/tmp"))
    become = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if become:
        shutil.chown(folder, "postgres")
    data = folder / "data"

    def run(program: str, *words: str) -> None:
        command = [*become, str(programs / program), *words]
        subprocess.run(command, check=True, capture_output=True, cwd=folder)

    try:
        run("initdb", "-D", str(data), "-U", "linbang", "-A", "trust", "-E", "UTF8", "--locale=C")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        run("pg_ctl", "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"postgresql+psycopg://linbang@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
