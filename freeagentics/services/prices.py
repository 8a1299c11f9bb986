"""Prices of storage: a table that comes with the package, and one of the user's own in its place."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from freeagentics.errors import BadInput
from freeagentics.services.record import first_fault


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DynamoPrices(_Table):
    """Prices of DynamoDB, in USD (https://aws.amazon.com/dynamodb/pricing/).

    Attributes:
        gb_month: of storage, with what indexes take.
        million_writes, million_reads: on demand, by request unit.
        write_unit_hour, read_unit_hour: provisioned, by capacity unit.
        utilisation: share of the provisioned capacity that is used on average.
    """

    gb_month: float = 0.25
    million_writes: float = 0.625
    million_reads: float = 0.125
    write_unit_hour: float = 0.00065
    read_unit_hour: float = 0.00013
    utilisation: float = Field(0.7, gt=0, le=1)


class RedisNode(_Table):
    """A kind of node of a Redis server (https://aws.amazon.com/elasticache/pricing/).

    Attributes:
        gib: memory.
        hour: price in USD.
        usable: share of the memory that data may take.
    """

    gib: float
    hour: float
    usable: float = Field(0.75, gt=0, le=1)


class S3Class(_Table):
    """A storage class of S3, in USD (https://aws.amazon.com/s3/pricing/).

    Attributes:
        gb_month: of storage.
        thousand_puts: of requests that write.
        gb_read: of what is read back.
    """

    gb_month: float
    thousand_puts: float
    gb_read: float = 0.0


class Prices(_Table):
    """A table of prices in USD: list prices of ``us-east-1`` in 2025, to be checked against the pages that each part names.

    Attributes:
        dynamodb: by request and provisioned.
        redis: kinds of nodes by name.
        s3: storage classes by name.
    """

    dynamodb: DynamoPrices = DynamoPrices()
    redis: dict[str, RedisNode] = {
        "cache.t4g.micro": RedisNode(gib=0.5, hour=0.016),
        "cache.t4g.medium": RedisNode(gib=3.09, hour=0.065),
        "cache.r7g.large": RedisNode(gib=13.07, hour=0.219),
    }
    s3: dict[str, S3Class] = {
        "standard": S3Class(gb_month=0.023, thousand_puts=0.005),
        "standard-ia": S3Class(gb_month=0.0125, thousand_puts=0.01, gb_read=0.01),
        "glacier-instant": S3Class(gb_month=0.004, thousand_puts=0.02, gb_read=0.03),
    }

    @classmethod
    def load(cls, path: str | Path) -> Prices:
        """A table from a TOML file: what it does not name keeps the price that comes with the package. Raises BadInput."""
        try:
            return cls.model_validate(tomllib.loads(Path(path).read_text(encoding="utf-8")))
        except OSError as error:
            raise BadInput(f"prices {path}: {error.strerror}") from error
        except ValidationError as error:
            raise BadInput(f"prices {path}: {first_fault(error)}") from error
        except ValueError as error:
            raise BadInput(f"prices {path}: {error}") from error
