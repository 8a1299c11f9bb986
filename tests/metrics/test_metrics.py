"""Metrics of a run: counted as they are on record, served, sent, drawn, and without a trace in the run."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path
from urllib.request import urlopen

import boto3
import pytest
from moto import mock_aws
from probes import Watch
from prometheus_client.parser import text_string_to_metric_families

from freeagentics.errors import BadInput
from freeagentics.metrics.run_metrics import METRICS, PREFIX, RunMetrics
from freeagentics.metrics.target import publish
from freeagentics.records import RunRecord
from freeagentics.runs import run

STEPS = 40
Scraped = dict[tuple[str, str], float]


def scrape(url: str) -> Scraped:
    with urlopen(url) as answer:
        families = list(text_string_to_metric_families(answer.read().decode()))
    return {(one.name, "".join(one.labels.values())): one.value for family in families for one in family.samples}


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunRecord, Scraped, Scraped]:
    """A run with a store, and what was served after step 20 and after its end."""
    folder, metrics, halfway = tmp_path_factory.mktemp("metrics"), RunMetrics(), {}
    with publish(metrics, "0", "quick") as url:
        watch = Watch(lambda model: halfway.update(scrape(url)) if model.steps == 20 else None)
        store = {"store.durable": f"sqlite:///{folder}/a.db"}
        record = run("btc-replay", agents=5, steps=STEPS, out=folder / "run", probes=[metrics, watch], overrides=store)
        return record, halfway, scrape(url)


def test_counts_are_those_on_record(watched: tuple[RunRecord, Scraped, Scraped]) -> None:
    record, halfway, ended = watched
    summary = record.summary
    for name in ("decisions", "memories", "orders", "fills"):
        assert sum(value for (full, _), value in ended.items() if full == f"{PREFIX}{name}_total") == getattr(summary, name)
    assert sum(value for (full, _), value in ended.items() if full == f"{PREFIX}signals_generated_total") == summary.signals
    assert ended[f"{PREFIX}decisions_total", "RISK_ASSESSMENT"] == STEPS
    outcomes = record.memory_frame["reward"].drop_nulls()
    assert ended[f"{PREFIX}outcomes_total", "true"] == (outcomes > 0).sum()
    assert ended[f"{PREFIX}success_rate", ""] == pytest.approx((outcomes > 0).mean())
    assert (halfway[f"{PREFIX}current_cycle", ""], ended[f"{PREFIX}current_cycle", ""]) == (20, STEPS)
    assert halfway[f"{PREFIX}agents", ""] == 5
    assert halfway[f"{PREFIX}steps_per_second", ""] > 0
    assert halfway[f"{PREFIX}latency_ms", ""] > 0
    assert halfway[f"{PREFIX}footprint_bytes", ""] > 1e7
    assert (f"{PREFIX}lag_steps", "") in halfway


def test_metrics_change_nothing_in_the_run(watched: tuple[RunRecord, Scraped, Scraped], tmp_path: Path) -> None:
    plain = run("btc-replay", agents=5, steps=STEPS, out=tmp_path / "plain")
    assert watched[0].summary.trajectory_sha256 == plain.summary.trajectory_sha256


def test_an_alert_is_counted(tmp_path: Path) -> None:
    metrics = RunMetrics()
    record = run("quick", agents=5, steps=3, out=tmp_path / "run", overrides={"run.memory_limit_mb": 1}, probes=[metrics])
    counted = {figure.label: figure.value for figure in metrics.figures() if figure.metric.name == "alerts"}
    assert counted
    assert sum(counted.values()) == len(record.summary.events)


@pytest.mark.parametrize("error", [KeyboardInterrupt, BadInput])
def test_the_port_is_given_back_however_the_run_ends(error: type[BaseException]) -> None:
    with pytest.raises(error), publish(RunMetrics(), "0", "quick") as url:
        port = int(url.split(":")[2].split("/")[0])
        assert url == f"http://127.0.0.1:{port}/metrics"
        raise error
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", port))


def test_a_port_that_is_taken_is_one_line() -> None:
    with publish(RunMetrics(), "0", "a") as url:
        port = url.split(":")[2].split("/")[0]
        with pytest.raises(BadInput, match=f"metrics at 127.0.0.1:{port}: .*another port"), publish(RunMetrics(), port, "b"):
            pass


@pytest.mark.parametrize("target", ["", "metrics", "65536", "-1", "cloudwatch://", "localhost:", "http://localhost:1"])
def test_what_is_no_target_is_refused(target: str) -> None:
    with pytest.raises(BadInput, match="--metrics takes PORT"), publish(RunMetrics(), target, "quick"):
        pass


def test_cloudwatch_has_the_figures_when_the_run_has_ended() -> None:
    metrics = RunMetrics()
    with mock_aws():
        with publish(metrics, "cloudwatch://eu-west-1/Agents/Tests", "quick"):
            metrics.lagging(7)
            metrics.alerted("memory_limit")
        client = boto3.client("cloudwatch", region_name="eu-west-1")
        found = client.list_metrics(Namespace="Agents/Tests")["Metrics"]
        client.close()
    assert {one["MetricName"] for one in found} == {"lag_steps", "alerts", "footprint_bytes"}
    (alerts,) = (one for one in found if one["MetricName"] == "alerts")
    assert alerts["Dimensions"] == [{"Name": "run", "Value": "quick"}, {"Name": "kind", "Value": "memory_limit"}]


def test_a_cloudwatch_that_is_away_stops_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "nobody")
    with publish(RunMetrics(), "cloudwatch://eu-west-1/A?endpoint=http://127.0.0.1:9", "quick"):
        pass


def test_the_dashboard_asks_for_every_metric_and_for_nothing_else() -> None:
    text = Path("docs/grafana-dashboard.json").read_text(encoding="utf-8")
    asked = {name for panel in json.loads(text)["panels"] for one in panel["targets"] for name in re.findall(rf"{PREFIX}\w+", one["expr"])}
    assert asked == {f"{PREFIX}{metric.name}{'_total' if metric.counter else ''}" for metric in METRICS}
    labels = {label for grouped in re.findall(r"by \((\w+)\)", text) for label in [grouped]}
    assert labels == {"decision_type", "signal_type", "kind"}
