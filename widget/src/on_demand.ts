/** A file of the element that is loaded when it is first needed. */

export class OnDemand<File> {
  /** The file, once it is here. */
  file: File | null = null;
  #loading: Promise<File> | null = null;
  #failures = 0;

  constructor(private readonly address: string) {}

  /** Loads the file once; after a failure, the next call tries again. */
  load(): Promise<File> {
    this.#loading ??= this.#asked().catch((error: unknown) => {
      [this.#loading, this.#failures] = [null, this.#failures + 1];
      throw error;
    });
    return this.#loading;
  }

  async #asked(): Promise<File> {
    // A browser may remember that an address could not be loaded, so it is asked for by another one.
    const address = new URL(this.address);
    if (this.#failures) address.searchParams.set("again", String(this.#failures));
    return (this.file = (await import(address.href)) as File);
  }
}
