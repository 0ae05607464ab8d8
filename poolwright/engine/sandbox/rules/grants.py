"""Grants that AWS asks for before it takes a resource: a key or a bucket lets the service in by its own policy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.rules.rule import Change, Refusal, refuses
from poolwright.engine.sandbox.values import Properties, Value, fields, flag, objects, parsed_json, text, texts

_PUT: Final = frozenset({"s3:PutObject", "s3:Put*", "s3:*", "*"})
_ENCRYPT: Final = frozenset(
    {"kms:Encrypt", "kms:Encrypt*", "kms:GenerateDataKey", "kms:GenerateDataKey*", "kms:*", "*"}
)


def bucket_lets_in(bucket: Value, service: str, cloud: Cloud) -> bool:
    """Whether a bucket's policy lets a service put objects; buckets of other accounts are trusted."""
    if cloud.get("s3.Bucket", bucket) is None:
        return True
    policies = (policy.outputs.get("policy") for policy in cloud.where("s3.BucketPolicy", "bucket", bucket))
    return any(_allows(policy, service, _PUT) for policy in policies)


def key_lets_in(key: Value, service: str, cloud: Cloud) -> bool:
    """Whether a key's policy lets a service encrypt with it; keys of other accounts are trusted."""
    named = (text(key) or "").rpartition("/")[2]
    found = cloud.get("kms.Key", named)
    return found is None or _allows(found.outputs.get("policy"), service, _ENCRYPT)


@refuses("cloudwatch.LogGroup")
def key_encrypts_logs(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """CloudWatch Logs of the region may use the key."""
    key = text(change.inputs.get("kmsKeyId"))
    service = f"logs.{cloud.region}.{cloud.identity.dns_suffix}"
    allowed = any(key_lets_in(key, name, cloud) for name in (service, "logs.amazonaws.com"))
    if key is not None and not allowed:
        words = (
            f"The specified KMS key does not exist or is not allowed to be used with Arn '{_log_arn(change, cloud)}'"
        )
        yield Refusal("AccessDeniedException", f"{words}: its policy does not let {service} encrypt", "kmsKeyId")


@refuses("cloudtrail.Trail")
def trail_may_write(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """The bucket's policy lets CloudTrail write, the key's lets it encrypt."""
    bucket, key = change.inputs.get("s3BucketName"), text(change.inputs.get("kmsKeyId"))
    if not bucket_lets_in(bucket, "cloudtrail.amazonaws.com", cloud):
        words = f"Incorrect S3 bucket policy is detected for bucket: {bucket}"
        yield Refusal("InsufficientS3BucketPolicyException", words, "s3BucketName")
    if key is not None and not key_lets_in(key, "cloudtrail.amazonaws.com", cloud):
        words = f"Insufficient permissions to access S3 bucket {bucket} or KMS key {key}."
        yield Refusal("InsufficientEncryptionPolicyException", words, "kmsKeyId")


@refuses("cfg.DeliveryChannel")
def channel_may_write(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """The bucket's policy lets Config write."""
    bucket = change.inputs.get("s3BucketName")
    if not bucket_lets_in(bucket, "config.amazonaws.com", cloud):
        words = f"Insufficient delivery policy to s3 bucket: {bucket}, unable to write to bucket"
        yield Refusal("InsufficientDeliveryPolicyException", words, "s3BucketName")


@refuses("lb.LoadBalancer")
def balancer_may_log(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """The bucket's policy lets the region's load balancers write their logs."""
    for name in ("accessLogs", "connectionLogs"):
        logs = fields(change.inputs.get(name))
        bucket = text(logs.get("bucket"))
        if bucket is None or not flag(logs.get("enabled")):
            continue
        # A network load balancer's logs come from the delivery service; older regions' from an account of AWS.
        services = ("logdelivery.elasticloadbalancing.amazonaws.com", "delivery.logs.amazonaws.com")
        if not any(bucket_lets_in(bucket, service, cloud) for service in services) and not _lets_accounts(
            bucket, cloud
        ):
            words = f"Access Denied for bucket: {bucket}. Please check S3bucket permission"
            yield Refusal("InvalidConfigurationRequest", words, f"{name}.bucket")


def _lets_accounts(bucket: str, cloud: Cloud) -> bool:
    for policy in cloud.where("s3.BucketPolicy", "bucket", bucket):
        for statement in _statements(policy.outputs.get("policy")):
            if (
                statement.get("Effect") == "Allow"
                and "AWS" in fields(statement.get("Principal"))
                and _does(statement, _PUT)
            ):
                return True
    return False


def _allows(policy: Value, service: str, actions: frozenset[str]) -> bool:
    return any(
        statement.get("Effect") == "Allow"
        and service in _strings(fields(statement.get("Principal")).get("Service"))
        and _does(statement, actions)
        for statement in _statements(policy)
    )


def _does(statement: Properties, actions: frozenset[str]) -> bool:
    return bool(actions & set(_strings(statement.get("Action"))))


def _statements(policy: Value) -> list[Properties]:
    found = fields(parsed_json(policy)).get("Statement")
    return [found] if isinstance(found, dict) else objects(found)


def _strings(value: Value) -> list[str]:
    return [value] if isinstance(value, str) else texts(value)


def _log_arn(change: Change, cloud: Cloud) -> str:
    return cloud.identity.arn("logs", f"log-group:{change.inputs.get('name')}", region=cloud.region)
