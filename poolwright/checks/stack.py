"""The stack as a whole: tags, region, where it may be built."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from poolwright.checks.check import Fault, on_plan, on_stack
from poolwright.checks.evidence import Evidence
from poolwright.checks.resource import Resource, part, readable
from solver.plan.monitoring import CHECKS_REGION
from solver.vocabulary import SiteKind

PROVIDER = "pulumi:providers:aws"
DIFFERENCES = "stack.differences"
"""A check that a promotion asks by a gate of its own."""
TAGS = ("owner", "cost-centre", "stack", "site", "managed-by")
_PROVIDER = "components/aws/provider.py"


def _setting(provider: Resource, name: str) -> Any:
    """A property of a provider, which Pulumi sends as JSON text."""
    value = readable(provider.inputs.get(name))
    if isinstance(value, str) and value[:1] in "[{":
        return json.loads(value)
    return value


@on_stack(
    PROVIDER,
    id="stack.tags",
    title="Everything carries its owner, cost centre, stack and site",
    remedy=f"Keep the default tags in {_PROVIDER} and components/naming.py; `owner` and `cost_centre` stand in stacks/",
)
def everything_is_tagged(evidence: Evidence) -> Iterator[Fault]:
    for provider in evidence.of_type(PROVIDER):
        tags = part(_setting(provider, "defaultTags"), "tags")
        missing = [tag for tag in TAGS if not tags.get(tag)]
        if missing:
            yield Fault(text=f"sets no tag {', '.join(missing)}", resource=provider, at=("owner",))


@on_stack(
    PROVIDER,
    id="stack.region",
    title="Each site is built in the region that its plan is for",
    remedy="Change sites.<site>.region in stacks/ and plan again",
)
def sites_are_in_their_regions(evidence: Evidence) -> Iterator[Fault]:
    for key, site in evidence.sites():
        for provider in evidence.at_site(key, PROVIDER):
            region = _setting(provider, "region")
            # Alarms on synthetic checks are where Route 53 writes its metrics.
            of_checks = provider.name == f"{key}-monitoring-checks-aws"
            planned = CHECKS_REGION if of_checks else site.region
            if region is not None and region != planned:
                text = f"builds in {region}, and the plan is for {planned}"
                yield Fault(text=text, resource=provider, at=("sites", key, "region"))


@on_plan(
    id=DIFFERENCES,
    title="Stacks differ in shared keys by their releases alone, or say why",
    remedy="Write it where all stacks inherit it, or declare it under `own` in stacks/promotion.yaml",
)
def differences_are_declared(evidence: Evidence) -> Iterator[Fault]:
    for each in evidence.differences:
        yield Fault(
            text=f"{each.source or 'nothing'} in {evidence.stack_before}, and {each.target or 'nothing'} here",
            subject=each.key,
            at=tuple(each.key.split(".")),
        )


@on_plan(
    id="stack.protection",
    title="A stack under a compliance profile protects its data",
    remedy="Set data_protection: true in stacks/, or profile: none for a stack whose data is worth nothing",
)
def profiles_protect_data(evidence: Evidence) -> Iterator[Fault]:
    for key, site in evidence.sites():
        if site.kind is SiteKind.AWS and site.security.profile != "none" and not site.storage.protect:
            text = f"promises {site.security.profile} and protects no data"
            yield Fault(text=text, subject=f"site {key}", at=("data_protection",))


@on_plan(
    id="stack.keys",
    title="Keys can be called back for as long as AWS allows where data is protected",
    controls=("KMS.3",),
    remedy="Plan again: key_deletion_days comes from solver/model/security",
)
def keys_wait_long(evidence: Evidence) -> Iterator[Fault]:
    for key, site in evidence.sites():
        if site.storage.protect and site.security.keys and site.security.key_deletion_days < 30:
            days = site.security.key_deletion_days
            yield Fault(text=f"its keys are gone {days} days after a deletion", subject=f"site {key}")
