// Bundles the element into dist/; with --tests, the unit tests into build/.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { build, transform } from "esbuild";

// The oldest browsers that docs/embedding.md names: phones that no longer get updates have them (iOS 15, Android 6).
const target = ["es2020", "chrome102", "firefox112", "safari15.5"];

const BUNDLED = new Set(["de.json", "en.json", "languages.json"]);

// The element's own unit stands in for the root's em, which pages set as they like.
const inOwnUnit = (styles) => styles.replace(/(-?\d*\.?\d+)rem\b/g, "calc($1 * var(--iom-unit))");

const minifiedStyles = {
  name: "minified-styles",
  setup(bundler) {
    bundler.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(inOwnUnit(await readFile(path, "utf8")), { loader: "css", minify: true, target });
      return { contents: code, loader: "text" };
    });
  },
};

// The texts of the form for the team are in the file that has the form, and not in the chat's.
const ofForm = ([key]) => /^form[A-Z]/.test(key);
const textsThat = (belong) => ({
  name: "texts",
  setup(bundler) {
    bundler.onLoad({ filter: /texts\/(de|en)\.json$/ }, async ({ path }) => {
      const all = Object.entries(JSON.parse(await readFile(path, "utf8")));
      return { contents: JSON.stringify(Object.fromEntries(all.filter(belong))), loader: "json" };
    });
  },
});

const common = { bundle: true, format: "esm", charset: "utf8", logLevel: "warning", plugins: [minifiedStyles] };

if (process.argv.includes("--tests")) {
  await rm("build", { recursive: true, force: true });
  const tests = (await readdir("tests")).filter((name) => name.endsWith(".test.ts")).map((name) => `tests/${name}`);
  await build({ ...common, entryPoints: tests, outdir: "build", platform: "node", outExtension: { ".js": ".mjs" } });
} else {
  const outfile = process.argv[2] ?? "dist/iom-assistant.js";
  const minified = { ...common, target, minify: true, legalComments: "none" };
  // What few visitors need, loaded when they ask for it.
  await build({ ...minified, entryPoints: ["src/more/index.ts"], outfile: join(dirname(outfile), "more.js") });
  const formOnly = [...common.plugins, textsThat(ofForm)];
  await build({ ...minified, entryPoints: ["src/team/index.ts"], outfile: join(dirname(outfile), "team.js"), plugins: formOnly });
  // The chat, loaded when it is first opened. Pages ask for it by its version: a cache may have an older one.
  const chat = join(dirname(outfile), "chat.js");
  const others = [...common.plugins, textsThat((text) => !ofForm(text))];
  await build({ ...minified, entryPoints: ["src/chat_file.ts"], outfile: chat, plugins: others });
  const version = createHash("sha256").update(await readFile(chat)).digest("hex").slice(0, 8);
  // What every page loads.
  const define = { CHAT_VERSION: JSON.stringify(version) };
  await build({ ...minified, entryPoints: ["src/index.ts"], outfile, define });
  // Each language beside the originals, which are in the bundle, is a file of its own.
  const texts = join(dirname(outfile), "texts");
  await rm(texts, { recursive: true, force: true });
  await mkdir(texts, { recursive: true });
  for (const name of await readdir("texts")) {
    if (BUNDLED.has(name)) continue;
    await writeFile(join(texts, name), JSON.stringify(JSON.parse(await readFile(join("texts", name), "utf8"))));
  }
}
