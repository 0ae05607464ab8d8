"""Names of services."""

from __future__ import annotations

from components.aws.compute.discovery import call_address, namespace_name
from components.aws.compute.pool import ComputePool
from tests.components import plans
from tests.components.aws import edits
from tests.recorder import Recording


def test_a_service_is_called_by_workload_site_and_stack() -> None:
    assert namespace_name(plans.names()) == "main.prod.internal"
    fraud = edits.service(plans.full_site(), "fraud")
    assert call_address(plans.names(), fraud) == "fraud.main.prod.internal:50051"


def test_only_services_that_are_called_have_a_registry(full_compute: Recording[ComputePool]) -> None:
    registry = full_compute.one("servicediscovery/service:Service")
    assert registry.inputs["name"] == "fraud"
    assert registry.inputs["dnsConfig"]["dnsRecords"] == [{"type": "A", "ttl": 10}]
    assert full_compute.one(":PrivateDnsNamespace").inputs["vpc"] == "vpc-1"


def test_without_any_there_is_no_zone(minimal_compute: Recording[ComputePool]) -> None:
    assert minimal_compute.of_type(":PrivateDnsNamespace") == ()
