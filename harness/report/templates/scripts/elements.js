"use strict";
// Elements made of data: whatever stands in it is text or an attribute, never markup. And how a text gets to the clipboard.
const elements = (() => {
  // An element with its attributes and children; a child may be a text, and one that is null or false is left out.
  function make(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) if (value !== null && value !== "") made.setAttribute(key, value);
    made.append(...children.filter((child) => child !== null && child !== false && child !== ""));
    return made;
  }

  // Copies a text; where the browser keeps its clipboard from files, by way of a selection.
  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = make("textarea", { readonly: "readonly", "aria-hidden": "true", class: "unseen" });
      const focused = document.activeElement;
      area.value = text;
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      if (focused) focused.focus();
      if (!done) throw new Error("the browser does not allow it");
    }
  }

  // A button that copies what ``text`` returns, and says that it did.
  function copyButton(label, text) {
    const button = make("button", { type: "button", class: "quiet" }, label);
    const said = make("span", { role: "status", class: "said" });
    button.addEventListener("click", async () => {
      said.textContent = await copy(text()).then(() => "copied", () => "not copied: the browser does not allow it");
      setTimeout(() => said.replaceChildren(), 3000);
    });
    return [button, said];
  }

  return { make, copyButton };
})();
