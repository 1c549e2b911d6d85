"use strict";
// The form of "What if": which profile is turned, what is done with it, and what its parts share. A part lays its controls with
// "lay", which is done again whenever the setting changes by other than a control that is to stay.
const wishes = (() => {
  const { data } = page;
  const { make, copyButton } = elements;
  const find = (id) => document.getElementById(id);
  const now = () => page.turnedTo(page.profile());
  const kind = (metric) => data.kinds[metric];
  const parts = [];
  let stays = false;

  function lay(part) {
    parts.push(part);
    part();
  }

  // Turns the profile; "kept" says that the control that asks for it stays as it is.
  function turn(to, kept = false) {
    stays = kept;
    try {
      page.turn(page.profile(), to);
    } finally {
      stays = false;
    }
  }

  // An input whose text is tried at every key: "wanted" gives the setting that it asks for, or refuses; why is told when the
  // reader leaves it.
  function field(attributes, value, wanted) {
    const input = make("input", { type: "text", spellcheck: "false", ...attributes });
    const wrong = make("small", { class: "wrong", role: "alert" });
    const say = (words) => {
      wrong.textContent = words;
      input.setAttribute("aria-invalid", String(words !== ""));
    };
    input.value = value;
    input.addEventListener("input", () => {
      const { setting } = attempt(() => wanted(input.value));
      if (!setting) return;
      say("");
      turn(setting, true);
    });
    input.addEventListener("change", () => say(attempt(() => wanted(input.value)).refused));
    return [input, wrong];
  }

  function attempt(wanted) {
    try {
      return { setting: wanted(), refused: "" };
    } catch (error) {
      return { setting: null, refused: error.message };
    }
  }

  // A list that asks for another metric of some.
  function asking(words, label, metrics, take) {
    const list = make("select", { "aria-label": label }, make("option", { value: "" }, words));
    list.append(...metrics.map((metric) => make("option", { value: metric.name }, metric.label)));
    list.addEventListener("change", () => take(list.value));
    return list;
  }

  function layProfiles() {
    const choices = page.profiles.map((name) => {
      const input = make("input", { type: "radio", name: "wish-profile", value: name });
      input.addEventListener("change", () => page.setProfile(name));
      return make("label", {}, input, make("span", {}, name));
    });
    find("wish-profiles").append(...choices);
    find("wish-profiles").hidden = page.profiles.length < 2;
    lay(() => {
      for (const input of document.getElementsByName("wish-profile")) input.checked = input.value === page.profile();
    });
  }

  function layButtons() {
    const reset = make("button", { type: "button", class: "quiet" }, "Reset");
    const told = () => written.yaml(page.priorities(page.profile()), data.kinds);
    const follow = () => { reset.disabled = !page.isTurned(page.profile()); };
    reset.addEventListener("click", () => turn(null));
    find("wish-buttons").append(reset, ...copyButton("Copy link", address.here), ...copyButton("Copy as YAML", told));
    page.on("setting", follow);
    follow();
  }

  document.querySelector(".wishes").addEventListener("submit", (event) => event.preventDefault());
  layProfiles();
  layButtons();
  page.on("setting", () => {
    if (!stays) for (const part of parts) part();
  });
  document.querySelector(".what-if").hidden = false;

  return { now, kind, lay, turn, field, attempt, asking };
})();
