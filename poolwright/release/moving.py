"""What a promotion moves: the source's release, and the target's lock for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from poolwright.release.account import KnownImage
from poolwright.release.release import Proven, Release, key_paths, read_release, release_of, stack_release
from poolwright.release.revision import last_commit, stacks_at, texts_before
from poolwright.release.undeclared import own_files
from poolwright.review.gate_facts import ImageUse
from poolwright.review.promotion import ImageRow
from solver.demand.release_overlay import release_path, shared_part
from solver.errors import ConfigError, DemandError, LockError
from solver.inputs import StackInputs, shown
from solver.plan.docker import DockerSitePlan
from solver.plan.images import OWN_REPOSITORY, PROXY_IMAGE, BuiltImage, image_key
from solver.plan.lock import Lock, digest_of, lock_in, lock_of, read_lock
from solver.plan.plan import MODEL_VERSION, Plan, ReleaseInput

Solve = Callable[[StackInputs], Plan]
"""Solves for a stack's inputs, beside the lock that stands."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """One stack of a promotion, as its files are."""

    name: str
    path: Path
    """Its file."""
    inputs: StackInputs
    lock: Lock | None
    """None: it has none yet."""
    lock_digest: str
    """Empty without a lock."""
    release: Release | None
    """The one that its files have."""

    @property
    def stale(self) -> tuple[str, ...]:
        """What changed since its lock was written; empty without a lock."""
        if self.lock is None:
            return ()
        mine = self.inputs.loaded.release
        return self.lock.stale_inputs(
            demand=self.inputs.loaded.digest,
            catalog=self.inputs.catalog_digest,
            release=None if mine is None else mine.digest,
        )


def side_of(name: str, path: Path, inputs: StackInputs, *, needs_lock: bool) -> Side:
    """A stack with its lock and release; StaleError where a lock is needed and there is none."""
    lock = None
    if needs_lock or inputs.lock_path.exists():
        lock = read_lock(inputs.lock_path, shown_as=shown(inputs.lock_path))
    digest = ""
    if lock is not None:
        text = inputs.lock_path.read_text(encoding="utf-8")
        digest = digest_of(text, file=shown(inputs.lock_path), stack=name)
    return Side(name=name, path=path, inputs=inputs, lock=lock, lock_digest=digest, release=stack_release(path))


def next_release(source: Side, target: str, own: tuple[str, ...], root: Path) -> Release:
    """The source's release, written for the target: with the images of its lock, and where it ran before."""
    assert source.lock is not None
    commit = last_commit(root, [*source.inputs.loaded.files, source.inputs.lock_path])
    here = Proven(stack=source.name, lock=source.lock_digest, revision=None if commit is None else commit.revision)
    made = release_of(target, source.inputs.loaded.tree, own=own, images=source.lock.images)
    before = source.release.proven if source.release is not None and source.release.release == made.release else ()
    proven = (*(each for each in before if each.stack != source.name), here)
    release = release_of(target, source.inputs.loaded.tree, own=own, images=source.lock.images, proven=proven)
    return _released_before(release, release_path(source.path.with_name(f"{target}.yaml")), root) or release


def _released_before(release: Release, path: Path, root: Path) -> Release | None:
    """The same release with the same proofs, as git has it for the target: a later revision of them is no news."""
    for text in texts_before(root, path):
        if f"\nrelease: {release.release}\n" not in text and f'\nrelease: "{release.release}"\n' not in text:
            continue
        with TemporaryDirectory() as folder:
            file = Path(folder) / path.name
            file.write_text(text, encoding="utf-8")
            try:
                found = read_release(file)
            except ConfigError:
                continue  # Of another version of poolwright, or edited.
        if _proofs(found) == _proofs(release):
            return found
    return None


def _proofs(release: Release) -> list[tuple[str, str]]:
    return [(each.stack, each.lock) for each in release.proven]


def shared_before(target: Side, own: tuple[str, ...], root: Path) -> dict[str, Any] | None:
    """What the target has of what a release moves; None where nobody knows.

    Before its first release, its files move with those that it inherits: what its lock was made of is what git has
    beside the lock.
    """
    tree = target.inputs.loaded.tree
    if target.release is None and target.stale:
        commit = last_commit(root, [target.inputs.lock_path])
        if commit is None:
            return None
        with stacks_at(root, commit.revision) as folder:
            if folder is None:
                return None
            try:
                tree, _ = own_files(folder / target.path.name)
            except DemandError:
                return None
    return cast("dict[str, Any]", shared_part(tree, key_paths(own)).plain())


def next_lock(
    inputs: StackInputs, target: Side, release: Release, root: Path, solve: Solve
) -> tuple[Lock, Plan | None]:
    """The target's lock for the release, and the plan where it was solved.

    Sizes that were approved for the same inputs before are taken as they are: those that stand, or that git has. So a
    release that comes back brings the lock of then, though a plan from other sizes might keep some of those.
    """
    named = ReleaseInput(id=release.release, digest=release.digest)
    wanted = (inputs.loaded.digest, inputs.catalog_digest, MODEL_VERSION)
    made = _approved_for(target.lock, wanted) or _approved_before(target, wanted, root)
    plan = None
    if made is None:
        plan = solve(inputs)
        made = lock_of(plan)
    changed = {
        "inputs": made.inputs.model_copy(update={"release": named}),
        "images": needed_images(release, made),
    }
    return made.model_copy(update=changed), plan


