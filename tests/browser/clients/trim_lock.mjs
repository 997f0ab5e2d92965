// Every client comes with a bundle for browsers, so the 290 packages they were built from are left out: `npm run lock`.
import { readFileSync, writeFileSync } from "node:fs";

const file = "package-lock.json";
const lock = JSON.parse(readFileSync(file, "utf-8"));
const clients = Object.keys(lock.packages[""].devDependencies).map((name) => `node_modules/${name}`);
const kept = ["name", "version", "integrity", "dev", "license"];
const trimmed = (entry) => Object.fromEntries(kept.filter((key) => key in entry).map((key) => [key, entry[key]]));
const packages = clients.map((path) => [path, trimmed(lock.packages[path])]);
lock.packages = { "": lock.packages[""], ...Object.fromEntries(packages) };
writeFileSync(file, JSON.stringify(lock, null, 2) + "\n");
