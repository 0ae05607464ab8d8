from __future__ import annotations

import json

from tests.poolwright.engine.sandbox.harness import Case, Sandbox, cases


@cases(
    a_fifo_queue_says_so_in_its_name=Case(
        "sqs.Queue", {"name": "jobs.fifo", "fifoQueue": True}, {"name": "jobs"}, "InvalidParameterValue", "name"
    ),
    other_queues_do_not=Case("sqs.Queue", {"name": "jobs"}, {"name": "jobs.fifo"}, "InvalidParameterValue", "name"),
    messages_stay_14_days=Case(
        "sqs.Queue",
        {"messageRetentionSeconds": 1209600},
        {"messageRetentionSeconds": 1209601},
        "InvalidAttributeValue",
        "messageRetentionSeconds",
    ),
    deduplication_is_for_fifo=Case(
        "sqs.Queue", {}, {"contentBasedDeduplication": True}, "InvalidAttributeName", "contentBasedDeduplication"
    ),
    a_topic_has_a_plain_name=Case("sns.Topic", {"name": "alarms"}, {"name": "the alarms"}, "InvalidParameter", "name"),
)
def test_forms(case: Case, sandbox: Sandbox) -> None:
    case.show(sandbox)


def test_a_dead_letter_queue_exists_and_is_of_the_same_kind(sandbox: Sandbox) -> None:
    dead = sandbox.create("sqs.Queue", "dead")
    redrive = json.dumps({"deadLetterTargetArn": dead["arn"], "maxReceiveCount": 5})
    sandbox.create("sqs.Queue", "jobs", redrivePolicy=redrive)
    assert "must be the same type" in sandbox.refusal("sqs.Queue", "fifo", fifoQueue=True, redrivePolicy=redrive)
    missing = redrive.replace(str(dead["name"]), "gone")
    assert "Dead letter target does not exist" in sandbox.refusal("sqs.Queue", "lost", redrivePolicy=missing)


def test_a_queue_name_is_new(sandbox: Sandbox) -> None:
    sandbox.create("sqs.Queue", "one", name="jobs")
    assert "QueueAlreadyExists" in sandbox.refusal("sqs.Queue", "two", name="jobs")
