"""What every process shares: languages, what was understood, what is remembered, where data lies."""
