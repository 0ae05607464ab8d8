"""Policy documents."""

from __future__ import annotations

import json
from typing import Any

import pulumi

from components.aws.security.policies import allow, allow_principal, deny_everyone, document, trust
from tests.recorder import record


def test_a_document_of_plain_values_is_plain_text_in_the_order_given() -> None:
    text = document([allow("Second", ["s3:GetObject"], ["arn:b"]), allow("First", ["s3:PutObject"], ["arn:a"])])
    assert isinstance(text, str)
    assert json.loads(text) == {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "Second", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:b"]},
            {"Sid": "First", "Effect": "Allow", "Action": ["s3:PutObject"], "Resource": ["arn:a"]},
        ],
    }


def test_a_document_with_a_name_that_aws_gives_is_text_once_it_is_given() -> None:
    read: list[Any] = []

    def build() -> None:
        topic = pulumi.CustomResource("aws:sns/topic:Topic", "topic", {"arn": None})
        arn: pulumi.Output[str] = getattr(topic, "arn")  # noqa: B009 - the attribute is made at run time
        text = document([allow("Publish", ["sns:Publish"], [arn])])
        assert isinstance(text, pulumi.Output)
        pulumi.export("text", text)
        read.append(text)

    exported = json.loads(record(build).exports["text"])
    assert exported["Statement"][0]["Resource"] == ["arn:aws:sns:eu-west-1:123456789012:topic/topic"]


def test_a_resources_policy_names_who_is_let_in() -> None:
    statement = allow_principal(
        "In", {"Service": "logs.amazonaws.com"}, ["kms:Decrypt"], ["*"], condition={"A": {"b": 1}}
    )
    assert statement["Principal"] == {"Service": "logs.amazonaws.com"}
    assert statement["Condition"] == {"A": {"b": 1}}


def test_a_denial_is_for_everyone_under_its_condition() -> None:
    statement = deny_everyone("Out", ["s3:*"], ["arn:x"], condition={"Bool": {"aws:SecureTransport": "false"}})
    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")


def test_a_role_is_trusted_to_one_service() -> None:
    (statement,) = json.loads(trust("ec2.amazonaws.com"))["Statement"]
    assert statement == {
        "Effect": "Allow",
        "Principal": {"Service": "ec2.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
