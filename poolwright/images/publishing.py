"""Puts built images into a registry, and learns the digests by which machines pull them."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from poolwright.images.building import HASH_LENGTH
from poolwright.images.engine import asking
from poolwright.images.wanted import Wanted
from solver.errors import CloudError, ConfigError, EngineError, Problem
from solver.plan.images import OWN_REPOSITORY, BuiltImage, image_key
from solver.plan.lock import Lock

Say = Callable[[str], None]

_REGISTRY: Final = re.compile(r"^[a-z0-9][a-z0-9.-]*(:[0-9]{1,5})?(/[a-z0-9][a-z0-9._-]*)*$")


@dataclass(frozen=True)
class Target:
    """A repository to push to, and who is let in there."""

    repository: str
    login: dict[str, str] | None = None
    """For ECR; others are in Docker's own settings."""


def refuse_registry(name: str) -> None:
    """ConfigError for a name that is no registry's."""
    if not _REGISTRY.match(name):
        raise ConfigError(
            [
                Problem(
                    file="",
                    path="--push",
                    found=name,
                    allowed=f"{OWN_REPOSITORY}, or a registry like registry.example.com/team is allowed",
                )
            ]
        )


def targets(registry: str, wanted: Wanted, lock: Lock) -> list[Target]:
    """Where an image goes: one repository, or that of each site of AWS which runs the workload."""
    if registry != OWN_REPOSITORY:
        return [Target(f"{registry}/{lock.stack}/{wanted.workload}")]
    return [_own(lock.stack, site, region, wanted.workload) for site, region in _sites(wanted.key, lock)]


def pushed(built: BuiltImage, wanted: Wanted, *, registry: str, lock: Lock, client: Any, say: Say) -> BuiltImage:
    """The image with its place and digest there; one that has them already is not pushed again."""
    place = registry if registry == OWN_REPOSITORY else f"{registry}/{lock.stack}/{wanted.workload}"
    if built.digest is not None and built.repository == place:
        return built
    digests = {_push(client, built, target, say) for target in targets(registry, wanted, lock)}
    if len(digests) > 1:
        raise EngineError(f"{wanted.key}: registries gave it several digests: {', '.join(sorted(digests))}")
    if not digests:
        return built
    return built.model_copy(update={"repository": place, "digest": digests.pop()})


def _push(client: Any, built: BuiltImage, target: Target, say: Say) -> str:
    tag = built.context[:HASH_LENGTH]
    say(f"pushing {target.repository}:{tag}")
    digest: str | None = None
    with asking(f"{target.repository} can't be pushed to"):
        client.api.tag(built.image_id, target.repository, tag)
        login = {} if target.login is None else {"auth_config": target.login}
        for answer in client.api.push(target.repository, tag=tag, stream=True, decode=True, **login):
            if "error" in answer:
                raise EngineError(
                    f"{target.repository} can't be pushed to: {answer['error']}", hint=_hint(answer["error"], target)
                )
            digest = answer.get("aux", {}).get("Digest", digest)
    if digest is None:
        raise EngineError(f"{target.repository}: the registry gave no digest")
    return digest


def _hint(error: str, target: Target) -> str:
    if target.login is None:
        return "docker login tells Docker who you are there"
    if re.search(r"does not exist|name unknown|repository .*not found", error):
        return "The stack's first `up` makes its repositories"
    if "immutable" in error:
        return "Another image has that tag there already: build anew, or delete it in ECR"
    return "Your identity needs a policy that allows ecr:PutImage and the upload of layers there"


def _sites(key: str, lock: Lock) -> Iterator[tuple[str, str]]:
    for name, site in sorted(lock.aws_sites.items()):
        services = [(service.key, each.key) for service in site.compute.services for each in service.variants]
        jobs = [(job.key, job.variant.key) for job in site.compute.jobs]
        if any(image_key(*each) == key for each in (*services, *jobs)):
            yield name, site.region


def _own(stack: str, site: str, region: str, workload: str) -> Target:
    """The stack's own repository in ECR, with a password for some hours that AWS gives to who may push."""
    try:
        import boto3
    except ImportError as error:
        raise ConfigError(
            [
                Problem(
                    file="",
                    path="--push",
                    found=OWN_REPOSITORY,
                    allowed="AWS's SDK is needed for that",
                    hint="pip install 'poolwright[aws]'",
                )
            ]
        ) from error
    sdk: Any = boto3
    try:
        given = sdk.client("ecr", region_name=region).get_authorization_token()["authorizationData"][0]
    except Exception as error:  # what boto3 raises has no class of its own in common
        raise CloudError(f"ECR in {region} gives no password: {error}") from error
    user, _, password = base64.b64decode(given["authorizationToken"]).decode().partition(":")
    registry = str(given["proxyEndpoint"]).removeprefix("https://")
    return Target(f"{registry}/{stack}/{site}/{workload}", {"username": user, "password": password})
