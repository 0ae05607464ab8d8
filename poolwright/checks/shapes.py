"""What checks of several resource types ask alike: the customer's key, and a subnet that is not public."""

from __future__ import annotations

from collections.abc import Iterator

from poolwright.checks.check import Fault, NotYet
from poolwright.checks.evidence import Evidence
from poolwright.checks.network import SUBNET
from solver.plan.security import KeyPurpose


def under_awss_key(
    evidence: Evidence, type_: str, purpose: KeyPurpose, *, named_by: str = "kmsKeyId"
) -> Iterator[Fault]:
    """Resources of a type that name no key, where the plan has one for their purpose."""
    for resource in evidence.of_type(type_):
        if evidence.has_key(resource, purpose) and named_by not in resource.inputs:
            yield Fault(text="is encrypted with AWS's key, which the account can't revoke", resource=resource)


def in_public_subnets(evidence: Evidence, type_: str, *, named_by: str) -> Iterator[Fault | NotYet]:
    """Resources of a type whose subnet leads to the internet."""
    for resource in evidence.of_type(type_):
        if not resource.known(named_by):
            yield NotYet(resource)
            continue
        subnet = evidence.by_id(resource, named_by, SUBNET)
        if subnet is not None and subnet.get("tags.tier") == "public":
            yield Fault(text="stands in a public subnet", resource=resource)
