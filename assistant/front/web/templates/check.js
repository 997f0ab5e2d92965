// The part of the check that only a browser can do: is it new enough, and does the front answer it?
const say = (id, isRight, text) => {
  const line = document.getElementById(id);
  const mark = document.createElement("strong");
  mark.textContent = isRight ? "Right:" : "To do:";
  line.replaceChildren(mark, ` ${text}`);
  line.className = isRight ? "right" : "wrong";
  line.hidden = false;
};
const needed = {
  "custom elements": "customElements" in window,
  "shadow roots": "attachShadow" in Element.prototype,
  "the attribute inert": "inert" in HTMLElement.prototype,
  "names of languages": "DisplayNames" in Intl,
};
const lacking = Object.keys(needed).filter((name) => !needed[name]);
say("browser", !lacking.length, lacking.length ? `this browser is too old: it lacks ${lacking.join(", ")}.` : "This browser is new enough.");
try {
  const { ok, status } = await fetch("/api/opening", { cache: "no-store" });
  say("front", ok, ok ? "The front answers." : `the front answers with status ${status}; its log says why.`);
} catch {
  say("front", false, "the front cannot be reached from here.");
}
