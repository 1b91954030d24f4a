"""Token buckets: bursts, rates, and two buckets that both must have what is taken."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tradsys_oms.fix.throttle import Bucket, Excess, Throttle

S = 1_000_000_000
NOW = 1_700_000_000 * S


def test_a_burst_is_taken_at_once_and_no_more() -> None:
    throttle = Throttle(Excess.REJECT, Bucket(10, 5), None)
    assert [throttle.take(1, NOW) for _ in range(7)] == [True] * 5 + [False] * 2


def test_tokens_come_back_with_time() -> None:
    throttle = Throttle(Excess.REJECT, Bucket(10, 5), None)
    assert throttle.take(5, NOW)
    assert throttle.wait_ns(NOW) == S // 10
    assert not throttle.take(1, NOW + S // 10 - 1)
    assert throttle.take(1, NOW + S // 10)
    assert throttle.take(5, NOW + 10 * S)
    assert not throttle.take(1, NOW + 10 * S)


def test_without_a_burst_a_second_is_taken_at_once() -> None:
    throttle = Throttle(Excess.REJECT, Bucket(7), None)
    assert throttle.take_some(100, NOW) == 7


def test_what_one_bucket_lacks_is_taken_of_none() -> None:
    member = Bucket(2)
    one, other = (Throttle(Excess.REJECT, Bucket(5), member) for _ in range(2))
    assert one.take_some(10, NOW) == 2
    assert other.take_some(10, NOW) == 0
    assert other.take_some(10, NOW + S) == 2


def test_the_text_names_the_limits() -> None:
    text = Throttle(Excess.REJECT, Bucket(5), Bucket(9)).text
    assert text == "Message rate limit exceeded: 5 per second, 9 per second for the member"


def test_a_new_rate_counts_from_now_on() -> None:
    bucket = Bucket(1)
    throttle = Throttle(Excess.REJECT, bucket, None)
    assert throttle.take(1, NOW)
    bucket.change(1000, 0, NOW)
    assert throttle.take_some(5000, NOW + 2 * S) == 1000


def test_an_empty_bucket_fills_at_its_new_rate() -> None:
    bucket = Bucket(1, 1000)
    throttle = Throttle(Excess.REJECT, bucket, None)
    assert throttle.take(1000, NOW)
    bucket.change(100, 100, NOW)
    assert not throttle.take(1, NOW)
    assert throttle.wait_ns(NOW) == S // 100
    assert throttle.take_some(200, NOW + S) == 100


def test_as_many_tokens_are_missing_after_a_change_as_before() -> None:
    bucket = Bucket(10, 50)
    throttle = Throttle(Excess.REJECT, bucket, None)
    assert throttle.take(20, NOW)
    bucket.change(1000, 50, NOW)
    assert throttle.take_some(100, NOW) == 30
    bucket.change(1000, 50, NOW)
    assert throttle.take_some(100, NOW) == 0


@given(
    rate=st.integers(1, 10_000),
    burst=st.integers(0, 1000),
    steps=st.lists(st.tuples(st.integers(0, 2 * S), st.integers(1, 50)), max_size=50),
)
def test_over_any_time_no_more_is_taken_than_burst_and_rate_allow(
    rate: int, burst: int, steps: list[tuple[int, int]]
) -> None:
    throttle = Throttle(Excess.REJECT, Bucket(rate, burst), None)
    now, taken = NOW, 0
    for passed, count in steps:
        now += passed
        could = throttle.wait_ns(now) == 0
        some = throttle.take_some(count, now)
        assert bool(some) == could
        taken += some
        interval = S // rate
        assert taken <= (burst or rate) + (now - NOW) // interval + 1
