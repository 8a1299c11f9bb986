"""The audit of a run's memories: what its codec keeps of them, and whether decisions notice; part of the run record once it was made."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from freeagentics.errors import BadRunDirectory, in_command
from freeagentics.memory.features import Group


class _Found(BaseModel):
    model_config = ConfigDict(frozen=True)


class RoleAudit(_Found):
    """Memories of one role.

    Attributes:
        codec: what coded them; a role that no codec was trained for has another than was asked for.
        version: of that codec.
        bits: mean of a memory's code, checksum included, its length and its share of a page's head not.
        error: as in `GroupAudit`, over all features of the role.
    """

    role: str
    codec: str
    version: int
    memories: int
    bits: float
    error: float | None


class GroupAudit(_Found):
    """Features of one group, of all roles.

    Attributes:
        bits: mean that they take of a memory's code.
        error: root of the mean square of what features come back wrong by, each in standard deviations of that feature among the run's
            memories of the role; features that do not vary are left out, and it is None where none varies.
    """

    group: Group
    bits: float
    error: float | None


class CodecAudit(_Found):
    """One codec.

    Attributes:
        codec: as scenarios call it.
        decisions: compared.
        agreement: share of them that are the same, action and asset, from decoded memories as from exact ones.
        bits: mean of a memory's code.
        shared_bits: beside them, its share of the book of its desk, which is coded once for all of the desk.
        other_bits: of its code, what belongs to no group: checksum, asset in focus, numbers that no table
            foretold, rounding up to whole bytes.
        roles: in pipeline order.
        groups: in the order of the features.
    """

    codec: str
    decisions: int
    agreement: float
    bits: float
    shared_bits: float
    other_bits: float
    roles: tuple[RoleAudit, ...]
    groups: tuple[GroupAudit, ...]


class KeptAudit(_Found):
    """The last steps of a run, decided again with memories of earlier days as the journal keeps them.

    Attributes:
        decisions: compared.
        agreement: share of them that are the same, action and asset, as from memories as they were made.
        recallable: memories that agents could recall, summed over decisions.
        dropped: those of them that consolidation has dropped.
    """

    steps: int
    decisions: int
    agreement: float
    recallable: int
    dropped: int


class AgeAudit(_Found):
    """Memories of one step of a run as its journal keeps them, beside what agents experienced then.

    Attributes:
        step: of the run.
        age: steps since then, at the end of the run.
        made: memories of that step.
        kept: those of them that the journal still has, and can read.
        bytes: of their codes, in all.
        error: as in `RoleAudit`, of all that are kept; None where none is.
        groups: the same by group of features.
    """

    step: int
    age: int
    made: int
    kept: int
    bytes: int
    error: float | None
    groups: dict[Group, float | None]


class MemoryAudit(_Found):
    """A trial of a run's scenario, so many agents and steps long.

    Attributes:
        codecs: the run's own, then int8 to compare it with.
        kept: what forgetting changes; None where nothing was forgotten.
        ages: fidelity of what is kept of the run, the oldest first.
    """

    agents: int
    steps: int
    codecs: tuple[CodecAudit, ...] = Field(min_length=1)
    kept: KeptAudit | None = None
    ages: tuple[AgeAudit, ...] = ()

    @classmethod
    def read(cls, path: Path) -> MemoryAudit | None:
        """From a file; None where there is none. Raises BadRunDirectory for anything else in it."""
        if not path.is_file():
            return None
        try:
            return cls.model_validate_json(path.read_bytes())
        except ValidationError as error:
            again = f"freeagentics memory audit {in_command(path.parent)}"
            raise BadRunDirectory(f"{path}: damaged, or of another version of freeagentics; make it anew with: {again}") from error
