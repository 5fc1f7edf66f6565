// Finds controls as a person who listens to the page does: by role and accessible name, and only those that show.
const selectors = {
  alert: "[role=alert]",
  article: "article",
  button: "button:not([role]), [role=button]",
  checkbox: "input[type=checkbox]:not([role])",
  combobox: "select",
  dialog: "dialog[open], [role=dialog]",
  disclosure: "summary",
  group: "[role=group]",
  link: "a[href]",
  region: "section, [role=region]",
  slider: "[role=slider]",
  status: "[role=status]",
  switch: "[role=switch]",
  tab: "[role=tab]",
  textbox: "input:not([type]), input[type=text], textarea",
};

function tidy(text) {
  return text.replace(/\s+/g, " ").trim();
}

function nameOf(element) {
  const label = element.getAttribute("aria-label");
  if (label) return tidy(label);
  const by = element.getAttribute("aria-labelledby");
  if (by) return tidy(by.split(/\s+/).map((id) => document.getElementById(id)?.textContent ?? "").join(" "));
  if (element.labels?.length) return tidy(element.labels[0].textContent);
  return tidy(element.textContent);
}

function shows(element) {
  if (!element.getClientRects().length) return false;
  return element.checkVisibility({ visibilityProperty: true });
}

// A name that ends with "*" stands for every name that begins so.
function matches(name, wanted) {
  return wanted.endsWith("*") ? name.startsWith(wanted.slice(0, -1)) : name === wanted;
}

// What lies behind a modal dialog cannot be reached.
function scope() {
  const modal = [...document.querySelectorAll("dialog:modal")];
  return modal.length ? modal[modal.length - 1] : document;
}

function find(role, name, group) {
  const inside = (element) => {
    for (let outer = element.parentElement; group && outer; outer = outer.parentElement) {
      const isNamed = outer.hasAttribute("aria-label") || outer.hasAttribute("aria-labelledby");
      if (isNamed && matches(nameOf(outer), group)) return true;
    }
    return !group;
  };
  const around = role === "dialog" ? document : scope();
  const found = [...around.querySelectorAll(selectors[role])];
  return found.filter((element) => shows(element) && matches(nameOf(element), name) && inside(element));
}
