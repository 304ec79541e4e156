"use strict";
(() => {
  const find = selector => document.querySelector(selector);
  const findAll = selector => [...document.querySelectorAll(selector)];
  const body = find("tbody");
  const rows = findAll("tbody tr");
  const search = find("#search");
  const filters = findAll("select[data-filter]");
  const tiles = findAll("button.tile");
  const grouped = find("#grouped");
  const sortBy = find("#sort");
  const headings = findAll("thead th");
  let column = 0;
  let descending = false;

  const sortKey = (row, index) => row.cells[index].dataset.sort ?? "";
  const compareText = new Intl.Collator("en", { numeric: true }).compare;

  /** Compares two rows; unknown values come last in both directions. */
  function compare(one, other) {
    const [left, right] = [sortKey(one, column), sortKey(other, column)];
    if (left === "" || right === "") return (left === "") - (right === "");
    const numbers = headings[column].dataset.type === "number";
    const order = numbers ? Number(left) - Number(right) : compareText(left, right);
    return descending ? -order : order;
  }

  function matches(row, words, pressed) {
    return (
      filters.every(filter => filter.value === "" || row.dataset[filter.dataset.filter] === filter.value) &&
      pressed.every(attention => row.dataset.attention.split(" ").includes(attention)) &&
      words.every(word => row.dataset.text.includes(word))
    );
  }

  function heading(owner, shown) {
    const row = document.createElement("tr");
    row.className = "group";
    const cell = document.createElement("th");
    cell.colSpan = headings.length;
    cell.scope = "rowgroup";
    cell.textContent = owner === "" ? "No owner" : owner;
    const count = document.createElement("small");
    const flags = new Set(shown.map(each => each.dataset.key)).size;
    count.textContent = flags === 1 ? "1 flag" : `${flags} flags`;
    cell.append(count);
    row.append(cell);
    return row;
  }

  /** Shows the key of consecutive rows of one flag once, and dims cells equal to the row above. */
  function place(shown) {
    let before;
    for (const row of shown) {
      const again = column === 0 && row.dataset.key === before?.dataset.key;
      row.classList.toggle("again", again);
      for (const cell of row.querySelectorAll("td")) {
        cell.classList.toggle("same", again && cell.textContent === before.cells[cell.cellIndex].textContent);
      }
      before = row;
    }
    return shown;
  }

  function update() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const pressed = tiles.filter(tile => tile.ariaPressed === "true").map(tile => tile.dataset.attention);
    const shown = rows.filter(row => matches(row, words, pressed)).sort(compare);
    const groups = new Map();
    if (grouped.checked) {
      for (const row of shown) groups.set(row.dataset.owner, [...(groups.get(row.dataset.owner) ?? []), row]);
      const owners = [...groups.keys()].sort((a, b) => (a === "") - (b === "") || compareText(a, b));
      body.replaceChildren(...owners.flatMap(owner => [heading(owner, groups.get(owner)), ...place(groups.get(owner))]));
    } else {
      body.replaceChildren(...place(shown));
    }
    for (const [index, cell] of headings.entries()) {
      cell.ariaSort = index === column ? (descending ? "descending" : "ascending") : "none";
    }
    sortBy.value = `${column}${descending ? "-" : ""}`;
    const flags = new Set(shown.map(row => row.dataset.key)).size;
    find("#count").textContent = `${flags} of ${find("#count").dataset.all} flags, ${shown.length} of ${rows.length} rows`;
    find("#empty").hidden = shown.length > 0;
    find("#reset").hidden = words.length + pressed.length === 0 && filters.every(filter => filter.value === "");
  }

  function reset() {
    search.value = "";
    for (const filter of filters) filter.value = "";
    for (const tile of tiles) tile.ariaPressed = "false";
    update();
  }

  search.addEventListener("input", update);
  grouped.addEventListener("change", update);
  for (const filter of filters) filter.addEventListener("change", update);
  for (const tile of tiles) {
    tile.addEventListener("click", () => {
      tile.ariaPressed = String(tile.ariaPressed !== "true");
      update();
    });
  }
  for (const [index, cell] of headings.entries()) {
    cell.firstElementChild.addEventListener("click", () => {
      descending = index === column && !descending;
      column = index;
      update();
    });
  }
  sortBy.addEventListener("change", () => {
    column = Number.parseInt(sortBy.value, 10);
    descending = sortBy.value.endsWith("-");
    update();
  });
  find("#reset").addEventListener("click", () => {
    reset();
    search.focus();
  });
  addEventListener("keydown", event => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !/^(INPUT|SELECT)$/.test(event.target.tagName)) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && event.target === search) {
      reset();
    }
  });
  find(".tools").hidden = false;
  update();
})();
