"""Sections: the tables that a scenario is made of."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, model_validator

from freeagentics.scenario.plain import plain


class Section(BaseModel):
    """A table of a scenario: frozen, and without keys that it does not know; numpy's numbers are numbers in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, given: object) -> object:
        return plain(given)


class OpenSection(Section):
    """A table that takes keys which it does not know, as they stand."""

    model_config = ConfigDict(extra="allow")
