"""What a demand with Docker sites is told about hosts, claims, jobs and labels that don't go together."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from solver.demand.demand import Demand

VARIANT = {"cpu": 1, "memory": "1Gi", "throughput_per_second": 10, "source": "measured"}


def document(**more: Any) -> dict[str, Any]:
    wanted: dict[str, Any] = {
        "stack": "edge",
        "owner": "me@example.com",
        "sites": {
            "cloud": {"region": "us-east-1", "zones": 2, "network": {"cidr": "10.1.0.0/16"}},
            "plant": {
                "kind": "docker",
                "hosts": {
                    "one": {"docker_host": "ssh://ops@one", "cpu": 4, "memory": "8Gi", "labels": {"line": "a"}},
                    "two": {"docker_host": "ssh://ops@two", "cpu": 4, "memory": "8Gi"},
                },
            },
        },
        "workloads": {
            "web": {
                "kind": "service",
                "image": {},
                "load": {"constant_per_second": 5},
                "variants": {"cpu": VARIANT},
            }
        },
        **more,
    }
    return wanted


def told(wanted: dict[str, Any]) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        Demand.model_validate(wanted)
    (error,) = refused.value.errors()
    found: dict[str, Any] = dict(error)
    return [str(each) for each in found["ctx"]["contradictions"]]


def test_a_site_is_of_the_kind_aws_where_it_does_not_say() -> None:
    demand = Demand.model_validate(document())
    assert list(demand.aws_sites) == ["cloud"]
    assert list(demand.docker_sites) == ["plant"]


def test_two_hosts_are_two_engines() -> None:
    wanted = document()
    wanted["sites"]["plant"]["hosts"]["two"]["docker_host"] = "ssh://ops@one"
    assert told(wanted) == [
        "sites.plant.hosts.two.docker_host: an engine of its own is allowed; host one of site plant has this one"
    ]


def test_a_job_runs_on_a_site_of_aws() -> None:
    wanted = document()
    wanted["workloads"]["night"] = {
        "kind": "batch",
        "image": {},
        "work": 10,
        "window": {"opens": "22:00", "deadline": "06:00"},
        "variants": {"cpu": VARIANT},
    }
    assert Demand.model_validate(wanted).sites_of()["night"] == ("cloud",)
    wanted["workloads"]["night"]["site"] = "plant"
    assert told(wanted) == [
        "workloads.night.kind: a service is allowed on plant: Docker sites run no jobs. "
        "A job runs on a site of the kind aws"
    ]


def test_a_job_reaches_no_hidden_service_of_a_docker_site() -> None:
    wanted = document()
    wanted["workloads"]["web"]["site"] = "plant"
    wanted["workloads"]["night"] = {
        "kind": "batch",
        "image": {},
        "calls": ["web"],
        "work": 10,
        "window": {"opens": "22:00", "deadline": "06:00"},
        "variants": {"cpu": VARIANT},
    }
    assert "workloads.night.calls.0: a public service is allowed: web runs on plant, and jobs on sites of AWS" in told(
        wanted
    )


def test_claims_of_a_docker_site_are_what_its_hosts_can_keep() -> None:
    size: dict[str, Any] = {"size": "10Gi", "read_gib_per_month": 1, "write_gib_per_month": 1, "peak_mibps": 1}
    wanted = document(storage={"files": {"kind": "file-system", "site": "plant", **size}})
    assert told(wanted) == [
        "storage.files.kind: a volume is allowed on plant, whose 2 hosts share no files. "
        "Say in sites.plant.nfs where they can"
    ]
    wanted["sites"]["plant"]["nfs"] = "nas.example.com:/files"
    Demand.model_validate(wanted)
    bucket = {
        "kind": "bucket",
        "site": "plant",
        "written_gib_per_month": 1,
        "object_mib": 1,
        "retention_days": 30,
        "access": [{"from_days": 0, "reads_per_object_month": 1, "retrieved_share_per_month": 1}],
    }
    assert told(document(storage={"objects": bucket})) == [
        "storage.objects.kind: a volume or a file system is allowed on plant: Docker hosts have no bucket. "
        "A bucket is on a site of the kind aws"
    ]


def test_labels_that_no_host_has_are_told_with_those_that_there_are() -> None:
    wanted = document()
    wanted["workloads"]["web"] |= {"site": "plant", "host_labels": {"line": "b"}}
    assert told(wanted) == ["workloads.web.host_labels: labels that one host of plant has are allowed: line: a"]
    wanted["workloads"]["web"]["site"] = "cloud"
    assert told(wanted) == [
        "workloads.web.host_labels: host_labels are allowed where the workload may run on a Docker site; "
        "it runs on none"
    ]


def test_what_survives_the_loss_of_a_host_needs_two() -> None:
    wanted = document()
    del wanted["sites"]["plant"]["hosts"]["two"]
    wanted["workloads"]["web"] |= {"site": "plant", "survive": "zone"}
    assert told(wanted) == ["workloads.web.survive: zone on a site of 2 hosts or more is allowed; plant has 1"]


@pytest.mark.parametrize("exposure", ["public", "internal"])
def test_a_proxy_speaks_http(exposure: str) -> None:
    wanted = document()
    wanted["workloads"]["web"] |= {"site": "plant", "exposure": exposure, "protocol": "tcp"}
    assert told(wanted) == ["workloads.web.protocol: http or grpc is allowed behind the proxy of plant"]


def test_a_tcp_address_without_tls_is_refused() -> None:
    wanted = document()
    wanted["sites"]["plant"]["hosts"]["two"]["docker_host"] = "tcp://two:2375"
    with pytest.raises(ValidationError, match="without TLS anybody could use the host"):
        Demand.model_validate(wanted)


def test_sidecars_are_of_sites_of_aws() -> None:
    wanted = document()
    wanted["workloads"]["web"] |= {
        "site": "plant",
        "sidecars": {"log": {"image": {"reference": "example.com/log:1"}, "cpu": 1, "memory": "1Gi"}},
    }
    assert told(wanted) == [
        "workloads.web.sidecars: sidecars are allowed on sites of the kind aws; plant has none of them"
    ]


@pytest.mark.parametrize(
    ("network", "words"),
    [
        ({"certificate": {"chain": "a", "key": "b"}}, "certificate is allowed with domain"),
        ({"domain": "plant.example.com", "certificate": {"chain": "a", "key": "a"}}, "two secrets are allowed"),
    ],
)
def test_a_certificate_is_for_a_name_and_two_secrets(network: dict[str, Any], words: str) -> None:
    wanted = document()
    wanted["sites"]["plant"]["network"] = network
    with pytest.raises(ValidationError, match=words):
        Demand.model_validate(wanted)


DIGEST = f"sha256:{'0' * 64}"
WATCHED = {"prometheus": {"digest": DIGEST}, "grafana": {"digest": DIGEST}, "password": "grafana-password"}


def watched(**more: Any) -> dict[str, Any]:
    wanted = document()
    wanted["sites"]["plant"]["monitoring"] = WATCHED
    for host in wanted["sites"]["plant"]["hosts"].values():
        host.update(more)
    return wanted


def test_a_host_that_is_watched_has_room_for_what_watches_it() -> None:
    assert Demand.model_validate(watched(disk="20Gi")).docker_sites["plant"].monitoring is not None
    first, second = told(watched())
    assert "sites.plant.hosts.one" in first
    assert "5Gi of disk are needed" in first
    assert "sites.plant.hosts.two" in second
    assert len(told(watched(disk="20Gi", cpu="500m"))) == 2
    assert len(told(watched(disk="20Gi", memory="640Mi"))) == 2


@pytest.mark.parametrize("path", ["/grafana", "/grafana/api"])
def test_no_service_is_where_grafana_is(path: str) -> None:
    wanted = watched(disk="20Gi")
    wanted["workloads"]["web"].update({"exposure": "internal", "path": path})
    (problem,) = told(wanted)
    assert "workloads.web.path" in problem
    assert "leads to Grafana" in problem
    wanted["workloads"]["web"]["path"] = "/grafana-like"
    Demand.model_validate(wanted)
