"""Each vendor's side of a messenger, signed by somebody else's code where there is any."""
