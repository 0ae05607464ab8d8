"""DockerSite: machines that somebody owns, on premises or at the edge, each with a Docker Engine."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from solver.demand.containers import ContainerImage
from solver.demand.host_names import DockerAddress, FolderPath, HostName, LabelKey, LabelValue, NfsExport
from solver.demand.hosted_monitoring import HostMonitoringWish
from solver.demand.names import AcceleratorModel, Count, DomainName, Key, Port, SecretName
from solver.quantity import CpuMillis, DiskGib, MemoryMib
from solver.schema import Schema, is_empty
from solver.vocabulary import AcceleratorKind, Architecture, SiteKind

Milliseconds = Annotated[float, Field(gt=0, le=10_000)]
"""Time of a request and its response on the network."""


class HostAccelerators(Schema):
    """Accelerators of one host, all of one model."""

    model: AcceleratorModel
    """As variants ask for it, `l4`; the catalog's name where AWS has machines with it."""
    count: Annotated[int, Field(ge=1, le=64)] = 1
    """Devices."""
    kind: AcceleratorKind = AcceleratorKind.GPU
    """What they are programmed with."""


class DockerHost(Schema):
    """One machine with a Docker Engine."""

    docker_host: DockerAddress | None = None
    """How its Docker Engine is reached: unix:///var/run/docker.sock, ssh://ops@edge-1 or tcp://10.0.0.5:2376; None: as
    DOCKER_HOST of the environment says, or this machine's own."""
    certificates: FolderPath | None = None
    """Folder with ca.pem, cert.pem and key.pem for tcp://, on the machine that runs Pulumi."""
    address: HostName | None = None
    """Name or address at which others reach its ports; None: that of docker_host, or localhost."""
    cpu: Annotated[CpuMillis, Field(validate_default=False)]
    """vCPUs that containers may have, 8."""
    memory: MemoryMib
    """Memory that containers may have, 14Gi: less than the machine has, for its own system."""
    disk: Annotated[DiskGib, Field(validate_default=False)] = 0
    """Space for scratch and volumes of containers."""
    network_mbps: Annotated[int, Field(ge=0, le=400_000)] = 1000
    """Bandwidth, Mbit/s."""
    accelerators: HostAccelerators | None = None
    """Accelerators, if any."""
    architecture: Architecture = Architecture.X86_64
    """Instruction set."""
    usd_per_hour: Annotated[float, Field(ge=0, le=1e6)] = 0.0
    """What an hour costs in which it is used, at day and night; 0 where it is paid for anyway."""
    labels: dict[LabelKey, LabelValue] = Field(default_factory=dict[str, str], max_length=40)
    """What workloads may ask for in host_labels."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.cpu <= 0 or self.memory <= 0:
            raise ValueError("cpu and memory above 0 are allowed; one is 0")
        over_tcp = self.docker_host is not None and self.docker_host.startswith("tcp://")
        if self.certificates is not None and not over_tcp:
            raise ValueError("certificates are allowed with tcp:// addresses; sockets and ssh need none")
        if self.certificates is None and over_tcp:
            raise ValueError("a tcp:// address is allowed with certificates: without TLS anybody could use the host")
        return self

    @property
    def reached_at(self) -> str:
        """Name or address at which others reach its ports."""
        if self.address is not None:
            return self.address
        if self.docker_host is None or self.docker_host.startswith("unix://"):
            return "localhost"
        return self.docker_host.partition("://")[2].rpartition("@")[2].partition(":")[0]


class ProxyCertificate(Schema):
    """A certificate of one's own for `domain`, as two secrets: their values are PEM and in no file of the stack."""

    chain: SecretName
    """The secret with the certificate, and after it those of the authorities between it and the root."""
    key: SecretName
    """The secret with its private key."""

    @model_validator(mode="after")
    def _two_secrets(self) -> Self:
        if self.chain == self.key:
            raise ValueError(f"two secrets are allowed; chain and key are both {self.chain}")
        return self


class DockerNetworkWish(Schema):
    """How a Docker site's services are reached."""

    domain: DomainName | None = None
    """Name that leads to its hosts; None: each is reached by its own address."""
    https_port: Port = 8443
    """Where the proxy of each host listens with TLS."""
    http_port: Port = 8080
    """Where it sends browsers on to HTTPS."""
    proxy: ContainerImage | None = Field(default=None, exclude_if=is_empty)
    """Image of the proxy, which also gives volumes their owner; None: the project's own."""
    certificate: ProxyCertificate | None = Field(default=None, exclude_if=is_empty)
    """What the proxies show for `domain`; None: a certificate of each host's own authority."""

    @model_validator(mode="after")
    def _two_ports(self) -> Self:
        if self.https_port == self.http_port:
            raise ValueError(f"two ports are allowed; https_port and http_port are both {self.https_port}")
        return self

    @model_validator(mode="after")
    def _certificate_of_a_name(self) -> Self:
        if self.certificate is not None and self.domain is None:
            raise ValueError("certificate is allowed with domain, the name that it is for")
        return self


class DockerSite(Schema):
    """Hosts whose capacity is owned."""

    kind: Literal[SiteKind.DOCKER]
    """docker"""
    hosts: Annotated[dict[Key, DockerHost], Field(min_length=1, max_length=100)]
    """The machines."""
    network: DockerNetworkWish = DockerNetworkWish()
    """How services are reached."""
    nfs: NfsExport | None = None
    """Where file systems are kept, `nas.example.com:/export`; None: on the host, which must be the only one."""
    latency_ms: dict[Key, Milliseconds] = Field(default_factory=dict[str, float], exclude_if=is_empty)
    """Milliseconds of network to other sites, there and back; one of two sites says it for both."""
    monitoring: HostMonitoringWish | None = Field(default=None, exclude_if=is_empty)
    """Prometheus and Grafana on each host that runs something; None: nothing measures them."""
    log_size_mib: Count = 10
    """Size at which a container's log file is rotated; five are kept."""

    @property
    def zone_count(self) -> int:
        """How many hosts: what `survive: zone` means here is the loss of any one of them."""
        return len(self.hosts)
