// The part of the check that only a browser can do: is it new enough, and does the front answer it?
const texts = JSON.parse(document.querySelector("[data-texts]").dataset.texts);
const say = (id, isRight, text) => {
  const line = document.getElementById(id);
  const mark = document.createElement("strong");
  mark.textContent = isRight ? texts.right : texts.to_do;
  line.replaceChildren(mark, ` ${text}`);
  line.className = isRight ? "right" : "wrong";
  line.hidden = false;
};
const needed = {
  custom_elements: "customElements" in window,
  shadow_roots: "attachShadow" in Element.prototype,
  inert: "inert" in HTMLElement.prototype,
  display_names: "DisplayNames" in Intl,
};
const lacking = Object.keys(needed).filter((name) => !needed[name]).map((name) => texts[name]);
say("browser", !lacking.length, lacking.length ? texts.browser_old.replace("{lacking}", lacking.join(", ")) : texts.browser_right);
try {
  const { ok, status } = await fetch("/api/opening", { cache: "no-store" });
  say("front", ok, ok ? texts.front_right : texts.front_status.replace("{status}", status));
} catch {
  say("front", false, texts.front_away);
}
