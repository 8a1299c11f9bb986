"""Which URLs open a store, and what the others are told."""

from pathlib import Path

import pytest

from freeagentics.errors import BadStore
from freeagentics.stores import open_store


def test_three_slashes_are_a_relative_path_and_four_an_absolute_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs").mkdir()
    open_store("sqlite:///runs/a b%20#1.db", run="r").close()
    open_store(f"sqlite:///{tmp_path}/absolute.db", run="r").close()
    assert sorted(path.name for path in tmp_path.rglob("*.db")) == ["a b%20#1.db", "absolute.db"]


def test_every_memory_store_is_a_new_one() -> None:
    with open_store("memory:", run="r") as one, open_store("memory:", run="r") as two:
        one.set_cursor("c", 1)
        assert two.get_cursor("c") is None


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("sqlit:///a.db", "unknown store scheme 'sqlit'; did you mean sqlite:"),
        ("mongodb://user:secret@host", "unknown store scheme 'mongodb'; known: memory:, sqlite:///PATH"),
        ("runs/a.db", "has no scheme; known: memory:, sqlite:///PATH"),
        ("", "has no scheme"),
        ("memory://x", "takes nothing after the colon"),
        ("sqlite:a.db", "needs three slashes"),
        ("sqlite://a.db", "needs three slashes"),
        ("sqlite:///", "has no path"),
        ("sqlite:///:memory:", "write memory:"),
        ("sqlite:///a.db?mode=ro", "neither options"),
        ("sqlite:///a\x00.db", "nor control characters"),
        ("sqlite:///no/such/a.db", "folder no/such does not exist"),
        ("sqlite:///here", "is a folder; give the path of a file"),
    ],
)
def test_a_url_that_opens_no_store_is_told_why_in_one_line(url: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "here").mkdir()
    with pytest.raises(BadStore) as caught:
        open_store(url, run="r")
    text = str(caught.value)
    assert message in text
    assert "\n" not in text
    assert "secret" not in text
    assert [path.name for path in tmp_path.iterdir()] == ["here"]
