"""The provider for docker without its transport: check, diff and the life of a resource on one host."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from poolwright.engine.sandbox.check import MISSING, Failure, near_miss, schema_failures
from poolwright.engine.sandbox.defaults import Naming, with_defaults
from poolwright.engine.sandbox.diff import deletes_before_replacing, differences
from poolwright.engine.sandbox.docker import container, images, lookups, networks
from poolwright.engine.sandbox.docker.engine_client import EngineClient
from poolwright.engine.sandbox.docker.force_new import WITHOUT_EFFECT, needs_new
from poolwright.engine.sandbox.docker.hosts import Host
from poolwright.engine.sandbox.docker.inputs import DEFAULTS, TYPES, value_failures
from poolwright.engine.sandbox.docker.making import Making
from poolwright.engine.sandbox.rules.rule import Action
from poolwright.engine.sandbox.schema import ResourceSchema, resource_schema
from poolwright.engine.sandbox.sdk_source import module_tokens
from poolwright.engine.sandbox.secrets import present
from poolwright.engine.sandbox.store import default_folder
from poolwright.engine.sandbox.subject import Checked, DiffResult, Known, NameWish, Refused, Subject
from poolwright.engine.sandbox.tokens import DOCKER
from poolwright.engine.sandbox.values import UNKNOWN, Path, Properties, objects, text, visible

if TYPE_CHECKING:
    # Faults bring the rules of aws along, which a plugin without a fault file needs for nothing.
    from poolwright.engine.sandbox.docker.faults import DockerFaults

_CREATE: Final[dict[str, Callable[[Making], tuple[str, Properties]]]] = {
    "docker.Container": container.create,
    "docker.Image": images.create_image,
    "docker.Network": networks.create_network,
    "docker.RemoteImage": images.create_remote_image,
    "docker.Tag": images.create_tag,
    "docker.Volume": networks.create_volume,
}
_NAMED: Final = ("docker.Network", "docker.Volume")


class DockerProvider:
    """One configured instance: a host and the engine that answers for it."""

    def __init__(self, host: Host, config: Properties, faults: DockerFaults | None = None) -> None:
        self.host = host
        self._client = EngineClient(host)
        self._registries = images.registries_of(config)
        self._faults = faults

    def check(self, subject: Subject, inputs: Properties, old_inputs: Properties, wish: NameWish) -> Checked:
        """Schema, defaults and a name, then what the provider and every engine say against the inputs alone."""
        schema = resource_schema(subject.token)
        if schema is None or subject.type not in TYPES:
            return Checked(inputs, [Failure("", _not_driven(subject, schema))])
        failures = [failure for failure in schema_failures(inputs, schema.inputs) if not _is_missing(failure)]
        if failures:
            return Checked(inputs, failures)
        naming = Naming(
            urn=subject.urn,
            logical_name=subject.name,
            creations=wish.seed,
            proposed=wish.proposed,
            disabled=wish.none,
        )
        filled = with_defaults(subject.type, schema, inputs, old_inputs, naming, DEFAULTS)
        failures = value_failures(subject.type, filled)
        if subject.type == "docker.Image":
            failures += [Failure("build.context", f"{path} is no folder") for path in images.context_failures(filled)]
            filled = images.with_context_digest(filled)
        return Checked(filled, failures)

    def diff(self, subject: Subject, old_inputs: Properties, new_inputs: Properties) -> DiffResult:
        """What an update would change."""
        schema = _schema(subject)
        found = differences(subject.type, schema, old_inputs, new_inputs, needs_new)
        named = "name" if subject.type in _NAMED else None
        # The provider lets a container go before its successor comes, whatever their names.
        first = subject.type == "docker.Container" or deletes_before_replacing(subject.type, named, new_inputs)
        return DiffResult(found, first)

    def preview_create(self, subject: Subject, inputs: Properties) -> Properties:
        """The outputs as far as they are known before the engine answers."""
        schema = _schema(subject)
        _require(schema, inputs)
        outputs = visible(inputs)
        for name in sorted(schema.computed | schema.settled):
            if outputs.get(name) is None:
                outputs[name] = UNKNOWN
        return outputs

    def create(self, subject: Subject, inputs: Properties, secrets: frozenset[Path]) -> Known:
        """Make the resource, or raise Refused with the engine's words."""
        _require(_schema(subject), inputs)
        with self._around(subject, Action.CREATE):
            made, outputs = _CREATE[subject.type](self._making(subject, inputs))
            is_image = subject.type == "docker.RemoteImage"
            remarks = images.image_remarks(self._client, inputs, outputs) if is_image else ()
        shown = present(secrets, outputs)
        return Known(made, outputs, inputs, shown, remarks=remarks, notes=self._published(subject, inputs))

    def read(self, subject: Subject, resource_id: str, state: Properties) -> Known | None:
        """The resource as it is now, after an import; None when it is gone."""
        return self.read_against(subject, resource_id, state, {})

    def read_against(self, subject: Subject, resource_id: str, state: Properties, inputs: Properties) -> Known | None:
        """The resource as it is now, and the inputs that it would have been made with."""
        making = self._making(subject, inputs)
        with self._around(subject, None):
            outputs = self._read(subject, making, resource_id, state)
        if outputs is None:
            return None
        seen: Properties = dict(inputs)
        looked_at = self._looked_at(subject, outputs)
        for name in inputs if inputs else looked_at:
            if name in looked_at:
                seen[name] = outputs[name]
        return Known(resource_id, outputs, seen, frozenset())

    def preview_update(
        self, subject: Subject, resource_id: str, state: Properties, inputs: Properties, secrets: frozenset[Path]
    ) -> Known:
        """The outputs as far as they are known before the engine answers; nothing changes."""
        schema = _schema(subject)
        kept = schema.computed | schema.settled
        outputs: Properties = {name: value for name, value in state.items() if name in kept}
        outputs.update(visible(inputs))
        if subject.type in ("docker.Image", "docker.RemoteImage"):
            outputs.update({name: UNKNOWN for name in ("imageId", "repoDigest") if name in schema.outputs})
        return Known(
            resource_id, outputs, inputs, present(secrets, outputs), self._without_effect(subject, state, inputs)
        )

    def update(
        self, subject: Subject, resource_id: str, state: Properties, inputs: Properties, secrets: frozenset[Path]
    ) -> Known:
        """Change the resource, or raise Refused with the engine's words."""
        making = self._making(subject, inputs)
        with self._around(subject, Action.UPDATE):
            if subject.type == "docker.Container":
                outputs = container.update(making, resource_id, state)
            else:
                _, outputs = _CREATE[subject.type](making)
        remarks = self._without_effect(subject, state, inputs)
        return Known(resource_id, outputs, inputs, present(secrets, outputs), remarks)

    def delete(self, subject: Subject, resource_id: str, state: Properties) -> None:
        """Remove the resource, or raise Refused; removing what is gone already is no mistake."""
        with self._around(subject, Action.DELETE):
            match subject.type:
                case "docker.Container":
                    container.delete(self._making(subject, state), resource_id, state)
                case "docker.Network":
                    networks.delete_network(self._client, resource_id)
                case "docker.Volume":
                    networks.delete_volume(self._client, resource_id)
                case "docker.RemoteImage":
                    images.delete_remote_image(self._client, state)
                case _:
                    # The provider leaves built images and tags where they are.
                    return

    def invoke(self, token: str, arguments: Properties) -> Properties | list[Failure]:
        """The answer of a data source."""
        return lookups.looked_up(token, Making(inputs=arguments, urn="", client=self._client, sandbox=default_folder()))

    def _read(self, subject: Subject, making: Making, resource_id: str, state: Properties) -> Properties | None:
        inputs = making.inputs or state
        match subject.type:
            case "docker.Container":
                return container.read(replace(making, inputs=inputs), resource_id, state)
            case "docker.Network":
                shown = networks.inspected_network(self._client, resource_id)
                return None if shown is None else networks.network_outputs(inputs, shown)
            case "docker.Volume":
                shown = networks.inspected_volume(self._client, resource_id)
                return None if shown is None else networks.volume_outputs(inputs, shown)
            case "docker.RemoteImage":
                return images.read_remote_image(self._client, inputs, state)
            case "docker.Image":
                shown = images.inspected_image(self._client, resource_id)
                return None if shown is None else images.image_outputs(inputs, shown)
            case _:
                return state

    def _looked_at(self, subject: Subject, outputs: Properties) -> frozenset[str]:
        """The inputs that somebody can have changed outside, which a refresh shows."""
        match subject.type:
            case "docker.Container":
                return frozenset(CHANGED_OUTSIDE) & outputs.keys()
            case "docker.Network" | "docker.Volume" | "docker.RemoteImage":
                return frozenset({"name", "driver", "internal"}) & outputs.keys()
            case _:
                return frozenset()

    def _published(self, subject: Subject, inputs: Properties) -> tuple[str, ...]:
        """Where a stood-in host's ports are to be found."""
        if subject.type != "docker.Container" or not self.host.stood_in or not inputs.get("ports"):
            return ()
        stack = self._making(subject, inputs).stack
        told = [
            f"{self.host.published_at(text(port.get('ip')), stack)}:{port.get('external') or '(a free port)'}"
            for port in objects(inputs.get("ports"))
        ]
        return (f"{self.host.name} is stood in for: published at {', '.join(told)}",)

    def _without_effect(self, subject: Subject, state: Properties, inputs: Properties) -> tuple[str, ...]:
        """What a changed input of a container does not change."""
        if subject.type != "docker.Container":
            return ()
        changed = sorted(name for name in WITHOUT_EFFECT & inputs.keys() if inputs[name] != state.get(name))
        if not changed:
            return ()
        names = ", ".join(changed)
        return (
            f"pulumi-docker keeps {names} of a container that exists as it was made: the new value holds from the next "
            f"replacement on; replace_on_changes={changed} makes one",
        )

    def _around(self, subject: Subject, action: Action | None) -> contextlib.AbstractContextManager[None]:
        if self._faults is None:
            return contextlib.nullcontext()
        return self._faults.around(subject.type, subject.name, action)

    def _making(self, subject: Subject, inputs: Properties) -> Making:
        return Making(
            inputs=visible(inputs),
            urn=subject.urn,
            client=self._client,
            sandbox=default_folder(),
            registries=self._registries,
        )


