"""What the loopback Claude knows and remembers, and how a test asks it."""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import count

from .clock import Clock, SystemClock
from .directives import Directive
from .faults import Fault, FaultList
from .limits import Limits, RateLimits
from .pace import Pace
from .prompt_cache import PromptCache
from .records import Journal, Record


class ClaudeState:
    """Settings, faults, records, prompt cache and rate limits; `pace` and `limits` may be set at any time.

    seed: which texts it writes; the same seed and the same execution number give the same text.
    """

    def __init__(
        self, *, pace: Pace | None = None, limits: Limits | None = None, seed: int = 0, clock: Clock | None = None
    ) -> None:
        self.clock: Clock = clock or SystemClock()
        self.pace = pace or Pace()
        self.seed = seed
        self.faults = FaultList()
        self.journal = Journal()
        self.prompt_cache = PromptCache()
        self.rate_limits = RateLimits(limits or Limits(), self.clock)
        self.stopping = False
        self._met: Counter[str] = Counter()
        self._request_ids = count(1)

    @property
    def limits(self) -> Limits:
        """The account's rate limits; setting them fills them up."""
        return self.rate_limits.limits

    @limits.setter
    def limits(self, limits: Limits) -> None:
        self.rate_limits.set(limits)

    @property
    def requests(self) -> tuple[Record, ...]:
        """Every request to the Messages API, oldest first (the last 5 000)."""
        return self.journal.records

    @property
    def live(self) -> int:
        """How many replies are under way now."""
        return self.journal.live

    @property
    def peak(self) -> int:
        """The most replies that were under way at once."""
        return self.journal.peak

    @property
    def executions(self) -> int:
        """How many replies were begun."""
        return self.journal.executions

    async def until(self, condition: Callable[[], bool], within: float = 30.0) -> None:
        """Wait for a condition on this object; TimeoutError after `within` seconds."""
        await self.journal.until(condition, within)

    async def streams_open(self, count: int, within: float = 30.0) -> None:
        """Wait until exactly this many replies are under way."""
        await self.until(lambda: self.live == count, within)

    async def closed_by_client(self, count: int = 1, within: float = 30.0) -> tuple[Record, ...]:
        """Wait until at least this many requests were given up by their caller, and return them."""
        await self.until(lambda: len(self._given_up()) >= count, within)
        return self._given_up()

    def strike(self, model: str, question: str, directive: Directive) -> Sequence[Fault]:
        """Return the faults that this request meets, its own and those that wait, and count them down."""
        self._met[directive.raw] += 1
        asked = directive.times is None or self._met[directive.raw] <= directive.times
        return [*(directive.faults() if asked else ()), *self.faults.strike(model, question)]

    def next_request_id(self) -> str:
        """Return an id for the `request-id` header."""
        return f"req_loopback_{next(self._request_ids):08d}"

    def _given_up(self) -> tuple[Record, ...]:
        return tuple(record for record in self.requests if record.closed_by_client)
