// A single-page application: each address has content of its own, into which the chat is moved.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-view]");
  if (!link) return;
  event.preventDefault();
  const chat = document.querySelector("iom-assistant");
  const main = document.createElement("main");
  main.append(Object.assign(document.createElement("h1"), { textContent: link.textContent }), chat);
  document.querySelector("main").replaceWith(main);
  history.pushState({}, "", link.href);
});
