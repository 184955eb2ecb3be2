// 简体 into 繁體 without OpenCC, for the texts that a table was made of (site_builder/offline.py).

const HAN = /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]+/gu;

/** Turn 简体 into 繁體 with the table that the build derived from OpenCC's own result. */
export function traditional(text, script) {
  return text.replace(HAN, (run) => script.runs[run] ?? characters(run, script.characters));
}

function characters(run, table) {
  return Array.from(run, (character) => table[character] ?? character).join("");
}
