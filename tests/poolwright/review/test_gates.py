"""Each gate says yes and no for its own reason, in one order, and a no can be answered for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from poolwright.review.gate import GateAnswer, GateResult, Overrule
from poolwright.review.gate_facts import Facts, ImageUse, PromotionFacts, QuotaUse, Runs, Undeclared
from poolwright.review.gates import GATES, gates_of
from poolwright.review.review import Caution, Word
from solver.demand.promotion import ChangeWindow
from solver.vocabulary import GateId, ImageProof, Weekday
from tests.poolwright.checks.estate import shipped
from tests.poolwright.review.reviews import lock_of_shipped

ZONE = ZoneInfo("America/New_York")
LOCK = f"sha256:{'1' * 64}"
OLD = Caution(
    resource="main-storage-old",
    type="aws:s3/bucket:Bucket",
    word=Word.DELETE,
    because=(),
    holds_data=True,
    protected=False,
)
SETTING = OLD.model_copy(update={"setting": True, "holds_data": False})
PINNED = ImageUse(
    name="shop.cpu",
    image="r/shop",
    digest=f"sha256:{'2' * 64}",
    evidence="scan complete, signed",
    own=True,
    proofs=frozenset(ImageProof),
)
QUOTA = QuotaUse(site="main", family="g", purchase="spot", planned=64, most=96, quota=80, told_by="AWS")


def facts(**changed: Any) -> Facts:
    """Facts of a promotion to dev, as if it had stacks before it: with nothing against it."""
    demand = shipped("dev").demand
    assert demand is not None
    moved = PromotionFacts(
        source="lab",
        target="dev",
        release="a" * 12,
        order=("lab", "dev", "prod"),
        proven=("lab",),
        differences=(),
        source_lock=LOCK,
        source_stale=(),
        target_stale=(),
        runs=Runs(lock_digest=LOCK, healthy=True, words=", 3 smoke tests passed"),
        since=datetime(2026, 11, 2, 10, 0, tzinfo=ZONE),
        soak_hours=24,
        moment=datetime(2026, 11, 4, 10, 5, tzinfo=ZONE),
        standing_usd_per_month=200.0,
        rise_percent=10,
        rise_usd_per_month=100,
        images=(PINNED,),
        image_proofs=tuple(ImageProof),
        window=ChangeWindow(opens="09:00", closes="16:00"),  # pyright: ignore[reportArgumentType]
        approvals=1,
        approvers=("ann", "bob"),
        approved_by=("ann",),
        by="bob",
    )
    of_stack = {name: changed.pop(name) for name in list(changed) if name in Facts.__dataclass_fields__}
    whole = Facts(
        lock=lock_of_shipped("dev"),
        lock_digest=LOCK,
        demand=demand,
        on=date(2026, 11, 4),
        checked=_checked(),
        cautions=(SETTING,),
        max_age_days=120,
        quotas=(QUOTA,),
        promotion=replace(moved, **changed),
    )
    return replace(whole, **of_stack)


def _checked(*found: tuple[str, str]) -> Any:
    from poolwright.checks.report import CheckReport, FindingRecord

    findings = [
        FindingRecord(
            check=check,
            severity=severity,  # pyright: ignore[reportArgumentType]
            title="t",
            controls=(),
            resource="r",
            type="",
            urn="",
            text="is wrong",
            remedy="",
            place=None,
        )
        for check, severity in found
    ]
    return CheckReport(
        stack="dev",
        cloud="sandbox",
        on=date(2026, 11, 4),
        passed=not findings,
        findings=tuple(findings),
        waived=(),
        expired=(),
        undecided=(),
        judged=("a",),
        left_out=(),
        not_built_here=(),
    )


def proofless() -> Any:
    lock = lock_of_shipped("dev")
    return lock.model_copy(update={"proof": lock.proof.model_copy(update={"proven": False})})


def asked(facts: Facts, **overruled: Any) -> dict[str, GateAnswer]:
    return {gate.id.value: gate for gate in gates_of(facts, **overruled)}


def test_there_is_one_gate_for_each_id_in_their_order() -> None:
    assert [gate.id for gate in GATES] == list(GateId)


def test_a_promotion_with_nothing_against_it_passes_every_gate() -> None:
    answers = asked(facts())
    assert list(answers) == [each.value for each in GateId]
    assert {gate.result for gate in answers.values()} == {GateResult.PASS}
    assert all(gate.evidence and gate.title for gate in answers.values())


NOES: dict[str, list[tuple[dict[str, Any], str]]] = {
    "order": [({"target": "prod"}, "dev had not this release")],
    "differences": [
        (
            {"differences": (Undeclared(key="workloads.a.port", place="stacks/dev.yaml:3", source="", target="9"),)},
            "stacks/dev.yaml:3 workloads.a.port: lab has nothing, dev 9",
        )
    ],
    "source": [
        ({"runs": Runs(lock_digest=None)}, "lab is not built: poolwright up lab"),
        (
            {"runs": Runs(lock_digest=f"sha256:{'3' * 64}")},
            "lab runs lock sha256:333333333333, not ",
        ),
        ({"runs": Runs(lock_digest=LOCK, healthy=False, words=": /health says 500")}, "not healthy: /health says 500"),
    ],
    "soak": [
        ({"soak_hours": 49}, "lab has had it for 48 hours; 49 hours are asked"),
        ({"since": None}, "nobody knows since when"),
    ],
    "lock": [({"source_stale": ("the demand files changed",)}, "stacks/lab.lock.yaml is stale")],
    "proof": [({"lock": proofless()}, "above the least possible")],
    "prices": [({"max_age_days": 10}, "days old; 10 are allowed")],
    "checks": [({"checked": _checked(("s3.public", "refuse"))}, "s3.public r: is wrong")],
    "budget": [
        ({"standing_usd_per_month": 150.0}, "+30.6 % against what stands, +10 % are allowed"),
        ({"standing_usd_per_month": 190.0, "rise_usd_per_month": 1}, "+$1.00 are allowed"),
    ],
    "replacements": [({"cautions": (OLD,)}, "delete main-storage-old (aws:s3/bucket:Bucket), with its data")],
    "in-use": [({"checked": _checked(("change.machines", "refuse"))}, "would end capacity that is in use")],
    "quotas": [({"quotas": (replace(QUOTA, quota=32),)}, "64 of 32 spot g vCPUs at main (AWS)")],
    "images": [
        ({"images": (replace(PINNED, digest=None),)}, "shop.cpu: r/shop is named by no digest"),
        ({"images": (replace(PINNED, refused="its scan found 2 critical"),)}, "its scan found 2 critical"),
        ({"images": (replace(PINNED, proofs=frozenset({ImageProof.SCAN})),)}, "shop.cpu: no signature is known of it"),
        ({"images": (replace(PINNED, proofs=frozenset({ImageProof.SIGNATURE})),)}, "shop.cpu: no scan is known of it"),
    ],
    "window": [
        ({"moment": datetime(2026, 11, 4, 16, 0, tzinfo=ZONE)}, "wed 16:00 (America/New_York) is outside"),
        ({"moment": datetime(2026, 11, 8, 12, 0, tzinfo=ZONE)}, "sun 12:00"),
    ],
    "approvals": [
        ({"approved_by": ()}, "0 of 1"),
        ({"approved_by": ("bob",)}, "bob promotes, and can't approve"),
        ({"approved_by": ("eve",)}, "eve is none of the approvers"),
        ({"approvals": 2, "approved_by": ("ann", "ann")}, "1 of 2"),
    ],
}


def test_every_gate_has_a_no() -> None:
    assert list(NOES) == [each.value for each in GateId]


@pytest.mark.parametrize(
    ("gate", "changed", "words"),
    [(gate, *case) for gate, cases in NOES.items() for case in cases],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_gate_says_no_alone_and_why(gate: str, changed: dict[str, Any], words: str) -> None:
    answers = asked(facts(**changed))
    assert [each.id.value for each in answers.values() if not each.passed] == [gate]
    answer = answers[gate]
    assert words in "\n".join((answer.evidence, *answer.details))


@pytest.mark.parametrize("gate", list(GateId))
def test_a_no_that_somebody_answers_for_is_overridden_and_keeps_its_evidence(gate: GateId) -> None:
    changed, _ = NOES[gate.value][0]
    by = Overrule(reason="known", owner="ann", expires=date(2027, 1, 1))
    said, overruled = asked(facts(**changed))[gate.value], asked(facts(**changed), overrides={gate: by})[gate.value]
    assert (overruled.passed, overruled.result, overruled.override) == (True, GateResult.OVERRIDDEN, by)
    assert overruled.evidence == said.evidence
    assert asked(facts(), overrides={gate: by})[gate.value].override is None, "a yes needs nobody"


def test_a_gate_that_is_switched_off_is_shown_and_not_asked() -> None:
    off = Overrule(reason="no window here", place="stacks/promotion.yaml:7")
    answer = asked(facts(moment=datetime(2026, 11, 8, 12, tzinfo=ZONE)), off={GateId.WINDOW: off})["window"]
    assert (answer.result, answer.evidence) == (GateResult.SKIPPED, "switched off: no window here")


def test_what_nobody_asks_is_skipped_with_its_reason() -> None:
    nothing = facts(
        runs=None,
        soak_hours=0,
        max_age_days=None,
        checked=None,
        cautions=None,
        quotas=None,
        images=(),
        window=None,
        approvals=0,
    )
    skipped = {name: each.evidence for name, each in asked(nothing).items() if each.result is GateResult.SKIPPED}
    assert list(skipped) == [
        "source", "soak", "prices", "checks", "replacements", "in-use", "quotas", "images", "window", "approvals",
    ]  # fmt: skip
    assert all(skipped.values())


def test_a_replacement_is_acknowledged_by_name_and_by_how_names_begin() -> None:
    for names in (["main-storage-old"], ["main-storage-*"]):
        assert asked(facts(cautions=(OLD,), acknowledged=names))["replacements"].passed
    for names in (["main-storage"], ["*-old"], ["main-storage-older"]):
        assert not asked(facts(cautions=(OLD,), acknowledged=names))["replacements"].passed


def test_a_ceiling_above_a_quota_is_told_and_no_reason_for_a_no() -> None:
    answer = asked(facts())["quotas"]
    assert answer.passed and "autoscaling may ask for 96 and not get them" in answer.details[0]


def test_a_review_asks_what_one_stack_can_answer() -> None:
    answers = asked(facts(promotion=None, max_age_days=None))
    assert list(answers) == ["lock", "proof", "checks", "budget", "replacements", "in-use", "quotas"]


def test_the_window_is_open_from_its_first_hour_to_before_its_last() -> None:
    for hour, minute, is_open in ((8, 59, False), (9, 0, True), (15, 59, True), (16, 0, False)):
        moment = datetime(2026, 11, 4, hour, minute, tzinfo=ZONE)
        assert asked(facts(moment=moment))["window"].passed is is_open
    weekend = ChangeWindow(days=(Weekday.SAT,), opens="09:00", closes="16:00")  # pyright: ignore[reportArgumentType]
    assert not asked(facts(window=weekend))["window"].passed
