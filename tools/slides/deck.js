// The keys of a deck. Each slide is a <section>; what comes with a key press has the class "step".
// Nothing here is needed to read the page: without this script it is one long text.
"use strict";

const page = document.documentElement;
const slides = [...document.querySelectorAll("main > section")];
const SMALLEST = 0.85; // of the size of the text: a 25th of the slide's height
let now = 0;

const steps = (slide) => [...slide.querySelectorAll(".step")];
const hidden = (slide) => steps(slide).filter((step) => !step.classList.contains("shown"));

// Show one slide, with all of its steps when one comes back to it.
function show(number, all = false) {
  closeAll();
  now = Math.max(0, Math.min(number, slides.length - 1));
  slides.forEach((slide, n) => slide.classList.toggle("current", n === now));
  steps(slides[now]).forEach((step) => step.classList.toggle("shown", all));
  fit(slides[now]);
  document.getElementById("place").textContent = `${now + 1} / ${slides.length}`;
  document.getElementById("line").style.width = `${(100 * (now + 1)) / slides.length}%`;
  if (location.hash !== `#${slides[now].id}`) history.replaceState(null, "", `#${slides[now].id}`);
  slides[now].focus({ preventScroll: true });
}

// Make the text smaller until it fits, but never smaller than the back row can read.
function fit(slide) {
  let scale = 1;
  slide.style.setProperty("--scale", scale);
  while (overflows(slide) && scale > SMALLEST) {
    scale = Math.max(SMALLEST, scale - 0.05);
    slide.style.setProperty("--scale", scale);
  }
}

function overflows(slide) {
  const boxes = [slide, ...slide.querySelectorAll(".body, .text")];
  const isFull = boxes.some((box) => box.scrollHeight > box.clientHeight + 1 || box.scrollWidth > box.clientWidth + 1);
  // A picture that is squeezed by the text around it is of no use either.
  const pictures = slide.querySelector(".pictures");
  return isFull || (pictures !== null && pictures.clientHeight < 0.3 * slide.clientHeight);
}

function forward() {
  const [next] = hidden(slides[now]);
  if (next) next.classList.add("shown");
  else if (now < slides.length - 1) show(now + 1);
}

function back() {
  const shown = steps(slides[now]).filter((step) => step.classList.contains("shown"));
  if (shown.length) shown.at(-1).classList.remove("shown");
  else if (now > 0) show(now - 1, true);
}

// Code, solution and notes are <details>: one at a time.
function toggle(kind) {
  for (const panel of slides[now].querySelectorAll(":scope > details")) {
    panel.open = panel.classList.contains(kind) && !panel.open;
  }
}

function closeAll() {
  page.classList.remove("overview", "help");
  document.querySelectorAll("details[open]").forEach((panel) => { panel.open = false; });
}

function fullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else page.requestFullscreen?.();
}

const KEYS = {
  ArrowRight: forward, ArrowDown: forward, PageDown: forward, " ": forward, Enter: forward,
  ArrowLeft: back, ArrowUp: back, PageUp: back, Backspace: back,
  Home: () => show(0), End: () => show(slides.length - 1),
  c: () => toggle("code"), s: () => toggle("solution"), n: () => toggle("notes"),
  o: () => page.classList.toggle("overview"), h: () => page.classList.toggle("help"),
  d: () => page.classList.toggle("dark"), f: fullScreen, Escape: closeAll,
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("a") && event.key === "Enter") return;
  const panel = slides[now].querySelector(":scope > details[open] ");
  const scrolls = ["ArrowUp", "ArrowDown"].includes(event.key);
  if (scrolls && panel) panel.scrollBy(0, event.key === "ArrowDown" ? 80 : -80);
  else if (scrolls && page.classList.contains("overview")) return;
  else if (event.key === " " && event.shiftKey) back();
  else if (KEYS[event.key]) KEYS[event.key]();
  else return;
  event.preventDefault();
});

// A finger that moves sideways turns the page.
let touched = null;
document.addEventListener("touchstart", (event) => { touched = event.changedTouches[0]; }, { passive: true });
document.addEventListener("touchend", (event) => {
  const [end] = event.changedTouches;
  const [x, y] = [end.clientX - touched.clientX, end.clientY - touched.clientY];
  if (Math.abs(x) > 50 && Math.abs(x) > 2 * Math.abs(y)) (x < 0 ? forward : back)();
});

function follow() {
  const number = slides.findIndex((slide) => `#${slide.id}` === location.hash);
  show(Math.max(0, number));
}

window.addEventListener("hashchange", follow);
window.addEventListener("resize", () => fit(slides[now]));
follow();
