"""Messengers: one connector for each, and a common base that neither loses nor duplicates messages."""
