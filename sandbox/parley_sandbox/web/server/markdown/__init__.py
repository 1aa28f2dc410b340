"""Discord's Markdown, rendered as a Discord client shows it: safe HTML from text, names and nothing else."""

from parley_sandbox.web.server.markdown.render import Names, rendered

__all__ = ["Names", "rendered"]
