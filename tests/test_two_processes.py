"""Two bots on one database: the second is refused in plain words, and nothing is claimed twice."""

import subprocess
import sys
from pathlib import Path

HOLDS = """
import sys
from pathlib import Path
from bot.only_one import only_one
with only_one(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_process_is_refused_and_may_begin_when_the_first_has_ended(tmp_path: Path) -> None:
    """One process writes; two claims meet in one engine (`tests/test_same_instant.py`)."""
    database = tmp_path / "data" / "linbang.db"
    holding = [sys.executable, "-c", HOLDS, str(database)]
    with subprocess.Popen(
        holding, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        words = [sys.executable, "-m", "bot", "run", "--port", "0"]
        second = subprocess.run(
            words,
            cwd=tmp_path,
            env={"PYTHONPATH": str(Path(__file__).parent.parent)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert second.returncode == 1
        assert "a bot is running on" in second.stderr
        assert "Traceback" not in second.stderr
        first.kill()  # however it ends, the lock ends with it
    third = subprocess.run(
        holding, input="", stdout=subprocess.PIPE, text=True, timeout=60, check=True
    )
    assert third.stdout == "held\n"
