// What a browser's translator does: it names the language it translates to, and replaces text by marked elements.
const textsOf = (place) => {
  const walk = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walk.nextNode()) if (walk.currentNode.data.trim()) found.push(walk.currentNode);
  return found;
};
const translate = (place) => {
  for (const text of textsOf(place)) {
    if (text.parentElement.closest("script, style, textarea")) continue;
    const outer = document.createElement("font");
    const inner = document.createElement("font");
    inner.textContent = text.data;
    outer.append(inner);
    text.replaceWith(outer);
  }
};
document.addEventListener("translate-page", ({ detail }) => {
  document.documentElement.lang = detail;
  document.documentElement.classList.add("translated-ltr");
  translate(document.body);
  const root = document.querySelector("iom-assistant").shadowRoot;
  for (const child of root.children) translate(child);
});
