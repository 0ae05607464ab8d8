"""Lustre: encryption, network, the link to its bucket."""

from __future__ import annotations

from collections.abc import Iterator

from poolwright.checks.check import Fault, NotYet, on_stack
from poolwright.checks.evidence import Evidence
from poolwright.checks.shapes import in_public_subnets, under_awss_key
from solver.plan.security import KeyPurpose

LUSTRE = "aws:fsx/lustreFileSystem:LustreFileSystem"
LINK = "aws:fsx/dataRepositoryAssociation:DataRepositoryAssociation"

_HERE = "components/aws/storage/lustre.py"


@on_stack(
    LUSTRE,
    id="fsx.cmk",
    title="Lustre is encrypted with the customer key where the plan has one",
    remedy=f"Pass the data key in {_HERE}",
)
def lustre_has_the_customer_key(evidence: Evidence) -> Iterator[Fault]:
    yield from under_awss_key(evidence, LUSTRE, KeyPurpose.DATA)


@on_stack(
    LUSTRE,
    id="fsx.private",
    title="Lustre stands in a subnet without a way in from the internet, with a security group of its own",
    remedy=f"Give it a private subnet and the group of its claim in {_HERE}",
)
def lustre_is_private(evidence: Evidence) -> Iterator[Fault | NotYet]:
    for system in evidence.of_type(LUSTRE):
        if not system.inputs.get("securityGroupIds"):
            yield Fault(text="has the VPC's default group", resource=system)
    yield from in_public_subnets(evidence, LUSTRE, named_by="subnetIds")


@on_stack(
    LUSTRE,
    LINK,
    id="fsx.link",
    title="What jobs write to Lustre is copied to its bucket where the plan says so",
    remedy=f"Keep the link to the bucket in {_HERE}",
)
def writes_reach_the_bucket(evidence: Evidence) -> Iterator[Fault]:
    for key, site in evidence.sites():
        links = {each.name: each for each in evidence.at_site(key, LINK)}
        for plan in site.storage.lustre:
            link = links.get(f"{key}-storage-lustre-{plan.key}-link")
            if link is None:
                yield Fault(text="has no link to its bucket", subject=f"lustre {plan.key}", at=("storage", plan.key))
            elif plan.exports != bool(link.get("s3.autoExportPolicy.events")):
                text = (
                    "copies nothing to the bucket" if plan.exports else "changes the bucket, and only reads are planned"
                )
                yield Fault(text=text, resource=link)
