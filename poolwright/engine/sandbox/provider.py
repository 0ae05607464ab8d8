"""The provider without its transport: check, diff and the life of a resource, over schema, rules and store."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path as FilePath

from poolwright.engine.sandbox.check import Failure, near_miss, schema_failures
from poolwright.engine.sandbox.cloud import Cloud, region_of
from poolwright.engine.sandbox.defaults import Naming, name_rule, with_defaults
from poolwright.engine.sandbox.diff import deletes_before_replacing, differences
from poolwright.engine.sandbox.faults import Fault, FaultKind, Faults, Struck
from poolwright.engine.sandbox.identity import Identity, is_region
from poolwright.engine.sandbox.keys import SETTINGS, resource_key
from poolwright.engine.sandbox.launches import FACT, interrupted, launched
from poolwright.engine.sandbox.outputs.generic import created_outputs, previewed_outputs
from poolwright.engine.sandbox.outputs.making import Making
from poolwright.engine.sandbox.project import inputs_seen
from poolwright.engine.sandbox.rules.rule import Action, Change, Refusal, invalid_inputs, refusal_of, remarks_on
from poolwright.engine.sandbox.schema import ResourceSchema, resource_schema
from poolwright.engine.sandbox.sdk_source import module_tokens
from poolwright.engine.sandbox.secrets import hidden, present, revealed
from poolwright.engine.sandbox.store import Resource, Store
from poolwright.engine.sandbox.subject import Checked, DiffResult, Known, NameWish, Refused, Subject
from poolwright.engine.sandbox.tokens import kind_of, service_of
from poolwright.engine.sandbox.updates import updated_outputs
from poolwright.engine.sandbox.values import Path, Properties, fields, is_known, text, visible


class Provider:
    """One configured instance: an identity and its account's store."""

    def __init__(self, identity: Identity, root: FilePath, faults: tuple[Fault, ...] = ()) -> None:
        self.identity = identity
        self.store = Store(root, identity.account)
        self.cloud = Cloud(self.store, identity)
        self._faults = Faults(faults, self.store)
        self._faults.outside()
        self.news = tuple(self._interruptions())
        """By URN, what became of machines of groups since the last command."""

    def check(self, subject: Subject, inputs: Properties, old_inputs: Properties, wish: NameWish) -> Checked:
        """Schema, region, default tags and names, then what AWS says against the inputs alone."""
        schema = resource_schema(subject.token)
        if schema is None:
            return Checked(inputs, [Failure("", _unknown_type(subject.token))])
        failures = schema_failures(inputs, schema.inputs)
        if failures:
            return Checked(inputs, failures)
        naming = Naming(
            urn=subject.urn,
            logical_name=subject.name,
            creations=self.store.creations(subject.urn),
            proposed=wish.proposed,
            disabled=wish.none,
        )
        filled = with_defaults(subject.type, schema, self._placed(schema, inputs), old_inputs, naming)
        refusals = invalid_inputs(subject.type, filled)
        return Checked(filled, [Failure(no.property, f"{no.code}: {no.message}") for no in refusals])

    def diff(self, subject: Subject, old_inputs: Properties, new_inputs: Properties) -> DiffResult:
        """What an update would change."""
        schema = _schema(subject)
        found = differences(subject.type, schema, old_inputs, new_inputs)
        rule = name_rule(subject.type, schema)
        first = deletes_before_replacing(subject.type, None if rule is None else rule.property, new_inputs)
        return DiffResult(found, first)

    def preview_create(self, subject: Subject, inputs: Properties) -> Properties:
        """The outputs as far as they are known before the cloud answers."""
        return previewed_outputs(visible(inputs), _schema(subject))

    def create(self, subject: Subject, inputs: Properties, secrets: frozenset[Path]) -> Known:
        """Make the resource, or raise Refused with AWS's words."""
        schema = _schema(subject)
        with self._faults.delayed(subject.type, subject.name, Action.CREATE), self.store.exclusive():
            making = self._making(subject, inputs)
            change = Change(action=Action.CREATE, type=subject.type, inputs=making.inputs)
            self._ask(subject, change, making.cloud)
            outputs = created_outputs(making, schema)
            resource_id = str(outputs.pop("id"))
            region = region_of(subject.type, making.region)
            there = self.store.get(subject.type, resource_key(subject.type, region, resource_id, outputs))
            if there is not None and subject.type not in SETTINGS:
                raise Refused(_spoken(subject, Action.CREATE, _exists(subject, resource_id)))
            kept = present(secrets, outputs)
            # Counted first: a plugin that is killed in between has skipped an id, and never gives one twice.
            self.store.count_creation(subject.urn)
            made = Resource(
                type=subject.type,
                id=resource_id,
                region=region,
                urn=subject.urn,
                inputs=hidden(inputs, secrets, resource_id),
                outputs=hidden(outputs, kept, resource_id),
                facts={"seed": making.seed},
            )
            return self._put(subject, change, made, Known(resource_id, outputs, inputs, kept), making.cloud)

    def read(self, subject: Subject, resource_id: str, state: Properties) -> Known | None:
        """The resource as it is now; None when it is gone. `state` has the secrets that the store keeps as digests."""
        found = self._find(subject, resource_id, state)
        if found is None:
            return None
        outputs, secrets = revealed(found.outputs, state, resource_id)
        stored, hidden_inputs = revealed(found.inputs, state, resource_id)
        inputs = inputs_seen(stored, outputs, _schema(subject).inputs)
        return Known(resource_id, outputs, inputs, secrets | hidden_inputs)

    def preview_update(
        self, subject: Subject, resource_id: str, state: Properties, inputs: Properties, secrets: frozenset[Path]
    ) -> Known:
        """The outputs as far as they are known before the cloud answers; nothing changes."""
        outputs = updated_outputs(subject.type, _schema(subject), state, inputs)
        return Known(resource_id, outputs, inputs, present(secrets, outputs))

    def update(
        self, subject: Subject, resource_id: str, state: Properties, inputs: Properties, secrets: frozenset[Path]
    ) -> Known:
        """Change the resource, or raise Refused with AWS's words."""
        schema = _schema(subject)
        with self._faults.delayed(subject.type, subject.name, Action.UPDATE), self.store.exclusive():
            existing = self._find(subject, resource_id, state)
            if existing is None:
                raise Refused(_spoken(subject, Action.UPDATE, _missing(subject, resource_id)))
            seed = text(existing.facts.get("seed")) or resource_id
            making = replace(self._making(subject, inputs), seed=seed, old=existing.outputs)
            change = Change(action=Action.UPDATE, type=subject.type, inputs=making.inputs, existing=existing)
            self._ask(subject, change, making.cloud)
            outputs = created_outputs(making, schema)
            outputs.pop("id")
            kept = present(secrets, outputs)
            changed = replace(
                existing,
                inputs=hidden(inputs, secrets, resource_id),
                outputs=hidden(outputs, kept, resource_id),
            )
            return self._put(subject, change, changed, Known(resource_id, outputs, inputs, kept), making.cloud)

    def delete(self, subject: Subject, resource_id: str, state: Properties) -> None:
        """Remove the resource, or raise Refused; removing what is gone already is no mistake."""
        with self._faults.delayed(subject.type, subject.name, Action.DELETE), self.store.exclusive():
            existing = self._find(subject, resource_id, state)
            if existing is None:
                return
            inputs = visible(existing.inputs)
            change = Change(action=Action.DELETE, type=subject.type, inputs=inputs, existing=existing)
            cloud = self._cloud_of(inputs)
            self._ask(subject, change, cloud)
            self.store.delete(existing)
            self._answer(subject, change, cloud)

    def _ask(self, subject: Subject, change: Change, cloud: Cloud) -> None:
        try:
            self._faults.before(change, subject.name, cloud)
        except Struck as fault:
            raise Refused(_spoken(subject, change.action, fault)) from None
        refusal = refusal_of(change, cloud)
        if refusal is not None:
            raise Refused(_spoken(subject, change.action, refusal))

    def _put(self, subject: Subject, change: Change, resource: Resource, known: Known, cloud: Cloud) -> Known:
        """Writes what AWS has made or changed, and what is to be said of it."""
        said = tuple(remarks_on(change, cloud))
        group = launched(resource, cloud, self._faults) if subject.type == "autoscaling.Group" else None
        if group is None:
            self.store.put(resource)
        else:
            self.store.put(replace(resource, facts={**resource.facts, FACT: group.machines}))
            reasons = tuple(_waiting(subject, known.id, words) for words in group.missing)
            known = replace(known, unready=reasons)
            said += group.remarks
        self._answer(subject, change, cloud)
        return replace(known, remarks=said)

    def _answer(self, subject: Subject, change: Change, cloud: Cloud) -> None:
        try:
            self._faults.after(change, subject.name, cloud)
        except Struck as fault:
            raise Refused(_spoken(subject, change.action, fault)) from None

    def _interruptions(self) -> Iterator[tuple[str, str]]:
        """What AWS does to spot machines between two commands, and what their groups do about it."""
        if not self._faults.of(FaultKind.SPOT_INTERRUPTION):
            return
        with self.store.exclusive():
            for group in self.store.all("autoscaling.Group"):
                now = interrupted(group, self.cloud.in_region(group.region), self._faults)
                if now is not None:
                    self.store.put(replace(group, facts={**group.facts, FACT: now.machines}))
                    yield from ((group.urn, remark) for remark in now.remarks)

    def _find(self, subject: Subject, resource_id: str, state: Properties) -> Resource | None:
        """The resource that an id and Pulumi's state mean; an import has the id alone."""
        cloud = self._cloud_of(state)
        region = region_of(subject.type, cloud.region)
        found = self.store.get(subject.type, resource_key(subject.type, region, resource_id, state))
        return found or cloud.get(subject.type, resource_id)

    def _cloud_of(self, inputs: Properties) -> Cloud:
        region = text(inputs.get("region"))
        return self.cloud.in_region(region) if region is not None and is_region(region) else self.cloud

    def _making(self, subject: Subject, inputs: Properties) -> Making:
        count = self.store.creations(subject.urn)
        seed = hashlib.sha256(f"{self.identity.account}\0{subject.urn}\0{count}".encode()).hexdigest()
        return Making(
            type=subject.type,
            urn=subject.urn,
            name=subject.name,
            inputs=visible(inputs),
            seed=seed,
            cloud=self._cloud_of(inputs),
        )

    def _placed(self, schema: ResourceSchema, inputs: Properties) -> Properties:
        """The inputs with the provider's region and its default tags, as pulumi-aws adds them before its own check."""
        placed = dict(inputs)
        if "region" in schema.inputs and placed.get("region") is None:
            placed["region"] = self.identity.region
        if "tags" in schema.inputs and "tagsAll" in schema.outputs:
            own = placed.get("tags")
            placed["tagsAll"] = {**self.identity.default_tags, **fields(own)} if is_known(own) else own
        return placed


def _schema(subject: Subject) -> ResourceSchema:
    schema = resource_schema(subject.token)
    if schema is None:
        raise Refused(_unknown_type(subject.token))
    return schema


def _unknown_type(token: str) -> str:
    module = token.split(":")[1].partition("/")[0] if token.count(":") == 2 else ""
    return f"unknown resource type {token!r}.{near_miss(token, module_tokens(module))}"


def _waiting(subject: Subject, resource_id: str, words: str) -> str:
    return f"waiting for Auto Scaling Group ({resource_id}) capacity satisfied: scaling activity: Failed: {words}"


def _spoken(subject: Subject, action: Action, refusal: Refusal | Struck) -> str:
    service = service_of(subject.type)
    return f"{action.value} {service} {kind_of(subject.type)} ({subject.name}): operation error {service}: {refusal}"


def _exists(subject: Subject, resource_id: str) -> Refusal:
    return Refusal("ResourceAlreadyExistsException", f"{kind_of(subject.type)} {resource_id} already exists")


def _missing(subject: Subject, resource_id: str) -> Refusal:
    return Refusal("ResourceNotFoundException", f"{kind_of(subject.type)} {resource_id} does not exist")
