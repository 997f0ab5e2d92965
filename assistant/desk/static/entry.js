/** Says what the check finds while somebody types; without it, the button does the same. */
"use strict";
(() => {
  const WAIT_MILLISECONDS = 800;
  const form = document.querySelector("form[data-check]");
  const head = document.getElementById("found-head");
  const list = document.querySelector("#found ul");
  if (!form || !head || !list) return;
  let timer = 0;
  let asked = 0;

  const line = ({ text, warning }) => {
    const item = document.createElement("li");
    item.textContent = warning ? `${form.dataset.warning} ${text}` : text;
    return item;
  };

  const check = async () => {
    asked += 1;
    const mine = asked;
    try {
      const response = await fetch(form.dataset.check, { method: "POST", body: new URLSearchParams(new FormData(form)) });
      if (!response.ok) return;
      const found = await response.json();
      if (mine !== asked) return;
      list.replaceChildren(...found.findings.map(line));
      if (head.textContent !== found.head) head.textContent = found.head;
    } catch {
      // The network is away; the button still tells.
    }
  };

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(check, WAIT_MILLISECONDS);
  });
})();
