/** Names that nothing else has. */

/** A random UUID, made by hand, since browsers offer none on pages without https. */
export function newId(): string {
  return "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) => randomFor(Number(digit)).toString(16));
}

/** Any hexadecimal digit, or in the place of an 8 one from 8 to b. */
function randomFor(digit: number): number {
  const [byte = 0] = crypto.getRandomValues(new Uint8Array(1));
  return digit ^ (byte & (15 >> (digit / 4)));
}
