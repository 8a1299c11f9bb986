"""The bases of records: plain data, checked, and kept as bytes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError, computed_field, model_validator

from freeagentics.clock import DAY_MS, iso
from freeagentics.errors import BadInput, CorruptRecord
from freeagentics.plain_data import plain_bytes, plain_value

PlainData = dict[str, Any]
"""Plain data by name (`freeagentics.plain_data`): what msgpack holds, and numpy arrays."""


class PlainRecord(BaseModel):
    """A record of plain data. Models are frozen; `of` makes one from a mapping with the same names."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    @classmethod
    def of(cls, given: Self | Mapping[str, Any]) -> Self:
        """The record that a mapping describes; a record is given back. Raises BadInput naming the field that is wrong."""
        if isinstance(given, cls):
            return given
        try:
            return cls.model_validate(dict(given))
        except ValidationError as error:
            raise BadInput(f"{cls.__name__}: {first_fault(error)}") from error

    def to_bytes(self) -> bytes:
        """The record as bytes. Raises BadInput where something in it is no plain data."""
        return plain_bytes(type(self).__name__, self.kept())

    def kept(self) -> PlainData:
        """The fields that are kept, by name."""
        return dict(self)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Inverse of `to_bytes`; reads what the projector of runs writes, too. Raises CorruptRecord."""
        try:
            return cls.model_validate(plain_value(data))
        except ValueError as error:
            raise CorruptRecord(f"a {cls.__name__} that cannot be read: {error}") from error


class Record(PlainRecord):
    """A record of something that happened.

    Attributes:
        timestamp: when, in ms since 1970; may be left out where `iso_timestamp` is given.
    """

    timestamp: int

    @computed_field  # type: ignore[prop-decorator]
    @property
    def iso_timestamp(self) -> str:
        """The timestamp as text, UTC."""
        return iso(self.timestamp)

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, given: Any) -> Any:
        return cls._with_defaults(_with_one_timestamp(dict(given))) if isinstance(given, Mapping) else given

    @classmethod
    def _with_defaults(cls, values: PlainData) -> PlainData:
        """The given values, and what follows from them where it was left out; they are not checked yet."""
        return values

    def kept(self) -> PlainData:
        """The fields that are kept, by name; `is_stm` is a matter of when it is read."""
        return {name: value for name, value in self if name != "is_stm"}


def is_short_term(timestamp: int, now: int) -> bool:
    """True under a day after the timestamp: short-term is a range of time, so nothing has to be moved when the day is over."""
    return now - timestamp < DAY_MS


def _with_one_timestamp(values: PlainData) -> PlainData:
    if "iso_timestamp" in values:
        text = values.pop("iso_timestamp")
        read = _milliseconds(text)
        stamp = values.setdefault("timestamp", read)
        if stamp != read:
            raise ValueError(f"iso_timestamp {text} is {read} ms since 1970, timestamp says {stamp}; leave one of them out")
    return values


def end_of_life(stamp: object, life_ms: int) -> PlainData:
    """The ``ttl``, in s since 1970, of what has this timestamp, if that is one."""
    return {"ttl": -(-(stamp + life_ms) // 1000)} if isinstance(stamp, int) else {}


def _milliseconds(text: object) -> int:
    moment = datetime.fromisoformat(str(text))
    if moment.tzinfo is None:
        raise ValueError(f"iso_timestamp {text} has no time zone; write e.g. {text}Z")
    return round(moment.timestamp() * 1000)


def first_fault(error: ValidationError) -> str:
    """The first thing that is wrong, in one line."""
    fault = error.errors()[0]
    where = ".".join(str(part) for part in fault["loc"])
    return f"{where}: {fault['msg']}" if where else fault["msg"]
