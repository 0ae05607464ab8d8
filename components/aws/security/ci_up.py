"""What the role with which CI runs `up` may do: all that the pools make, where it has the stack's tags or names.

It makes no role without the permissions boundary, and changes neither the roles and policies for CI, nor the issuer of
their tokens, nor the boundary: who applies the stack first, and whoever changes these, is an administrator. The
lists were not tried against AWS yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

import pulumi

from components.aws.security.ci_rights import of_scope
from components.aws.security.policies import Statement, allow, deny, document
from components.naming import NameKind, SiteNames
from solver.plan.monitoring import CHECKS_REGION
from solver.plan.security import CI_UP_POLICIES, CiUpPlan

UP = "ci-up"
"""Purpose of the role."""
_SUBJECTS: Mapping[str, tuple[str, ...]] = {
    "network": ("ec2",),
    "entrances": ("acm", "elasticloadbalancing", "route53", "servicediscovery", "wafv2"),
    "compute": ("application-autoscaling", "autoscaling", "batch", "ecr", "ecs", "scheduler"),
    "storage": ("backup", "backup-storage", "elasticfilesystem", "fsx", "s3"),
    "watching": ("budgets", "ce", "events"),
    "security": (
        "access-analyzer",
        "cloudtrail",
        "cloudwatch",
        "config",
        "guardduty",
        "inspector2",
        "kms",
        "lambda",
        "logs",
        "secretsmanager",
        "securityhub",
        "sns",
    ),
}
"""Services, by the policy that has their actions."""
_OF_CHECKS = ("cloudwatch", "kms", "sns")
"""Services of what hears of synthetic checks."""
_CHECKS = "synthetic-checks"
"""Scope of the checks themselves."""
_PASSED_TO = (
    "backup.amazonaws.com",
    "cloudtrail.amazonaws.com",
    "config.amazonaws.com",
    "ec2.amazonaws.com",
    "ecs.amazonaws.com",
    "ecs-tasks.amazonaws.com",
    "s3.amazonaws.com",
    "scheduler.amazonaws.com",
    "vpc-flow-logs.amazonaws.com",
)
"""Services that a role of the pools trusts."""
_LINKED = (
    "access-analyzer.amazonaws.com",
    "autoscaling.amazonaws.com",
    "backup.amazonaws.com",
    "batch.amazonaws.com",
    "config.amazonaws.com",
    "ecs.amazonaws.com",
    "ecs.application-autoscaling.amazonaws.com",
    "elasticfilesystem.amazonaws.com",
    "elasticloadbalancing.amazonaws.com",
    "fsx.amazonaws.com",
    "guardduty.amazonaws.com",
    "inspector2.amazonaws.com",
    "s3.data-source.lustre.fsx.amazonaws.com",
    "securityhub.amazonaws.com",
    "spot.amazonaws.com",
    "wafv2.amazonaws.com",
)
"""Services that make a role of their own when they are first used in an account."""
_ATTACHED = ("service-role/AWS_ConfigRole", "service-role/AmazonECSInfrastructureRolePolicyForVolumes")
"""Policies of AWS that the pools' roles have."""
_BOUNDED = (
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
)
"""What AWS tells the role's boundary for."""
_LUSTRE_ROLES = "role/aws-service-role/s3.data-source.lustre.fsx.amazonaws.com/*"
_SWITCHES = {
    "access-analyzer": "access-analyzer",
    "account-public-access-block": "account-public-access-block",
    "config": "config",
    "ebs-default-encryption": "ebs-default-encryption",
    "eni-trunking": "eni-trunking",
    "guardduty": "guardduty",
    "inspector-hosts": "inspector",
    "inspector-images": "inspector",
    "security-hub": "security-hub",
}
"""Scopes of settings of the account, by the measure or setting of the plan that has them."""


