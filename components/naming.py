"""Logical names, physical names and tags, made from keys and never from positions.

A logical name is `<component>-<part>-<key>`. A physical name is left to Pulumi, which adds a random end so that a
replacement can exist beside what it replaces, except in two cases, which `SiteNames` serves: AWS allows fewer
characters than a logical name and its random end may need, or a policy must name the resource before it exists.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from hashlib import sha256


class NameKind(Enum):
    """What is named, with AWS's greatest length for it."""

    LOAD_BALANCER = ("load balancer", 32)
    TARGET_GROUP = ("target group", 32)
    BUCKET = ("bucket", 63)
    BACKUP_VAULT = ("backup vault", 50)
    ROLE = ("role", 64)
    SCHEDULE = ("schedule", 64)
    TRAIL = ("trail", 128)
    POLICY = ("policy", 128)
    INSTANCE_PROFILE = ("instance profile", 128)
    LAUNCH_TEMPLATE = ("launch template", 128)
    BATCH = ("Batch environment, queue or definition", 128)
    WEB_ACL = ("web ACL", 128)
    CLUSTER = ("ECS cluster", 255)
    TASK_FAMILY = ("task definition family", 255)
    CAPACITY_PROVIDER = ("capacity provider", 255)
    BUDGET = ("budget", 100)
    ANOMALIES = ("cost anomaly monitor or subscription", 1024)
    DASHBOARD = ("dashboard", 255)
    EVENT_RULE = ("event rule", 64)

    @property
    def limit(self) -> int:
        """Greatest number of characters."""
        return self.value[1]


def digest(*parts: str, length: int = 8) -> str:
    """Hexadecimal digest of the parts: the same on every machine, different when any part or its border moves."""
    return sha256("\0".join(parts).encode()).hexdigest()[:length]


def shortened(name: str, limit: int) -> str:
    """The name itself, or its beginning and a digest of the whole when it has more characters than the limit."""
    if len(name) <= limit:
        return name
    return f"{name[: limit - 9].rstrip('-')}-{digest(name)}"


def partition_of(region: str) -> str:
    """AWS's partition of a region: `aws`, `aws-cn` or `aws-us-gov`."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"


def internal_domain(stack: str, site: str) -> str:
    """`main.prod.internal`: the name under which services of a site reach each other, resolved there alone."""
    return f"{site}.{stack}.internal"


def variable(kind: str, key: str) -> str:
    """`PATH_MODEL_CACHE`: the environment variable that tells a workload about the claim or service `model-cache`."""
    return f"{kind}_{key.replace('-', '_').upper()}"


@dataclass(frozen=True, kw_only=True)
class SiteNames:
    """Names on one site of one stack; two stacks or sites in one account never share one."""

    stack: str
    """The stack."""
    site: str
    """Key of the site."""
    region: str
    """Its region."""
    account_id: str
    """The account, 12 digits."""
    default_tags: Mapping[str, str] = field(default_factory=dict[str, str])
    """What the provider puts on each resource; needed again where AWS makes resources by itself (machines, volumes)."""
    boundary_arn: str | None = None
    """The policy that no role of the site may exceed."""

    def physical(self, kind: NameKind, *keys: str, changes_with: tuple[str, ...] = ()) -> str:
        """`prod-main-public`, within the kind's limit.

        `changes_with` are the properties that AWS can't change in place: a digest of them ends the name, so that a
        replacement gets a name of its own and can be made before the old one goes.
        """
        base = "-".join((self.stack, self.site, *keys))
        if not changes_with:
            return shortened(base, kind.limit)
        return f"{base[: kind.limit - 7].rstrip('-')}-{digest(base, *changes_with, length=6)}"

    def bucket(self, key: str) -> str:
        """Name of a bucket: unique in all of S3 by a digest of stack, site, key, account and region.

        It is known before the bucket exists, so that a role's policy can name the bucket.
        """
        end = digest(self.stack, self.site, key, self.account_id, self.region, length=10)
        return f"{f'{self.stack}-{self.site}-{key}'[:52].rstrip('-')}-{end}"

    def bucket_arn(self, key: str) -> str:
        """ARN of a bucket."""
        return f"arn:{self.partition}:s3:::{self.bucket(key)}"

    @property
    def audit_bucket(self) -> str:
        """Name of the bucket of trails and access logs; no claim's bucket has it, whatever the claim is called."""
        end = digest(self.stack, self.site, "", self.account_id, self.region, length=10)
        return f"{f'{self.stack}-{self.site}-audit'[:52].rstrip('-')}-{end}"

    @property
    def trail_bucket(self) -> str:
        """Name of the bucket of the trail's files, where they are locked; no claim's bucket has it."""
        end = digest(self.stack, self.site, "", "trail", self.account_id, self.region, length=10)
        return f"{f'{self.stack}-{self.site}-trail'[:52].rstrip('-')}-{end}"

    @property
    def backup_vault(self) -> str:
        """Name of the vault of backups, and of the plan that fills it."""
        return self.physical(NameKind.BACKUP_VAULT)

    def log_group(self, *keys: str) -> str:
        """`/poolwright/prod/main/workload/assistant`."""
        return "/".join(("/poolwright", self.stack, self.site, *keys))

    def workload_log_group(self, workload: str) -> str:
        """Name of the log group of a workload."""
        return self.log_group("workload", workload)

    def waf_log_group(self, *keys: str) -> str:
        """Name of the log group of a web ACL: AWS wants this beginning."""
        return "-".join(("aws-waf-logs", self.stack, self.site, *keys))

    def secret(self, name: str) -> str:
        """`prod/main/model-api-token`."""
        return f"{self.stack}/{self.site}/{name}"

    def repository(self, workload: str) -> str:
        """`prod/main/assistant`: the stack's own image repository of a workload."""
        return f"{self.stack}/{self.site}/{workload}"

    @property
    def cluster(self) -> str:
        """Name of the ECS cluster of the services."""
        return self.physical(NameKind.CLUSTER)

    @property
    def partition(self) -> str:
        """AWS's partition."""
        return partition_of(self.region)

    @property
    def dns_suffix(self) -> str:
        """End of the host names of AWS's services."""
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"

    def arn(self, service: str, resource: str) -> str:
        """ARN of a resource of this account in this region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account_id}:{resource}"

    def iam_arn(self, resource: str) -> str:
        """ARN of an IAM resource of this account, `role/name`; IAM has no regions."""
        return f"arn:{self.partition}:iam::{self.account_id}:{resource}"

    def aws_policy_arn(self, path: str) -> str:
        """ARN of a policy that AWS maintains."""
        return f"arn:{self.partition}:iam::aws:policy/{path}"

    def tags(self, *keys: str, workload: str | None = None) -> dict[str, str]:
        """Tags of one resource: its name for people, and its workload where it has one; the rest are default tags."""
        named = {"Name": "-".join((self.stack, self.site, *keys))}
        return named if workload is None else {**named, "workload": workload}


def default_tags(
    *, stack: str, site: str, owner: str, cost_centre: str, more: Mapping[str, str] | None = None
) -> dict[str, str]:
    """What every resource of a site carries; the demand's tags win over ours, except the ones that name the stack."""
    own = {"owner": owner, "cost-centre": cost_centre}
    fixed = {"stack": stack, "site": site, "managed-by": "poolwright"}
    return dict(sorted({**own, **(more or {}), **fixed}.items()))
