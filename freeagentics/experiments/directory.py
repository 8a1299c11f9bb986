"""The directory of an experiment: a file for every finished run, so that whatever is killed goes on where it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from freeagentics.errors import BadInput, RunFailed
from freeagentics.experiments.single_run import Row


class ExperimentDirectory:
    """Finished runs by key, each in a file of its own that is there whole or not at all.

    Args:
        path: of the directory; it is made where there is none.
        plan: what the experiment is; a directory belongs to one plan.

    Raises:
        BadInput: another experiment is in the directory, or something else.
    """

    def __init__(self, path: Path, plan: dict[str, Any]) -> None:
        self.path = path
        kept = path / "experiment.json"
        try:
            if kept.is_file():
                self._check(json.loads(kept.read_text(encoding="utf-8")), plan)
            elif path.exists() and (not path.is_dir() or any(path.iterdir())):
                raise BadInput(f"--out {path}: it is there already and holds no experiment; give a fresh directory")
            else:
                (path / "runs").mkdir(parents=True)
                _replace(kept, json.dumps(plan, indent=2))
            (path / "runs").mkdir(exist_ok=True)
        except (OSError, ValueError) as error:
            raise BadInput(f"--out {path}: the directory of an experiment cannot be read or made ({error})") from error

    def _check(self, kept: dict[str, Any], plan: dict[str, Any]) -> None:
        if kept != plan:
            differing = [key for key in plan if kept.get(key) != plan[key]]
            raise BadInput(f"--out {self.path}: another experiment is in it (other {', '.join(differing)}); give another directory")

    def row(self, key: str) -> Row | None:
        """The row of a run that was finished before."""
        try:
            row: Row = json.loads((self.path / "runs" / f"{key}.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise BadInput(f"{self.path / 'runs' / key}.json: cannot be read ({error}); delete it to have it run again") from error
        return row

    def finish(self, key: str, row: Row) -> None:
        """Keep the row of a run. Raises RunFailed where it cannot be written."""
        try:
            _replace(self.path / "runs" / f"{key}.json", json.dumps(row))
        except OSError as error:
            raise RunFailed(f"{self.path}: a finished run could not be written ({error.strerror})") from error


def _replace(path: Path, text: str) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