def up_documents(
    plan: CiUpPlan,
    sites: Sequence[SiteNames],
    switches: frozenset[str],
    *,
    reads: Sequence[Statement],
    checks: bool = False,
) -> Mapping[str, pulumi.Input[str]]:
    """Policies by subject; `switches` are the measures and settings of the account that the stack builds, `checks`:
    it has synthetic checks."""
    by_subject: dict[str, list[Statement]] = {"read": list(reads)}
    by_subject |= {
        subject: list(_service_statements(services, plan, sites, switches)) for subject, services in _SUBJECTS.items()
    }
    if checks:
        by_subject["watching"] += _check_statements(sites[0])
    by_subject["identity"] = list(_identity_statements(sites))
    return {subject: document(by_subject[subject]) for subject in CI_UP_POLICIES}


def _service_statements(
    services: Sequence[str], plan: CiUpPlan, sites: Sequence[SiteNames], switches: frozenset[str]
) -> Iterator[Statement]:
    first = sites[0]
    here = {"aws:RequestedRegion": list(dict.fromkeys(site.region for site in sites))}
    here = _with_global(here) if "ce" in services else here
    asked = {f"aws:RequestTag/{tag}": value for tag, value in _tags(first).items()}
    has = {f"aws:ResourceTag/{tag}": value for tag, value in _tags(first).items()}
    scopes = {scope: _of(services, of_scope(scope)) for scope in ("make", "tag", "own", "any")}
    # What is made has no ARN yet: it is known by the tags that it is asked for with.
    yield from _some("Make", scopes["make"], ["*"], {"StringEquals": {**asked, **here}})
    # AWS asks for these also while it makes something; what has another stack's tags already is left alone.
    yield from _some("Tag", scopes["tag"], ["*"], {"StringEquals": {**asked, **here}, "StringEqualsIfExists": has})
    for action in _of(services, of_scope("born")):
        key = f"{action.partition(':')[0]}:CreateAction"
        yield allow(f"Tag{_word(action)}", [action], ["*"], condition={"StringEquals": asked, "Null": {key: "false"}})
    # Most ids are AWS's own; the tags say whose it is.
    yield from _some("Own", scopes["own"], ["*"], {"StringEquals": {**has, **here}})
    # AWS knows no resource for these.
    yield from _some("NoResource", scopes["any"], ["*"], {"StringEquals": _anywhere(services, here)})
    for scope in sorted({_SWITCHES[switch] for switch in switches if switch in _SWITCHES}):
        # A setting of the whole account, which this plan makes.
        actions = _of(services, of_scope(scope))
        yield from _some(f"Account{_word(scope)}", actions, ["*"], {"StringEquals": here})
    yield from _named_statements(services, plan, sites)


def _check_statements(names: SiteNames) -> Iterator[Statement]:
    """Synthetic checks, which have no tags that IAM knows, and what hears of them in us-east-1."""
    here = {"aws:RequestedRegion": CHECKS_REGION}
    asked = {f"aws:RequestTag/{tag}": value for tag, value in _tags(names).items()}
    has = {f"aws:ResourceTag/{tag}": value for tag, value in _tags(names).items()}
    scopes = {scope: _of(_OF_CHECKS, of_scope(scope)) for scope in ("make", "tag", "own", "any")}
    create = "route53:CreateHealthCheck"
    changes = [action for action in of_scope(_CHECKS) if action != create]
    # A check that is made has no id yet.
    yield allow("ChecksNew", [create], ["*"], condition={"StringEquals": here})
    yield allow("Checks", changes, [f"arn:{names.partition}:route53:::healthcheck/*"])
    yield from _some("ChecksAlarms", scopes["make"], ["*"], {"StringEquals": {**asked, **here}})
    tagged = {"StringEquals": {**asked, **here}, "StringEqualsIfExists": has}
    yield from _some("ChecksTag", scopes["tag"], ["*"], tagged)
    yield from _some("ChecksOwn", scopes["own"], ["*"], {"StringEquals": {**has, **here}})
    yield from _some("ChecksNoResource", scopes["any"], ["*"], {"StringEquals": here})


def _anywhere(services: Sequence[str], here: Mapping[str, list[str]]) -> Mapping[str, list[str]]:
    """Route 53 has no regions."""
    return _with_global(here) if "route53" in services else here


