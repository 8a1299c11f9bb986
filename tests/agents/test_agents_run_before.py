"""The list of plugins that a user has run before."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from freeagentics.agents import PluginFile, RunBefore


def test_the_list_is_private_and_names_each_file_once(tmp_path: Path) -> None:
    before, file = RunBefore(tmp_path / "deep" / "state"), PluginFile(tmp_path / "a.py", b"x = 1")
    assert file not in before
    before.add([file, file])
    before.add([file])
    assert file in before and PluginFile(tmp_path / "a.py", b"x = 2") not in before
    (path,) = (tmp_path / "deep" / "state").iterdir()
    assert path.read_text() == f"{file.sha256}\n"
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)) == (0o600, 0o700)


@pytest.mark.parametrize("damage", [b"", b"\x00\xff\n", b"0" * 63, b"abc", b"\n\n\n", b"0" * 70 + b"\n"])
def test_a_list_that_is_damaged_says_nothing_of_others_and_goes_on(damage: bytes, tmp_path: Path) -> None:
    (tmp_path / "plugins.sha256").write_bytes(damage)
    before, file = RunBefore(tmp_path), PluginFile(tmp_path / "a.py", b"x = 1")
    assert file not in before
    before.add([file])
    assert file in before


@pytest.mark.parametrize("what", [".", "plugins.sha256"])
def test_a_list_that_others_may_write_to_vouches_for_nothing(what: str, tmp_path: Path) -> None:
    before, file = RunBefore(tmp_path), PluginFile(tmp_path / "a.py", b"x = 1")
    before.add([file])
    (tmp_path / what).chmod(0o777)
    assert file not in before


def test_the_list_is_where_the_users_state_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = PluginFile(tmp_path / "a.py", os.urandom(8))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    RunBefore().add([file])
    assert (tmp_path / "home" / ".local" / "state" / "freeagentics" / "plugins.sha256").is_file()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert file not in RunBefore()
    RunBefore().add([file])
    assert (tmp_path / "state" / "freeagentics" / "plugins.sha256").is_file()
