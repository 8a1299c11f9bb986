"""Paths in commands that messages suggest: a shell takes them for what they are."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freeagentics.errors import in_command


def as_bash_reads(words: str) -> list[str]:
    done = subprocess.run(["bash", "-c", f"printf '%s\\0' {words}"], capture_output=True, check=True)
    return done.stdout.decode(errors="surrogateescape").split("\0")[:-1]


@pytest.mark.parametrize("path", ["runs/a", "my runs/a b", "it's", "$HOME", "~", "*", "a\nb", "tab\there", "a\\'\n\x01", "größe\x7f", ""])
def test_a_path_is_one_word_on_one_line(path: str) -> None:
    assert as_bash_reads(in_command(path)) == [path]
    assert "\n" not in in_command(path)


@pytest.mark.parametrize("path", ["-rf", "--out=x y"])
def test_a_path_is_no_option(path: str) -> None:
    assert as_bash_reads(in_command(path)) == [f"./{path}"]


def test_a_plain_path_stays_readable() -> None:
    assert in_command("runs/btc-replay-seed7-20261121-153644") == "runs/btc-replay-seed7-20261121-153644"


@settings(max_examples=40)
@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=12))
def test_any_path_comes_back_from_a_shell(path: str) -> None:
    assert as_bash_reads(in_command(path))[0].removeprefix("./") == path.removeprefix("./")
