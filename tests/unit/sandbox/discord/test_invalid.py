from parley_sandbox.discord import InvalidRequests


def test_too_many_invalid_requests_in_the_window_ban_the_address() -> None:
    invalid = InvalidRequests(most=3, window=10.0, ban=60.0)
    for at, status in ((0.0, 401), (1.0, 403), (2.0, 200), (2.0, 404)):
        invalid.count(status, None, at)
    assert invalid.banned_for(2.0) == 0.0
    invalid.count(429, "user", 3.0)
    assert invalid.banned_for(3.0) == 60.0
    assert invalid.banned_for(63.0) == 0.0
    assert invalid.total == 3


def test_slow_ones_and_shared_limits_do_not_ban() -> None:
    invalid = InvalidRequests(most=2, window=10.0)
    for at in range(0, 100, 11):
        invalid.count(403, None, float(at))
    for _ in range(9):
        invalid.count(429, "shared", 100.0)
    assert invalid.banned_for(100.0) == 0.0
