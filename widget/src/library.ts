/** The element's own texts by language: some come with its files, each other language is loaded when it is needed. */

import { DEFAULT, type Language } from "./languages.js";

/** Where texts that are not here come from. */
export interface Files {
  /** What the file of a language says; undefined until it is loaded. */
  contentOf(language: Language): unknown;
  /** Loads the file of a language; without a connection it stays unloaded, and the next call tries again. */
  load(language: Language): Promise<void>;
}

/** The files of texts beside this one; each is loaded once. */
export class TextFiles implements Files {
  readonly #contents = new Map<Language, unknown>();
  readonly #loading = new Map<Language, Promise<void>>();

  contentOf(language: Language): unknown {
    return this.#contents.get(language);
  }

  load(language: Language): Promise<void> {
    if (this.#contents.has(language)) return Promise.resolve();
    const begun = this.#loading.get(language) ?? this.#fetched(language).finally(() => this.#loading.delete(language));
    this.#loading.set(language, begun);
    return begun;
  }

  async #fetched(language: Language): Promise<void> {
    try {
      const response = await fetch(new URL(`./texts/${language}.json`, import.meta.url));
      if (response.ok) this.#contents.set(language, (await response.json()) ?? {});
    } catch {
      // The usual texts stay.
    }
  }
}

/** Texts of which some languages are here. */
export class Library<Texts extends object> {
  readonly #known: Map<Language, Texts>;
  /** What is read until the texts of a language are here: English, or else the first. */
  readonly #usual: Language;

  constructor(
    here: Record<Language, Texts>,
    private files: Files = new TextFiles(),
  ) {
    this.#known = new Map(Object.entries(here));
    this.#usual = this.#known.has(DEFAULT) ? DEFAULT : ([...this.#known.keys()][0] as Language);
  }

  /** Reads these files from now on, instead of its own. */
  share(files: Files): void {
    this.files = files;
  }

  /** Whether the texts of a language are here. */
  has(language: Language): boolean {
    return this.#known.has(language) || this.files.contentOf(language) !== undefined;
  }

  /** The texts of a language; the usual ones until it is loaded. */
  of(language: Language): Texts {
    const found = this.#known.get(language);
    if (found) return found;
    const usual = this.#known.get(this.#usual) as Texts;
    const content = this.files.contentOf(language);
    if (content === undefined) return usual;
    const texts = completed(content, usual);
    this.#known.set(language, texts);
    return texts;
  }

  /** The language that `of` gives for a language. */
  languageOf(language: Language): Language {
    return this.has(language) ? language : this.#usual;
  }

  load(language: Language): Promise<void> {
    return this.has(language) ? Promise.resolve() : this.files.load(language);
  }
}

/** The texts of a file, with the usual ones for those that it lacks. */
export function completed<Texts extends object>(content: unknown, usual: Texts): Texts {
  const found = typeof content === "object" && content !== null ? (content as Record<string, unknown>) : {};
  const given = Object.keys(usual).flatMap((key) => (typeof found[key] === "string" && found[key] ? [[key, found[key]]] : []));
  return { ...usual, ...(Object.fromEntries(given) as Partial<Texts>) };
}

/** A text with its {names} filled in. */
export function filled(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all));
}
