"""What `--from` of a command names: files, or what answers queries about a window of time."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from solver.errors import ConfigError, PoolwrightError, Problem
from solver.inputs import shown

if TYPE_CHECKING:
    from poolwright.engine.preview import ResourceRecord
    from poolwright.observe.measurements import Measurements
    from poolwright.observe.metrics import SubjectKind
    from solver.demand.demand import Demand
    from solver.plan.plan import Plan

FILES, PROMETHEUS, CLOUDWATCH = "files", "prometheus", "cloudwatch"
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
    state: Path | None = None
    """The stack's state as `pulumi stack export` has it; None: Pulumi's backend is asked."""

    @property
    def kind(self) -> str:
        """One of the words above."""
        word = self.named.partition(":")[0]
        return CLOUDWATCH if self.named == CLOUDWATCH else word if word == PROMETHEUS else FILES

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
    for option, given, kind in (("--queries", source.queries, PROMETHEUS), ("--state", source.state, CLOUDWATCH)):
        if given is not None and source.kind != kind:
            raise ConfigError([Problem(file="", path=option, allowed=f"with --from {kind} it is allowed")])
    subjects = subjects_of(stack, demand, plan)
    if source.kind == PROMETHEUS:
        return _of_prometheus(source, stack, demand, subjects)
    if source.kind == CLOUDWATCH:
        return _of_cloudwatch(source, stack, demand, plan)
    from poolwright.observe.sources.files import read_files

    return read_files(Path(source.rest), subjects)


def subjects_of(stack: str, demand: Demand, plan: Plan) -> Mapping[SubjectKind, Collection[str]]:
    """What series can be about; AWS services have any name."""
    from poolwright.observe.metrics import SubjectKind
    from poolwright.observe.planned import group_subjects

    return {
        SubjectKind.WORKLOAD: tuple(demand.workloads),
        SubjectKind.NODE_GROUP: tuple(group_subjects(plan).values()),
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


def _of_cloudwatch(source: Source, stack: str, demand: Demand, plan: Plan) -> Measurements:
    from poolwright.observe.sources.cloudwatch import read_cloudwatch

    state = _state_at_hand(stack) if source.state is None else _exported(source.state)
    now = datetime.now(UTC)
    first, end = source.window(now)
    return read_cloudwatch(plan, state, percentiles=percentiles_of(demand), first=first, end=end, now=now)


def _state_at_hand(stack: str) -> Sequence[ResourceRecord] | None:
    """The state in Pulumi's backend; None, after saying why, where there is none: much can be measured without."""
    from poolwright.cli.console import say
    from poolwright.cli.engine_commands import state_of

    try:
        return state_of(stack, cloud="aws") or None
    except PoolwrightError as error:
        say(f"note: the state of {stack} can't be read, so what AWS names by ids is not asked: {error.message}")
        return None


def _exported(path: Path) -> Sequence[ResourceRecord]:
    from poolwright.engine.preview import records_of

    allowed = "what `pulumi stack export` writes is allowed"
    try:
        found: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError([Problem(file=shown(path), found=str(error), allowed=allowed)]) from error
    deployment = cast("dict[str, Any]", found).get("deployment") if isinstance(found, dict) else None
    try:
        return records_of(deployment or {})
    except (AttributeError, KeyError, TypeError):
        raise ConfigError([Problem(file=shown(path), allowed=allowed)]) from None
