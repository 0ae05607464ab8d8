"""Queries of a file take the places of the defaults; every mistake in it is told of with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from poolwright.observe.metrics import Metric
from poolwright.observe.sources.promql import Queries, read_queries
from solver.errors import ConfigError


def test_each_metric_has_a_place_for_a_query() -> None:
    assert set(Queries.model_fields) == {metric.value for metric in Metric}
    assert [metric for metric, _ in Queries().by_metric()] == list(Metric)


def test_a_file_replaces_adds_and_takes_away(tmp_path: Path) -> None:
    file = tmp_path / "queries.yaml"
    file.write_text(
        "load_per_second:\n"
        '  query: sum by (app) (rate(tokens_total{env="$stack"}[5m]))\n'
        "  label: app\n"
        "nat_gib: {query: 'sum by (site) (increase(nat_bytes_total[5m])) / 2^30', label: site}\n"
        "machines: null\n"
    )
    queries = read_queries(file)
    assert queries.load_per_second is not None
    assert queries.load_per_second.label == "app"
    assert queries.nat_gib is not None
    assert queries.machines is None
    assert queries.latency_ms == Queries().latency_ms


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("load_per_secnd: {query: up}\n", "queries.yaml:1 load_per_secnd"),
        ("replicas: {}\n", "queries.yaml:1 replicas.query"),
        ("replicas: {query: up, label: a-b}\n", "a name of a label, like workload, is allowed"),
        ('replicas:\n  query: up{stack="$stak"}\n', "$stack and $quantile are allowed; $stak is neither"),
        ("- up\n", "queries.yaml:1"),
    ],
)
def test_mistakes_are_told_with_their_lines(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "queries.yaml"
    file.write_text(text)
    with pytest.raises(ConfigError) as refused:
        read_queries(file)
    assert words in str(refused.value)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="an existing file is allowed"):
        read_queries(tmp_path / "none.yaml")