CHANGED_OUTSIDE: Final = (
    "cpuSet",
    "cpuShares",
    "cpus",
    "image",
    "maxRetryCount",
    "memory",
    "memoryReservation",
    "memorySwap",
    "name",
    "restart",
)


def _schema(subject: Subject) -> ResourceSchema:
    schema = resource_schema(subject.token)
    if schema is None or subject.type not in TYPES:
        raise Refused(_not_driven(subject, schema))
    return schema


def _is_missing(failure: Failure) -> bool:
    """Whether a property is missing, which Check passes over.

    In an `up` that goes on after a failure, Check is not shown what the failed resource would have answered, and a
    refusal would end the program with all that it has not made yet.
    """
    return failure.reason == MISSING


def _require(schema: ResourceSchema, inputs: Properties) -> None:
    missing = [failure for failure in schema_failures(visible(inputs), schema.inputs) if _is_missing(failure)]
    if missing:
        raise Refused("; ".join(f"{failure.path}: {failure.reason}" for failure in missing))


def _not_driven(subject: Subject, schema: ResourceSchema | None) -> str:
    driven = ", ".join(name.partition(".")[2] for name in TYPES)
    if schema is None:
        return f"unknown resource type {subject.token!r}.{near_miss(subject.token, module_tokens(f'{DOCKER}:index'))}"
    return f"the sandbox does not drive {subject.token}; of pulumi-docker it drives {driven}"
