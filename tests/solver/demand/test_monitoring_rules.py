"""Who hears of what is watched."""

from __future__ import annotations

from solver.demand.monitoring import MonitoringWish, addresses_of, monitoring_contradictions


def paths(owner: str, wish: MonitoringWish | None) -> list[tuple[str | int, ...]]:
    return [each.path for each in monitoring_contradictions(owner, wish)]


def test_the_owner_hears_first_and_nobody_twice() -> None:
    wish = MonitoringWish(emails=("on-call@example.com", "team@example.com"))
    assert addresses_of("team@example.com", wish) == ("team@example.com", "on-call@example.com")
    assert addresses_of("the platform team", wish) == wish.emails


def test_notices_about_money_need_someone_who_gets_them() -> None:
    wish = MonitoringWish(budget=True, anomalies_usd=50)
    assert paths("the platform team", wish) == [("monitoring", "budget"), ("monitoring", "anomalies_usd")]
    assert paths("team@example.com", wish) == []
    assert paths("the platform team", wish.model_copy(update={"emails": ("a@example.com",)})) == []
    assert paths("the platform team", MonitoringWish(dashboards="stack")) == []
    assert paths("the platform team", None) == []
