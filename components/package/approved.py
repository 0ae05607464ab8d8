"""What every component of the package is built from: one site of an approved plan, its names and its provider."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from components.aws.provider import site_provider
from components.naming import SiteNames, default_tags
from solver.errors import ConfigError, Problem
from solver.plan.docker import DockerSitePlan
from solver.plan.lock import lock_in
from solver.plan.plan import Plan, SitePlan


@dataclass(frozen=True, kw_only=True)
class ApprovedSite:
    """One site of a lock, in one account."""

    plan: Plan
    """All that was approved."""
    key: str
    """Key of the site."""
    site: SitePlan
    """Its part of the plan."""
    names: SiteNames
    """Its names and tags."""

    def options(self, component: pulumi.ComponentResource, name: str) -> pulumi.ResourceOptions:
        """For the pools in a component: its aws provider if it was given one, else one as the stacks here have.

        That one has the plan's region, works in no other account, and puts the stack's tags on each resource.
        """
        given = component.get_provider("aws:index/x:X")
        provider = given or site_provider(
            name,
            region=self.site.region,
            account_id=self.names.account_id,
            tags=self.names.default_tags,
            parent=component,
        )
        return pulumi.ResourceOptions(parent=component, providers=[provider])


def approved_site(component: str, *, lock: str, site: str | None, account_id: str) -> ApprovedSite:
    """The site that a component is asked to build; an error names the input that is not right.

    The lock's text and digest are checked. That its demand is still the same, only the folder it comes from can tell:
    `poolwright plan STACK --check` does, there.
    """
    plan = lock_in(lock, file=f"the lock that {component} was given", stack="STACK").plan_to_build()
    sites = sorted(plan.aws_sites)
    if site is None and len(sites) > 1:
        raise _mistake(component, "site", "nothing", f"one of {', '.join(sites)} is needed: the lock has several")
    key = sites[0] if site is None else site
    if key in plan.docker_sites:
        raise _mistake(component, "site", f'"{key}"', f"a site on AWS is allowed; {key} is of hosts: Hosts builds it")
    if key not in plan.aws_sites:
        raise _mistake(component, "site", f'"{key}"', f"the lock has {', '.join(sites)}")
    chosen = plan.aws_sites[key]
    existing = chosen.network.existing
    if existing is not None and existing.stack is not None:
        allowed = "a VPC named by ids is allowed: outputs of another stack are read by the stack's own program alone"
        raise _mistake(component, "site", f'"{key}", in {existing.words}', allowed)
    if not (account_id.isdigit() and len(account_id) == 12):
        raise _mistake(component, "accountId", f'"{account_id}"', "the 12 digits of an AWS account are allowed")
    tags = default_tags(stack=plan.stack, site=key, owner=plan.owner, cost_centre=plan.cost_centre, more=plan.tags)
    names = SiteNames(
        stack=plan.stack,
        site=key,
        region=chosen.region,
        account_id=account_id,
        default_tags=tags,
        boundary_arn=chosen.security.permissions_boundary,
    )
    return ApprovedSite(plan=plan, key=key, site=chosen, names=names)


def approved_hosts(component: str, *, lock: str, site: str | None) -> tuple[Plan, str, DockerSitePlan]:
    """The Docker site that a component is asked to build, with its key and the plan that it is of."""
    plan = lock_in(lock, file=f"the lock that {component} was given", stack="STACK").plan_to_build()
    sites = sorted(plan.docker_sites)
    have = f"the lock has {', '.join(sites)}" if sites else "the lock has no site of the kind docker"
    if site is None and len(sites) != 1:
        wanted = f"one of {', '.join(sites)} is needed: the lock has several" if sites else have
        raise _mistake(component, "site", "nothing", wanted)
    key = sites[0] if site is None else site
    if key not in plan.docker_sites:
        raise _mistake(component, "site", f'"{key}"', have)
    return plan, key, plan.docker_sites[key]


def _mistake(component: str, path: str, found: str, allowed: str) -> ConfigError:
    return ConfigError([Problem(file=f"inputs of {component}", path=path, found=found, allowed=allowed)])
