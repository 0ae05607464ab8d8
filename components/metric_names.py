"""Metrics that a stack's services and machines emit, by name: alarms and dashboards are built on them, and whoever
measures a stack reads them.

CloudWatch's are AWS's own, of load balancers, ECS and Auto Scaling: they cost nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Statistic = Literal["Average", "Maximum", "Minimum", "SampleCount", "Sum"]
PERIOD_SECONDS = 60
"""Each of them has a value a minute."""


@dataclass(frozen=True)
class Metric:
    """A metric of CloudWatch."""

    namespace: str
    name: str
    dimensions: tuple[str, ...]
    """What tells one resource's from another's, in the order in which values are given."""
    statistic: Statistic
    """What is made of a minute's values; answers' times have percentiles besides."""

    def dimensions_of(self, *values: str) -> dict[str, str]:
        """By name."""
        return dict(zip(self.dimensions, values, strict=True))


_TARGETS = ("LoadBalancer", "TargetGroup")
_SERVICE = ("ClusterName", "ServiceName")
_GROUP = ("AutoScalingGroupName",)

REQUESTS = Metric("AWS/ApplicationELB", "RequestCount", _TARGETS, "Sum")
"""Requests of a minute; without any, it has no value."""
SERVER_ERRORS = Metric("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", _TARGETS, "Sum")
"""Those answered with 5xx; without any, it has no value."""
RESPONSE_SECONDS = Metric("AWS/ApplicationELB", "TargetResponseTime", _TARGETS, "Average")
"""Time from the load balancer to a replica's answer."""
UNHEALTHY_TARGETS = Metric("AWS/ApplicationELB", "UnHealthyHostCount", _TARGETS, "Maximum")
"""Replicas that fail the health check."""
SERVICE_CPU_PERCENT = Metric("AWS/ECS", "CPUUtilization", _SERVICE, "Average")
"""Of what its replicas reserve."""
SERVICE_MEMORY_PERCENT = Metric("AWS/ECS", "MemoryUtilization", _SERVICE, "Average")
"""Of what its replicas reserve."""
SERVICE_REPLICAS = Metric("AWS/ECS", "CPUUtilization", _SERVICE, "SampleCount")
"""Running replicas: each gives one value a minute."""
CLUSTER_CPU_PERCENT = Metric("AWS/ECS", "CPUUtilization", ("ClusterName",), "Average")
"""Of what the cluster's machines have."""
CLUSTER_MEMORY_PERCENT = Metric("AWS/ECS", "MemoryUtilization", ("ClusterName",), "Average")
"""Of what the cluster's machines have."""
CLUSTER_CPU_RESERVED_PERCENT = Metric("AWS/ECS", "CPUReservation", ("ClusterName",), "Average")
"""Of what the cluster's machines have, what replicas reserve."""
CLUSTER_MEMORY_RESERVED_PERCENT = Metric("AWS/ECS", "MemoryReservation", ("ClusterName",), "Average")
"""Of what the cluster's machines have, what replicas reserve."""
MACHINES_NEEDED = Metric("AWS/AutoScaling", "GroupMinSize", _GROUP, "Maximum")
"""The plan's machines of the hour: the schedule sets them as the group's floor."""
MACHINES = Metric("AWS/AutoScaling", "GroupInServiceInstances", _GROUP, "Minimum")
"""Machines that run."""
INTERRUPTIONS = Metric("AWS/Events", "TriggeredRules", ("RuleName",), "Sum")
"""Warnings of spot machines' ends that the rule has seen."""
LOG_PERIOD_SECONDS = 300
"""Lines of a log are counted over five minutes."""
_NAT = ("NatGatewayId",)
_FILE_SYSTEM = ("FileSystemId",)
NAT_BYTES_OUT = Metric("AWS/NATGateway", "BytesOutToDestination", _NAT, "Sum")
"""Bytes that left through a NAT gateway."""
NAT_BYTES_IN = Metric("AWS/NATGateway", "BytesInFromDestination", _NAT, "Sum")
"""Bytes that came back through it."""
ENDPOINT_BYTES = Metric(
    "AWS/PrivateLinkEndpoints",
    "BytesProcessed",
    ("VPC Id", "VPC Endpoint Id", "Endpoint Type", "Service Name"),
    "Sum",
)
"""Bytes through an interface endpoint, both ways."""
BUCKET_BYTES = Metric("AWS/S3", "BucketSizeBytes", ("BucketName", "StorageType"), "Average")
"""Bytes of a bucket in one type of storage, once a day."""
FILE_SYSTEM_BYTES = Metric("AWS/EFS", "StorageBytes", ("FileSystemId", "StorageClass"), "Average")
"""Bytes that a file system of EFS holds, every quarter of an hour."""
FILE_SYSTEM_READ_BYTES = Metric("AWS/EFS", "DataReadIOBytes", _FILE_SYSTEM, "Sum")
"""Bytes of its reads; its sample count is the number of reads."""
FILE_SYSTEM_WRITTEN_BYTES = Metric("AWS/EFS", "DataWriteIOBytes", _FILE_SYSTEM, "Sum")
"""The same of its writes."""
LUSTRE_READ_BYTES = Metric("AWS/FSx", "DataReadBytes", _FILE_SYSTEM, "Sum")
"""Bytes read of a file system of FSx for Lustre."""
LUSTRE_READS = Metric("AWS/FSx", "DataReadOperations", _FILE_SYSTEM, "Sum")
"""Its reads."""
LUSTRE_WRITES = Metric("AWS/FSx", "DataWriteOperations", _FILE_SYSTEM, "Sum")
"""Its writes."""
_CHECK = ("HealthCheckId",)
CHECK_STATUS = Metric("AWS/Route53", "HealthCheckStatus", _CHECK, "Minimum")
"""1 where Route 53 takes what it asks for healthy, else 0; in us-east-1 alone, as all that it measures."""
CHECK_HEALTHY_PERCENT = Metric("AWS/Route53", "HealthCheckPercentageHealthy", _CHECK, "Average")
"""Percent of checkers that get a good answer."""
CHECK_FIRST_BYTE_MS = Metric("AWS/Route53", "TimeToFirstByte", _CHECK, "Average")
"""Milliseconds to the first byte, mean over the checkers, where latency is measured."""
CHARGES_USD = Metric("AWS/Billing", "EstimatedCharges", ("Currency",), "Maximum")
"""The account's bill of the month so far; in us-east-1 alone, where billing alerts are switched on."""
BILLING_REGION = "us-east-1"
"""Where AWS keeps metrics of money."""


def log_errors(stack: str, site: str, workload: str) -> Metric:
    """Lines of a workload's log that its pattern finds: the only metric that a stack makes, and AWS bills."""
    return Metric(f"Poolwright/{stack}/{site}", f"log-errors-{workload}", (), "Sum")
