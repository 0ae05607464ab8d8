"""Priorities of listener rules."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from components.aws.network.priorities import rule_priorities

PATHS = st.dictionaries(
    st.from_regex(r"[a-z]{1,12}", fullmatch=True),
    st.from_regex(r"/[a-z0-9/]{0,40}", fullmatch=True),
    max_size=60,
)


@given(PATHS)
def test_priorities_are_distinct_and_within_awss_range(paths: dict[str, str]) -> None:
    priorities = rule_priorities(paths)
    assert priorities.keys() == paths.keys()
    assert len(set(priorities.values())) == len(paths)
    assert all(1 <= priority <= 50_000 for priority in priorities.values())


@given(PATHS)
def test_a_longer_path_is_seen_first(paths: dict[str, str]) -> None:
    priorities = rule_priorities(paths)
    for one, first in paths.items():
        for other, second in paths.items():
            if len(first) > len(second):
                assert priorities[one] < priorities[other]


def test_a_service_that_comes_or_goes_moves_no_other_rule() -> None:
    paths = {"search": "/search", "images": "/search/images", "score": "/score"}
    before = rule_priorities(paths)
    after = rule_priorities({**paths, "answers": "/answers", "zebra": "/zebra"})
    assert before.items() <= after.items()
