"""The access policy that gives an agent its own partitions and what was shared, and nothing else."""

from __future__ import annotations

from typing import Any

from freeagentics.stores.dynamodb.url import parse_url
from freeagentics.stores.validation import check_agent, check_run

_READ = ["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"]
_WRITE = ["dynamodb:PutItem", "dynamodb:BatchWriteItem", "dynamodb:DeleteItem"]


def private_policy(url: str, run: str, agent: str) -> dict[str, Any]:
    """The IAM policy of one agent's role, to be attached as JSON.

    Every row that is an agent's own has a partition key that begins with its run and id, in tables and in indexes. No right to scan is
    given, because a scan has no leading keys that a condition could compare.

    Raises:
        BadStore, BadName: *url* is no ``dynamodb:`` URL, or an id could be taken for a pattern.
    """
    address = parse_url(url)
    check_run(run)
    check_agent(agent)
    tables = f"arn:aws:dynamodb:{address.region}:*:table/{address.table('*')}"
    own = [f"{run}#agent:{agent}", f"{run}#agent:{agent}#*"]
    # In a pattern a star that is meant as a star is written ${*}.
    shared = [f"{run}#shared#*", f"{run}#target_agent:{agent}", f"{run}#target_agent:${{*}}"]
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": ["dynamodb:DescribeTable"], "Resource": tables},
            {"Effect": "Allow", "Action": _READ, "Resource": [tables, f"{tables}/index/*"], "Condition": _leading(own + shared)},
            {"Effect": "Allow", "Action": _WRITE, "Resource": tables, "Condition": _leading(own)},
        ],
    }


def _leading(patterns: list[str]) -> dict[str, Any]:
    # ForAllValues is also true of a request without keys; the Null test refuses those.
    return {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": patterns}, "Null": {"dynamodb:LeadingKeys": "false"}}
