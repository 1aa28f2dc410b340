"""Which language a question is about, and a small program in it."""

import re
from random import Random
from string import Template

from .code_templates import SAMPLES

_LANGUAGES: tuple[tuple[str, str], ...] = (
    (r"\b(css|div|flexbox|grid|cent(er|re))\b|中央寄せ", "css"),
    (r"\bhtml\b", "html"),
    (r"\b(typescript|tsx?)\b", "typescript"),
    (r"\b(javascript|js|node|react|fetch)\b", "javascript"),
    (r"\b(python|asyncio|pandas|pytest|django|py)\b", "python"),
    (r"\b(rust|cargo|borrow checker)\b", "rust"),
    (r"\b(golang|goroutine|go (code|function|program))\b", "go"),
    (r"\b(sql|postgres(ql)?|sqlite|mysql|select|join)\b", "sql"),
    (r"\b(bash|shell|linux|terminal|grep|awk|sed)\b|シェル", "bash"),
    (r"\b(yaml|kubernetes|k8s|helm|kubectl)\b", "yaml"),
    (r"\bjson\b", "json"),
    (r"\b(code|function|script|program|snippet|algorithm)\b|コード|関数|プログラム", "python"),
)


def language_for(question: str) -> str | None:
    """Return the language that a question is about, or None when it is not about code."""
    for pattern, language in _LANGUAGES:
        if re.search(pattern, question, re.IGNORECASE | re.ASCII):
            return language
    return None


def sample(language: str, topic: str, rng: Random) -> str:
    """Return a program in this language, named after the topic."""
    words = re.findall(r"[a-z][a-z0-9]*", topic.lower())[:4]
    name = "_".join(words) or "example"
    template = Template(rng.choice(SAMPLES[language]))
    return template.substitute(name=name, n=rng.randint(2, 9), m=rng.randint(10, 99))
