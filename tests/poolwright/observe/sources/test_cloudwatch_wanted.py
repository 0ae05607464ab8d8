"""What CloudWatch is asked about a stack that an older release built: each name is one that its state has."""

from __future__ import annotations

from pathlib import Path

import pytest

from components.metric_names import REQUESTS
from poolwright.engine.preview import ResourceRecord
from poolwright.observe.metrics import Metric
from poolwright.observe.sources.cloudwatch_series import Asked, Joined, Wanted
from poolwright.observe.sources.cloudwatch_wanted import asked_of
from solver.plan.lock import read_lock
from solver.plan.plan import Plan
from solver.plan.scaling import LoadMetricPlan, ScalingPlan
from solver.vocabulary import MetricStatistic
from tests.golden import resources
from tests.poolwright.observe.sources.recorded_stack import recorded_stack

_ROOT = Path(__file__).resolve().parents[4]
_LOCKS = sorted([*_ROOT.glob("stacks/*.lock.yaml"), *_ROOT.glob("examples/*/stacks/*.lock.yaml")])
_PERCENTILES = {"assistant": 99.0, "fraud": 99.9}


def _asked(*, plan: Plan | None = None, with_state: bool = True) -> Asked:
    recorded, state = recorded_stack()
    return asked_of(plan or recorded, state if with_state else None, _PERCENTILES)


def _wanted(asked: Asked, metric: Metric, subject: str) -> Wanted | None:
    found = [each for each in asked.wanted if (each.metric, each.subject) == (metric, subject)]
    assert len(found) <= 1
    return found[0] if found else None


def _the(metric: Metric, subject: str) -> Wanted:
    found = _wanted(_asked(), metric, subject)
    assert found is not None
    return found


def test_every_name_is_one_of_the_state() -> None:
    _, state = recorded_stack()
    known = {value for record in state for value in (record.id, *map(str, record.outputs.values()))}
    words = {"Total", "Interface"}
    for wanted in _asked().wanted:
        for part in (*wanted.parts, *wanted.over):
            named = [value for value in part.query.values if value not in words and not value.endswith("Storage")]
            assert {value for value in named if not value.endswith("Overhead")} <= known
            assert len(part.query.values) == len(part.query.metric.dimensions)


def test_each_ecs_service_of_a_workload_counts() -> None:
    replicas = _the(Metric.REPLICAS, "recommender")
    _, state = recorded_stack()
    made = {
        str(record.outputs["name"])
        for record in state
        if record.type == "aws:ecs/service:Service" and "recommender" in record.name
    }
    assert {part.query.values[1] for part in replicas.parts} == made
    assert {part.query.values[0] for part in replicas.parts} == {"prod-main"}
    assert {(part.query.statistic, part.per_seconds) for part in replicas.parts} == {("SampleCount", 60)}


def test_use_is_of_what_replicas_reserve() -> None:
    plan, _ = recorded_stack()
    cpu = _the(Metric.CPU, "assistant")
    (service,) = (each for each in plan.aws_sites["main"].compute.services if each.key == "assistant")
    weights = {f"assistant-{variant.key}": variant.cpu_millis for variant in service.variants}
    assert len(weights) == 2
    assert {part.query.values[1]: part.factor * 100 for part in cpu.parts} == weights
    assert {part.query.values[1]: part.factor for part in cpu.over} == weights


def test_requests_are_those_of_the_services_own_target_group() -> None:
    (part,) = _the(Metric.LOAD, "assistant").parts
    assert part.query.metric == REQUESTS
    assert part.query.values[0].startswith("app/prod-main-public-")
    assert part.query.values[1].startswith("targetgroup/prod-main-public-assistan-")
    assert part.per_seconds == 1


def test_latency_is_at_the_targets_percentile_and_absent_without_a_target() -> None:
    assert _the(Metric.LATENCY, "assistant").parts[0].query.statistic == "p99"
    fraud = _the(Metric.LATENCY, "fraud")
    assert (fraud.parts[0].query.statistic, fraud.joined) == ("p99.9", Joined.HIGHEST)
    assert fraud.parts[0].factor == 1000
    assert _wanted(_asked(), Metric.LATENCY, "recommender") is None


def test_nat_is_both_ways_through_all_gateways() -> None:
    assert len(_the(Metric.NAT, "main").parts) == 3 * 2


def test_a_bucket_is_the_sum_of_the_classes_that_its_objects_may_have() -> None:
    plan, _ = recorded_stack()
    bucket = {each.key: each for each in plan.aws_sites["main"].storage.buckets}["models"]
    parts = _the(Metric.STORED, "models").parts
    assert len(parts) > len({bucket.storage_class, *(each.storage_class for each in bucket.transitions)})
    assert all(part.query.daily for part in parts)


def test_what_can_not_be_asked_is_named_with_the_reason() -> None:
    notes = list(_asked().notes())
    assert any(
        "no group of machines: spot_interruptions of c7g-8xlarge-spot, inf2-xlarge-spot" in note for note in notes
    )
    assert any("AWS Batch gives" in note and "machines of g6e-12xlarge-on-demand-trainer" in note for note in notes)
    assert any("operations_per_second of scratch" in note for note in notes)


