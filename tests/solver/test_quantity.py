from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from solver.quantity import (
    ClockHour,
    CpuMillis,
    DiskGib,
    MemoryMib,
    QuantityError,
    cents,
    format_clock,
    format_cpu,
    format_gib,
    format_memory_mib,
    format_usd,
    millionths_up,
    parse_clock,
    parse_cpu,
    parse_gib,
    parse_memory_mib,
)


@given(st.integers(0, 10**9))
def test_cpu_is_read_back_as_it_was_written(millis: int) -> None:
    assert parse_cpu(format_cpu(millis)) == millis


@given(st.integers(0, 10**9))
def test_memory_is_read_back_as_it_was_written(mib: int) -> None:
    assert parse_memory_mib(format_memory_mib(mib)) == mib


@given(st.integers(0, 10**9))
def test_disks_are_read_back_as_they_were_written(gib: int) -> None:
    assert parse_gib(format_gib(gib)) == gib


@given(st.integers(0, 24))
def test_hours_are_read_back_as_they_were_written(hour: int) -> None:
    assert parse_clock(format_clock(hour)) == hour


@pytest.mark.parametrize(("text", "millis"), [(2, 2000), (0.5, 500), ("500m", 500), ("2", 2000), ("0.125", 125)])
def test_cpu_is_a_number_of_vcpus_or_of_thousandths(text: object, millis: int) -> None:
    assert parse_cpu(text) == millis


@pytest.mark.parametrize(("text", "mib"), [("512Mi", 512), ("4Gi", 4096), ("1.5Gi", 1536), ("0.5Ti", 524288)])
def test_memory_is_a_binary_quantity(text: str, mib: int) -> None:
    assert parse_memory_mib(text) == mib


def test_the_largest_unit_that_stays_whole_is_written() -> None:
    assert [format_memory_mib(mib) for mib in (0, 1, 1024, 1536, 1024**2)] == ["0Mi", "1Mi", "1Gi", "1536Mi", "1Ti"]


@pytest.mark.parametrize("value", [True, None, "", "-1", "1e3", "½", "٣", "1.2.3", "500 m", float("nan"), 1e22, [2]])
def test_what_is_no_number_of_vcpus_is_refused(value: object) -> None:
    with pytest.raises(QuantityError, match=r"a number of vCPUs like 2, 0\.5 or 500m is allowed"):
        parse_cpu(value)


@pytest.mark.parametrize("value", ["0.0001", "0.5m", "1.0000000000001"])
def test_cpu_below_a_thousandth_is_refused_not_rounded(value: str) -> None:
    with pytest.raises(QuantityError, match="vCPUs in thousandths"):
        parse_cpu(value)


@pytest.mark.parametrize(
    ("text", "meant"),
    [("16 GB", "16Gi"), ("16G", "16Gi"), ("16 gib", "16Gi"), ("512MB", "512Mi"), ("1.5T", "1.5Ti")],
)
def test_a_decimal_quantity_is_refused_with_the_binary_one_that_was_meant(text: str, meant: str) -> None:
    with pytest.raises(QuantityError) as refused:
        parse_memory_mib(text)
    assert (refused.value.allowed, refused.value.meant) == ("a quantity like 16Gi is allowed", meant)


@pytest.mark.parametrize("value", [16, True, None, "", "16", "Gi", "-4Gi", "4Gi4", "4Ei", "9" * 5000 + "Gi"])
def test_what_is_no_quantity_of_memory_is_refused_without_a_guess(value: object) -> None:
    with pytest.raises(QuantityError) as refused:
        parse_memory_mib(value)
    assert refused.value.meant is None


def test_part_of_a_mebibyte_is_refused_not_rounded() -> None:
    with pytest.raises(QuantityError, match="a whole number of Mi is allowed"):
        parse_memory_mib("0.0001Gi")


def test_part_of_a_gibibyte_of_disk_is_refused() -> None:
    with pytest.raises(QuantityError, match="a whole number of Gi is allowed"):
        parse_gib("1536Mi")


@pytest.mark.parametrize(("text", "meant"), [("6:00", "06:00"), ("22:30", None), ("25:00", None), (22, None)])
def test_what_is_no_full_hour_is_refused(text: object, meant: str | None) -> None:
    with pytest.raises(QuantityError, match="a full hour like 22:00") as refused:
        parse_clock(text)
    assert refused.value.meant == meant


@pytest.mark.parametrize(
    ("adapter", "amount", "text"),
    [
        (TypeAdapter[int](CpuMillis), 500, "0.5"),
        (TypeAdapter[int](MemoryMib), 2048, "2Gi"),
        (TypeAdapter[int](DiskGib), 2048, "2Ti"),
        (TypeAdapter[int](ClockHour), 7, "07:00"),
    ],
)
def test_a_quantity_in_a_record_is_written_as_it_is_read(adapter: TypeAdapter[int], amount: int, text: str) -> None:
    assert adapter.dump_python(amount, mode="json") == text
    assert adapter.validate_python(text) == amount


@pytest.mark.parametrize(
    ("share", "shown"), [(0.0, 0.0), (0.02, 0.02), (0.0199991, 0.02), (0.020000000000000004, 0.020001), (1e-9, 1e-6)]
)
def test_a_share_is_rounded_up_to_six_decimals(share: float, shown: float) -> None:
    assert millionths_up(share) == shown


@given(st.floats(0, 1))
def test_a_rounded_share_is_never_less_than_the_share(share: float) -> None:
    assert share <= millionths_up(share) <= share + 1.000001e-6


def test_money_is_rounded_to_cents_half_to_even() -> None:
    assert [cents(usd) for usd in (0.125, 0.135, 2.675, -0.005)] == [0.12, 0.14, 2.68, -0.0]


@pytest.mark.parametrize(
    ("usd", "text"),
    [(1234.56, "$1,234.56"), (-3, "-$3.00"), (-0.001, "$0.00"), (0, "$0.00"), (1e9, "$1,000,000,000.00")],
)
def test_money_is_written_with_its_sign_before_the_dollar(usd: float, text: str) -> None:
    assert format_usd(usd) == text


def test_amounts_too_large_for_cents_are_shown_short() -> None:
    assert format_usd(1.25e30) == "$1.25e+30"
    assert format_usd(-1e300) == "-$1e+300"
    assert cents(1e30) == 1e30
