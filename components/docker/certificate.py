"""The certificate that a site's proxies show for its name, where the demand names one: two secrets, files on the host.

Their text is looked at before anything is made: a proxy that can't read them would not start.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

import pulumi
import pulumi_docker as docker

from components.docker.files import File, file_writer
from components.docker.naming import DockerNames
from components.docker.provider import Host
from components.docker.proxy_config import CertificateFiles
from components.docker.security import SECRETS, SETTING, secret_value
from solver.errors import ConfigError, Problem
from solver.plan.docker import DockerSitePlan, ProxyCertificatePlan

_STAND_IN: Final = "sandbox"
"""What the sandbox has for each secret that is encrypted: no certificate, so proxies there make their own."""
_PARTS: Final = {
    "chain": ("BEGIN CERTIFICATE-----", "a certificate in PEM, and after it those between it and the root,"),
    "key": ("PRIVATE KEY-----", "a private key in PEM without a passphrase"),
}


@dataclass(frozen=True, kw_only=True)
class BuiltCertificate:
    """The files of one host's proxy."""

    files: CertificateFiles
    """Where the proxy reads them."""
    volume: pulumi.Output[str]
    """Name of their volume."""
    writer: pulumi.CustomResource
    """The container through which they were written; another one takes its place when they are renewed."""


def build_certificate(
    parent: pulumi.Resource,
    host: Host,
    certificate: ProxyCertificatePlan | None,
    *,
    names: DockerNames,
    image: pulumi.Input[str],
) -> BuiltCertificate | None:
    """The volume with both files; None where the proxy makes its own."""
    if certificate is None or _STAND_IN in (_values().get(certificate.chain), _values().get(certificate.key)):
        return None
    name = names.on_host(host.key, "proxy", "certificate")
    files = CertificateFiles(chain=f"{SECRETS}/{certificate.chain}", key=f"{SECRETS}/{certificate.key}")
    volume = docker.Volume(
        name,
        name=name,
        driver="local",
        labels=names.labels_of(host.key, role="proxy"),
        opts=host.child_of(parent, ignore_changes=["labels"]),
    )
    writer = file_writer(
        parent,
        f"{name}-writer",
        host,
        [
            File(path=files.chain, content=secret_value(certificate.chain), mode="0400"),
            File(path=files.key, content=secret_value(certificate.key), mode="0400"),
        ],
        names=names,
        image=image,
        volume=volume.name,
        folder=SECRETS,
    )
    return BuiltCertificate(files=files, volume=volume.name, writer=writer)


def refuse_no_certificate(sites: Mapping[str, DockerSitePlan], stack: str) -> None:
    """ConfigError for secrets that are no certificate and no key; it says nothing of what they hold."""
    problems = [
        Problem(
            file=f"stacks/Pulumi.{stack}.yaml",
            path=f"{SETTING}.{secret}",
            found="another text",
            allowed=f"{words} is allowed: the proxies of {site} show it for {sites[site].network.domain}",
            hint=f"Run: pulumi config set --stack {stack} --secret --path '{SETTING}.{secret}' < FILE.pem",
        )
        for site, secret, mark, words in _wanted(sites)
        if secret in _values() and _values()[secret] != _STAND_IN and not _holds(str(_values()[secret]), mark)
    ]
    if problems:
        raise ConfigError(problems)


def _wanted(sites: Mapping[str, DockerSitePlan]) -> Iterator[tuple[str, str, str, str]]:
    for key, site in sorted(sites.items()):
        if (certificate := site.network.certificate) is not None:
            yield key, certificate.chain, *_PARTS["chain"]
            yield key, certificate.key, *_PARTS["key"]


def _holds(text: str, mark: str) -> bool:
    return mark in text and "ENCRYPTED" not in text


def _values() -> Mapping[str, Any]:
    given = pulumi.Config("poolwright").get_object("secrets")
    return cast("Mapping[str, Any]", given) if isinstance(given, dict) else {}
