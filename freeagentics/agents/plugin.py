"""A plugin: one Python file with roles and sources of a user's own, as it was when it was read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from freeagentics.errors import BadScenario

if TYPE_CHECKING:
    from freeagentics.agents.cohort import Cohort
    from freeagentics.market import Source


@dataclass(frozen=True, slots=True)
class PluginFile:
    """A file and the bytes that were read from it: what is hashed is what is run and what a run directory keeps, whatever becomes of the
    file meanwhile."""

    path: Path = field(compare=False)
    code: bytes

    @classmethod
    def read(cls, path: Path) -> PluginFile:
        """Raises BadScenario where it is no Python file, or cannot be read."""
        if path.suffix != ".py":
            raise BadScenario(f"plugin {path}: it must be a Python file, with a name that ends in .py")
        try:
            return cls(path, path.read_bytes())
        except FileNotFoundError as error:
            raise BadScenario(f"plugin {path}: no such file") from error
        except OSError as error:
            raise BadScenario(f"plugin {path}: cannot be read ({error.strerror})") from error

    @property
    def sha256(self) -> str:
        """Of the bytes, in hexadecimal."""
        return hashlib.sha256(self.code).hexdigest()


@dataclass(frozen=True, slots=True)
class Plugin:
    """Findings in a file that was run: its roles and sources, by name. Two are equal where their code is."""

    file: PluginFile
    roles: Mapping[str, type[Cohort]] = field(compare=False)
    sources: Mapping[str, type[Source]] = field(compare=False)

    @property
    def path(self) -> Path:
        """Of the file."""
        return self.file.path

    def names(self) -> Iterator[tuple[str, str]]:
        """All that it has, as what it is and what it is called."""
        yield from (("role", name) for name in self.roles)
        yield from (("source", name) for name in self.sources)
