"""Each vendor's side of a messenger; requests are signed by third-party code where there is any."""
