"""The rules of the house that a machine can check."""

from __future__ import annotations

import ast
import re
import string
import subprocess
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from bot import words

ROOT = Path(__file__).parent.parent
LAYERS = ("bot", "handlers", "storage")
LONGEST = 300
"""Lines of a module; about 250 is the aim, and one that outgrows it becomes a package."""

CODE = sorted(path for layer in LAYERS for path in (ROOT / layer).rglob("*.py"))
WRITTEN = words.load()
SPEAKERS = {"reply", "tell", "post", "Say", "Ask", "Word", "Sorry"}
TARGETS = "help setup run demo test check bench torture"


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def tracked() -> Iterator[tuple[str, str]]:
    """Every text file of the project, committed or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    for one in filter(None, listed.stdout.split("\0")):
        path = ROOT / one
        if path.is_file() and b"\0" not in (data := path.read_bytes()):
            yield one, data.decode("utf-8", "replace")


def test_no_module_is_long() -> None:
    lengths = {name(path): len(path.read_text("utf-8").splitlines()) for path in CODE}
    made = "storage/migrations/versions/"  # written by Alembic, one a release
    long = {one: n for one, n in lengths.items() if n > LONGEST and not one.startswith(made)}
    assert long == {}


def test_no_module_is_named_for_nothing() -> None:
    empty = re.compile(r"(^|_)(utils?|helpers?|managers?|services?|common|misc)$")
    assert [name(path) for path in CODE if empty.search(path.stem)] == []


def test_every_module_opens_with_a_sentence() -> None:
    assert [name(path) for path in CODE if not ast.get_docstring(tree(path))] == []


def test_at_most_one_module_imports_wechaty() -> None:
    def imports(path: Path) -> Iterator[str]:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Import):
                yield from (one.name.split(".")[0] for one in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.module.split(".")[0]

    assert len([name(path) for path in CODE if "wechaty" in set(imports(path))]) <= 1


def blanks(template: str) -> set[str]:
    """The values that a text has room for."""
    return {field for _, field, _, _ in string.Formatter().parse(template) if field is not None}


def texts() -> Iterator[tuple[str, dict[str, str]]]:
    for feature, table in WRITTEN.items():
        for key, spoken in table.get("say", {}).items():
            yield f"{feature}.{key}", spoken


def test_every_text_is_said_in_both_languages_with_the_same_values() -> None:
    odd = [
        key
        for key, spoken in texts()
        if set(spoken) != {"zh", "en"}
        or not all(spoken.values())
        or blanks(spoken["zh"]) != blanks(spoken["en"])
    ]
    assert odd == []


def test_every_text_that_is_said_exists() -> None:
    known = {key for key, _ in texts()}
    missing = [
        f"{name(path)}:{call.lineno}: {argument.value}"
        for path in CODE
        for call in ast.walk(tree(path))
        if isinstance(call, ast.Call)
        and getattr(call.func, "attr", getattr(call.func, "id", "")) in SPEAKERS
        for argument in call.args
        if isinstance(argument, ast.Constant)
        and isinstance(argument.value, str)
        and re.fullmatch(r"[a-z_]+\.[a-z_0-9]+", argument.value)
        and argument.value not in known
    ]
    assert missing == []


def test_every_step_of_a_story_has_words() -> None:
    known = {key.removeprefix("lists.did_") for key, _ in texts() if key.startswith("lists.did_")}
    assert known == import_module("handlers.lists").DEEDS


def test_no_deadline_is_taken_back_with_those_of_longer_numbers() -> None:
    """A key is taken back by how it begins: ``settle:1`` begins ``settle:12``, too."""
    open_ended = [
        f"{name(path)}:{call.lineno}"
        for path in CODE
        for call in ast.walk(tree(path))
        if isinstance(call, ast.Call)
        and getattr(call.func, "id", "") == "Never"
        and isinstance(call.args[0], ast.JoinedStr)
        and isinstance(call.args[0].values[-1], ast.FormattedValue)
    ]
    assert open_ended == []


def sentences() -> dict[str, dict[str, list[str]]]:
    return {
        f"{feature}.{one}": forms
        for feature, table in WRITTEN.items()
        for one, forms in table.get("hear", {}).items()
    }


def handled() -> set[str]:
    """Every sentence that a handler of a listed feature is marked for."""
    features: tuple[Any, ...] = import_module("handlers.features").FEATURES
    return {
        f"{feature.__name__.removeprefix('handlers.').partition('.')[0]}.{mark.what}"
        for feature in features
        for function in vars(feature).values()
        if f"{getattr(function, '__module__', '')}.".startswith(f"{feature.__name__}.")
        for mark in getattr(function, "marks", ())
        if mark.how == "sentence"
    }


def test_every_sentence_is_heard_in_both_languages() -> None:
    odd = [one for one, forms in sentences().items() if not (forms.get("zh") and forms.get("en"))]
    assert odd == []


def test_every_sentence_has_a_handler() -> None:
    assert set(sentences()) - handled() == set()


def test_every_handler_of_a_sentence_has_the_sentence() -> None:
    assert handled() - set(sentences()) == set()


def test_the_lock_names_only_the_public_index() -> None:
    lock = (ROOT / "uv.lock").read_text("utf-8")
    hosts = set(re.findall(r"https?://[^/\"]+", lock))
    assert hosts == {"https://pypi.org", "https://files.pythonhosted.org"}


def test_nothing_names_the_machine_it_was_written_on() -> None:
    home = r"(?<![\w.])/(?:work|root|Users|home/(?!linbang\b)\w+)/\w"
    mirror = r"https?://(?!pypi\.org/)[^\s\"'<>]+/simple\b"
    found = [
        f"{one}: {match[0]}"
        for one, text in tracked()
        if one != name(Path(__file__))
        for match in re.finditer(f"{home}|{mirror}", text)
    ]
    assert found == []


@pytest.mark.parametrize("target", TARGETS.split())
def test_make_help_lists_every_target(target: str) -> None:
    assert re.search(rf"^{target}:.*## \w", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


def test_no_test_is_skipped_for_good() -> None:
    forbidden = re.compile(r"mark\.(?:skip|xfail)\b")
    here = sorted((ROOT / "tests").rglob("*.py"))
    odd = [name(path) for path in here if forbidden.search(path.read_text("utf-8"))]
    assert [one for one in odd if one != name(Path(__file__))] == []


def test_the_command_is_installed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["scripts"] == {"linbang": "bot.__main__:main"}
