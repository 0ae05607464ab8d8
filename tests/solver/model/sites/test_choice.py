"""Choices: which sites may serve what, and that all load is served."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from solver.demand.load import LoadProfile
from solver.model.sites.choice import Choice, Options
from solver.model.sites.site_demand import crossing, site_demand
from tests.solver.several import BUCKET, FROM_BOTH, JOB, PUBLIC, SERVICE, two_sites


def options(workloads: dict[str, Any], **more: Any) -> Options:
    return Options(two_sites(workloads, **more))


def test_a_workload_runs_on_the_sites_that_it_names_and_that_have_what_it_uses() -> None:
    several = options(
        {
            "any": SERVICE,
            "pinned": SERVICE | {"site": "eu"},
            "kept": SERVICE | {"uses": {"papers": "read"}},
            "copied": SERVICE | {"uses": {"models": "read"}},
            "caller": SERVICE | {"calls": ["pinned"]},
        },
        storage={"papers": BUCKET | {"site": "us"}, "models": BUCKET | {"sites": ["us", "eu"]}},
    )
    assert several.sites == {
        "any": ("us", "eu"),
        "pinned": ("eu",),
        "kept": ("us",),
        "copied": ("us", "eu"),
        "caller": ("eu",),
    }


def test_a_site_serves_a_location_within_the_limit_only() -> None:
    near = options({"front": PUBLIC | FROM_BOTH | {"max_latency_ms": 60}})
    assert near.serving("front", "europe") == ("eu",)
    assert near.serving("front", "america") == ("us",)
    assert list(near.free()) == []
    far = options({"front": PUBLIC | FROM_BOTH | {"max_latency_ms": 100}})
    assert sorted(far.free()) == [("front", "america"), ("front", "europe")]


def test_calls_stay_on_their_site_unless_the_service_is_public_and_near() -> None:
    workloads = {
        "front": PUBLIC | {"calls": ["hidden", "open", "near"]},
        "hidden": SERVICE,
        "open": PUBLIC | {"path": "/a", "load_from": {"front": 1}},
        "near": PUBLIC | {"path": "/b", "load_from": {"front": 1}, "max_latency_ms": 50},
    }
    several = options(workloads)
    assert several.serving("hidden", "site us") == ("us",)
    assert several.serving("open", "site us") == ("us", "eu")
    assert several.serving("near", "site us") == ("us",)


def test_what_a_hidden_service_serves_follows_its_caller() -> None:
    several = options({"front": PUBLIC | {"calls": ["back"]}, "back": SERVICE})
    serves = several.serves(Choice({}, {("front", "anywhere"): {"us": 30, "eu": 70}}))
    assert serves is not None
    assert serves["us"]["back"] == {"site us": Fraction(3, 10)}
    assert serves["eu"]["back"] == {"site eu": Fraction(7, 10)}


def test_a_job_runs_where_the_service_that_it_calls_runs() -> None:
    several = options({"night": JOB | {"calls": ["back"]}, "back": SERVICE | {"load_from": {"night": 1}}})
    serves = several.serves(Choice({"night": "eu"}, {}))
    assert serves is not None
    assert serves["eu"] == {"back": {"site eu": 1}}
    only_front = options(
        {
            "front": PUBLIC | {"calls": ["back"]},
            "night": JOB | {"calls": ["back"]},
            "back": SERVICE | {"load_from": {"front": 1}},
        }
    )
    routes = {("front", "anywhere"): {"us": 100}}
    assert only_front.serves(Choice({"night": "eu"}, routes)) is None
    assert only_front.serves(Choice({"night": "us"}, routes)) is not None


@given(
    st.integers(0, 100),
    st.integers(0, 100),
    st.floats(0.001, 2e5),
)
def test_the_sites_serve_all_load_of_every_hour(europe: int, america: int, rate: float) -> None:
    front = PUBLIC | FROM_BOTH | {"load": {"constant_per_second": rate}, "calls": ["back"]}
    several = options({"front": front, "back": SERVICE})
    routes = {
        ("front", "europe"): {"us": europe, "eu": 100 - europe},
        ("front", "america"): {"us": america, "eu": 100 - america},
    }
    choice = Choice({}, routes)
    serves = several.serves(choice)
    assert serves is not None
    for key in ("front", "back"):
        parts = [part for services in serves.values() for part in services.get(key, {}).values()]
        assert 1 <= sum(parts) <= 1 + Fraction(len(parts), 10**6)
    load = LoadProfile(constant_per_second=rate)
    shares = [sum(services["front"].values(), Fraction(0)) for services in serves.values() if "front" in services]
    assert sum(Fraction(repr(load.part(share).week_per_second()[0])) for share in shares) >= Fraction(repr(rate))


def test_the_demand_of_a_site_has_its_part_of_the_load_and_calls_others_by_their_public_name() -> None:
    several = options(
        {
            "front": PUBLIC | {"site": "eu", "calls": ["api"]},
            "api": PUBLIC | {"path": "/api", "load_from": {"front": 0.5, "america": 0.5}, "response_kib": 8},
        }
    )
    choice = Choice({}, {("api", "site eu"): {"us": 100}, ("api", "america"): {"us": 100}})
    serves = several.serves(choice)
    assert serves is not None
    eu = site_demand(several, choice, serves, "eu")
    assert eu.workloads["front"].calls == ()
    assert eu.workloads["front"].environment["ADDRESS_API"] == "us-east-1.example.com:443"
    assert [key for key, entry in eu.workloads.items() if eu.site_of(entry) == "eu"] == ["front"]
    us = site_demand(several, choice, serves, "us")
    assert [key for key, entry in us.workloads.items() if us.site_of(entry) == "us"] == ["api"]
    asked = 100 * 0.5 * 3600 * 730 / 2**20
    sent, received = crossing(several, serves, "eu"), crossing(several, serves, "us")
    assert round(sent.requests_gib / asked, 4) == 2
    assert sent.answers_in_gib == received.answers_out_gib
    assert round(received.answers_out_gib / asked, 4) == 8
