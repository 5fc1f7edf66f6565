// Starts the page: loads the wasm that Trunk named in this script's element, and shows what went wrong where it did.
// A file of its own, because a strict content security policy forbids inline scripts.
const root = document.documentElement;
const self = document.querySelector("script[data-js][data-wasm]");

const asked = new URLSearchParams(location.search).get("lang") || navigator.language || "en";
if (asked.toLowerCase().startsWith("zh")) root.lang = "zh-Hans";

function fail(message) {
  console.error(message);
  const box = document.getElementById("failure");
  if (!box || !box.hidden) return;
  document.getElementById("failure-text").textContent = message;
  const link = document.getElementById("failure-link");
  const address = new URL(location.href);
  // The run as it was after its last edit; Consistory keeps it here so that a bug loses nothing.
  if (root.dataset.link) address.hash = root.dataset.link;
  link.href = address.href;
  link.textContent = address.href;
  document.getElementById("failure-reload").addEventListener("click", () => location.reload());
  box.hidden = false;
  box.focus();
}

addEventListener("consistory-failure", () => fail(root.dataset.failure || ""));

// The page says that it loads before the work begins that leaves no time to say so: what the first frame painted is on
// the screen when the second one begins. A hidden tab has no frames.
const shown = new Promise((done) => {
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)));
  setTimeout(done, 200);
});

try {
  const base = document.baseURI;
  const { default: init } = await import(new URL(self.dataset.js, base).href);
  await shown;
  await init({ module_or_path: new URL(self.dataset.wasm, base).href });
} catch (error) {
  fail(String(error));
}
