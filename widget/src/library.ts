/** The element's own texts by language: some come with its files, each other language is loaded when it is needed. */

import { DEFAULT, type Language } from "./languages.js";

/** The files of texts beside this one, one for each language; each is loaded once. */
export class TextFiles {
  private readonly contents = new Map<Language, unknown>();
  private readonly loading = new Map<Language, Promise<void>>();

  /** What the file of a language says; undefined until it is loaded. */
  contentOf(language: Language): unknown {
    return this.contents.get(language);
  }

  /** Loads the file of a language; without a connection it stays unloaded, and the next call tries again. */
  load(language: Language): Promise<void> {
    if (this.contents.has(language)) return Promise.resolve();
    const begun = this.loading.get(language) ?? this.fetched(language).finally(() => this.loading.delete(language));
    this.loading.set(language, begun);
    return begun;
  }

  private async fetched(language: Language): Promise<void> {
    try {
      const response = await fetch(new URL(`./texts/${language}.json`, import.meta.url));
      if (response.ok) this.contents.set(language, (await response.json()) ?? {});
    } catch {
      // The English texts stay.
    }
  }
}

/** Texts of which German and English are here. */
export class Library<Texts extends object> {
  private readonly known: Map<Language, Texts>;

  constructor(
    de: Texts,
    private readonly english: Texts,
    private files = new TextFiles(),
  ) {
    this.known = new Map([["de", de], [DEFAULT, english]]);
  }

  /** Reads these files from now on, instead of its own. */
  share(files: TextFiles): void {
    this.files = files;
  }

  /** Whether the texts of a language are here. */
  has(language: Language): boolean {
    return this.known.has(language) || this.files.contentOf(language) !== undefined;
  }

  /** The texts of a language; the English ones until it is loaded. */
  of(language: Language): Texts {
    const found = this.known.get(language);
    if (found) return found;
    const content = this.files.contentOf(language);
    if (content === undefined) return this.english;
    const texts = completed(content, this.english);
    this.known.set(language, texts);
    return texts;
  }

  /** The language that `of` gives for a language. */
  languageOf(language: Language): Language {
    return this.has(language) ? language : DEFAULT;
  }

  load(language: Language): Promise<void> {
    return this.has(language) ? Promise.resolve() : this.files.load(language);
  }
}

/** The texts of a file, with the English ones for those that it lacks. */
export function completed<Texts extends object>(content: unknown, english: Texts): Texts {
  const found = typeof content === "object" && content !== null ? (content as Record<string, unknown>) : {};
  const given = Object.keys(english).flatMap((key) => (typeof found[key] === "string" && found[key] ? [[key, found[key]]] : []));
  return { ...english, ...(Object.fromEntries(given) as Partial<Texts>) };
}

/** A text with its {names} filled in. */
export function filled(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all));
}
