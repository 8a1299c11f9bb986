"""The places that metrics go to: what ``--metrics`` takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from freeagentics.errors import BadInput
from freeagentics.metrics.run_metrics import RunMetrics

_ADDRESS = re.compile(r"(?:(?P<host>[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:]+\]):)?(?P<port>[0-9]{1,5})")
_CLOUDWATCH = re.compile(
    r"cloudwatch://(?P<region>[a-z0-9-]+)/(?P<namespace>[A-Za-z0-9._#:/-]{1,255})(?:\?endpoint=(?P<endpoint>https?://\S+))?"
)


@contextmanager
def publish(metrics: RunMetrics, target: str, run: str) -> Iterator[str]:
    """Publish metrics until the block is left; yields where they are found.

    Args:
        target: ``PORT`` or ``HOST:PORT`` to serve them to Prometheus at, on loopback without a host, or ``cloudwatch://REGION/NAMESPACE``,
            perhaps with ``?endpoint=URL``, to send them there.
        run: a name for the run, among others of the namespace.

    Raises:
        BadInput: *target* is neither, its port is taken, or the package that it needs is missing.
    """
    address, cloudwatch = _ADDRESS.fullmatch(target), _CLOUDWATCH.fullmatch(target)
    try:
        if address and int(address["port"]) < 65_536:
            from freeagentics.metrics.prometheus import serve

            with serve(metrics, (address["host"] or "127.0.0.1").strip("[]"), int(address["port"])) as url:
                yield url
        elif cloudwatch:
            from freeagentics.metrics.cloudwatch import send

            with send(metrics, run, cloudwatch["region"], cloudwatch["namespace"], cloudwatch["endpoint"]):
                yield f"CloudWatch, namespace {cloudwatch['namespace']}"
        else:
            raise BadInput(f"--metrics takes PORT, HOST:PORT or cloudwatch://REGION/NAMESPACE, not {target!r}")
    except ModuleNotFoundError as error:
        extra = "aws" if cloudwatch else "metrics"
        raise BadInput(f"--metrics needs the package {error.name}; pip install 'freeagentics[{extra}]'") from error
