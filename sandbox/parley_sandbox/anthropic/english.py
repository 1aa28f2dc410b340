"""English phrases."""

from .phrases import Phrases

ENGLISH = Phrases(
    signature="(loopback Claude, execution {execution})",
    seeded="(loopback Claude, seed {seed})",
    first_turn="This is the first message of our conversation.",
    later_turn="This is turn {turn} of our conversation ({earlier} before it); it began with “{first}”.",
    pleased="Nice to meet you, {name}.",
    name_known="Your name is **{name}**: you told me in this conversation.",
    name_unknown="You have not told me your name in this conversation.",
    topic="this",
    openings=(
        "Here is how I would go about *{topic}*.",
        "A short answer first: for *{topic}*, look at the {thing} before anything else.",
        "Let us take *{topic}* one step at a time.",
        "With *{topic}* the {thing} matters most, and it is easier than it looks.",
        "There are {n} ways to look at *{topic}*; I will show the one I would choose.",
    ),
    sentences=(
        "The {thing} decides about {n} % of what follows, so begin there.",
        "When the {thing} is {quality}, the {other} tends to follow within {m} minutes.",
        "Most people reach for the {thing} first, although the {other} is the {quality} choice.",
        "I would keep the {thing} {quality} and change the {other} only after {n} tries.",
        "If the {thing} surprises you, compare it with the {other}: a difference of {m} is nothing to worry about.",
        "A {quality} {thing} beats a clever {other}, at least for the first {n} weeks.",
        "Write down what the {thing} did before you touch the {other}; you will need it {m} times.",
        "Nothing about the {thing} has to be {quality} from the start, but the {other} should be.",
        "In {n} of {m} cases the {other} was fine and the {thing} was not {quality} enough.",
        "That is why a {quality} {thing} pays for itself, long before the {other} does.",
    ),
    steps=(
        "Look at the **{thing}** and note whether it is {quality}",
        "Give the **{other}** {n} minutes before you judge it",
        "Replace the {thing} by a {quality} one",
        "Measure the **{thing}** {m} times and keep the median",
        "Ask who else depends on the {other}",
        "Leave the {thing} alone until the {other} is {quality}",
        "Try it with {n} first, then with {m}",
    ),
    quotes=(
        "A {quality} {thing} is worth {n} of any {other}.",
        "First make the {thing} {quality}, then make it fast.",
        "Whoever measures the {thing} {m} times cuts the {other} once.",
    ),
    headings=("The {thing}", "Why the {other} matters", "A {quality} beginning", "What can go wrong", "In {n} steps"),
    code_intros=("In code it is about this much:", "A small example to start from:", "This is what I would write first:"),
    table_intros=("Side by side:", "The same as a table:", "In numbers (made up, but {quality}):"),
    table_heads=(("what", "before", "after"), ("choice", "effort", "gain"), ("part", "cost in ms", "how often")),
    closings=(
        "Tell me more about your {thing} if you want me to go deeper.",
        "Shall I show the {other} next?",
        "That should carry you through the first {n} days.",
        "If the {thing} still is not {quality} then, show me what you have.",
    ),
    things=(
        "layout", "queue", "schedule", "draft", "boundary", "index", "garden bed", "test", "budget", "contract",
        "kettle", "log", "interface", "outline", "margin", "timetable", "recipe", "network", "sample", "default",
    ),
    qualities=(
        "simple", "steady", "small", "clear", "quiet", "friendly", "reversible", "boring", "measured", "plain",
        "generous", "short", "robust", "careful",
    ),
    space=" ",
)  # fmt: skip
