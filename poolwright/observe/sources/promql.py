"""Queries: what Prometheus is asked for each metric; the defaults, or a file whose queries take their places.

    load_per_second:
      query: sum by (workload) (rate(http_requests_total{env="$stack"}[5m]))
    nat_gib: {query: 'sum by (place) (increase(nat_bytes_total[5m])) / 2^30', label: place}
    replicas: null            # not asked

Samples are five minutes apart, so what is counted is an `increase` over five minutes, and a rate is one over them.

The defaults fit what containers and machines of a stack have by themselves: labels of the engine, which cAdvisor makes
`container_label_…`, and the servers of the images; targets carry `stack` and `workload` (docs/observe.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from poolwright.observe.metrics import Metric
from solver.demand.file_format import read_record
from solver.quantity import Written
from solver.schema import Schema

STACK = "$stack"
"""In a query: the name of the stack."""
QUANTILE = "$quantile"
"""In a query: the percentile of a service's latency target, as a part of 1."""
_PLACE = re.compile(r"\$[a-z_]+")


def _with_known_places(text: str) -> str:
    for found in _PLACE.findall(text):
        if found not in (STACK, QUANTILE):
            raise ValueError(f"{STACK} and {QUANTILE} are allowed; {found} is neither")
    return text


PromQL = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000),
    AfterValidator(_with_known_places),
]
LabelName = Annotated[
    str, StringConstraints(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]{0,127}$"), Written("a name of a label, like workload,")
]


class MetricQuery(Schema):
    """One metric."""

    query: PromQL
    """PromQL with one series for each thing that is measured."""
    label: LabelName = "workload"
    """The label that names the thing: by its key in the demand or the plan."""


_OURS = 'stack="$stack",workload!=""'
_CONTAINER = 'container_label_stack="$stack",container_label_workload!=""'
_REQUESTS = f"requests_total{{{_OURS}}}"
_FAILED = f'requests_total{{{_OURS},status=~"5.."}}'
_SERVED = f":tensorflow:serving:request_count{{{_OURS}}}"
_NOT_SERVED = f':tensorflow:serving:request_count{{{_OURS},status!="OK"}}'


def _rate(series: str) -> str:
    return f"sum by (workload) (rate({series}[5m]))"


def _failing(failed: str, asked: str) -> str:
    """Part of what was asked; without a failure there is no series of failures."""
    return f"({_rate(failed)} or 0 * {_rate(asked)}) / {_rate(asked)}"


def _quantile(buckets: str, milliseconds: str) -> str:
    return f"histogram_quantile($quantile, sum by (workload, le) (rate({buckets}{{{_OURS}}}[5m]))) {milliseconds}"


def _of_containers(query: str) -> MetricQuery:
    by = "sum by (container_label_workload)"
    return MetricQuery(
        query=query.replace("sum", by).replace("{}", f"{{{_CONTAINER}}}"), label="container_label_workload"
    )


class Queries(Schema):
    """By metric; null: it is not asked."""

    load_per_second: MetricQuery | None = MetricQuery(query=f"{_rate(_REQUESTS)} or {_rate(_SERVED)}")
    """Units of load that a service was asked for, a second: by default requests of the images' servers."""
    replicas: MetricQuery | None = _of_containers("sum(container_last_seen{} > bool (time() - 120))")
    """Replicas that ran: by default containers that cAdvisor saw in the last two minutes."""
    cpu_used_share: MetricQuery | None = _of_containers(
        "sum(rate(container_cpu_usage_seconds_total{}[5m]))"
        " / sum(container_spec_cpu_quota{} / container_spec_cpu_period{})"
    )
    """Part of 1 of the cpu that replicas asked for: by default of cAdvisor."""
    memory_used_share: MetricQuery | None = _of_containers(
        "sum(container_memory_working_set_bytes{}) / sum(container_spec_memory_limit_bytes{})"
    )
    """The same of memory: by default the working set."""
    accelerator_used_share: MetricQuery | None = MetricQuery(
        query=f"avg by (workload) (DCGM_FI_DEV_GPU_UTIL{{{_OURS}}}) / 100"
    )
    """Part of the time in which accelerators were at work: by default of NVIDIA's DCGM exporter."""
    latency_ms: MetricQuery | None = MetricQuery(
        query=f"{_quantile('request_seconds_bucket', '* 1000')}"
        f" or {_quantile(':tensorflow:serving:request_latency_bucket', '/ 1000')}"
    )
    """Milliseconds at the percentile of the target: by default of the images' servers."""
    errors_share: MetricQuery | None = MetricQuery(
        query=f"{_failing(_FAILED, _REQUESTS)} or {_failing(_NOT_SERVED, _SERVED)}"
    )
    """Part of the requests that failed: by default those with a status from 500 on."""
    machines: MetricQuery | None = MetricQuery(
        query='sum by (node_group) (up{job="node",stack="$stack",node_group!=""})', label="node_group"
    )
    """Machines that ran: by default node exporters that answered."""
    spot_interruptions: MetricQuery | None = None
    """Spot machines that were taken back in five minutes."""
    nat_gib: MetricQuery | None = None
    """GiB through all NAT gateways of a site in five minutes."""
    aws_api_gib: MetricQuery | None = None
    """GiB between machines and an AWS service in five minutes."""
    stored_gib: MetricQuery | None = None
    """GiB that a claim holds."""
    read_gib: MetricQuery | None = None
    """GiB read of a claim in five minutes."""
    operations_per_second: MetricQuery | None = None
    """Reads and writes of a volume, a second."""
    cost_usd: MetricQuery | None = None
    """What was billed for five minutes."""

    def by_metric(self) -> Iterator[tuple[Metric, MetricQuery | None]]:
        """In the order of metrics."""
        for metric in Metric:
            yield metric, getattr(self, metric.value)


def read_queries(path: Path | None) -> Queries:
    """The defaults, with the file's in their places; ConfigError with every mistake of the file."""
    if path is None:
        return Queries()
    queries, tree = read_record(path, Queries)
    # A record's null is left out before it is read: there it means a default, here that nothing is asked.
    asked_no_more = [name for name, entry in (tree.mapping or {}).items() if entry.value is None]
    return queries.model_copy(update=dict.fromkeys(asked_no_more))
