"""One task per chat, and the leases that keep other fronts off it."""
