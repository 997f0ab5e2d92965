"""What every part of the front shares: settings, tokens, errors, limits, parsing."""
