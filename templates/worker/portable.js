// Runs the site's modules from a USB stick (file://), where browsers refuse to load modules. The
// build puts their texts below as `modules`, each after those it imports (site_builder/editions.py).

const place = new URL("./", document.currentScript.src);
const wanted = document.currentScript.dataset.modules.split(" ");
const blobs = {};

for (const [name, source] of Object.entries(modules)) {
  const text = source
    .replace(/(["'])\.\/([\w.-]+\.js)\1/g, (whole, _, other) => JSON.stringify(blobs[other] ?? whole.slice(1, -1)))
    .replaceAll("import.meta.url", JSON.stringify(new URL(name, place).href));
  blobs[name] = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
}
for (const name of wanted) import(blobs[name]);
