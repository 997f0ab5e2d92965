/** What is typed into the chat: whose a key is, and that the page around never hears of it. */

// The code of a key that an input method takes for itself, whatever key it is.
const TAKEN_BY_INPUT_METHOD = 229;

// Everything that tells what was typed, pasted or dragged, and would leave the shadow root.
const TELLING = [
  ...["keydown", "keypress", "keyup", "beforeinput", "input", "textInput"],
  ...["compositionstart", "compositionupdate", "compositionend", "copy", "cut", "paste"],
  ...["dragstart", "drag", "dragenter", "dragover", "dragleave", "drop", "dragend"],
];

/** Whether a key belongs to an input method that is composing a word. */
export function isComposing(event: KeyboardEvent): boolean {
  // Safari ends the composition before it reports the key that ended it, so only the code tells.
  return event.isComposing || event.keyCode === TAKEN_BY_INPUT_METHOD;
}

/** Keeps what is typed from the listeners of the page, which would take it for its own shortcuts. */
export function keepTyping(root: Node): void {
  for (const name of TELLING) root.addEventListener(name, (event) => event.stopPropagation());
}
