"""Masks personal data in a text before it is stored or interpreted."""

from assistant.privacy.announcements import announcement
from assistant.privacy.masking import found, has_placeholder, masked
from assistant.privacy.text import Span

__all__ = ["Span", "announcement", "found", "has_placeholder", "masked"]