def test_without_a_state_only_what_the_plan_names_is_asked() -> None:
    asked = _asked(with_state=False)
    assert {wanted.metric for wanted in asked.wanted} == {Metric.REPLICAS, Metric.CPU, Metric.MEMORY}
    (note,) = (note for note in asked.notes() if "state is not at hand" in note)
    assert "load_per_second of assistant, fraud, recommender; errors_share of assistant" in note
    assert "nat_gib of main" in note


def test_a_resource_that_the_state_lacks_is_named() -> None:
    plan, state = recorded_stack()
    without = [record for record in state if record.name != "main-network-public-assistant"]
    asked = asked_of(plan, without, _PERCENTILES)
    assert _wanted(asked, Metric.LOAD, "assistant") is None
    assert any(
        note == "CloudWatch was not asked, since the state has no main-network-public-assistant: "
        "load_per_second of assistant; errors_share of assistant; latency_ms of assistant"
        for note in asked.notes()
    )


@pytest.mark.parametrize(
    ("statistic", "per", "factor", "per_seconds"),
    [
        (MetricStatistic.SUM, "minute", 1.0, 1),
        (MetricStatistic.SUM, "second", 1.0, 60),
        (MetricStatistic.AVERAGE, "minute", 1 / 60, None),
        (MetricStatistic.AVERAGE, "second", 1.0, None),
    ],
)
def test_a_metric_that_replicas_follow_is_the_load(
    statistic: MetricStatistic, per: str, factor: float, per_seconds: int | None
) -> None:
    asked = _asked(plan=_scaled(statistic=statistic, per=per, of="service"))
    found = _wanted(asked, Metric.LOAD, "assistant")
    assert found is not None
    ((part),) = found.parts
    assert part.query.metric.namespace == "Tokens"
    assert part.query.metric.dimensions_of(*part.query.values) == {"Service": "assistant"}
    assert (part.factor, part.per_seconds) == (factor, per_seconds)


def test_a_metric_of_one_replica_is_not_the_load() -> None:
    asked = _asked(plan=_scaled(statistic=MetricStatistic.AVERAGE, per="second", of="replica"))
    assert _wanted(asked, Metric.LOAD, "assistant") is None
    assert any("its metric is of one replica: load_per_second of assistant" in note for note in asked.notes())


def _scaled(*, statistic: MetricStatistic, per: str, of: str) -> Plan:
    """The plan with a load metric of assistant's own."""
    plan, _ = recorded_stack()
    metric = LoadMetricPlan.model_validate(
        {
            "namespace": "Tokens",
            "name": "Made",
            "dimensions": {"Service": "assistant"},
            "statistic": statistic,
            "of": of,
            "per": per,
        }
    )
    site = plan.aws_sites["main"]
    services = tuple(
        each.model_copy(update={"scaling": ScalingPlan(metric=metric)}) if each.key == "assistant" else each
        for each in site.compute.services
    )
    compute = site.compute.model_copy(update={"services": services})
    return plan.model_copy(update={"sites": {"main": site.model_copy(update={"compute": compute})}})


def test_groups_that_share_a_key_are_not_taken_for_one() -> None:
    plan, _ = recorded_stack()
    both = {**plan.sites, "second": plan.sites["main"]}
    asked = _asked(plan=plan.model_copy(update={"sites": both}))
    groups = [wanted.subject for wanted in asked.wanted if wanted.metric is Metric.MACHINES]
    assert groups
    assert all(subject.startswith("main/") for subject in groups)
    assert any("the state has no second-compute-machines-c7g-8xlarge" in note for note in asked.notes())
    assert _wanted(asked, Metric.NAT, "main") is not None


def test_services_that_run_on_owned_hosts_too_are_named() -> None:
    plan = read_lock(_ROOT / "examples/iot/stacks/prod.lock.yaml").as_plan()
    notes = list(asked_of(plan, None, {}).notes())
    in_aws = {service.key for site in plan.aws_sites.values() for service in site.compute.services}
    for key, site in plan.docker_sites.items():
        both = [service.key for service in site.services if service.key in in_aws]
        assert any(note.startswith(f"CloudWatch does not see site {key}: ") for note in notes) == bool(both)
    assert any("does not see site" in note for note in notes)


@pytest.mark.parametrize("path", _LOCKS, ids=lambda path: str(path.relative_to(_ROOT)))
def test_whatever_is_asked_for_is_made_under_that_name(path: Path) -> None:
    """A logical name that moves in the components would else be missed by whoever measures, and by nobody before."""
    plan = read_lock(path).as_plan()
    made = resources(plan)
    state = [
        ResourceRecord(
            urn=each.name,
            type=each.type,
            name=each.name,
            parent="",
            id=each.name,
            inputs={},
            outputs={"arnSuffix": each.name},
            protected=False,
            external=False,
        )
        for each in made
    ]
    asked = asked_of(plan, state, {})
    assert [note for note in asked.notes() if "the state has no" in note] == []
    services = {each.inputs["name"] for each in made if each.type == "aws:ecs/service:Service"}
    clusters = {each.inputs["name"] for each in made if each.type == "aws:ecs/cluster:Cluster"}
    counted = [part.query.values for each in asked.wanted if each.metric is Metric.REPLICAS for part in each.parts]
    assert {service for _, service in counted} == services
    assert {cluster for cluster, _ in counted} == clusters
