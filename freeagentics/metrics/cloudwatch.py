"""Metrics sent to Amazon CloudWatch (extra ``aws``)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import boto3
import botocore.exceptions
from botocore.config import Config

from freeagentics.metrics.run_metrics import RunMetrics

EVERY_S = 60.0
_QUICKLY = Config(connect_timeout=5, read_timeout=10, retries={"max_attempts": 2})


@contextmanager
def send(metrics: RunMetrics, run: str, region: str, namespace: str, endpoint: str | None = None) -> Iterator[None]:
    """Send metrics every minute until the block is left, and once then.

    Names are those of `METRICS`, of a counter the sum so far; dimensions are ``run`` and the metric's label. What cannot be sent is
    left out.

    Args:
        run: which run, a name.
    """
    client = boto3.client("cloudwatch", region_name=region, endpoint_url=endpoint, config=_QUICKLY)
    ended = threading.Event()

    def loop() -> None:
        while not ended.wait(EVERY_S):
            _put(client, metrics, run, namespace)

    thread = threading.Thread(target=loop, name="cloudwatch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        _put(client, metrics, run, namespace)
        client.close()


def _put(client: Any, metrics: RunMetrics, run: str, namespace: str) -> None:
    data = []
    for metric, label, value in metrics.figures():
        dimensions = [{"Name": "run", "Value": run}, *([{"Name": metric.label, "Value": label}] if metric.label else [])]
        data.append({"MetricName": metric.name, "Dimensions": dimensions, "Value": value})
    # A monitor that is away stops no run.
    with suppress(botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError):
        client.put_metric_data(Namespace=namespace, MetricData=data)
