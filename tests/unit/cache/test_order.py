import math

from hypothesis import given
from hypothesis import strategies as st

from parley_cache.store.order import Order

NAMES = st.sampled_from("abcde")


def test_equal_ranks_stay_in_the_order_in_which_they_came() -> None:
    order = Order()
    for name in "cab":
        order.place(name, 1.0)
    assert order.lowest(2, math.inf) == ["c", "a"]
    assert order.lowest(3, 0.5) == []


@given(st.lists(st.one_of(st.tuples(NAMES, st.integers(0, 9)), NAMES, st.integers(0, 9)), max_size=300))
def test_an_order_is_what_sorting_would_give(steps: list[tuple[str, int] | str | int]) -> None:
    order, places = Order(), dict[str, int]()
    for step in steps:
        if isinstance(step, tuple):
            order.place(*step)
            places.pop(step[0], None)
            places[step[0]] = step[1]
        elif isinstance(step, int):
            order.displace_upto(step)
            places = {name: rank for name, rank in places.items() if rank > step}
        else:
            order.displace(step)
            places.pop(step, None)
    expected = sorted(places, key=lambda name: places[name])
    assert order.lowest(10, math.inf) == expected
    assert order.lowest(10, 4) == [name for name in expected if places[name] <= 4]
    falling = sorted(places, key=lambda name: (places[name], name), reverse=True)
    assert order.highest(3, 0) == falling[:3]
    assert order.highest(10, 4) == [name for name in falling if places[name] >= 4]
    assert len(order) == len(places)
