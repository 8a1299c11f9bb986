from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
from journal_makers import is_whole, journal_of

from freeagentics.journal import Journal

ENDLESS = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from journal_makers import step_commit
from freeagentics.journal import Journal, JournalWriter

journal = Journal(Path(sys.argv[1]))
last = journal.commit_record()
step = last.step if last else 0
writer = JournalWriter(journal, last)
while True:
    step += 1
    writer.put(step_commit(step))
    sys.stdout.write(".")
    sys.stdout.flush()
"""


def commit_and_be_killed(path: Path, after: int) -> None:
    """Steps are committed on top of the journal by another process, which is killed when it has handed over *after* of them."""
    command = [sys.executable, "-c", ENDLESS, str(path), str(Path(__file__).parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read(after)
        process.kill()


def test_after_a_kill_at_any_moment_every_committed_step_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal_of(path, 0).close()
    before = 0
    for after in np.random.default_rng(3).integers(6, 120, 6).tolist():
        commit_and_be_killed(path, after)
        with Journal(path) as journal:
            last = journal.commit_record()
            assert last is not None
            assert last.step > before
            assert is_whole(journal, last.step)
            before = last.step
