// <consistory-run src="https://…/consistory/" run="#/p/raft/split-vote" lang="zh" title="…"></consistory-run>
// Makes the iframe of a run: lazy, titled, and as high as its width asks for. Events of the run are dispatched on
// the element as "consistory-ready", "consistory-state" and so on; methods are play, pause, step, seek, load and get.
const home = new URL(".", import.meta.url);

class ConsistoryRun extends HTMLElement {
  static observedAttributes = ["run"];

  connectedCallback() {
    if (this.frame) return;
    const frame = document.createElement("iframe");
    frame.title = this.getAttribute("title") || "Consistory";
    frame.loading = "lazy";
    frame.allow = "fullscreen; clipboard-write";
    frame.style.cssText = "width: 100%; height: 480px; border: 0; display: block;";
    frame.src = this.address();
    this.frame = frame;
    this.waiting = new Map();
    this.hear = (event) => this.receive(event);
    addEventListener("message", this.hear);
    if (!this.style.display) this.style.display = "block";
    this.append(frame);
  }

  disconnectedCallback() {
    removeEventListener("message", this.hear);
    this.frame?.remove();
    this.frame = undefined;
  }

  attributeChangedCallback(name, before, now) {
    if (this.frame && before !== now) this.ask("load", now || "");
  }

  address() {
    const address = new URL(this.getAttribute("src") || "", home);
    address.searchParams.set("embed", "1");
    for (const name of ["lang", "theme", "autoplay"]) {
      if (this.hasAttribute(name)) address.searchParams.set(name, this.getAttribute(name));
    }
    address.hash = this.getAttribute("run") || "";
    return address.href;
  }

  receive(event) {
    const data = event.data;
    if (event.source !== this.frame?.contentWindow || data?.context !== "consistory" || data.version !== 1) return;
    const answered = this.waiting.get(data.listener);
    if (answered) {
      this.waiting.delete(data.listener);
      answered(data.value);
      return;
    }
    if (data.event === "resize" && !this.hasAttribute("height")) this.frame.style.height = `${Number(data.value.height)}px`;
    this.dispatchEvent(new CustomEvent(`consistory-${data.event}`, { detail: data.value }));
  }

  ask(method, value) {
    const listener = `${method}-${Math.random().toString(36).slice(2)}`;
    const target = new URL(this.frame.src).origin;
    return new Promise((answered) => {
      this.waiting.set(listener, answered);
      this.frame.contentWindow.postMessage({ context: "consistory", version: 1, method, value, listener }, target);
    });
  }

  play() { return this.ask("play"); }
  pause() { return this.ask("pause"); }
  step(direction) { return this.ask("step", direction); }
  seek(milliseconds) { return this.ask("seek", milliseconds); }
  load(fragment) { return this.ask("load", fragment); }
  get(what) { return this.ask("get", what); }
}

customElements.define("consistory-run", ConsistoryRun);
