"""Every sentence that a member reads, in the languages that there are."""

from parley_gateway.texts.catalogue import Key, Texts

__all__ = ["Key", "Texts"]
