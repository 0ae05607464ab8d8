"""ExistingVpc: a network that somebody else runs, in which a site is built."""

from __future__ import annotations

from pydantic import Field

from solver.demand.names import AddressRange, ForeignStack, SubnetReference, VpcReference, ZoneId
from solver.schema import Schema, is_empty
from solver.vocabulary import StackKind, Tier


class SourceStack(Schema):
    """A stack that somebody else runs, and whose outputs have ids."""

    kind: StackKind
    """What it was made with; one of Pulumi is in this stack's backend, one of CloudFormation in the site's region and
    account. With cloudformation-exports all stacks there are meant, by the names that they export."""
    name: ForeignStack | None = Field(default=None, exclude_if=is_empty)
    """Its name; of Pulumi: organization/project/stack. None for exports, which say nothing of their stack."""


class ExistingSubnets(Schema):
    """One subnet for each tier and zone, by zone id."""

    private: dict[ZoneId, SubnetReference] = Field(min_length=1, max_length=6)
    """Of machines, tasks and internal load balancers; their way out is the VPC's own."""
    public: dict[ZoneId, SubnetReference] = Field(default_factory=dict[str, str], max_length=6)
    """Of public load balancers; they lead to the internet."""
    data: dict[ZoneId, SubnetReference] = Field(default_factory=dict[str, str], max_length=6)
    """Of mount targets of file systems."""

    def of(self, tier: Tier) -> dict[str, str]:
        """The subnets of a tier, by zone."""
        return {Tier.PRIVATE: self.private, Tier.PUBLIC: self.public, Tier.DATA: self.data}[tier]


class ExistingVpc(Schema):
    """A VPC that exists, with the subnets that the stack may use; nothing of it is made or changed."""

    vpc_id: VpcReference
    """The VPC; `network.cidr` is its range."""
    subnets: ExistingSubnets
    """Its subnets."""
    ranges: dict[SubnetReference, AddressRange] = Field(default_factory=dict[str, AddressRange], exclude_if=is_empty)
    """Ranges of subnets, where the plan shall check that they are large enough."""
    stack: SourceStack | None = Field(default=None, exclude_if=is_empty)
    """The stack that has the VPC: then what is no id above is the name of one of its outputs. A path leads into an
    output that holds more: `subnetIds.private.euw1-az1`, `privateSubnetIds[0]`."""
