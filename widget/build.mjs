// Bundles the element into dist/; with --tests, the unit tests into build/.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { build, transform } from "esbuild";

// The oldest browsers that docs/embedding.md names: phones that no longer get updates have them (iOS 15, Android 6).
const target = ["chrome102", "firefox112", "safari15.5"];

const ORIGINALS = ["de.json", "en.json"];

// Stylesheets have the element's own unit where they say rem, which would hang on the root of the page (styling.ts).
const inOwnUnit = (styles) => styles.replace(/(\d)rem\b/g, "$1iu");

const minifiedStyles = {
  name: "minified-styles",
  setup(bundler) {
    bundler.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "css", minify: true, target });
      return { contents: inOwnUnit(code), loader: "text" };
    });
  },
};

// Each file has the texts that it shows: those of the form for the team and those of later.ts are in files of their own.
const listed = await build({ entryPoints: ["src/later.ts"], format: "esm", write: false });
const { LATER } = await import(`data:text/javascript,${encodeURIComponent(listed.outputFiles[0].text)}`);
const ofForm = (key) => /^form[A-Z]/.test(key);
const later = (key) => LATER.includes(key);
const first = (key) => !ofForm(key) && !later(key);
const readTexts = async (path) => Object.entries(JSON.parse(await readFile(path, "utf8")));
const only = (texts, belongs) => JSON.stringify(Object.fromEntries(texts.filter(([key]) => belongs(key))));
const textsThat = (belong) => ({
  name: "texts",
  setup(bundler) {
    bundler.onLoad({ filter: /texts\/(de|en)\.json$/ }, async ({ path }) => {
      return { contents: only(await readTexts(path), belong), loader: "json" };
    });
  },
});

// The chat takes from the launcher what that has already.
const HANDED_OVER = /\/(dom|drawn|languages|library|on_demand|region|screen|styling|wording)\.js$/;
const handedOver = {
  name: "handed-over",
  setup(bundler) {
    bundler.onResolve({ filter: HANDED_OVER }, () => ({ path: resolve("src/handed_over.ts") }));
  },
};

const germanForEnglish = {
  name: "german-for-english",
  setup(bundler) {
    bundler.onResolve({ filter: /texts\/en\.json$/ }, () => ({ path: resolve("texts/de.json") }));
  },
};

const common = { bundle: true, format: "esm", charset: "utf8", logLevel: "warning", plugins: [minifiedStyles] };

if (process.argv.includes("--tests")) {
  await rm("build", { recursive: true, force: true });
  const tests = (await readdir("tests")).filter((name) => name.endsWith(".test.ts")).map((name) => `tests/${name}`);
  const define = { OWN_LANGUAGE: '"en"' };
  await build({ ...common, define, entryPoints: tests, outdir: "build", platform: "node", outExtension: { ".js": ".mjs" } });
} else {
  const launcher = process.argv[2] ?? "dist/iom-assistant.js";
  const folder = dirname(launcher);
  // The version of files, by which the others ask for them: a cache may have an older one.
  const versionOf = async (...files) => {
    const hash = createHash("sha256");
    for (const file of files) hash.update(await readFile(file));
    return JSON.stringify(hash.digest("hex").slice(0, 8));
  };
  const bundled = async (entry, outfile, define, plugins = []) => {
    const options = { ...common, target, minify: true, legalComments: "none", define };
    await build({ ...options, entryPoints: [entry], outfile, plugins: [...common.plugins, ...plugins] });
    return outfile;
  };
  const file = (name) => join(folder, name);
  // The form for the team, loaded when it is opened.
  const TEAM_VERSION = await versionOf(await bundled("src/team/index.ts", file("team.js"), {}, [textsThat(ofForm)]));
  // What belongs below an answer, and what few visitors need: loaded after the first answer, or when asked for.
  const more = await bundled("src/more/index.ts", file("more.js"), { TEAM_VERSION }, [textsThat(later)]);
  const MORE_VERSION = await versionOf(more);
  // The chat, loaded when it is first opened: for German pages with German texts, for all others with English ones.
  const ofChat = [textsThat(first), handedOver];
  const english = { MORE_VERSION, OWN_LANGUAGE: '"en"' };
  const german = { MORE_VERSION, OWN_LANGUAGE: '"de"' };
  const CHAT_VERSION = await versionOf(
    await bundled("src/chat_file.ts", file("chat.js"), english, ofChat),
    await bundled("src/chat_file.ts", file("chat.de.js"), german, [germanForEnglish, ...ofChat]),
  );
  // What every page loads.
  await bundled("src/index.ts", launcher, { CHAT_VERSION });
  // The texts of each language, in two files.
  const folderOfTexts = join(folder, "texts");
  await rm(folderOfTexts, { recursive: true, force: true });
  await mkdir(folderOfTexts, { recursive: true });
  for (const name of await readdir("texts")) {
    if (name === "languages.json") continue;
    const texts = await readTexts(join("texts", name));
    await writeFile(join(folderOfTexts, name), only(texts, first));
    // The second of the originals is in the bundles.
    if (ORIGINALS.includes(name)) continue;
    await writeFile(join(folderOfTexts, name.replace(".json", ".more.json")), only(texts, (key) => !first(key)));
  }
}
