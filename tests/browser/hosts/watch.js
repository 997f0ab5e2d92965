// Notes what goes wrong on the page.
window.seen = { troubles: [], heard: [] };
addEventListener("error", (event) => seen.troubles.push(event.message || `cannot load ${event.target.src}`), true);
addEventListener("unhandledrejection", (event) => seen.troubles.push(String(event.reason)));
document.addEventListener("securitypolicyviolation", (event) =>
  seen.troubles.push(`${event.violatedDirective} ${event.blockedURI}`),
);
