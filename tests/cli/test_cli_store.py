"""Stores looked after by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_runner import called

from freeagentics.runs import run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run in it that names no store, and one that names one."""
    place = tmp_path_factory.mktemp("stores")
    run("btc-replay", agents=5, steps=40, out=place / "plain")
    run("btc-replay", agents=5, steps=40, out=place / "stored", overrides={"store.durable": f"sqlite:///{place}/own.db"})
    return place


def test_sync_says_what_it_brought_and_has_nothing_to_bring_afterwards(folder: Path) -> None:
    first, second, again = (called("store", "sync", "plain", "sqlite:///s.db", *more, cwd=folder) for more in ((), (), ("--again",)))
    assert [done.returncode for done in (first, second, again)] == [0, 0, 0], first.stderr
    assert first.stdout == again.stdout
    assert "up to date" in first.stdout
    assert "0 records, up to date" in second.stdout


def test_sync_without_a_url_brings_up_the_stores_of_the_run(folder: Path) -> None:
    done = called("store", "sync", "stored", cwd=folder)
    assert done.stdout == f"durable sqlite:///{folder}/own.db: 0 records, up to date\n"


def test_purge_deletes_what_has_expired_at_the_end_of_the_run_once(folder: Path) -> None:
    called("store", "sync", "plain", "sqlite:///purged.db", cwd=folder)
    purged = [called("store", "purge", "sqlite:///purged.db", "plain", cwd=folder).stdout for _ in range(2)]
    assert int(purged[0].split()[0].replace(",", "")) > 0
    assert purged[1] == "0 expired records deleted\n"


def test_init_and_check_say_that_an_embedded_store_needs_nothing(folder: Path) -> None:
    assert called("store", "init", "sqlite:///new.db", cwd=folder).stdout == "nothing to make: the store is ready\n"
    assert called("store", "check", "sqlite:///new.db", cwd=folder).stdout == "the store can be used\n"


def test_acl_prints_a_rule_for_the_one_agent_and_never_the_password_of_the_url(folder: Path) -> None:
    redis = called("store", "acl", "redis://me:secret@localhost", "plain", "--agent", "market-hunter-0000", cwd=folder)
    dynamo = called("store", "acl", "dynamodb://eu-west-1/prefix", "plain", "--agent", "market-hunter-0000", cwd=folder)
    for done in (redis, dynamo):
        assert done.returncode == 0, done.stderr
        assert "market-hunter-0000" in done.stdout
        assert "secret" not in done.stdout


def test_find_says_which_memories_are_alike_and_how_it_looked(folder: Path) -> None:
    called("store", "sync", "plain", "sqlite:///found.db", cwd=folder)
    done = called("store", "find", "sqlite:///found.db", "plain", "--like", "risk-manager-0000@30", "--count", "3", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 3
    assert all("@" in line and line.split()[-1] in {"success", "failure", "open"} for line in done.stdout.splitlines())
    assert done.stderr == "compared 200 memories one by one; Redis 8 with ?vectors=yes searches them itself\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sync", "nothing"), "no such folder"),
        (("sync", "plain"), "its scenario names no store; give the URL of one"),
        (("sync", "plain", "sqlit:///x.db"), "did you mean sqlite:?"),
        (("sync", "plain", "sqlite:///none/x.db"), "folder none does not exist"),
        (("purge", "sqlite:///s.db", "nothing"), "no such folder"),
        (("check", "nothing"), "has no scheme"),
        (("acl", "sqlite:///s.db", "plain", "--agent", "a"), "knows no users"),
        (("acl", "redis://localhost", "plain", "--agent", "a:*"), "agent id"),
        (("acl", "redis://localhost", "plain"), "Missing option '--agent'"),
        (("find", "sqlite:///s.db", "plain", "--like", "risk-manager-0000"), "--like takes AGENT@STEP, e.g. risk-manager-0003@1132"),
        (("sink", "plain"), "No such command 'sink'"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(words: tuple[str, ...], said: str, folder: Path) -> None:
    done = called("store", *words, cwd=folder)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not done.stdout
