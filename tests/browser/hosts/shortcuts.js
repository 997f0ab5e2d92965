// A page with shortcuts: whatever is pressed outside a field goes to its search.
const inField = (node) => node.matches?.("input, textarea, select, [contenteditable]");
const search = document.querySelector("input[type=search]");
document.addEventListener("keydown", (event) => {
  if (inField(event.target) || !["/", "s"].includes(event.key)) return;
  event.preventDefault();
  search.focus();
});
for (const type of ["keydown", "keypress", "keyup", "beforeinput", "input", "paste", "compositionupdate"]) {
  document.addEventListener(type, (event) => seen.heard.push(`${type} ${event.key ?? event.data ?? ""}`));
}
