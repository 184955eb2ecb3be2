// Loads what scripts need of this site, by its path below the site's root.
//
// In the portable copy (file://) nothing can be fetched. There each file F that is loaded here has
// a twin F.js, a classic script of one line: `(self.siteData ??= {})["F"] = …;`, JSON as it is and
// HTML as a string.

export const root = new URL("../", import.meta.url);
export const hant = document.documentElement.lang === "zh-Hant";
const { copy } = document.documentElement.dataset; // the version, when the offline copy made the page
const FINGERPRINTED = /-[0-9a-f]{8}\.json$/;
export const base = hant ? new URL("hant/", root) : root;

/** The value of a JSON file. Fails when it cannot be had. */
export async function load(path) {
  if (location.protocol === "file:") return loadTwin(path);
  const cache = FINGERPRINTED.test(path) ? "default" : "no-cache"; // never that of an earlier release
  return (await fetched(new URL(path, root), { cache })).json();
}

/** A page of this site in this page's script, by its address below the script's root. */
export async function loadPage(url) {
  const address = new URL(url, base);
  const html =
    location.protocol === "file:"
      ? await loadTwin(`${address.href.slice(root.href.length)}index.html`)
      : await (await fetched(address, { headers: { Accept: "text/html" } })).text(); // so the worker knows
  return new DOMParser().parseFromString(html, "text/html");
}

async function fetched(address, options) {
  if (copy) address.searchParams.set("copy", copy); // so that page and data are of one version
  const response = await fetch(address, options);
  if (!response.ok) throw new Error(`${response.status} ${address}`);
  return response;
}

function loadTwin(path) {
  const given = () => globalThis.siteData?.[path];
  if (given() !== undefined) return given();
  return new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: new URL(`${path}.js`, root) });
    script.onload = () => resolve(given());
    script.onerror = () => reject(new Error(path));
    document.head.append(script);
  });
}
