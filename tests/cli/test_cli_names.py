"""Names of folders and files are names: nothing in them is a pattern, an option, a home or a part of a URL."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
from cli_runner import called

from freeagentics.cli.summary import store_line
from freeagentics.errors import BadRunDirectory
from freeagentics.records import RunRecord
from freeagentics.records.memory_audit import MemoryAudit
from freeagentics.records.run_directory import RunDirectory
from freeagentics.records.run_record import StoreSummary
from freeagentics.sync.store_admin import sync_stores

RUN = ("run", "btc-replay", "--agents", 5, "--steps", 4, "--json", "--no-report")
NAMES = [
    "s[1]",
    "s*",
    "?",
    "#1",
    "100%41",
    "a b",
    "größe 日",
    "-rf",
    "it's",
    'two\n"lines"',
    "~",
    "{x}",
    "$HOME",
    "file:",
    "back\\slash",
    "s[!1]",
]


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with runs of another length, which patterns would match."""
    folder = tmp_path_factory.mktemp("beside")
    done = called("run", "btc-replay", "--agents", 5, "--steps", 6, "--json", "--no-report", "--out", "s1", cwd=folder)
    assert done.returncode == 0, done.stderr
    shutil.copytree(folder / "s1", folder / "x")
    return folder


def test_a_run_directory_may_have_any_name(beside: Path) -> None:
    for name in NAMES:
        done = called(*RUN, f"--out={name}", cwd=beside)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["steps"] == 4
        record = RunRecord(beside / name)
        assert len(record.model_frame) == len(record.desk_frame) == 4
        assert len(record.agent_frame) == 20
        assert called("explain", "--agent", "market-hunter-0000", "--step", 3, "--", name, cwd=beside).returncode == 0
        assert len(RunRecord(beside / "s1").model_frame) == 6
    for name in ("s[1]", "~"):
        assert called("report", "--", name, cwd=beside).stdout.strip() == f"{name}/report.html"
        assert len((beside / name / "tables" / "model.csv").read_text().splitlines()) == 5


@pytest.mark.parametrize("name", NAMES)
def test_what_is_suggested_for_it_can_be_pasted_into_a_shell(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "run.toml").write_text("name = 'x'")
    (tmp_path / name / "journal.db").write_text("")
    done = called("report", "--", name, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.count("\n") == (2 if "\n" in name else 1)
    suggested = done.stderr.partition("with: ")[2].strip()
    # As bash reads $'…', and everything else as shlex does.
    words = shlex.split(re.sub(r"\$'(.*)'", lambda found: shlex.quote(found[1].encode().decode("unicode_escape")), suggested))
    assert words[:3] == ["freeagentics", "run", "--resume"]
    assert Path(words[3]) == Path(name)


def test_every_command_that_is_suggested_quotes_its_paths(tmp_path: Path) -> None:
    directory = RunDirectory(tmp_path / "my runs" / "a b")
    directory.path.mkdir(parents=True)
    quoted = f"'{directory.path}'"
    assert directory.resume_hint.endswith(f"freeagentics run --resume {quoted}")
    directory.audit.write_text("{}")
    with pytest.raises(BadRunDirectory, match=re.escape(f"freeagentics memory audit {quoted}")):
        MemoryAudit.read(directory.audit)
    behind = StoreSummary(tier="durable", url="redis://x", lag_steps=3, records=1, failures=1, error=None)
    assert store_line(behind, str(directory.path)).endswith(f"freeagentics store sync {quoted}")


@pytest.mark.parametrize("name", ["bars[1].csv", "bars *.csv", "bars#%20?.csv", "größe.csv"])
def test_bars_may_have_any_name(name: str, tmp_path: Path) -> None:
    rows = [f"{1640995200 + 3600 * hour},{100 + hour},{101 + hour},{99 + hour},{100 + hour},5" for hour in range(40)]
    (tmp_path / name).write_text("\n".join(["timestamp,open,high,low,close,volume", *rows]))
    (tmp_path / "bars1.csv").write_text("no bars")
    done = called("run", "--bars", name, "--agents", 5, "--set", "market.warmup=20", "--json", "--no-report", "--out", "run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "run" / "data" / name).is_file()
    assert called("explain", "run", "--agent", "market-hunter-0000", "--step", 3, cwd=tmp_path).returncode == 0


@pytest.mark.parametrize("name", ["s[1]", "a*b", "#1", "100%41", "a b"])
def test_stores_and_archives_may_be_in_any_folder(name: str, beside: Path) -> None:
    (beside / name).mkdir(exist_ok=True)
    (store,) = sync_stores(beside / "s1", f"sqlite:///{beside / name}/store.db")
    assert store.lag_steps == 0
    assert (beside / name / "store.db").is_file()


def test_a_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    done = called(*RUN, "--out", "a\udcff", cwd=tmp_path)
    assert done.returncode == 2
    assert "not a name in UTF-8" in done.stderr
    assert not list(tmp_path.iterdir())
