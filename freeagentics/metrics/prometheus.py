"""The endpoint that Prometheus reads (extra ``metrics``)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from freeagentics.errors import BadInput
from freeagentics.metrics.run_metrics import PREFIX, RunMetrics


class _RunCollector(Collector):
    def __init__(self, metrics: RunMetrics) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        families: dict[str, CounterMetricFamily | GaugeMetricFamily] = {}
        for metric, label, value in self._metrics.figures():
            family = CounterMetricFamily if metric.counter else GaugeMetricFamily
            labels = [metric.label] if metric.label else []
            made = families.setdefault(metric.name, family(PREFIX + metric.name, metric.meaning, labels=labels))
            made.add_metric([label] if labels else [], value)
        yield from families.values()


@contextmanager
def serve(metrics: RunMetrics, host: str, port: int) -> Iterator[str]:
    """Serve metrics over HTTP, at the URL that it yields, until the block is left; port 0 is any that is free.

    Raises:
        BadInput: the port is taken, or the host is none of this machine's.
    """
    registry = CollectorRegistry()
    registry.register(_RunCollector(metrics))
    try:
        server, thread = start_http_server(port, host, registry)
    except OSError as error:
        raise BadInput(f"metrics at {host}:{port}: {error.strerror or error}; give --metrics another port, or 0 for any") from error
    try:
        yield f"http://{host}:{server.server_port}/metrics"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
