"""What becomes of each key of a stack file when a release moves: shared, scaled or local, declared once as data.

A release carries the shared keys of workloads and of storage claims, and no others. A row names a key by its path from
the root, with `*` for a name of the user's own, and speaks for all that lies below it. A key that no row names and of
which rows name parts (`workloads.*.deployment`) is there where the release has it; its parts are each their own row's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum

ANY = "*"
"""Stands for a name of the user's own: a workload, a claim."""
SECTIONS = ("workloads", "storage")
"""The parts of a stack file that have shared keys."""


class KeyClass(StrEnum):
    """Whose a key is."""

    SHARED = "shared"
    """The application's: it moves with a release, and means the same in every stack."""
    SCALED = "scaled"
    """How much and how well: each stack has its own number or guarantee."""
    LOCAL = "local"
    """Of the place: regions, networks, accounts, names that exist there, how long something is kept."""


def _rows(kind: KeyClass, above: str, names: str) -> Iterator[tuple[str, KeyClass]]:
    for name in names.split():
        yield f"{above}{name}", kind


KEY_CLASSES: dict[str, KeyClass] = dict(
    (
        *_rows(
            KeyClass.LOCAL,
            "",
            "stack description owner cost_centre tags time_zone week_of sites locations backup secrets compliance ci "
            "permissions_boundary purchase limits carbon monitoring smoke autopilot data_protection cross_zone_share "
            "machine_starts_per_week",
        ),
        # What an application is, and what one replica of it needs.
        *_rows(
            KeyClass.SHARED,
            "workloads.*.",
            "kind description image command port protocol exposure path health_check environment secrets uses calls "
            "apart_from latency variants sidecars log_errors",
        ),
        # How much of it, and how safe.
        *_rows(
            KeyClass.SCALED,
            "workloads.*.",
            "load load_from headroom max_utilisation replicas survive max_per_machine interruptible_share spot_pools "
            "request_kib response_kib max_latency_ms logs_gib_per_month work window workers max_parallel attempts",
        ),
        *_rows(KeyClass.LOCAL, "workloads.*.", "site sites host_labels log_retention_days"),
        *_rows(KeyClass.SHARED, "workloads.*.deployment.", "strategy bake_minutes step_percent step_minutes"),
        *_rows(KeyClass.SHARED, "workloads.*.deployment.roll_back_on.", "error_share latency_ms"),
        # Alarms and functions are an account's.
        *_rows(KeyClass.LOCAL, "workloads.*.deployment.", "hooks"),
        *_rows(KeyClass.LOCAL, "workloads.*.deployment.roll_back_on.", "alarms"),
        *_rows(KeyClass.SHARED, "workloads.*.scaling.metric.", "namespace name statistic of per"),
        *_rows(KeyClass.LOCAL, "workloads.*.scaling.metric.", "dimensions"),
        *_rows(KeyClass.SCALED, "workloads.*.scaling.", "scale_in scale_out_seconds scale_in_seconds"),
        *_rows(KeyClass.SHARED, "storage.*.", "kind description attach mount bucket prefix compress"),
        *_rows(
            KeyClass.SCALED,
            "storage.*.",
            "size iops throughput_mibps written_gib_per_month object_mib access cold_share read_gib_per_month "
            "write_gib_per_month peak_mibps",
        ),
        *_rows(
            KeyClass.LOCAL,
            "storage.*.",
            "site sites retention_days versioned noncurrent_days zone_loss_tolerant object_lock replication inventory "
            "backup",
        ),
    )
)
"""Each key's class, by its path."""


def class_of(path: Sequence[str]) -> KeyClass | None:
    """The class of a key, or of the key above it that a row names; None for one that has rows below it, or none."""
    for length in range(1, len(path) + 1):
        # Names of the user's own stand in the second place of a path only.
        pattern = [ANY if place == 1 and path[0] in SECTIONS else step for place, step in enumerate(path[:length])]
        found = KEY_CLASSES.get(".".join(pattern))
        if found is not None:
            return found
    return None


def is_above(path: Sequence[str]) -> bool:
    """Whether rows name parts of this key."""
    pattern = ".".join(ANY if place == 1 and path[0] in SECTIONS else step for place, step in enumerate(path))
    return not pattern or any(row.startswith(f"{pattern}.") for row in KEY_CLASSES)


def matches(pattern: Sequence[str], path: Sequence[str]) -> bool:
    """Whether a path is what a pattern names, or lies below it; `*` stands for any one step."""
    return len(path) >= len(pattern) and all(
        want in (ANY, step) for want, step in zip(pattern, path[: len(pattern)], strict=True)
    )


def leads_to(path: Sequence[str], pattern: Sequence[str]) -> bool:
    """Whether what a pattern names lies below a path."""
    return len(path) < len(pattern) and all(
        want in (ANY, step) for want, step in zip(pattern[: len(path)], path, strict=True)
    )
