"""Takes out of a text what says who somebody is, before it is stored or understood."""

from assistant.privacy.masking import found, masked
from assistant.privacy.text import Span

__all__ = ["Span", "found", "masked"]
