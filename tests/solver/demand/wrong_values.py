"""One wrong value for each field of the demand format, with what the message says about it."""

from __future__ import annotations

from typing import NamedTuple


class Wrong(NamedTuple):
    """A value that a field refuses."""

    value: str
    """As it stands in the file."""
    found: str
    allowed: str
    hint: str | None = None


_A_NAME = "a name of lower-case words joined by hyphens, like fraud-scoring, of at most 24 characters"
_A_SUBNET = "a subnet's id like subnet-0a1b2c3d4e5f60718, or an output of existing.stack,"

WRONG_VALUES = {
    "Demand.stack": Wrong(
        "Prod", '"Prod"', "a name of lower-case words joined by hyphens, like fraud-scoring, of at most 24 characters"
    ),
    "Demand.description": Wrong('""', '""', "a text of 1 to 500 characters"),
    "Demand.owner": Wrong("5", "5", "a text of 1 to 500 characters", 'Did you mean "5" in quotes?'),
    "Demand.cost_centre": Wrong("a;b", '"a;b"', "a text of at most 256 letters, digits, spaces and _.:/=+@-"),
    "Demand.tags": Wrong(
        "[a, b]",
        "a list of 2",
        "a mapping of at most 40 entries, each a text of at most 256 letters, digits, spaces and _.:/=+@-,",
    ),
    "Demand.time_zone": Wrong(
        "Europe/Dublim",
        '"Europe/Dublim"',
        "a name of the IANA time zone database like Europe/Dublin",
        "Did you mean Europe/Dublin?",
    ),
    "Demand.carbon": Wrong("yes", '"yes"', "a mapping of usd_per_tonne"),
    "CarbonWish.usd_per_tonne": Wrong("-1", "-1", "a number from 0 to 1000000"),
    "Demand.autopilot": Wrong("true", "true", "a mapping with most_usd_per_month"),
    "AutopilotWish.workloads": Wrong("all", '"all"', f"a list of at most 1000 values, each {_A_NAME},"),
    "AutopilotWish.most_usd_per_month": Wrong("-5", "-5", "a number from 0 to 1000000000000"),
    "AutopilotWish.most_up": Wrong("0.9", "0.9", "a number from 1 to 10"),
    "AutopilotWish.most_down": Wrong("0", "0", "a number above 0 and at most 1"),
    "AutopilotWish.cool_down_days": Wrong("a week", '"a week"', "a whole number from 0 to 365"),
    "AutopilotWish.window": Wrong("night", '"night"', "a mapping with opens, closes"),
    "ChangeWindow.days": Wrong("[monday]", '"monday"', "mon, tue, wed, thu, fri, sat or sun", "Did you mean mon?"),
    "ChangeWindow.opens": Wrong("8.30", "8.30", "a full hour like 22:00, from 00:00 to 24:00,"),
    "ChangeWindow.closes": Wrong("8.30", "8.30", "a full hour like 22:00, from 00:00 to 24:00,"),
    "Demand.week_of": Wrong("48", "48", "a date like 2026-11-27"),
    "Demand.sites": Wrong(
        "us-east-1", '"us-east-1"', "a mapping of 1 to 20 entries, each a mapping with kind aws or docker,"
    ),
    "AwsSite.latency_ms": Wrong("80", "80", "a mapping, each a number above 0 and at most 10000,"),
    "Demand.locations": Wrong(
        "[europe]", "a list of 1", "a mapping of at most 100 entries, each a mapping of latency_ms,"
    ),
    "Location.latency_ms": Wrong("20 ms", '"20 ms"', "a mapping, each a number above 0 and at most 10000,"),
    "WorkloadBase.sites": Wrong("[main, main]", "a list of 2", "each only once is allowed; main is there twice"),
    "ClaimBase.sites": Wrong("main", '"main"', f"a list, each {_A_NAME},"),
    "AwsSite.daemons": Wrong(
        "agent", '"agent"', "a mapping of at most 10 entries, each a mapping with image, cpu, memory,"
    ),
    "Daemon.image": Wrong("agent", '"agent"', "a mapping of reference, digest, size_mib, framework, build"),
    "Daemon.cpu": Wrong("true", "true", "a number of vCPUs like 2, 0.5 or 500m"),
    "Daemon.memory": Wrong("128", "128", "a quantity like 16Gi"),
    "Daemon.command": Wrong("run", '"run"', "a list, each a text,"),
    "Daemon.environment": Wrong("{A: 1}", "1", "a text", 'Did you mean "1" in quotes?'),
    "Daemon.reads": Wrong("[/etc]", '"/etc"', "a folder like /var/log"),
    "Service.sidecars": Wrong(
        "proxy", '"proxy"', "a mapping of at most 9 entries, each a mapping with image, cpu, memory,"
    ),
    "Sidecar.image": Wrong("envoy", '"envoy"', "a mapping of reference, digest, size_mib, framework, build"),
    "Sidecar.cpu": Wrong("true", "true", "a number of vCPUs like 2, 0.5 or 500m"),
    "Sidecar.memory": Wrong("128", "128", "a quantity like 16Gi"),
    "Sidecar.command": Wrong("run", '"run"', "a list, each a text,"),
    "Sidecar.environment": Wrong("{A: 1}", "1", "a text", 'Did you mean "1" in quotes?'),
    "Sidecar.essential": Wrong("0", "0", "true or false"),
    "Service.load_from": Wrong("europe", '"europe"', "a mapping, each a number from 0 to 1,"),
    "Service.max_latency_ms": Wrong("0", "0", "a number above 0 and at most 10000"),
    "AwsSite.kind": Wrong("gcp", '"gcp"', "aws or docker"),
    "DockerSite.kind": Wrong("dokcer", '"dokcer"', "aws or docker", "Did you mean docker?"),
    "DockerSite.hosts": Wrong(
        "[edge-1]", "a list of 1", "a mapping of 1 to 100 entries, each a mapping with cpu, memory,"
    ),
    "DockerSite.network": Wrong("8443", "8443", "a mapping of domain, https_port, http_port, proxy, certificate"),
    "DockerSite.nfs": Wrong("/export", '"/export"', "an NFS export like nas.example.com:/models"),
    "DockerSite.latency_ms": Wrong("80", "80", "a mapping, each a number above 0 and at most 10000,"),
    "DockerSite.log_size_mib": Wrong("10Mi", '"10Mi"', "a whole number from 1 to 100000"),
    "DockerHost.docker_host": Wrong(
        "edge-1",
        '"edge-1"',
        "an address like unix:///var/run/docker.sock, ssh://ops@edge-1 or tcp://10.0.0.5:2376",
    ),
    "DockerHost.certificates": Wrong("docker", '"docker"', "a folder like ~/.docker/edge-1"),
    "DockerHost.address": Wrong("Edge 1", '"Edge 1"', "a name or an address like edge-1.example.com or 10.0.0.5"),
    "DockerHost.cpu": Wrong("eight", '"eight"', "a number of vCPUs like 2, 0.5 or 500m"),
    "DockerHost.memory": Wrong("16 GB", '"16 GB"', "a quantity like 16Gi", "Did you mean 16Gi?"),
    "DockerHost.disk": Wrong("1.5Gi", '"1.5Gi"', "a whole number of Gi"),
    "DockerHost.network_mbps": Wrong("10.5", "10.5", "a whole number from 0 to 400000"),
    "DockerHost.accelerators": Wrong("t4", '"t4"', "a mapping with model"),
    "DockerHost.architecture": Wrong("arm", '"arm"', "x86_64 or arm64", "Did you mean arm64?"),
    "DockerHost.usd_per_hour": Wrong("-1", "-1", "a number from 0 to 1000000"),
    "DockerHost.labels": Wrong(
        "rack", '"rack"', "a mapping of at most 40 entries, each a text of 1 to 63 letters, digits and ._-,"
    ),
    "HostAccelerators.model": Wrong("Tesla T4", '"Tesla T4"', "an accelerator's name in the catalog, like a10g,"),
    "HostAccelerators.count": Wrong("0.5", "0.5", "a whole number from 1 to 64"),
    "HostAccelerators.kind": Wrong("cuda", '"cuda"', "gpu, inferentia, trainium or fpga"),
    "DockerNetworkWish.domain": Wrong("API", '"API"', "a DNS name like api.example.com"),
    "DockerNetworkWish.proxy": Wrong(
        "caddy:2", '"caddy:2"', "a mapping of reference, digest, size_mib, framework, build"
    ),
    "DockerNetworkWish.certificate": Wrong("plant.pem", '"plant.pem"', "a mapping with chain, key"),
    "ProxyCertificate.chain": Wrong(
        "plant.pem", '"plant.pem"', "a secret's name like fraud-database (never its value)"
    ),
    "ProxyCertificate.key": Wrong(
        "/etc/plant.key", '"/etc/plant.key"', "a secret's name like fraud-database (never its value)"
    ),
    "DockerSite.monitoring": Wrong("true", "true", "a mapping with prometheus, grafana, password"),
    "HostMonitoringWish.prometheus": Wrong("v3", '"v3"', "a mapping with digest"),
    "HostMonitoringWish.grafana": Wrong("latest", '"latest"', "a mapping with digest"),
    "HostMonitoringWish.password": Wrong(
        "Secret1!", '"Secret1!"', "a secret's name like fraud-database (never its value)"
    ),
    "HostMonitoringWish.retention_days": Wrong("0", "0", "a whole number from 1 to 400"),
    "HostMonitoringWish.disk": Wrong("500Mi", '"500Mi"', "a whole number of Gi"),
    "HostMonitoringWish.scrape_seconds": Wrong("1", "1", "a whole number from 5 to 120"),
    "HostMonitoringWish.error_share": Wrong("5", "5", "a number above 0 and at most 1"),
    "HostMonitoringWish.runbook": Wrong(
        "docs/runbook.md",
        '"docs/runbook.md"',
        "an address like https://wiki.example.com/monitoring, without its #part,",
    ),
    "PinnedImage.reference": Wrong(
        "Grafana:latest",
        '"Grafana:latest"',
        "an image's address like public.ecr.aws/docker/library/python:3.12-slim",
    ),
    "PinnedImage.digest": Wrong("latest", '"latest"', "a digest of sha256: and 64 hexadecimal digits"),
    "DockerNetworkWish.https_port": Wrong("0", "0", "a whole number from 1 to 65535"),
    "DockerNetworkWish.http_port": Wrong("70000", "70000", "a whole number from 1 to 65535"),
    "WorkloadBase.host_labels": Wrong("rack", '"rack"', "a mapping, each a text of 1 to 63 letters, digits and ._-,"),
    "AwsSite.region": Wrong("Ireland", '"Ireland"', "an AWS region like eu-west-1"),
    "AwsSite.zones": Wrong(
        "7", "7", "a whole number from 1 to 6 or a list of 1 to 6 values, each a zone id like euw1-az2,"
    ),
    "AwsSite.network": Wrong("10.1.0.0/16", '"10.1.0.0/16"', "a mapping with cidr"),
    "NetworkWish.cidr": Wrong(
        "10.1.2.0/16", '"10.1.2.0/16"', "a range like 10.20.0.0/16, without host bits,", "Did you mean 10.1.0.0/16?"
    ),
    "NetworkWish.reserved": Wrong(
        "10.2.0.0/16", '"10.2.0.0/16"', "a list, each a range like 10.20.0.0/16, without host bits,"
    ),
    "NetworkWish.nat": Wrong("singel", '"singel"', "per-zone, single, none or auto", "Did you mean single?"),
    "NetworkWish.growth": Wrong("-1", "-1", "a number from 0 to 10"),
    "NetworkWish.internet_gib_per_month": Wrong(".inf", ".inf", "a number from 0 to 1000000000"),
    "NetworkWish.aws_api_gib_per_month": Wrong("10Gi", '"10Gi"', "a number from 0 to 1000000000"),
    "NetworkWish.flow_log_retention_days": Wrong(
        "91", "91", "1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545 or 731", "Did you mean 90?"
    ),
    "NetworkWish.dns": Wrong("api.example.com", '"api.example.com"', "a mapping with domain"),
    "Dns.domain": Wrong("API", '"API"', "a DNS name like api.example.com"),
    "Dns.hosted_zone_id": Wrong("example.com", '"example.com"', "a Route 53 zone's id like Z0123456789ABCDEFGHIJ"),
    "Dns.certificate_arn": Wrong(
        "arn:aws:iam::123456789012:role/x", '"arn:aws:iam::123456789012:role/x"', "an ACM certificate's ARN"
    ),
    "Dns.internal": Wrong("yes", '"yes"', "true or false", "Did you mean true?"),
    "NetworkWish.peers": Wrong(
        "vpc-0a1b2c3d", '"vpc-0a1b2c3d"', "a mapping of at most 20 entries, each a mapping with ranges, vpc_id,"
    ),
    "NetworkWish.transit_gateway": Wrong("tgw-0a1b2c3d", '"tgw-0a1b2c3d"', "a mapping with ranges, id"),
    "RoutedNetwork.ranges": Wrong(
        "[]", "a list of 0", "a list of 1 to 20 values, each a range like 10.20.0.0/16, without host bits,"
    ),
    "RoutedNetwork.tiers": Wrong("[data]", '"data"', "private or public"),
    "RoutedNetwork.ports": Wrong("[0]", "0", "a whole number from 1 to 65535"),
    "RoutedNetwork.callers": Wrong("all", '"all"', "true or false"),
    "Peer.vpc_id": Wrong("main", '"main"', "a VPC's id like vpc-0a1b2c3d4e5f60718"),
    "Peer.account": Wrong("'1234'", '"1234"', 'the 12 digits of an AWS account in quotes, "111122223333",'),
    "Peer.region": Wrong("Ireland", '"Ireland"', "an AWS region like eu-west-1"),
    "TransitGatewayLink.id": Wrong("main", '"main"', "a transit gateway's id like tgw-0a1b2c3d4e5f60718"),
    "TransitGatewayLink.gib_per_month": Wrong("-1", "-1", "a number from 0 to 1000000000"),
    "NetworkWish.dual_stack": Wrong("ipv6", '"ipv6"', "true or false"),
    "NetworkWish.existing": Wrong("vpc-0a1b2c3d", '"vpc-0a1b2c3d"', "a mapping with vpc_id, subnets"),
    "ExistingVpc.vpc_id": Wrong(
        "the main", '"the main"', "a VPC's id like vpc-0a1b2c3d4e5f60718, or an output of existing.stack,"
    ),
    "ExistingVpc.stack": Wrong("network-prod", '"network-prod"', "a mapping with kind"),
    "SourceStack.kind": Wrong(
        "cloud-formation",
        '"cloud-formation"',
        "pulumi, cloudformation or cloudformation-exports",
        "Did you mean cloudformation?",
    ),
    "SourceStack.name": Wrong("a/b/c/d", '"a/b/c/d"', "a stack's name, of Pulumi as organization/project/stack,"),
    "ExistingVpc.subnets": Wrong("[subnet-0a1b2c3d]", "a list of 1", "a mapping with private"),
    "ExistingVpc.ranges": Wrong(
        "10.1.0.0/20", '"10.1.0.0/20"', "a mapping, each a range like 10.20.0.0/16, without host bits,"
    ),
    "ExistingSubnets.private": Wrong(
        "subnet-0a1b2c3d", '"subnet-0a1b2c3d"', f"a mapping of 1 to 6 entries, each {_A_SUBNET}"
    ),
    "ExistingSubnets.public": Wrong(
        "subnet-0a1b2c3d", '"subnet-0a1b2c3d"', f"a mapping of at most 6 entries, each {_A_SUBNET}"
    ),
    "ExistingSubnets.data": Wrong(
        "subnet-0a1b2c3d", '"subnet-0a1b2c3d"', f"a mapping of at most 6 entries, each {_A_SUBNET}"
    ),
    "AwsSite.eni_trunking": Wrong('"true"', '"true"', "true or false", "Did you mean true without quotes?"),
    "AwsSite.machines": Wrong("c7i.large", '"c7i.large"', "a mapping of refresh, warm_machines, max_lifetime_days"),
    "MachinesWish.refresh": Wrong(
        "rolling",
        '"rolling"',
        "a mapping of checkpoints, bake_minutes, min_healthy_percent, max_healthy_percent, alarms, rollback",
    ),
    "MachinesWish.warm_machines": Wrong("0", "0", "a whole number from 1 to 100"),
    "MachinesWish.max_lifetime_days": Wrong("0", "0", "a whole number from 1 to 365"),
    "RefreshWish.checkpoints": Wrong(
        "[50, 10]", "a list of 2", "each larger than the one before it is allowed; 10 follows 50"
    ),
    "RefreshWish.bake_minutes": Wrong("1h", '"1h"', "a whole number from 0 to 2880"),
    "RefreshWish.min_healthy_percent": Wrong("110", "110", "a whole number from 0 to 100"),
    "RefreshWish.max_healthy_percent": Wrong("90", "90", "a whole number from 100 to 200"),
    "RefreshWish.alarms": Wrong(
        "api-errors", '"api-errors"', "a list of at most 10 values, each a CloudWatch alarm's name, not its ARN,"
    ),
    "RefreshWish.rollback": Wrong("no", '"no"', "true or false", "Did you mean false?"),
    "AwsSite.root_volume": Wrong("40 GB", '"40 GB"', "a quantity like 100Gi", "Did you mean 40Gi?"),
    "AwsSite.quotas": Wrong("64", "64", "a mapping, each a whole number from 0 to 10000000,"),
    "Demand.workloads": Wrong(
        "[web]", "a list of 1", "a mapping of 1 to 1000 entries, each a mapping with kind service, batch or training,"
    ),
    "WorkloadBase.description": Wrong("7", "7", "a text of 1 to 500 characters", 'Did you mean "7" in quotes?'),
    "WorkloadBase.site": Wrong(
        "Main Site",
        '"Main Site"',
        "a name of lower-case words joined by hyphens, like fraud-scoring, of at most 24 characters",
    ),
    "WorkloadBase.image": Wrong(
        "python:3.12", '"python:3.12"', "a mapping of reference, digest, size_mib, framework, build"
    ),
    "ContainerImage.reference": Wrong(
        "Python:latest", '"Python:latest"', "an image's address like public.ecr.aws/docker/library/python:3.12-slim"
    ),
    "ContainerImage.digest": Wrong("sha256:abc", '"sha256:abc"', "a digest of sha256: and 64 hexadecimal digits"),
    "ContainerImage.size_mib": Wrong("2Gi", '"2Gi"', "a whole number from 1 to 100000"),
    "ContainerImage.framework": Wrong(
        "torch", '"torch"', "pytorch, tensorflow, python or other", "Did you mean pytorch?"
    ),
    "ContainerImage.build": Wrong(
        "pytorch", '"pytorch"', "a mapping of template, dockerfile, app, entry, packages, licence, source"
    ),
    "ImageBuild.template": Wrong(
        "torch", '"torch"', "python, pytorch, bert, tensorflow or fpga", "Did you mean pytorch?"
    ),
    "ImageBuild.dockerfile": Wrong("../Dockerfile", '"../Dockerfile"', "a path inside the project like apps/assistant"),
    "ImageBuild.app": Wrong("/srv/app", '"/srv/app"', "a path inside the project like apps/assistant"),
    "ImageBuild.entry": Wrong("main app", '"main app"', "a Python module and what it has, like main:app"),
    "ImageBuild.packages": Wrong(
        "[libgomp1, libgomp1]", "a list of 2", "each only once is allowed; libgomp1 is there twice"
    ),
    "ImageBuild.licence": Wrong("MIT or so", '"MIT or so"', "a licence as SPDX writes it, like Apache-2.0,"),
    "ImageBuild.source": Wrong(
        "http://example.com", '"http://example.com"', "an address like https://github.com/example/assistant"
    ),
    "WorkloadBase.command": Wrong("python -m app", '"python -m app"', "a list, each a text,"),
    "WorkloadBase.environment": Wrong("[A]", "a list of 1", "a mapping, each a text,"),
    "WorkloadBase.secrets": Wrong(
        "token", '"token"', "a mapping, each a secret's name like fraud-database (never its value),"
    ),
    "WorkloadBase.uses": Wrong("[documents]", "a list of 1", "a mapping, each read, write or read-write,"),
    "WorkloadBase.calls": Wrong("[web, web, web]", "a list of 3", "each only once is allowed; web is there twice"),
    "WorkloadBase.variants": Wrong(
        "cpu",
        '"cpu"',
        "a mapping of 1 or more entries, each a mapping with cpu, memory, throughput_per_second, source,",
    ),
    "ResourceRequest.cpu": Wrong("true", "true", "a number of vCPUs like 2, 0.5 or 500m"),
    "ResourceRequest.memory": Wrong("16 GB", '"16 GB"', "a quantity like 16Gi", "Did you mean 16Gi?"),
    "ResourceRequest.accelerator": Wrong("t4", '"t4"', "a mapping with model"),
    "AcceleratorRequest.model": Wrong("Tesla T4", '"Tesla T4"', "an accelerator's name in the catalog, like a10g,"),
    "AcceleratorRequest.count": Wrong("0.5", "0.5", "a whole number from 1 to 16"),
    "ResourceRequest.disk": Wrong("1.5Gi", '"1.5Gi"', "a whole number of Gi"),
    "ResourceRequest.network_mbps": Wrong("10.5", "10.5", "a whole number from 0 to 400000"),
    "Variant.throughput_per_second": Wrong(".nan", ".nan", "a number above 0 and at most 1000000000"),
    "Variant.concurrency": Wrong("0", "0", "a whole number from 1 to 10000"),
    "Variant.source": Wrong('""', '""', "a text of 1 to 500 characters"),
    "Variant.architecture": Wrong("arm", '"arm"', "x86_64 or arm64", "Did you mean arm64?"),
    "Variant.machines": Wrong("c7i.*", '"c7i.*"', "a list, each a machine type or a pattern like m7g.xlarge or c7i.*,"),
    "Variant.image": Wrong("gpu", '"gpu"', "a mapping of reference, digest, size_mib, framework, build"),
    "Variant.environment": Wrong("{A: 1}", "1", "a text", 'Did you mean "1" in quotes?'),
    "WorkloadBase.interruptible_share": Wrong("30", "30", "a number from 0 to 1"),
    "WorkloadBase.spot_pools": Wrong("0", "0", "a whole number from 1 to 20"),
    "WorkloadBase.apart_from": Wrong(
        "report", '"report"', "all or a list of workloads like [ledger, search]", "Did you mean [report]?"
    ),
    "WorkloadBase.logs_gib_per_month": Wrong("-0.5", "-0.5", "a number from 0 to 1000000"),
    "WorkloadBase.log_errors": Wrong("ERROR", '"ERROR"', "a mapping with pattern"),
    "LogErrors.pattern": Wrong("' '", '" "', "a filter pattern of CloudWatch Logs like ?ERROR ?CRITICAL"),
    "LogErrors.more_than": Wrong("-1", "-1", "a whole number from 0 to 1000000"),
    "WorkloadBase.log_retention_days": Wrong(
        "31",
        "31",
        "1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653",
        "Did you mean 30?",
    ),
    "Service.kind": Wrong("servise", '"servise"', "service, batch or training", "Did you mean service?"),
    "Service.port": Wrong("80800", "80800", "a whole number from 1 to 65535"),
    "Service.protocol": Wrong("https", '"https"', "http, grpc or tcp", "Did you mean http?"),
    "Service.exposure": Wrong("private", '"private"', "public or internal"),
    "Service.path": Wrong("recommend", '"recommend"', "a path like /healthz"),
    "Service.health_check": Wrong("/healthz", '"/healthz"', "a mapping of path, interval_seconds, grace_seconds"),
    "HealthCheck.path": Wrong("healthz", '"healthz"', "a path like /healthz"),
    "HealthCheck.interval_seconds": Wrong("1", "1", "a whole number from 5 to 300"),
    "HealthCheck.grace_seconds": Wrong("120s", '"120s"', "a whole number from 0 to 7200"),
    "Service.deployment": Wrong(
        "canary",
        '"canary"',
        "a mapping of strategy, bake_minutes, step_percent, step_minutes, roll_back_on, hooks",
    ),
    "Deployment.strategy": Wrong(
        "bluegreen", '"bluegreen"', "rolling, blue-green, canary or linear", "Did you mean blue-green?"
    ),
    "Deployment.bake_minutes": Wrong("1500", "1500", "a whole number from 0 to 1440"),
    "Deployment.step_percent": Wrong("0", "0", "a number from 0.1 to 100"),
    "Deployment.step_minutes": Wrong("5m", '"5m"', "a whole number from 0 to 1440"),
    "Deployment.roll_back_on": Wrong("errors", '"errors"', "a mapping of error_share, latency_ms, alarms"),
    "Deployment.hooks": Wrong(
        "smoke", '"smoke"', "a list of at most 10 values, each a mapping with stage, lambda_arn,"
    ),
    "DeploymentHook.stage": Wrong(
        "post-scaleup",
        '"post-scaleup"',
        "pre-scale-up, post-scale-up, production-traffic-shift or post-production-traffic-shift",
        "Did you mean post-scale-up?",
    ),
    "DeploymentHook.lambda_arn": Wrong("smoke", '"smoke"', "a Lambda function's ARN"),
    "RollBackOn.error_share": Wrong("1%", '"1%"', "a number above 0 and at most 1", "Did you mean 0.01?"),
    "RollBackOn.latency_ms": Wrong("0", "0", "a number above 0 and at most 3600000"),
    "RollBackOn.alarms": Wrong('[""]', '""', "a CloudWatch alarm's name, not its ARN,"),
    "Service.load": Wrong(
        "5",
        "5",
        "a mapping of peak_per_second, trace, shape, hourly_per_second, constant_per_second, forecast, service_level, "
        "quantiles, events, week_of",
    ),
    "LoadProfile.peak_per_second": Wrong("0", "0", "a number above 0 and at most 1000000000"),
    "LoadProfile.trace": Wrong("12", "12", "a text", 'Did you mean "12" in quotes?'),
    "LoadProfile.shape": Wrong(
        "[1, 2]", "a list of 2", "a list of 24 to 168 values, each a number from 0 to 1000000000,"
    ),
    "LoadProfile.hourly_per_second": Wrong(
        "10", "10", "a list of 24 to 168 values, each a number from 0 to 1000000000,"
    ),
    "LoadProfile.events": Wrong(
        "sale-day", '"sale-day"', "a mapping of at most 20 entries, each a mapping with date, times,"
    ),
    "LoadProfile.forecast": Wrong("12", "12", "a text", 'Did you mean "12" in quotes?'),
    "LoadProfile.service_level": Wrong("1", "1", "a number above 0 and below 1"),
    "LoadProfile.quantiles": Wrong(
        "0.5",
        "0.5",
        "a mapping of at most 2 entries, each a list of 24 to 168 values, each a number from 0 to 1000000000,",
    ),
    "LoadProfile.week_of": Wrong("monday", '"monday"', "a date like 2026-11-27"),
    "LoadEvent.date": Wrong("27.11.2026", '"27.11.2026"', "a date like 2026-11-27"),
    "LoadEvent.times": Wrong("0", "0", "a number above 0 and at most 1000"),
    "LoadEvent.opens": Wrong("8.30", "8.30", "a full hour like 22:00, from 00:00 to 24:00,"),
    "LoadEvent.hours": Wrong("0", "0", "a whole number from 1 to 168"),
    "LoadProfile.constant_per_second": Wrong("-5", "-5", "a number above 0 and at most 1000000000"),
    "Service.headroom": Wrong("20%", '"20%"', "a number from 0 to 10", "Did you mean 0.2?"),
    "Service.max_utilisation": Wrong("0", "0", "a number above 0 and at most 1 or auto"),
    "LatencyTarget.service_cv": Wrong("-0.5", "-0.5", "a number from 0 to 10"),
    "LatencyTarget.arrival_cv": Wrong(".inf", ".inf", "a number from 0 to 10"),
    "Service.latency": Wrong("100", "100", "a mapping with milliseconds"),
    "LatencyTarget.percentile": Wrong("100", "100", "a number above 0 and below 100"),
    "LatencyTarget.milliseconds": Wrong("100ms", '"100ms"', "a number above 0 and at most 3600000"),
    "Service.replicas": Wrong("3", "3", "a mapping of min, max"),
    "Service.scaling": Wrong("cpu", '"cpu"', "a mapping of metric, scale_in, scale_out_seconds, scale_in_seconds"),
    "Scaling.metric": Wrong("Orders", '"Orders"', "a mapping with namespace, name"),
    "Scaling.scale_in": Wrong("0", "0", "true or false"),
    "Scaling.scale_out_seconds": Wrong("-1", "-1", "a whole number from 0 to 86400"),
    "Scaling.scale_in_seconds": Wrong("5m", '"5m"', "a whole number from 0 to 86400"),
    "LoadMetric.namespace": Wrong('"a b"', '"a b"', "a namespace of CloudWatch like Shop/Orders"),
    "LoadMetric.name": Wrong('""', '""', "a name in CloudWatch like OrdersStarted"),
    "LoadMetric.dimensions": Wrong(
        "[a]", "a list of 1", "a mapping of at most 20 entries, each a text of 1 to 500 characters,"
    ),
    "LoadMetric.statistic": Wrong("total", '"total"', "sum, average, maximum, minimum or sample-count"),
    "LoadMetric.of": Wrong("task", '"task"', "service or replica"),
    "LoadMetric.per": Wrong("hour", '"hour"', "minute or second"),
    "ReplicaBounds.min": Wrong("-1", "-1", "a whole number from 0 to 10000"),
    "ReplicaBounds.max": Wrong("0", "0", "a whole number from 1 to 10000"),
    "Service.survive": Wrong("zones", '"zones"', "none, zone or site", "Did you mean zone?"),
    "Service.max_per_machine": Wrong("2.5", "2.5", "a whole number from 1 to 100000"),
    "Service.request_kib": Wrong('"2"', '"2"', "a number from 0 to 1000000", "Did you mean 2 without quotes?"),
    "Service.response_kib": Wrong("-4", "-4", "a number from 0 to 1000000"),
    "BatchJob.kind": Wrong("job", '"job"', "service, batch or training"),
    "BatchJob.work": Wrong("0", "0", "a number above 0 and at most 1000000000000000"),
    "BatchJob.window": Wrong("night", '"night"', "a mapping with opens, deadline"),
    "Window.days": Wrong("[monday]", '"monday"', "mon, tue, wed, thu, fri, sat or sun", "Did you mean mon?"),
    "Window.opens": Wrong("22:30", '"22:30"', "a full hour like 22:00, from 00:00 to 24:00,"),
    "Window.deadline": Wrong("6:00", '"6:00"', "a full hour like 22:00, from 00:00 to 24:00,", "Did you mean 06:00?"),
    "BatchJob.max_parallel": Wrong("-1", "-1", "a whole number from 1 to 100000"),
    "BatchJob.attempts": Wrong("11", "11", "a whole number from 1 to 10"),
    "TrainingJob.kind": Wrong("train", '"train"', "service, batch or training", "Did you mean training?"),
    "TrainingJob.work": Wrong(
        "4_000", '"4_000"', "a number above 0 and at most 1000000000000000", "Did you mean 4000?"
    ),
    "TrainingJob.window": Wrong("22:00", '"22:00"', "a mapping with opens, deadline"),
    "TrainingJob.workers": Wrong("0", "0", "a whole number from 1 to 1000"),
    "TrainingJob.attempts": Wrong("0", "0", "a whole number from 1 to 10"),
    "Demand.storage": Wrong(
        "none", '"none"', "a mapping, each a mapping with kind bucket, volume, file-system or lustre,"
    ),
    "ClaimBase.description": Wrong("{}", "a mapping", "a text of 1 to 500 characters"),
    "ClaimBase.site": Wrong(
        "-main", '"-main"', "a name of lower-case words joined by hyphens, like fraud-scoring, of at most 24 characters"
    ),
    "Bucket.kind": Wrong("s3", '"s3"', "bucket, volume, file-system or lustre"),
    "Bucket.written_gib_per_month": Wrong("0", "0", "a number above 0 and at most 1000000000"),
    "Bucket.object_mib": Wrong("0", "0", "a number above 0 and at most 5242880"),
    "Bucket.retention_days": Wrong("7y", '"7y"', "a whole number from 1 to 36500"),
    "Bucket.access": Wrong(
        "[]",
        "a list of 0",
        "a list of 1 to 8 values, each a mapping with from_days, reads_per_object_month, retrieved_share_per_month,",
    ),
    "AgeBand.from_days": Wrong("-1", "-1", "a whole number from 0 to 36500"),
    "AgeBand.reads_per_object_month": Wrong("often", '"often"', "a number from 0 to 1000000000"),
    "AgeBand.retrieved_share_per_month": Wrong("-1", "-1", "a number from 0 to 1000000"),
    "AgeBand.retrieval_within_hours": Wrong("72", "72", "a number from 0 to 48"),
    "Bucket.versioned": Wrong("1", "1", "true or false"),
    "Bucket.noncurrent_days": Wrong("0", "0", "a whole number from 1 to 36500"),
    "Bucket.object_lock": Wrong("90", "90", "a mapping with mode, days"),
    "ObjectLock.mode": Wrong("strict", '"strict"', "governance or compliance"),
    "ObjectLock.days": Wrong("0", "0", "a whole number from 1 to 36500"),
    "Bucket.replication": Wrong(
        "far", '"far"', "a mapping of claim, site, bucket_arn, region, key_arn, account_id, delete_markers"
    ),
    "Replication.claim": Wrong(
        "Far", '"Far"', "a name of lower-case words joined by hyphens, like fraud-scoring, of at most 24 characters"
    ),
    "Replication.site": Wrong(
        "Far", '"Far"', "a name of lower-case words joined by hyphens, like fraud-scoring, of at most 24 characters"
    ),
    "Replication.bucket_arn": Wrong("far", '"far"', "a bucket's ARN like arn:aws:s3:::audit-copies"),
    "Replication.region": Wrong("europe", '"europe"', "an AWS region like eu-west-1"),
    "Replication.key_arn": Wrong("alias/far", '"alias/far"', "a KMS key's ARN (not an alias)"),
    "Replication.account_id": Wrong('"12"', '"12"', "an AWS account's 12 digits, in quotes,"),
    "Replication.delete_markers": Wrong("1", "1", "true or false"),
    "Bucket.inventory": Wrong("daily", '"daily"', "a mapping of claim, bucket_arn, account_id, frequency"),
    "Inventory.claim": Wrong(
        "Far", '"Far"', "a name of lower-case words joined by hyphens, like fraud-scoring, of at most 24 characters"
    ),
    "Inventory.bucket_arn": Wrong("far", '"far"', "a bucket's ARN like arn:aws:s3:::audit-copies"),
    "Inventory.account_id": Wrong('"12"', '"12"', "an AWS account's 12 digits, in quotes,"),
    "Inventory.frequency": Wrong("monthly", '"monthly"', "daily or weekly"),
    "Bucket.zone_loss_tolerant": Wrong("no", '"no"', "true or false", "Did you mean false?"),
    "Volume.kind": Wrong("disk", '"disk"', "bucket, volume, file-system or lustre"),
    "Volume.attach": Wrong("workload", '"workload"', "machine or replica"),
    "Volume.size": Wrong("500", "500", "a quantity like 100Gi"),
    "Volume.iops": Wrong("3k", '"3k"', "a whole number from 0 to 260000"),
    "Volume.throughput_mibps": Wrong("5000", "5000", "a whole number from 0 to 4000"),
    "Volume.mount": Wrong("scratch", '"scratch"', "a lower-case absolute path like /scratch"),
    "FileSystem.kind": Wrong("efs", '"efs"', "bucket, volume, file-system or lustre"),
    "FileSystem.size": Wrong("10 gb", '"10 gb"', "a quantity like 100Gi", "Did you mean 10Gi?"),
    "FileSystem.cold_share": Wrong("60", "60", "a number from 0 to 1"),
    "FileSystem.read_gib_per_month": Wrong("-1", "-1", "a number from 0 to 1000000000"),
    "FileSystem.write_gib_per_month": Wrong("1e10", "1e10", "a number from 0 to 1000000000"),
    "FileSystem.peak_mibps": Wrong("0", "0", "a number above 0 and at most 10000"),
    "FileSystem.mount": Wrong("/Shared", '"/Shared"', "a lower-case absolute path like /scratch"),
    "FileSystem.zone_loss_tolerant": Wrong("0", "0", "true or false"),
    "FileSystem.backup": Wrong("daily", '"daily"', "true or false"),
    "Demand.compliance": Wrong("baseline", '"baseline"', "a mapping of profile, waivers, trail_lock, existing"),
    "ComplianceWish.profile": Wrong("PCI", '"PCI"', "a profile of the catalog, like baseline,"),
    "ComplianceWish.waivers": Wrong("EC2.1", '"EC2.1"', "a list, each a mapping with control, reason, owner, expires,"),
    "Waiver.control": Wrong('"EC2 1"', '"EC2 1"', "a control's id in the catalog"),
    "Waiver.reason": Wrong('""', '""', "a text of 1 to 500 characters"),
    "Waiver.owner": Wrong("5", "5", "a text of 1 to 500 characters", 'Did you mean "5" in quotes?'),
    "Waiver.expires": Wrong("2027-02-30", '"2027-02-30"', "a date like 2027-06-30"),
    "Waiver.id": Wrong('"SEC 1"', '"SEC 1"', "a ticket's id like SEC-123, of letters, digits and ._/#-,"),
    "ComplianceWish.existing": Wrong("[a, a]", "a list of 2", "each only once is allowed; a is there twice"),
    "Lustre.kind": Wrong("fsx", '"fsx"', "bucket, volume, file-system or lustre"),
    "Lustre.bucket": Wrong(
        "Far", '"Far"', "a name of lower-case words joined by hyphens, like fraud-scoring, of at most 24 characters"
    ),
    "Lustre.prefix": Wrong(
        "training", '"training"', "the beginning of objects' keys like training/ with a slash at its end"
    ),
    "Lustre.size": Wrong("-1Gi", '"-1Gi"', "a quantity like 100Gi"),
    "Lustre.throughput_mibps": Wrong("0", "0", "a number above 0 and at most 100000"),
    "Lustre.compress": Wrong("lz4", '"lz4"', "true or false"),
    "Lustre.mount": Wrong("data", '"data"', "a lower-case absolute path like /scratch"),
    "Demand.secrets": Wrong(
        "[api-token]", "a list of 1", "a mapping, each a mapping with rotation_days, rotation_lambda_arn,"
    ),
    "SecretWish.rotation_days": Wrong("0", "0", "a whole number from 1 to 1000"),
    "SecretWish.rotation_lambda_arn": Wrong("rotate", '"rotate"', "a Lambda function's ARN"),
    "ComplianceWish.trail_lock": Wrong("yes", '"yes"', "governance or compliance"),
    "Demand.backup": Wrong("daily", '"daily"', "a mapping with claims, keep_days"),
    "BackupWish.claims": Wrong("[a, a]", "a list of 2", "each only once is allowed; a is there twice"),
    "BackupWish.every": Wrong("hour", '"hour"', "day, week or month"),
    "BackupWish.at": Wrong('"25:00"', '"25:00"', "a full hour like 22:00, from 00:00 to 24:00,"),
    "BackupWish.keep_days": Wrong("0", "0", "a whole number from 1 to 36500"),
    "BackupWish.lock": Wrong("strict", '"strict"', "a mapping with mode"),
    "BackupWish.copy_to": Wrong("eu-central-1", '"eu-central-1"', "a mapping with keep_days"),
    "Demand.smoke": Wrong(
        "front",
        '"front"',
        "a mapping of at most 50 entries, each a mapping of output, url, path, status, command, attempts, "
        "wait_seconds, timeout_seconds,",
    ),
    "SmokeTest.output": Wrong("main.", '"main."', "the path of a stack output like main.urls.public"),
    "SmokeTest.url": Wrong("example.org", '"example.org"', "an http or https address"),
    "SmokeTest.path": Wrong("health", '"health"', "a path like /health"),
    "SmokeTest.status": Wrong("20", "20", "a whole number from 100 to 599"),
    "SmokeTest.command": Wrong("test", '"test"', "a list, each a text of 1 to 500 characters,"),
    "SmokeTest.attempts": Wrong("0", "0", "a whole number from 1 to 100"),
    "SmokeTest.wait_seconds": Wrong("-1", "-1", "a number from 0 to 600"),
    "SmokeTest.timeout_seconds": Wrong("0", "0", "a number above 0 and at most 3600"),
    "VaultLock.mode": Wrong("strict", '"strict"', "governance or compliance"),
    "VaultLock.changeable_for_days": Wrong("2", "2", "a whole number from 3 to 36500"),
    "VaultLock.min_days": Wrong("0", "0", "a whole number from 1 to 36500"),
    "VaultLock.max_days": Wrong("0", "0", "a whole number from 1 to 36500"),
    "BackupCopy.site": Wrong(
        "Far", '"Far"', "a name of lower-case words joined by hyphens, like fraud-scoring, of at most 24 characters"
    ),
    "BackupCopy.vault_arn": Wrong("far", '"far"', "a backup vault's ARN"),
    "BackupCopy.key_arn": Wrong("alias/far", '"alias/far"', "a KMS key's ARN (not an alias)"),
    "BackupCopy.keep_days": Wrong("0", "0", "a whole number from 1 to 36500"),
    "Demand.permissions_boundary": Wrong(
        "arn:aws:iam::123456789012:role/workloads",
        '"arn:aws:iam::123456789012:role/workloads"',
        "a policy's ARN like arn:aws:iam::111122223333:policy/workloads",
    ),
    "Demand.ci": Wrong("github", '"github"', "a mapping with repository"),
    "Demand.monitoring": Wrong(
        "all",
        '"all"',
        "a mapping of dashboards, alarms, synthetic_checks, budget, anomalies_usd, emails, webhooks, runbook",
    ),
    "MonitoringWish.dashboards": Wrong("workload", '"workload"', "none, stack or workloads", "Did you mean workloads?"),
    "MonitoringWish.alarms": Wrong("true", "true", "a mapping of load_share, error_share, utilisation"),
    "MonitoringWish.synthetic_checks": Wrong(
        "[web]", "a list of 1", "a mapping of at most 50 entries, each a mapping with path,"
    ),
    "SyntheticCheck.path": Wrong("healthz", '"healthz"', "a path like /healthz"),
    "SyntheticCheck.text": Wrong('"grüß"', '"grüß"', "at most 255 printable characters of an answer"),
    "SyntheticCheck.interval_seconds": Wrong("60", "60", "10 or 30", "Did you mean 30?"),
    "SyntheticCheck.regions": Wrong(
        "[eu-west-1]",
        "a list of 1",
        "a list of 3 or more values, each us-east-1, us-west-1, us-west-2, eu-west-1, ap-southeast-1, "
        "ap-southeast-2, ap-northeast-1 or sa-east-1,",
    ),
    "SyntheticCheck.failures": Wrong("11", "11", "a whole number from 1 to 10"),
    "SyntheticCheck.measure_latency": Wrong("30", "30", "true or false"),
    "AlarmWish.load_share": Wrong("0", "0", "a number above 0 and at most 10"),
    "AlarmWish.error_share": Wrong("2", "2", "a number above 0 and at most 1"),
    "AlarmWish.utilisation": Wrong("95", "95", "a number above 0 and at most 1"),
    "MonitoringWish.budget": Wrong("700", "700", "true or false"),
    "MonitoringWish.anomalies_usd": Wrong("0", "0", "a number above 0 and at most 10000000"),
    "MonitoringWish.emails": Wrong("[on-call]", '"on-call"', "a mail address like on-call@example.com"),
    "MonitoringWish.webhooks": Wrong(
        "['https://example.com']",
        '"https://example.com"',
        "a secret's name like fraud-database (never its value)",
    ),
    "MonitoringWish.runbook": Wrong(
        "wiki", '"wiki"', "an address like https://wiki.example.com/monitoring, without its #part,"
    ),
    "CiWish.provider": Wrong("gitlab", '"gitlab"', "github", "Did you mean github?"),
    "CiWish.repository": Wrong(
        '"example/*"', '"example/*"', "a repository with its owner like example/ai-platform, without wildcards,"
    ),
    "CiWish.branch": Wrong("'*'", '"*"', "a branch like main, without wildcards,"),
    "CiWish.up": Wrong("main", '"main"', "a mapping of environment, branch"),
    "CiUp.environment": Wrong('"*"', '"*"', "an environment of the repository like production"),
    "CiUp.branch": Wrong('"release/*"', '"release/*"', "a branch like main, without wildcards,"),
    "CiWish.issuer_exists": Wrong("1", "1", "true or false"),
    "Demand.purchase": Wrong("spot", '"spot"', "a mapping of spot, commitments, held, capacity"),
    "PurchaseWish.spot": Wrong("maybe", '"maybe"', "true or false"),
    "PurchaseWish.commitments": Wrong("none", '"none"', "a list, each a mapping with kind, years,"),
    "CommitmentWish.kind": Wrong(
        "reserved",
        '"reserved"',
        "standard-reserved, convertible-reserved, instance-savings-plan or compute-savings-plan",
        "Did you mean standard-reserved?",
    ),
    "CommitmentWish.years": Wrong("2", "2", "1 or 3", "Did you mean 1?"),
    "CommitmentWish.payment": Wrong("monthly", '"monthly"', "no-upfront, partial-upfront or all-upfront"),
    "PurchaseWish.held": Wrong(
        "4",
        "4",
        "a list, each a mapping with kind standard-reserved, convertible-reserved, instance-savings-plan or "
        "compute-savings-plan,",
    ),
    "PurchaseWish.capacity": Wrong(
        "cr-0a1b2c3d4e5f60718",
        '"cr-0a1b2c3d4e5f60718"',
        "a mapping of at most 100 entries, each a mapping with machine_type, count, zones,",
    ),
    "Capacity.kind": Wrong("blok", '"blok"', "reservation or block", "Did you mean block?"),
    "Capacity.id": Wrong("team-a", '"team-a"', "a capacity reservation's id like cr-0a1b2c3d4e5f60718"),
    "Capacity.resource_group": Wrong(
        "team-a",
        '"team-a"',
        "a resource group's ARN like arn:aws:resource-groups:eu-west-1:123456789012:group/team-a",
    ),
    "Capacity.machine_type": Wrong("g5", '"g5"', "a machine type like m7g.2xlarge"),
    "Capacity.count": Wrong("0", "0", "a whole number from 1 to 1000000"),
    "Capacity.zones": Wrong("[eu-west-1a]", '"eu-west-1a"', "a zone id like euw1-az2"),
    "Capacity.site": Wrong("mian", '"mian"', "main", "Did you mean main?"),
    "Capacity.starts": Wrong("2027-02-30", '"2027-02-30"', "a date like 2027-06-30"),
    "Capacity.ends": Wrong("soon", '"soon"', "a date like 2027-06-30"),
    "HeldBase.site": Wrong("mian", '"mian"', "main", "Did you mean main?"),
    "HeldBase.ends": Wrong("2027-02-30", '"2027-02-30"', "a date like 2027-06-30"),
    "HeldReservation.kind": Wrong(
        "reserved",
        '"reserved"',
        "standard-reserved, convertible-reserved, instance-savings-plan or compute-savings-plan",
        "Did you mean standard-reserved?",
    ),
    "HeldReservation.machine_type": Wrong("m7g", '"m7g"', "a machine type like m7g.2xlarge"),
    "HeldReservation.count": Wrong("0", "0", "a whole number from 1 to 1000000"),
    "HeldInstancePlan.kind": Wrong(
        "x", '"x"', "standard-reserved, convertible-reserved, instance-savings-plan or compute-savings-plan"
    ),
    "HeldInstancePlan.family": Wrong("m7g.large", '"m7g.large"', "a machine family like m7g"),
    "HeldComputePlan.kind": Wrong(
        "x", '"x"', "standard-reserved, convertible-reserved, instance-savings-plan or compute-savings-plan"
    ),
    "HeldSavings.usd_per_hour": Wrong("0", "0", "a number above 0 and at most 1000000"),
    "HeldSavings.years": Wrong("2", "2", "1 or 3", "Did you mean 1?"),
    "HeldSavings.payment": Wrong("monthly", '"monthly"', "no-upfront, partial-upfront or all-upfront"),
    "Demand.limits": Wrong(
        "8",
        "8",
        "a mapping of node_groups, budget_usd_per_month, gap, load_tolerance, fold, changes_per_day, machines, "
        "exclude_machines, "
        "burstable",
    ),
    "Limits.node_groups": Wrong("0", "0", "a whole number from 1 to 100"),
    "Limits.budget_usd_per_month": Wrong("$700", '"$700"', "a number from 0 to 1000000000000", "Did you mean 700?"),
    "Limits.gap": Wrong("0", "0", "a number from 0.0001 to 0.5"),
    "Limits.changes_per_day": Wrong("0", "0", "a whole number from 1 to 24"),
    "Limits.load_tolerance": Wrong("2", "2", "a number from 0 to 0.5"),
    "Limits.fold": Wrong("weekly", '"weekly"', "week, workdays or day", "Did you mean week?"),
    "Limits.machines": Wrong("[M7g]", '"M7g"', "a machine type or a pattern like m7g.xlarge or c7i.*"),
    "Limits.exclude_machines": Wrong(
        "t3.micro", '"t3.micro"', "a list, each a machine type or a pattern like m7g.xlarge or c7i.*,"
    ),
    "Limits.burstable": Wrong("off", '"off"', "true or false", "Did you mean false?"),
    "Demand.data_protection": Wrong("yes", '"yes"', "true or false", "Did you mean true?"),
    "Demand.cross_zone_share": Wrong("67", "67", "a number from 0 to 1"),
    "Demand.machine_starts_per_week": Wrong("0", "0", "a whole number from 1 to 100000"),
}
"""By `Record.field`, with the record that declares the field; allowed without its last words, "is allowed"."""

