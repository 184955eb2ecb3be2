// The small computation the API asks for when a network sends much (altcha, PBKDF2). Nobody ever
// solves a puzzle: the device counts until a derived key begins as asked.

export async function solve(challenge) {
  const { parameters } = challenge;
  const nonce = fromHex(parameters.nonce);
  for (let counter = 0; ; counter++) {
    const derivedKey = toHex(await derive(parameters, password(nonce, counter)));
    if (derivedKey.startsWith(parameters.keyPrefix)) {
      return btoa(JSON.stringify({ challenge, solution: { counter, derivedKey, time: 0 } }));
    }
  }
}

async function derive({ salt, cost, keyLength }, secret) {
  const key = await crypto.subtle.importKey("raw", secret, "PBKDF2", false, ["deriveBits"]);
  const algorithm = { name: "PBKDF2", hash: "SHA-256", salt: fromHex(salt), iterations: cost };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, keyLength * 8));
}

function password(nonce, counter) {
  const bytes = new Uint8Array(nonce.length + 4);
  bytes.set(nonce);
  new DataView(bytes.buffer).setUint32(nonce.length, counter);
  return bytes;
}

function fromHex(text) {
  return Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
}

function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
