import pytest

from parley_sandbox.discord.faults import AT_ONCE, KINDS, Fault, Faults, Kind

EDIT = "PATCH /channels/{channel_id}/messages/{message_id}"


def test_every_kind_says_what_it_does() -> None:
    assert set(KINDS) == set(Kind)
    assert all(description.endswith(".") for description in Faults.kinds.values())


def test_a_fault_meets_its_route_and_channel_so_many_times() -> None:
    faults = Faults()
    faults.add(Fault(Kind.DELAY, route="PATCH /channels", channel_id="1", times=2))
    assert faults.meet("GET /x", "1") == {}
    assert faults.meet(EDIT, "2") == {}
    assert set(faults.meet(EDIT, "1")) == {Kind.DELAY}
    assert [fault.times for fault in faults.list()] == [1]
    faults.meet(EDIT, "1")
    assert faults.list() == ()
    assert faults.meet(EDIT, "1") == {}


def test_a_fault_without_end_stays_until_it_is_cleared() -> None:
    faults = Faults()
    added = faults.add(Fault(Kind.STATUS_BEFORE, times=None))
    for _ in range(3):
        assert faults.meet(EDIT, None)
    faults.clear(added.id)
    assert faults.list() == ()
    with pytest.raises(LookupError, match="no fault"):
        faults.clear(added.id)


def test_different_faults_meet_one_request_together_and_equal_ones_in_turn() -> None:
    faults = Faults()
    for kind in (Kind.DELAY, Kind.DROP_REPLY, Kind.DELAY):
        faults.add(Fault(kind))
    assert set(faults.meet(EDIT, None)) == {Kind.DELAY, Kind.DROP_REPLY}
    assert set(faults.meet(EDIT, None)) == {Kind.DELAY}
    faults.add(Fault(Kind.DELAY))
    faults.clear()
    assert faults.list() == ()


@pytest.mark.parametrize("kind", sorted(AT_ONCE))
def test_what_acts_at_once_is_struck_and_not_kept(kind: Kind) -> None:
    faults, struck = Faults(), list[Fault]()
    faults.connect(struck.append)
    added = faults.add(Fault(kind))
    assert struck == [added]
    assert faults.list() == ()


@pytest.mark.parametrize("fault", [Fault("earthquake"), Fault(Kind.DELAY, times=0)])
def test_a_fault_that_cannot_be_is_refused(fault: Fault) -> None:
    with pytest.raises(ValueError, match=r"fault|Fault"):
        Faults().add(fault)
