"""What tests and measurements share: servers of their own, people who chat, faults, and waiting."""
