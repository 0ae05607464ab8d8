"""What a service's deployment says about the rest of the service: requests that move need a load balancer."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from solver.demand.contradiction import Contradiction
from solver.demand.deployment import Deployment
from solver.demand.workloads import Service
from solver.vocabulary import Protocol


def deployment_contradictions(
    name: str, service: Service, called: Collection[str], regions: Mapping[str, str]
) -> Iterator[Contradiction]:
    """What can't be; `called` are services that others call by name, `regions` those of the sites on AWS."""
    if service.deployment is None:
        return
    own = [service.site] if service.site is not None else (service.sites or regions)
    reached = sorted({regions[site] for site in own if site in regions})
    for number, hook in enumerate(service.deployment.hooks):
        if reached and reached != [hook.region]:
            yield Contradiction(
                path=("workloads", name, "deployment", "hooks", number, "lambda_arn"),
                found=f"a function in {hook.region}",
                allowed=f"one in the service's region is allowed: it may run in {', '.join(reached)}",
                hint="ECS calls functions of its own region" if len(reached) == 1 else "Let it run on one site: `site`",
            )
    if service.deployment.moves_requests:
        yield from _moving(name, service, service.deployment, is_called=name in called)
    watched = service.deployment.roll_back_on
    if watched is None:
        return
    for field in ("error_share", "latency_ms"):
        if getattr(watched, field) is None:
            continue
        path = ("workloads", name, "deployment", "roll_back_on", field)
        if service.exposure is None:
            allowed = "it is allowed for a service with an exposure: the load balancer measures it"
            yield Contradiction(path=path, allowed=allowed, hint="alarms takes the name of an alarm of your own")
        elif field == "error_share" and service.protocol is Protocol.GRPC:
            allowed = "it is allowed for http: a grpc error is an answer 200 to the load balancer"
            yield Contradiction(path=path, allowed=allowed, hint="alarms takes the name of an alarm of your own")


def _moving(name: str, service: Service, deployment: Deployment, *, is_called: bool) -> Iterator[Contradiction]:
    path = ("workloads", name, "deployment", "strategy")
    if service.exposure is None:
        allowed = "rolling is allowed for a service without an exposure: only a load balancer can move its requests"
        yield Contradiction(path=path, found=deployment.strategy.value, allowed=allowed)
    elif is_called:
        allowed = "rolling is allowed for a service that others call by name: these calls pass no load balancer"
        yield Contradiction(path=path, found=deployment.strategy.value, allowed=allowed)
