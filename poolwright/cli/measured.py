"""What `--from` of a command names: files, or what answers queries about a window of time."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from solver.errors import ConfigError, Problem

if TYPE_CHECKING:
    from poolwright.observe.measurements import Measurements
    from poolwright.observe.metrics import SubjectKind
    from solver.demand.demand import Demand
    from solver.plan.plan import Plan

FILES, PROMETHEUS = "files", "prometheus"
_DAYS = 28
"""What is asked for where no number is given; files are read whole."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where measurements are, and which are asked for."""

    named: str
    """As the user named it."""
    until: datetime | None = None
    """None: now."""
    days: int | None = None
    """None: all of files, four weeks of all else."""
    queries: Path | None = None
    """Queries for Prometheus in the places of its own."""

    @property
    def kind(self) -> str:
        """One of the words above."""
        word = self.named.partition(":")[0]
        return word if word == PROMETHEUS else FILES

    @property
    def rest(self) -> str:
        """What stands behind the word; a file may stand without."""
        word, _, rest = self.named.partition(":")
        return rest if word in (FILES, PROMETHEUS) else self.named

    def window(self, now: datetime) -> tuple[datetime, datetime]:
        """Whole hours that are over: the first one, and the end of the last."""
        hour = now.replace(minute=0, second=0, microsecond=0)
        end = hour if self.until is None else min(self.until, hour)
        return end - timedelta(days=self.days or _DAYS), end


def read_measured(source: Source, stack: str, demand: Demand, plan: Plan) -> Measurements:
    """All that a source has; InputError (2) for a mistake in it, CloudError (6) where nothing answers."""
    subjects = subjects_of(stack, demand, plan)
    if source.kind == PROMETHEUS:
        return _of_prometheus(source, stack, demand, subjects)
    if source.queries is not None:
        problem = Problem(file="", path="--queries", allowed="with --from prometheus:ADDRESS it is allowed")
        raise ConfigError([problem])
    from poolwright.observe.sources.files import read_files

    return read_files(Path(source.rest), subjects)


def subjects_of(stack: str, demand: Demand, plan: Plan) -> Mapping[SubjectKind, Collection[str]]:
    """What series can be about; AWS services have any name."""
    from poolwright.observe.metrics import SubjectKind

    groups = [group.key for site in plan.aws_sites.values() for group in site.compute.node_groups]
    return {
        SubjectKind.WORKLOAD: tuple(demand.workloads),
        SubjectKind.NODE_GROUP: tuple(groups),
        SubjectKind.SITE: tuple(demand.sites),
        SubjectKind.STORAGE: tuple(demand.storage),
        SubjectKind.STACK: (stack,),
    }


def percentiles_of(demand: Demand) -> Mapping[str, float]:
    """That of each service's latency target, by service; those without a target are not in it."""
    from solver.demand.workloads import Service

    return {
        key: entry.latency.percentile
        for key, entry in demand.workloads.items()
        if isinstance(entry, Service) and entry.latency is not None
    }


def _of_prometheus(
    source: Source, stack: str, demand: Demand, subjects: Mapping[SubjectKind, Collection[str]]
) -> Measurements:
    from poolwright.observe.sources.prometheus import read_prometheus
    from poolwright.observe.sources.prometheus_server import TOKEN, server_at
    from poolwright.observe.sources.promql import read_queries

    server = server_at(source.rest, os.environ.get(TOKEN))
    queries = read_queries(source.queries)
    first, end = source.window(datetime.now(UTC))
    return read_prometheus(
        server, queries, stack=stack, subjects=subjects, percentiles=percentiles_of(demand), first=first, end=end
    )
