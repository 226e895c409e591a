// Keeps what is being typed in this browser until it has been sent, so that nothing is lost when the window is closed.
"use strict";

const PREFIX = "bugle-draft/";
const SENDING = `${PREFIX}sending`;

function fields(form) {
  return [...new FormData(form)].filter(([, value]) => typeof value === "string" && value);
}

function typed(pairs) {
  return pairs.filter(([name, value]) => !["key", "version", "seen", "programme"].includes(name) && value);
}

function differ(some, others) {
  return JSON.stringify(typed(some)) !== JSON.stringify(typed(others));
}

function keep(form) {
  const place = PREFIX + form.dataset.draft;
  const begun = fields(form);
  const write = () => {
    const now = fields(form);
    if (differ(now, begun)) localStorage.setItem(place, JSON.stringify(now));
  };
  form.addEventListener("input", write);
  form.addEventListener("submit", () => {
    write();
    sessionStorage.setItem(SENDING, place);
  });
  offer(form, place, begun);
}

// Sent to the server, which draws the form with it: any number of rows, and the key it was begun with. What the form
// shows already, because the server has just drawn it so, is not offered.
function offer(form, place, begun) {
  const held = JSON.parse(localStorage.getItem(place));
  const note = document.querySelector("template#draft");
  if (!held || !note || !differ(held, begun)) return;
  const shown = note.content.cloneNode(true).firstElementChild;
  shown.querySelector("[data-drop]").addEventListener("click", () => {
    localStorage.removeItem(place);
    shown.remove();
  });
  shown.querySelector("[data-take]").addEventListener("click", () => {
    const back = document.createElement("form");
    [back.method, back.action] = ["post", form.action];
    for (const [name, value] of [...held, ["add", "draft"]]) {
      back.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    }
    document.body.append(back);
    back.submit();
  });
  form.before(shown);
}

// Of a long list only what fits what is typed, and what is ticked; without a script all of it stands there.
function narrow(list) {
  const template = list.querySelector("template");
  template.replaceWith(template.content);
  const part = list.querySelector("[type=search]");
  part.addEventListener("input", () => {
    const wanted = part.value.trim().toLowerCase();
    list.querySelectorAll(".options label").forEach((label) => {
      label.hidden = !label.control.checked && !label.textContent.toLowerCase().includes(wanted);
    });
  });
  part.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
}

// A page that tells of something sent names its draft; it may be an older one, come back to after a refusal.
const sent = document.querySelector("[data-sent]")?.dataset.sent;
const sending = sessionStorage.getItem(SENDING);
if (sent && sending?.startsWith(`${PREFIX}${sent}/`)) {
  localStorage.removeItem(sending);
  sessionStorage.removeItem(SENDING);
}
document.querySelectorAll("form[action='/sign-out']").forEach((form) =>
  form.addEventListener("submit", () =>
    Object.keys(localStorage).filter((name) => name.startsWith(PREFIX)).forEach((name) => localStorage.removeItem(name))
  )
);
document.querySelectorAll("form[data-draft]").forEach(keep);
document.querySelectorAll(".several:has(> template)").forEach(narrow);
document.querySelector("[data-new] input")?.focus();
