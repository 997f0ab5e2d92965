/** Styles in the way that a strict content security policy allows. */

const styled = /* @__PURE__ */ new WeakMap<ShadowRoot, string[]>();

/** Adds styles to a root that does not have them yet. */
export function styleOnce(root: ShadowRoot, styles: string): void {
  const had = styled.get(root) ?? [];
  if (had.includes(styles)) return;
  withStyles(root, styles);
  styled.set(root, [...had, styles]);
}

/** Adds styles to a root; returns how to undo it. */
export function withStyles(root: Document | ShadowRoot, written: string): () => void {
  // build.mjs puts the element's own unit in the place of the root's em, which pages set as they like.
  const styles = written.replace(/(-?[\d.]+)iu\b/g, "calc($1*var(--iom-unit))");
  if ("adoptedStyleSheets" in root && "replaceSync" in CSSStyleSheet.prototype) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    return () => (root.adoptedStyleSheets = root.adoptedStyleSheets.filter((other) => other !== sheet));
  }
  // Safari before 16.4, where the page's CSP must allow inline styles.
  const element = document.createElement("style");
  element.textContent = styles;
  ((root as Document).head ?? (root as ShadowRoot)).append(element);
  return () => element.remove();
}
