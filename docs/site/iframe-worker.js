/* A browser starts no worker for a page that was opened from a disk. There the search runs in a hidden frame, which
   is spoken to as a worker is. */
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(address) {
      super();
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      document.body.append(this.frame);
      const own = this.frame.contentWindow;
      window.addEventListener("message", (event) => {
        if (event.source !== own) return;
        const said = new MessageEvent("message", { data: event.data });
        this.dispatchEvent(said);
        if (this.onmessage) this.onmessage(said);
      });
      own.document.open();
      own.document.write(
        "<script>" +
          "postMessage = (data) => parent.postMessage(data, '*');" +
          "importScripts = async (...addresses) => { for (const address of addresses) await new Promise((done) => {" +
          "const script = document.createElement('script'); script.src = address; script.onload = done;" +
          "document.body.append(script); }); };" +
          '</script><body><script src="' + address + '"></script></body>'
      );
      own.document.close();
      // opening a document forgets who listens, so this comes last
      this.ready = new Promise((done) => own.addEventListener("load", done));
    }
    postMessage(data) {
      this.ready.then(() => this.frame.contentWindow.dispatchEvent(new MessageEvent("message", { data })));
    }
    terminate() {
      this.frame.remove();
    }
  };
}
