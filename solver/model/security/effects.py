"""What the chosen measures change in the other pools' plans, flow logs on, logs kept longer, and the way back."""

from __future__ import annotations

from typing import cast

from solver.demand.demand import Demand
from solver.plan.compute import ComputePlan, JobPlan, ServicePlan
from solver.plan.network import NetworkPlan
from solver.plan.security import SecurityPlan

FLOW_LOGS = "vpc-flow-logs"
YEAR_OF_LOGS = "log-retention-year"
YEAR_DAYS = 365


def with_measures(network: NetworkPlan, security: SecurityPlan) -> NetworkPlan:
    """The network as the measures that are built ask for it."""
    built = built_measures(security)
    days = network.flow_log_retention_days
    return network.model_copy(
        update={
            "flow_logs": FLOW_LOGS in built,
            "flow_log_retention_days": max(days, YEAR_DAYS) if YEAR_OF_LOGS in built else days,
        }
    )


def with_log_retention(compute: ComputePlan, security: SecurityPlan) -> ComputePlan:
    """The workloads with their log groups as the measures that are built ask for them."""
    if YEAR_OF_LOGS not in built_measures(security):
        return compute
    return compute.model_copy(
        update={
            "services": tuple(cast("ServicePlan", _kept_a_year(service)) for service in compute.services),
            "jobs": tuple(cast("JobPlan", _kept_a_year(job)) for job in compute.jobs),
        }
    )


def without_measures(
    demand: Demand, site_key: str, network: NetworkPlan, compute: ComputePlan
) -> tuple[NetworkPlan, ComputePlan]:
    """Both as they were before measures were chosen: logs are kept as long as the demand says."""
    days = demand.aws_sites[site_key].network.flow_log_retention_days
    kept = {key: {"log_retention_days": workload.log_retention_days} for key, workload in demand.workloads.items()}
    return (
        network.model_copy(update={"flow_logs": False, "flow_log_retention_days": days}),
        compute.model_copy(
            update={
                "services": tuple(each.model_copy(update=kept[each.key]) for each in compute.services),
                "jobs": tuple(each.model_copy(update=kept[each.key]) for each in compute.jobs),
            }
        ),
    )


def built_measures(security: SecurityPlan) -> frozenset[str]:
    """Names of the measures that the stack builds."""
    return frozenset(measure.name for measure in security.measures if measure.build)


def _kept_a_year(workload: ServicePlan | JobPlan) -> ServicePlan | JobPlan:
    return workload.model_copy(update={"log_retention_days": max(workload.log_retention_days, YEAR_DAYS)})
