"""One task for each chat, and the leases that keep other fronts off it."""