def _with_global(here: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """A service without regions is taken for one of us-east-1."""
    return {"aws:RequestedRegion": sorted({*here["aws:RequestedRegion"], "us-east-1"})}


def _named_statements(services: Sequence[str], plan: CiUpPlan, sites: Sequence[SiteNames]) -> Iterator[Statement]:
    """What is known by its name, or has no tags of the stack: a VPC that exists, addresses of machines, DNS."""
    first = sites[0]
    own = [f"{site.stack}-{site.site}" for site in sites]

    def everywhere(service: str, *resources: str) -> list[str]:
        return list(dict.fromkeys(site.arn(service, resource) for resource in resources for site in sites))

    launched = ("instance", "network-interface", "volume", "subnet", "capacity-reservation")
    images = [f"arn:{site.partition}:ec2:{site.region}::image/*" for site in sites]
    gateways = [f"arn:{site.partition}:ec2:{site.region}:*:transit-gateway/*" for site in sites]
    places = [*everywhere("ec2", "vpc/*", "subnet/*"), *gateways]
    interfaces = everywhere("ec2", "network-interface/*", "subnet/*", "security-group/*")
    zones = [f"arn:{first.partition}:route53:::hostedzone/*"]
    with_names = zones if plan.domains else []
    records = {"ForAllValues:StringLike": {"route53:ChangeResourceRecordSetsNormalizedRecordNames": _beneath(plan)}}
    buckets = [f"arn:{first.partition}:s3:::{each}-*" for each in own]
    groups = [resource for site in sites for resource in _log_groups(site)]
    alarms = everywhere("cloudwatch", "alarm:TargetTracking-*")
    schedules = [site.arn("scheduler", f"schedule/default/{site.stack}-{site.site}-*") for site in sites]
    watching = watching_arns(sites)
    aliases = [site.arn("kms", f"alias/{site.stack}-{site.site}-*") for site in sites]
    known: list[tuple[str, str, Sequence[str], Mapping[str, Mapping[str, object]] | None]] = [
        # Auto Scaling asks whether its caller could start the machine; the template, its groups have the stack's tags.
        ("Launch", "ec2:RunInstances", [*images, *everywhere("ec2", *(f"{each}/*" for each in launched))], None),
        ("Interfaces", "ec2:*NetworkInterface*", interfaces, None),
        # The VPC, its peers and the gateway may be somebody else's; what is made there has the stack's tags.
        ("Places", "ec2:", places, None),
        ("Records", "route53:ChangeResourceRecordSets", with_names, records),
        ("Zones", "route53:", [*zones, f"arn:{first.partition}:route53:::change/*"], None),
        ("RuleGroups", "wafv2:[CU]*", everywhere("wafv2", "regional/managedruleset/*/*"), None),
        ("Guarded", "wafv2:", everywhere("elasticloadbalancing", "loadbalancer/app/*"), None),
        ("Buckets", "s3:", buckets, None),
        ("LogGroups", "logs:", groups, None),
        ("Dashboards", "cloudwatch:*Dashboard*", watching["cloudwatch"], None),
        ("ScalingAlarms", "cloudwatch:", alarms, None),
        ("Budgets", "budgets:", watching["budgets"], None),
        ("Events", "events:", watching["events"], None),
        ("Schedules", "scheduler:", schedules, None),
        ("Aliases", "kms:", aliases, None),
        ("Rotations", "lambda:", plan.functions, None),
    ]
    left = list(of_scope("named"))
    for sid, pattern, resources, condition in known:
        taken = [action for action in left if _fits(action, pattern)]
        left = [action for action in left if action not in taken]
        yield from _some(sid, _of(services, taken), resources, condition)


def watching_arns(sites: Sequence[SiteNames]) -> dict[str, list[str]]:
    """What is watched with and known by its name, by the service that has it."""
    found: dict[str, list[str]] = {"budgets": [], "cloudwatch": [], "events": []}
    for site in sites:
        named = f"{site.stack}-{site.site}"
        account = f"{site.partition}:{{}}::{site.account_id}"
        found["budgets"].append(f"arn:{account.format('budgets')}:budget/{named}*")
        found["cloudwatch"].append(f"arn:{account.format('cloudwatch')}:dashboard/{named}*")
        found["events"].append(site.arn("events", f"rule/{named}-*"))
    return found


def _identity_statements(sites: Sequence[SiteNames]) -> Iterator[Statement]:
    first = sites[0]
    own = [f"{site.stack}-{site.site}" for site in sites]
    roles = [first.iam_arn(f"role/{each}-*") for each in own]
    named = [action for action in of_scope("named") if action.startswith("iam:")]
    attaching = ["iam:AttachRolePolicy", "iam:DetachRolePolicy"]
    bounded = {"iam:PermissionsBoundary": first.boundary_arn}
    plain = [each for each in named if each not in (*_BOUNDED, "iam:PassRole") and "Profile" not in each]
    profiles = [each for each in named if "Profile" in each and each != "iam:ListInstanceProfilesForRole"]
    policies = [first.aws_policy_arn(path) for path in _ATTACHED]
    yield allow("Roles", [*plain, "iam:ListInstanceProfilesForRole"], roles)
    yield allow(
        "BoundedRoles",
        [each for each in _BOUNDED if each not in attaching],
        roles,
        condition={"StringEquals": bounded},
    )
    attached = {"StringEquals": bounded, "ArnEquals": {"iam:PolicyARN": policies}}
    yield allow("AttachToBoundedRoles", attaching, roles, condition=attached)
    yield allow("PassRoles", ["iam:PassRole"], roles, condition={"StringEquals": {"iam:PassedToService": _PASSED_TO}})
    yield allow("Profiles", profiles, [first.iam_arn(f"instance-profile/{each}-*") for each in own])
    yield allow(
        "ServiceRoles",
        ["iam:CreateServiceLinkedRole"],
        [first.iam_arn("role/aws-service-role/*")],
        condition={"StringEquals": {"iam:AWSServiceName": _LINKED}},
    )
    # FSx gives the role that it makes for a bucket its rights as whoever links the bucket.
    yield allow("BucketsOfLustre", ["iam:AttachRolePolicy", "iam:PutRolePolicy"], [first.iam_arn(_LUSTRE_ROLES)])
    of_ci = [first.iam_arn(f"role/{first.physical(NameKind.ROLE, purpose)}") for purpose in ("ci-preview", UP)]
    changing = [each for each in named if not each.startswith("iam:List") and "Profile" not in each]
    yield deny("NotItself", [*changing, *attaching], of_ci)


def _tags(names: SiteNames) -> dict[str, str]:
    return {"stack": names.stack, "managed-by": "poolwright"}


def _log_groups(site: SiteNames) -> list[str]:
    """AWS asks for some actions with the group's ARN and for some with all of its streams'."""
    groups = (site.log_group("*"), site.waf_log_group("*"))
    return [site.arn("logs", f"log-group:{group}") for group in groups]


def _beneath(plan: CiUpPlan) -> list[str]:
    return [pattern for domain in plan.domains for pattern in (domain, f"*.{domain}")]


def _some(
    sid: str,
    actions: Sequence[str],
    resources: Sequence[str],
    condition: Mapping[str, Mapping[str, object]] | None,
) -> Iterator[Statement]:
    """The statement, where there is something to allow."""
    if actions and resources:
        yield allow(sid, actions, resources, condition=condition)


def _of(services: Sequence[str], actions: Sequence[str]) -> list[str]:
    return [action for action in actions if action.partition(":")[0] in services]


def _fits(action: str, pattern: str) -> bool:
    """Whether an action is of a service (`s3:`), or like a pattern with `*`."""
    if pattern.endswith(":"):
        return action.startswith(pattern)
    return fnmatchcase(action, pattern)


def _word(text: str) -> str:
    """`ec2:CreateTags` → `Ec2CreateTags`: a statement's id has letters and digits only."""
    return "".join(part[:1].upper() + part[1:] for part in text.replace(":", "-").split("-"))
