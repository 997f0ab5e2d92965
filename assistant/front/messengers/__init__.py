"""Messengers: one connector for each, one common base that loses and doubles nothing."""
