// Reading aloud with the device's own Chinese voice; nothing leaves the device.
import { announce } from "./toolbar-announce.js";
import { blocks, breaths } from "./speech-text.js";

const synthesis = window.speechSynthesis;
const panel = document.querySelector("[data-reading]");
const pauseButton = panel.querySelector("[data-action=pause]");
const stopButton = panel.querySelector("[data-action=stop]");
const noVoice = panel.querySelector("[data-no-voice]");
const VOICE_MILLISECONDS = 2000;

let pieces = []; // [{element, text}]: one breath each
let at = 0;
let reading = false;
let turn = 0; // a cancelled utterance still reports its end: only the newest turn counts

addEventListener("pagehide", () => synthesis?.cancel());
addEventListener("newpage", stop);

/** Read the page from its heading, or go on where it was paused. */
export function readPage() {
  if (reading) pause();
  else if (at < pieces.length) go();
  else readBlocks(blocks(document.querySelector("main")));
}

/** Read blocks ({element, text}) one after another. */
export function readBlocks(found) {
  pieces = found.flatMap(({ element, text }) => breaths(text).map((text) => ({ element, text })));
  at = 0;
  go();
}

/** Say what is pointed at; it replaces what was being read. */
export function say(text, element) {
  readBlocks([{ element, text }]);
}

/** Pause, or go on. Phones forget a paused voice, so the breath is begun again. */
export function pause() {
  if (!reading) return go();
  reading = false;
  turn += 1;
  synthesis?.cancel();
  show();
}

/** Stop and forget the place. */
export function stop() {
  reading = false;
  turn += 1;
  pieces = [];
  at = 0;
  synthesis?.cancel();
  mark();
  panel.hidden = true;
  noVoice.hidden = true;
}

async function go() {
  const mine = ++turn;
  reading = true;
  const voice = await chineseVoice();
  if (mine !== turn) return;
  if (voice) return speak(voice, mine);
  stop();
  panel.hidden = noVoice.hidden = false;
  stopButton.textContent = stopButton.dataset.close;
  announce(noVoice.textContent);
}

function speak(voice, mine) {
  show();
  if (at >= pieces.length) return stop();
  const { element, text } = pieces[at];
  synthesis.cancel();
  const utterance = new SpeechSynthesisUtterance(text);
  utterance.voice = voice;
  utterance.lang = voice.lang;
  utterance.rate = 1.2 ** (window.modes.read().speed || 0);
  utterance.onend = utterance.onerror = () => {
    if (mine !== turn) return;
    at += 1;
    speak(voice, mine);
  };
  speak.current = utterance; // Chrome forgets an utterance nobody holds, and never ends it
  mark(element);
  dispatchEvent(new CustomEvent("reading", { detail: text }));
  synthesis.speak(utterance);
}

function show() {
  panel.hidden = false;
  noVoice.hidden = true;
  stopButton.textContent = stopButton.dataset.stop;
  pauseButton.textContent = reading ? pauseButton.dataset.pause : pauseButton.dataset.resume;
}

function mark(element) {
  document.querySelector(".being-read")?.classList.remove("being-read");
  element?.classList.add("being-read");
  element?.scrollIntoView({ block: "nearest" });
}

/** Return the device's Mandarin voice that fits the script, or nothing. Some list voices late. */
async function chineseVoice() {
  if (!synthesis) return undefined;
  if (!synthesis.getVoices().length) await voicesOrTimeout();
  const region = document.documentElement.lang === "zh-Hant" ? "TW" : "CN";
  const chinese = synthesis.getVoices().filter(({ lang }) => /^(zh|cmn)/i.test(lang));
  const mandarin = chinese.filter(({ lang }) => !/HK|yue/i.test(lang));
  return mandarin.find(({ lang }) => lang.endsWith(region)) ?? mandarin[0] ?? chinese[0];
}

function voicesOrTimeout() {
  return new Promise((done) => {
    synthesis.addEventListener("voiceschanged", done, { once: true });
    setTimeout(done, VOICE_MILLISECONDS);
  });
}
