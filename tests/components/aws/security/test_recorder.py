"""AWS Config."""

from __future__ import annotations

import pytest

from components.outputs import SecurityOutputs
from tests.components import plans
from tests.components.aws.early import watched
from tests.recorder import Recording


@pytest.fixture(scope="module")
def recorded() -> Recording[SecurityOutputs]:
    return watched("config")


def test_everything_is_recorded(recorded: Recording[SecurityOutputs]) -> None:
    group = recorded.one("cfg/recorder:Recorder").inputs["recordingGroup"]
    assert group == {"allSupported": True, "includeGlobalResourceTypes": True}


def test_it_starts_once_it_can_deliver(recorded: Recording[SecurityOutputs]) -> None:
    channel = recorded.one(":DeliveryChannel")
    assert recorded.one("cfg/recorder:Recorder").urn in channel.depends_on
    assert channel.urn in recorded.one(":RecorderStatus").depends_on
    assert recorded.one(":RecorderStatus").inputs["isEnabled"] is True


def test_it_delivers_to_its_own_folder_of_the_audit_bucket(recorded: Recording[SecurityOutputs]) -> None:
    policy = recorded.one(":RolePolicy", "main-security-config").document("policy")
    writes = next(s for s in policy["Statement"] if s["Sid"] == "Write")
    assert writes["Resource"] == [f"arn:aws:s3:::{plans.names().audit_bucket}/config/AWSLogs/123456789012/*"]
