"use strict";
/* The guesses of a lesson as forms: choose, commit, and read what is to be said to that very answer.

What is right is sealed in the form (nnlearn.catalogue.sealed): kept from the eye, and no secret. A guess stays in
this browser until it is taken back; nothing is sent anywhere. */
(() => {
  /** The browser's own store; where it is refused, guesses last as long as the page. */
  const store = (() => {
    try {
      localStorage.getItem("nnlearn");
      return localStorage;
    } catch {
      return forThisPage();
    }
  })();

  function forThisPage() {
    const kept = new Map();
    return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key) };
  }

  const unsealed = (word) =>
    JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(word), (letter) => letter.charCodeAt(0))));

  /** The answer in a form as plain data, or undefined where it is none of what is allowed. */
  function given(form) {
    const typed = new FormData(form).get("answer")?.trim() ?? "";
    const kind = form.dataset.allowed;
    if (kind === "choice") return typed || undefined;
    if (kind === "shape") {
      const found = /^[([]?\s*(\d+(?:\s*,\s*\d+)*)?\s*,?\s*[)\]]?$/.exec(typed);
      return found && typed ? (found[1] ?? "").split(",").filter(Boolean).map(Number) : undefined;
    }
    const value = Number(typed.replace("−", "-").replace(/^(-?\d+),(\d+)$/, "$1.$2"));
    if (typed === "" || Number.isNaN(value) || (kind === "integer" && !Number.isInteger(value))) return undefined;
    return value;
  }

  const same = (one, other, tolerance) => typeof one === "number" && typeof other === "number"
    ? Math.abs(one - other) <= tolerance + 1e-12
    : JSON.stringify(one) === JSON.stringify(other);

  /** What to say to an answer: [whether it is right, the words]. */
  function answered(form, answer) {
    const { answer: right, tolerance, wrong } = unsealed(form.dataset.sealed);
    if (same(answer, right, tolerance)) return [true, "Right."];
    const known = wrong.find((one) => same(answer, one.answer, 0));
    return [false, known ? `Not so. ${known.why.trim().replaceAll(/\s*\n\s*/g, " ")}` : "Not so. Read on with it in mind, and guess again afterwards."];
  }

  function wire(form) {
    const key = `nnlearn:guess:${form.dataset.topic}:${form.dataset.key}`;
    const [commit, again] = form.querySelectorAll("button");
    const said = form.querySelector(".answered");
    const say = (kind, words) => {
      said.className = `answered ${kind}`;
      said.textContent = words;
    };
    const show = (answer) => {
      const [right, words] = answered(form, answer);
      say(right ? "right" : "wrong", words);
      for (const field of form.querySelectorAll("input")) field.disabled = true;
      commit.hidden = true;
      again.hidden = false;
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const answer = given(form);
      if (answer === undefined) return say("", `Allowed: ${form.dataset.words}.`);
      store.setItem(key, JSON.stringify(new FormData(form).get("answer")));
      show(answer);
      return again.focus();
    });
    again.addEventListener("click", () => {
      store.removeItem(key);
      for (const field of form.querySelectorAll("input")) field.disabled = false;
      form.reset();
      say("", "");
      commit.hidden = false;
      again.hidden = true;
      form.querySelector("input").focus();
    });
    const kept = JSON.parse(store.getItem(key) ?? "null");
    if (kept !== null) {
      for (const field of form.querySelectorAll("input")) {
        if (field.type === "radio") field.checked = field.value === kept;
        else field.value = kept;
      }
      const answer = given(form);
      if (answer !== undefined) show(answer);
    }
    form.hidden = false;
  }

  for (const form of document.querySelectorAll("form.guess")) wire(form);
  for (const block of document.querySelectorAll(".guesses-in-code")) block.hidden = true;
})();
