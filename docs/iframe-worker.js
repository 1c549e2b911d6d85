// A page that was opened from disk may not start a worker; a hidden frame stands in for it, so that search works there, too.
"use strict";
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      this.started = new Promise((done) => { this.frame.onload = () => done(this.start(url)); });
      document.body.append(this.frame);
    }
    start(url) {
      const inner = this.frame.contentWindow, script = inner.document.createElement("script");
      inner.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
      script.src = new URL(url, document.baseURI);
      inner.document.body.append(script);
      return new Promise((done) => { script.onload = () => done(inner); });
    }
    async postMessage(data) { (await this.started).dispatchEvent(new MessageEvent("message", { data })); }
    terminate() { this.frame.remove(); }
  };
}