def _approved_for(lock: Lock | None, wanted: tuple[str, str, str]) -> Lock | None:
    if lock is None or (lock.inputs.demand, lock.inputs.catalog, lock.inputs.model) != wanted:
        return None
    return lock


def _approved_before(target: Side, wanted: tuple[str, str, str], root: Path) -> Lock | None:
    """The newest lock of the target that git has for these inputs."""
    demand, catalog, _ = wanted
    for text in texts_before(root, target.inputs.lock_path):
        if demand not in text or catalog not in text:
            continue
        try:
            found = _approved_for(lock_in(text, file=shown(target.inputs.lock_path), stack=target.name), wanted)
        except LockError:
            continue  # Of another version of poolwright, or edited: it approves nothing.
        if found is not None:
            return found
    return None


def needed_images(release: Release, lock: Lock) -> dict[str, BuiltImage]:
    """The release's images that a lock needs; that of the proxy has no variant."""
    wanted = {key for key, _, _, _ in runs_in(lock)}
    return {key: built for key, built in release.images.items() if key in wanted or key == PROXY_IMAGE}


def runs_in(lock: Lock) -> Iterator[tuple[str, str, str | None, str | None]]:
    """`workload.variant`, site, address and digest of each image of a lock's services and jobs, sidecars too."""
    for key, site in sorted(lock.plan_to_build().sites.items()):
        if isinstance(site, DockerSitePlan):
            for service in site.services:
                for variant in service.variants:
                    yield image_key(service.key, variant.key), key, variant.image_reference, variant.image_digest
            continue
        for service in site.compute.services:
            for variant in service.variants:
                yield image_key(service.key, variant.key), key, variant.image_reference, variant.image_digest
            for beside in service.sidecars:
                name = f"{service.key} sidecar {beside.key}"
                yield name, key, beside.image_reference, beside.image_digest
        for job in site.compute.jobs:
            variant = job.variant
            yield image_key(job.key, variant.key), key, variant.image_reference, variant.image_digest


def image_uses(lock: Lock, known: Callable[[str, str, str], KnownImage] | None) -> tuple[ImageUse, ...]:
    """What runs once the lock is built; `known` asks the source's registry by site, workload and digest."""
    found: dict[str, ImageUse] = {}
    for name, site, reference, digest in runs_in(lock):
        told = KnownImage()
        if known is not None and reference is None and digest is not None:
            told = known(site, name.partition(".")[0], digest)
        where = reference or f"an image of {lock.stack}'s own repository"
        use = ImageUse(
            name=name,
            image=where,
            digest=digest,
            evidence=told.words,
            refused=told.refused,
            own=reference is None,
            proofs=told.proofs,
        )
        found.setdefault(name, use)
    return tuple(found[name] for name in sorted(found))


def image_rows(uses: tuple[ImageUse, ...], standing: Lock | None) -> tuple[ImageRow, ...]:
    """The images, and which of them the target did not run before."""
    before = {} if standing is None else {name: (ref, digest) for name, _, ref, digest in runs_in(standing)}
    return tuple(
        ImageRow(
            name=each.name,
            image=each.image,
            digest=each.digest,
            changed=before.get(each.name, ("", "")) != (_reference(each), each.digest),
            evidence=each.refused or each.evidence,
        )
        for each in uses
    )


def _reference(use: ImageUse) -> str | None:
    return None if use.image.startswith("an image of ") else use.image


def needs_of(lock: Lock, standing: Lock | None, source: str) -> tuple[str, ...]:
    """What has to be there in the target before `up`."""
    before = {} if standing is None else _secrets(standing)
    secrets = _secrets(lock)
    found = [
        f"secret {name}, for {', '.join(sorted(secrets[name]))}: give it a value in {lock.stack}"
        for name in sorted(secrets)
        if name not in before
    ]
    for key, built in sorted(lock.images.items()):
        if built.repository == OWN_REPOSITORY:
            digest = (built.digest or built.image_id)[:19]
            found.append(f"image {key} ({digest}): copy it from {source}'s repository to {lock.stack}'s")
        elif built.repository is None:
            found.append(f"image {key} ({built.image_id[:19]}) is in no registry: the engines of {lock.stack} need it")
    return tuple(found)


def _secrets(lock: Lock) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for site in lock.aws_sites.values():
        for workload in (*site.compute.services, *site.compute.jobs):
            for name in workload.secrets.values():
                found.setdefault(name, set()).add(workload.key)
    for site in lock.docker_sites.values():
        for service in site.services:
            for name in service.secrets.values():
                found.setdefault(name, set()).add(service.key)
    return found
