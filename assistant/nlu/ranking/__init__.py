"""Ranks entries and kinds of message by a text's vector and spelling."""
