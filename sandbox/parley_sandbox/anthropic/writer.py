"""Writes the parts of a reply: sentences, lists, tables, quotes, fenced code."""

import re
from collections.abc import Callable
from random import Random

from .code_samples import language_for, sample
from .code_templates import SAMPLES
from .conversation import Conversation
from .english import ENGLISH
from .japanese import JAPANESE

ROWS = (3, 5)
LONG_PARTS = (6, 9)


class Writer:
    """A source of paragraphs about one question; the same source of chance gives the same ones."""

    def __init__(self, conversation: Conversation, rng: Random) -> None:
        self.phrases = JAPANESE if conversation.japanese else ENGLISH
        self.topic = conversation.topic or self.phrases.topic
        self._language = language_for(conversation.question)
        self._rng = rng

    def say(self, templates: tuple[str, ...]) -> str:
        """Fill in one of the templates."""
        thing, other = self._rng.sample(self.phrases.things, 2)
        return self._rng.choice(templates).format(
            topic=self.topic,
            thing=thing,
            other=other,
            quality=self._rng.choice(self.phrases.qualities),
            n=self._rng.randint(2, 9),
            m=self._rng.randint(10, 99),
        )

    def prose(self, sentences: tuple[int, int] = (2, 4)) -> str:
        """Return a paragraph."""
        count = self._rng.randint(*sentences)
        return self.phrases.space.join(self.say(self.phrases.sentences) for _ in range(count))

    def steps(self) -> str:
        """Return steps, numbered or not."""
        numbered = self._rng.random() < 0.5  # noqa: PLR2004  # heads or tails
        lines = [self.say(self.phrases.steps) for _ in range(self._rng.randint(*ROWS))]
        return "\n".join(f"{at}. {step}" if numbered else f"- {step}" for at, step in enumerate(lines, 1))

    def table(self) -> str:
        """Return a table with an introduction."""
        head = self._rng.choice(self.phrases.table_heads)
        things = self._rng.sample(self.phrases.things, self._rng.randint(*ROWS))
        rows = [f"| {thing} | {self._rng.randint(10, 99)} | {self._rng.randint(2, 9)} |" for thing in things]
        lines = [f"| {' | '.join(head)} |", "|---|---:|---:|", *rows]
        return self.say(self.phrases.table_intros) + "\n\n" + "\n".join(lines)

    def quote(self) -> str:
        """Return a quotation."""
        return f"> {self.say(self.phrases.quotes)}"

    def fence(self) -> str:
        """Return code in the language that fits the question, with an introduction."""
        language = self._language or self._rng.choice(sorted(SAMPLES))
        intro = self.say(self.phrases.code_intros)
        return f"{intro}\n\n```{language}\n{sample(language, self.topic, self._rng)}\n```"

    def long(self) -> str:
        """Return several sections under headings."""
        sections = [self.section() for _ in range(self._rng.randint(*LONG_PARTS))]
        return "\n\n".join(sections)

    def section(self) -> str:
        """Return a heading, a paragraph and, now and then, something to look at."""
        extra = self._rng.choice((self.steps, self.table, self.quote, self.fence, None, None))
        parts = [f"## {self.say(self.phrases.headings)}", self.prose((3, 6))]
        return "\n\n".join([*parts, extra()] if extra else parts)

    def words(self, count: int) -> str:
        """Return prose of exactly this many words; of characters in a language that has no spaces."""
        unit = re.compile(r"\S+" if self.phrases.space else r"\S")
        paragraphs: list[str] = []
        left = count
        while left > 0:
            paragraphs.append(self.prose((3, 6)))
            left -= len(unit.findall(paragraphs[-1]))
        whole = "\n\n".join(paragraphs)
        ends = [match.end() for match in unit.finditer(whole)]
        kept = whole[: ends[count - 1]]
        return kept if self.phrases.space else re.sub(r"\s", "", kept)

    def varied(self) -> str:
        """Return two or three parts of different kinds, code among them when the question is about code."""
        kinds: list[Callable[[], str]] = [self.prose, self.steps, self.table, self.quote]
        chosen = self._rng.sample(kinds, self._rng.randint(1, 2))
        if self._language or self._rng.random() < 0.2:  # noqa: PLR2004  # code now and then
            chosen.append(self.fence)
        return "\n\n".join(part() for part in [self.prose, *chosen])
