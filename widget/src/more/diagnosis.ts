/** Why the front does not answer: found out for the page's author, who reads it in the console. */

export type Trouble = "unreachable" | "not allowed" | "blocked";

/** What the page's author has to do, by what is wrong. */
const ADVICE: Record<Trouble, string> = {
  "not allowed": "it does not allow this website. Add {origin} to its setting ASSISTANT_ORIGINS.",
  blocked: "the content security policy of this page blocks it. Add {server} to its connect-src.",
  unreachable: "it cannot be reached. Is {server} its address, and is it running?",
};

/**
 * Finds out why a request for the front's API has failed, and says so in the console.
 *
 * The element's own files may be read by every website, so where they can be had, the front is there.
 */
export async function diagnosed(server: string): Promise<Trouble> {
  const found = await troubleWith(server);
  const advice = ADVICE[found].replace("{origin}", location.origin).replace("{server}", server);
  console.error(`iom-assistant: ${server} does not answer: ${advice} More: ${server}/check?origin=${location.origin}`);
  return found;
}

async function troubleWith(server: string): Promise<Trouble> {
  // Its own pages are always allowed.
  if (new URL(server).origin === location.origin) return "unreachable";
  let isBlocked = false;
  const note = ({ blockedURI }: SecurityPolicyViolationEvent): void => {
    isBlocked = isBlocked || blockedURI.startsWith(server);
  };
  document.addEventListener("securitypolicyviolation", note);
  try {
    const { ok } = await fetch(`${server}/widget/texts/uk.json`, { credentials: "omit", cache: "no-store" });
    return ok ? "not allowed" : "unreachable";
  } catch {
    // The event comes after the failure.
    await new Promise((resolve) => setTimeout(resolve, 50));
    return isBlocked ? "blocked" : "unreachable";
  } finally {
    document.removeEventListener("securitypolicyviolation", note);
  }
}
