"""SNS topics and SQS queues."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from poolwright.engine.sandbox.cloud import Cloud
from poolwright.engine.sandbox.rules.grammar import PolicyKind, policy_refusals
from poolwright.engine.sandbox.rules.rule import Action, Change, Refusal, refuses, validates
from poolwright.engine.sandbox.values import Properties, fields, flag, parsed_json, text, whole

_QUEUE: Final = re.compile(r"^[A-Za-z0-9_-]{1,80}$")
_TOPIC: Final = re.compile(r"^[A-Za-z0-9_-]{1,256}$")
_RANGES: Final = (
    ("delaySeconds", 0, 900),
    ("maxMessageSize", 1024, 1048576),
    ("messageRetentionSeconds", 60, 1209600),
    ("receiveWaitTimeSeconds", 0, 20),
    ("visibilityTimeoutSeconds", 0, 43200),
    ("kmsDataKeyReusePeriodSeconds", 60, 86400),
)


@validates("sqs.Queue")
def queue_is_well_formed(inputs: Properties) -> Iterator[Refusal]:
    """A name that ends in .fifo exactly when the queue is one; figures in range; policies that parse."""
    name, fifo = text(inputs.get("name")), flag(inputs.get("fifoQueue"))
    if name is not None and (name.endswith(".fifo") != fifo or not _QUEUE.match(name.removesuffix(".fifo"))):
        words = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
        yield Refusal("InvalidParameterValue", f"{words}; a FIFO queue's name ends in .fifo: {name}", "name")
    for field, low, high in _RANGES:
        value = whole(inputs.get(field))
        if value is not None and not low <= value <= high:
            words = f"Invalid value for the parameter {field}: {value}; {low} to {high} is allowed"
            yield Refusal("InvalidAttributeValue", words, field)
    if flag(inputs.get("contentBasedDeduplication")) and not fifo:
        words = "ContentBasedDeduplication can only be set for FIFO queues"
        yield Refusal("InvalidAttributeName", words, "contentBasedDeduplication")
    yield from policy_refusals(inputs.get("policy"), PolicyKind.RESOURCE, "policy", "InvalidAttributeValue")
    redrive = fields(parsed_json(inputs.get("redrivePolicy")))
    count = whole(redrive.get("maxReceiveCount"))
    if count is not None and not 1 <= count <= 1000:
        words = f"maxReceiveCount {count}: 1 to 1000 is allowed"
        yield Refusal("InvalidParameterValue", words, "redrivePolicy")


@refuses("sqs.Queue")
def dead_letter_queue_exists(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """Messages that failed go to a queue that exists and is of the same kind."""
    redrive = fields(parsed_json(change.inputs.get("redrivePolicy")))
    arn = text(redrive.get("deadLetterTargetArn"))
    if arn is None:
        return
    found = cloud.by_arn("sqs.Queue", arn)
    if found is None:
        words = f"Value for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist: {arn}"
        yield Refusal("InvalidParameterValue", words, "redrivePolicy")
    elif flag(found.outputs.get("fifoQueue")) != flag(change.inputs.get("fifoQueue")):
        words = "Dead-letter queue must be the same type of queue as the source"
        yield Refusal("InvalidParameterValue", words, "redrivePolicy")


@validates("sns.Topic")
def topic_is_well_formed(inputs: Properties) -> Iterator[Refusal]:
    """A name that ends in .fifo exactly when the topic is one; a policy that parses."""
    name, fifo = text(inputs.get("name")), flag(inputs.get("fifoTopic"))
    if name is not None and (name.endswith(".fifo") != fifo or not _TOPIC.match(name.removesuffix(".fifo"))):
        words = f"Invalid parameter: Topic Name; a FIFO topic's name ends in .fifo: {name}"
        yield Refusal("InvalidParameter", words, "name")
    yield from policy_refusals(inputs.get("policy"), PolicyKind.RESOURCE, "policy", "InvalidParameter")


@refuses("sqs.Queue", on=(Action.CREATE,))
def queue_name_is_new(change: Change, cloud: Cloud) -> Iterator[Refusal]:
    """A region has one queue of a name."""
    name = change.inputs.get("name")
    if name is not None and cloud.where("sqs.Queue", "name", name):
        words = "A queue already exists with the same name and a different value for some attribute"
        yield Refusal("QueueAlreadyExists", f"{words}: {name}", "name")
