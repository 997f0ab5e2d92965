"""What every process shares: languages, the understanding of a message, conversation memory, paths."""
