"""AWS's own names for the quotas: service and code in Service Quotas, with which a quota is looked up and raised.

From the lists of `aws service-quotas list-aws-default-service-quotas`. A quota that is missing here has no code or
can't be raised there.
"""

from __future__ import annotations

from typing import Final

CODES: Final[dict[str, tuple[str, str]]] = {
    "vpcs": ("vpc", "L-F678F1CE"),
    "subnets-per-vpc": ("vpc", "L-407747CB"),
    "internet-gateways": ("vpc", "L-A4707A72"),
    "elastic-ips": ("ec2", "L-0263D0A3"),
    "nat-gateways-per-zone": ("vpc", "L-FE5A380F"),
    "route-tables-per-vpc": ("vpc", "L-589F43AA"),
    "routes-per-table": ("vpc", "L-93826ACB"),
    "security-groups": ("vpc", "L-E79EC296"),
    "rules-per-security-group": ("vpc", "L-0EA8095F"),
    "security-groups-per-interface": ("vpc", "L-2AFB9258"),
    "rules-per-network-acl": ("vpc", "L-2AEEBF1A"),
    "interface-endpoints-per-vpc": ("vpc", "L-29B6F2EB"),
    "gateway-endpoints": ("vpc", "L-1B52E74A"),
    "application-load-balancers": ("elasticloadbalancing", "L-53DA6B97"),
    "network-load-balancers": ("elasticloadbalancing", "L-69A177A2"),
    "target-groups": ("elasticloadbalancing", "L-B22855CB"),
    "listeners-per-load-balancer": ("elasticloadbalancing", "L-B6DF7632"),
    "targets-per-load-balancer": ("elasticloadbalancing", "L-7E6692B2"),
    "certificates": ("acm", "L-F141DD1D"),
    "hosted-zones": ("route53", "L-4EA4796A"),
    "health-checks": ("route53", "L-ACB674F3"),
    "records-per-zone": ("route53", "L-E209CC9F"),
    "roles": ("iam", "L-FE177D64"),
    "instance-profiles": ("iam", "L-6E65F664"),
    "customer-managed-policies": ("iam", "L-E95E4862"),
    "managed-policies-per-role": ("iam", "L-0DA4ABF3"),
    "open-id-connect-providers": ("iam", "L-858F3967"),
    "auto-scaling-groups": ("autoscaling", "L-CDE20ADC"),
    "launch-templates": ("ec2", "L-FB451C26"),
    "ecs-clusters": ("ecs", "L-21C621EB"),
    "services-per-cluster": ("ecs", "L-9EF96962"),
    "buckets": ("s3", "L-DC2B2D3D"),
    "file-systems": ("elasticfilesystem", "L-848C634D"),
    "event-rules-per-bus": ("events", "L-244521F2"),
    "ecr-repositories": ("ecr", "L-CFEB8E8D"),
    "on-demand-standard-vcpus": ("ec2", "L-1216C47A"),
    "on-demand-g-vcpus": ("ec2", "L-DB2E81BA"),
    "on-demand-p-vcpus": ("ec2", "L-417A185B"),
    "on-demand-inf-vcpus": ("ec2", "L-1945791B"),
    "on-demand-trn-vcpus": ("ec2", "L-2C3B7624"),
    "on-demand-f-vcpus": ("ec2", "L-74FC7D96"),
    "on-demand-x-vcpus": ("ec2", "L-7295265B"),
    "on-demand-high-memory-vcpus": ("ec2", "L-43DA4232"),
    "on-demand-dl-vcpus": ("ec2", "L-6E869C2A"),
    "on-demand-hpc-vcpus": ("ec2", "L-F7808C92"),
    "spot-standard-vcpus": ("ec2", "L-34B43A08"),
    "spot-g-vcpus": ("ec2", "L-3819A6DF"),
    "spot-p-vcpus": ("ec2", "L-7212CCBC"),
    "spot-inf-vcpus": ("ec2", "L-B5D1601B"),
    "spot-trn-vcpus": ("ec2", "L-6B0D517C"),
    "spot-f-vcpus": ("ec2", "L-88CF9481"),
    "spot-x-vcpus": ("ec2", "L-E3A00192"),
    "spot-dl-vcpus": ("ec2", "L-85EED4F7"),
}


def quota_words(name: str, most: int) -> str:
    """`quota vpcs: 5, vpc L-F678F1CE`: which quota it is, its value, and where AWS keeps it."""
    service, code = CODES.get(name, ("", ""))
    return f"quota {name}: {most}" + (f", {service} {code}" if code else "")
