from __future__ import annotations

import json

from tests.poolwright.engine.sandbox.estate import TRUST, Estate, bucket_policy
from tests.poolwright.engine.sandbox.harness import Sandbox

ROOT = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "kms:*", "Resource": "*"}


def key_policy(*services: str) -> str:
    grant = {"Effect": "Allow", "Principal": {"Service": list(services)}, "Action": ["kms:Encrypt*"], "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [ROOT, grant] if services else [ROOT]})


def test_a_key_lets_the_regions_logs_in(sandbox: Sandbox) -> None:
    bare = sandbox.create("kms.Key", "bare", policy=key_policy())
    assert "AccessDeniedException" in sandbox.refusal("cloudwatch.LogGroup", "bare", kmsKeyId=bare["arn"])
    good = sandbox.create("kms.Key", "good", policy=key_policy("logs.eu-west-1.amazonaws.com"))
    sandbox.create("cloudwatch.LogGroup", "good", kmsKeyId=good["arn"])


def test_a_trail_needs_a_bucket_and_a_key_that_let_it_write(sandbox: Sandbox) -> None:
    bucket = sandbox.create("s3.Bucket")
    inputs = {"s3BucketName": bucket["bucket"]}
    assert "InsufficientS3BucketPolicyException" in sandbox.refusal("cloudtrail.Trail", **inputs)
    sandbox.create("s3.BucketPolicy", bucket=bucket["bucket"], policy=bucket_policy(bucket, "cloudtrail.amazonaws.com"))
    sandbox.create("cloudtrail.Trail", "plain", **inputs)
    bare = sandbox.create("kms.Key", "bare")
    assert "InsufficientEncryptionPolicyException" in sandbox.refusal(
        "cloudtrail.Trail", kmsKeyId=bare["arn"], **inputs
    )
    good = sandbox.create("kms.Key", "good", policy=key_policy("cloudtrail.amazonaws.com"))
    sandbox.create("cloudtrail.Trail", "secret", kmsKeyId=good["arn"], **inputs)


def test_a_channel_needs_a_bucket_that_lets_config_write(sandbox: Sandbox) -> None:
    bucket = sandbox.create("s3.Bucket")
    role = sandbox.create("iam.Role", assumeRolePolicy=TRUST)
    sandbox.create("cfg.Recorder", name="default", roleArn=role["arn"])
    channel = {"name": "default", "s3BucketName": bucket["bucket"]}
    assert "InsufficientDeliveryPolicyException" in sandbox.refusal("cfg.DeliveryChannel", **channel)
    sandbox.create("s3.BucketPolicy", bucket=bucket["bucket"], policy=bucket_policy(bucket, "config.amazonaws.com"))
    sandbox.create("cfg.DeliveryChannel", **channel)


def test_a_balancer_logs_into_a_bucket_that_lets_it_in(estate: Estate) -> None:
    bucket = estate.add("s3.Bucket")
    logs = {"enabled": True, "bucket": bucket["bucket"]}
    inputs = {"subnets": [subnet.id for subnet in estate.subnets], "accessLogs": logs}
    words = estate.sandbox.refusal("lb.LoadBalancer", **inputs)
    assert "InvalidConfigurationRequest: Access Denied for bucket" in words
    policy = bucket_policy(bucket, "logdelivery.elasticloadbalancing.amazonaws.com")
    estate.add("s3.BucketPolicy", bucket=bucket["bucket"], policy=policy)
    estate.add("lb.LoadBalancer", **inputs)
