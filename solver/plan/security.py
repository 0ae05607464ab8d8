"""SecurityPlan: measures, keys, roles, flows, secrets."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from solver.schema import Schema, is_empty
from solver.vocabulary import AccessMode, Exposure, LockMode

CONTROLS_OF_A_VPC = frozenset({"EC2.2", "EC2.15"})
"""Controls of the catalog about a VPC itself; whoever runs it answers for them, so no measure of a site in a VPC that
exists covers them."""

CI_UP_POLICIES = ("read", "network", "entrances", "compute", "storage", "watching", "security", "identity")
"""Subjects of the policies of CI's role for `up`: together they are longer than one may be."""


class KeyPurpose(StrEnum):
    """What a KMS key encrypts; one key for each purpose that occurs."""

    DATA = "data"
    """Buckets, file systems, volumes that hold data."""
    LOGS = "logs"
    """CloudWatch log groups and the audit trail."""
    SECRETS = "secrets"
    """Secrets Manager."""
    MACHINES = "machines"
    """Root and scratch volumes of machines, container repositories."""
    BACKUPS = "backups"
    """The vault: who destroys the key of the data does not destroy its backups."""


class MeasurePlan(Schema):
    """A security measure that the set cover chose."""

    name: str
    """As the catalog names it."""
    controls: tuple[str, ...]
    """Controls of the profile that it covers."""
    build: bool
    """False: the account has it, or the pools have it by construction."""


class ClaimAccess(Schema):
    """What a workload may do with a storage claim."""

    claim: str
    """Its key."""
    mode: AccessMode
    """Read, write or both."""


class RolePlan(Schema):
    """What one workload's task role may do, and which secrets its start needs."""

    workload: str
    """Its key."""
    access: tuple[ClaimAccess, ...]
    """Storage."""
    secrets: tuple[str, ...]
    """Secrets that fill its environment."""


class FlowPlan(Schema):
    """One allowed connection: from a workload, a load balancer or the internet, to a workload or a file system."""

    source: str
    """`internet`, `vpc`, `load-balancer public`, `workload assistant`, `peer offices` or `transit-gateway`."""
    target: str
    """`load-balancer public`, `workload fraud`, `file-system shared`, `endpoints`, `peer offices`."""
    port: int
    """TCP port."""
    to_port: Annotated[int | None, Field(exclude_if=is_empty)] = None
    """Last port, where there are several."""
    reason: str = ""
    """Which line of the demand asks for it."""


class WafPlan(Schema):
    """A web application firewall in front of a load balancer."""

    load_balancer: str
    """Key of the load balancer."""
    exposure: Exposure
    """Whose requests it sees."""
    requests_per_5_minutes: int
    """Rate limit for one address."""


class RotationPlan(Schema):
    """A secret that changes by itself."""

    secret: str
    """Its name."""
    days: int
    """How often."""
    lambda_arn: str
    """By which function."""


class CiSite(Schema):
    """Another site of the stack that the roles for CI reach."""

    key: str
    """Its key."""
    region: str
    """Its region."""


class CiUpPlan(Schema):
    """The role with which jobs of a repository apply the stack."""

    subjects: tuple[str, ...]
    """Jobs that may take it, by the subject of their token."""
    domains: tuple[str, ...] = Field(default=(), exclude_if=is_empty)
    """Names whose DNS records it may change."""
    functions: tuple[str, ...] = Field(default=(), exclude_if=is_empty)
    """Functions that rotate secrets: who sets a rotation must be allowed to call them."""


class CiPlan(Schema):
    """The roles for CI of a repository."""

    builds_issuer: bool
    """False: the account has the provider of the tokens already."""
    subjects: tuple[str, ...]
    """Jobs that may take it, by the subject of their token."""
    cloudformation_stacks: tuple[str, ...] = Field(default=(), exclude_if=is_empty)
    """CloudFormation stacks whose outputs a preview needs."""
    cloudformation_exports: bool = Field(default=False, exclude_if=is_empty)
    """A preview needs what CloudFormation stacks export."""
    others: tuple[CiSite, ...] = Field(default=(), exclude_if=is_empty)
    """The stack's other sites on AWS; the roles are for all of them."""
    synthetic_checks: bool = Field(default=False, exclude_if=is_empty)
    """The stack has such checks, whose alarms are in us-east-1."""
    up: Annotated[CiUpPlan | None, Field(exclude_if=is_empty)] = None
    """The role for `up`; None: an administrator applies the stack."""


class SecurityPlan(Schema):
    """The security pool of one site."""

    profile: str
    """Compliance profile."""
    measures: tuple[MeasurePlan, ...]
    """Chosen measures, by name."""
    waived: tuple[str, ...]
    """Controls that are waived."""
    keys: tuple[KeyPurpose, ...]
    """KMS keys, by purpose; empty: AWS-managed keys suffice."""
    key_deletion_days: int
    """Waiting time before a key is gone, 7 to 30 days."""
    roles: tuple[RolePlan, ...]
    """By workload."""
    secrets: tuple[str, ...]
    """Secrets that the stack holds; values are set outside."""
    flows: tuple[FlowPlan, ...]
    """Allowed connections, by target, source, port."""
    waf: tuple[WafPlan, ...]
    """By load balancer."""
    trail_retention_days: int
    """How long the audit trail is kept."""
    trail_lock: Annotated[LockMode | None, Field(exclude_if=is_empty)] = None
    """The trail's files are in a bucket of their own and locked for as long; None: they are not."""
    rotations: Annotated[tuple[RotationPlan, ...], Field(exclude_if=is_empty)] = ()
    """Secrets that change by themselves, by name."""
    ci: Annotated[CiPlan | None, Field(exclude_if=is_empty)] = None
    """The role for CI; on the stack's first site."""
    permissions_boundary: Annotated[str | None, Field(exclude_if=is_empty)] = None
    """ARN of the policy that no role of the site may exceed."""