WRONG_KEYS = {
    "Demand.smoke": Wrong("Front: {}", 'the key "Front"', _A_NAME),
    "MonitoringWish.synthetic_checks": Wrong("Web: {path: /}", 'the key "Web"', _A_NAME),
    "NetworkWish.peers": Wrong("Data: {}", 'the key "Data"', _A_NAME),
    "Demand.secrets": Wrong(
        "API: {rotation_days: 30}", 'the key "API"', "a secret's name like fraud-database (never its value)"
    ),
    "ExistingVpc.ranges": Wrong("euw1 az1: 10.1.0.0/20", 'the key "euw1 az1"', _A_SUBNET),
    "ExistingSubnets.private": Wrong("eu-west-1a: subnet-0a1b2c3d", 'the key "eu-west-1a"', "a zone id like euw1-az2"),
    "ExistingSubnets.public": Wrong("eu-west-1a: subnet-0a1b2c3d", 'the key "eu-west-1a"', "a zone id like euw1-az2"),
    "ExistingSubnets.data": Wrong("eu-west-1a: subnet-0a1b2c3d", 'the key "eu-west-1a"', "a zone id like euw1-az2"),
    "Demand.tags": Wrong("aws:team: x", 'the key "aws:team"', "a tag key that does not begin with aws:"),
    "LoadProfile.quantiles": Wrong("p99: [1]", 'the key "p99"', "a level like 0.99"),
    "LoadProfile.events": Wrong("Sale: {date: 2026-11-27, times: 8}", 'the key "Sale"', _A_NAME),
    "Demand.sites": Wrong(
        "Main: {}",
        'the key "Main"',
        "a name of lower-case words joined by hyphens, like fraud-scoring, of at most 24 characters",
    ),
    "AwsSite.latency_ms": Wrong("US: 80", 'the key "US"', _A_NAME),
    "DockerSite.latency_ms": Wrong("US: 80", 'the key "US"', _A_NAME),
    "DockerSite.hosts": Wrong("Edge: {}", 'the key "Edge"', _A_NAME),
    "DockerHost.labels": Wrong(
        "Rack: a", 'the key "Rack"', "a label like rack or example.com.floor, of at most 63 characters"
    ),
    "WorkloadBase.host_labels": Wrong(
        "Rack: a", 'the key "Rack"', "a label like rack or example.com.floor, of at most 63 characters"
    ),
    "Demand.locations": Wrong("EU: {}", 'the key "EU"', _A_NAME),
    "Location.latency_ms": Wrong("US: 80", 'the key "US"', _A_NAME),
    "AwsSite.daemons": Wrong("Agent: {}", 'the key "Agent"', _A_NAME),
    "Daemon.environment": Wrong("a-b: x", 'the key "a-b"', "an environment variable's name like MODEL_NAME"),
    "Service.sidecars": Wrong("Proxy: {}", 'the key "Proxy"', _A_NAME),
    "Sidecar.environment": Wrong("a-b: x", 'the key "a-b"', "an environment variable's name like MODEL_NAME"),
    "LoadMetric.dimensions": Wrong("é: eu", 'the key "é"', "a name in CloudWatch like OrdersStarted"),
    "Service.load_from": Wrong("EU: 1", 'the key "EU"', _A_NAME),
    "AwsSite.quotas": Wrong("Standard: 5", 'the key "Standard"', "a family group (standard, g, p, inf, trn, f)"),
    "Demand.workloads": Wrong(
        "my_app: {kind: service}",
        'the key "my_app"',
        "a name of lower-case words joined by hyphens, like fraud-scoring, of at most 24 characters",
    ),
    "PurchaseWish.capacity": Wrong("Team A: {}", 'the key "Team A"', _A_NAME),
    "WorkloadBase.environment": Wrong("model: x", 'the key "model"', "an environment variable's name like MODEL_NAME"),
    "WorkloadBase.secrets": Wrong("token: x", 'the key "token"', "an environment variable's name like MODEL_NAME"),
    "WorkloadBase.uses": Wrong(
        "2nd: read",
        'the key "2nd"',
        "a name of lower-case words joined by hyphens, like fraud-scoring, of at most 24 characters",
    ),
    "WorkloadBase.variants": Wrong(
        "a10g--x: {}",
        'the key "a10g--x"',
        "a name of lower-case words joined by hyphens, like fraud-scoring, of at most 24 characters",
    ),
    "Variant.environment": Wrong("model: x", 'the key "model"', "an environment variable's name like MODEL_NAME"),
    "Demand.storage": Wrong(
        "a.b: {kind: bucket}",
        'the key "a.b"',
        "a name of lower-case words joined by hyphens, like fraud-scoring, of at most 24 characters",
    ),
}
"""A wrong key, with its entry, for each field that is a mapping of free keys."""
