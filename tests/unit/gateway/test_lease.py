from __future__ import annotations

from datetime import timedelta

from parley_gateway.claims import Renewed
from parley_gateway.turns.lease import Lease

VALID = timedelta(seconds=15)


def test_a_lease_counts_from_when_its_question_was_sent() -> None:
    lease = Lease()
    lease.claim(100.0)
    assert not lease.valid(100.0)
    lease.renewed(Renewed(0, "L", VALID))
    assert lease.valid(114.9)
    assert not lease.valid(115.0)


def test_a_late_answer_gives_no_more_time_than_a_quick_one() -> None:
    lease = Lease()
    lease.claim(0.0)
    number = lease.renew(5.0)
    lease.renewed(Renewed(number, "L", VALID))
    assert lease.valid(19.9)
    assert not lease.valid(20.0)


def test_an_unanswered_renewal_is_noticed() -> None:
    lease = Lease()
    lease.claim(0.0)
    lease.renewed(Renewed(0, "L", VALID))
    first = lease.renew(5.0)
    lease.renew(7.5)
    assert lease.unanswered_for(8.0) == 3.0
    lease.renewed(Renewed(first, "L", VALID))
    assert lease.unanswered_for(8.0) == 0.5


def test_a_short_lease_is_renewed_three_times_in_its_life() -> None:
    lease = Lease()
    lease.claim(0.0)
    lease.renewed(Renewed(0, "L", timedelta(seconds=3)))
    assert not lease.due(0.9, 5.0)
    assert lease.due(1.0, 5.0)


def test_an_answer_to_nothing_changes_nothing() -> None:
    lease = Lease()
    lease.claim(0.0)
    lease.renewed(Renewed(7, "L", VALID))
    assert not lease.valid(0.0)


def test_numbers_begin_anew_on_a_new_stream_and_the_lease_goes_on() -> None:
    lease = Lease()
    lease.claim(0.0)
    lease.renewed(Renewed(0, "L", VALID))
    lease.renew(5.0)
    lease.claim(8.0)
    assert lease.valid(14.0)
    assert lease.unanswered_for(10.0) == 2.0, "the claim itself wants an answer"
    lease.renewed(Renewed(0, "L", VALID))
    assert lease.unanswered_for(10.0) == 0.0
    assert lease.renew(9.0) == 1
    assert not lease.due(10.0, 5.0)
    assert lease.due(14.0, 5.0)
