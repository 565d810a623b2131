// The page: files come in, the verifier is asked, and what it says is shown. Texts of strangers are only ever text.

const MOST_PROOF = 2 ** 24, MOST_KEY = 2 ** 25, MOST_WORK = 2 ** 22, MOST_READ = 2 ** 22;
const state = { proof: null, keys: [], trusted: new Map(), values: new Map(), trouble: "" };
const $ = (id) => document.getElementById(id);

function tag(name, ...parts) {
  const made = document.createElement(name);
  for (const part of parts)
    if (part instanceof Node || typeof part === "string") made.append(part);
    else for (const [key, value] of Object.entries(part)) key === "class" ? (made.className = value) : made.setAttribute(key, value);
  return made;
}

const mono = (text) => tag("code", text);

// What moves, hides or turns the text beside it is shown by its number.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u180e\ufe00-\ufe0f]/gu;
const visible = (text) => text.replace(HIDDEN, (c) => (c === "\n" ? " " : `\\u{${c.codePointAt(0).toString(16)}}`));
const stranger = (text) => tag("bdi", visible(text));
// Claims and equations, in the order of their letters, whatever the script of a name would turn round.
const inOrder = (text) => tag("bdo", { dir: "ltr" }, visible(text));
const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");

// ---- files -----------------------------------------------------------------------------------------------------------

async function take(files) {
  state.trouble = "";
  for (const file of files) await takeOne(file);
  $("files").value = "";
  show();
}

async function takeOne(file) {
  if (file.size > MOST_KEY) return void (state.trouble = `“${visible(file.name)}” has ${grouped(file.size)} bytes, and this page takes ${grouped(MOST_KEY)}.`);
  const bytes = new Uint8Array(await file.arrayBuffer()), magic = String.fromCharCode(...bytes.subarray(0, 4));
  const given = { name: file.name, bytes };
  if (magic === "l2zk" && bytes.length <= MOST_PROOF) state.proof = given;
  else if (magic === "l2ai") {
    if (!state.keys.some((key) => same(key.bytes, bytes)) && state.keys.length < 64) state.keys.push(given);
  } else if (magic === "l2zk") state.trouble = `“${visible(file.name)}” is larger than any proof may be, 16 MiB.`;
  else state.trouble = `“${visible(file.name)}” is neither a proof (.l2zk) nor a key (.l2air): it does not begin as one.`;
}

const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);

function showFiles() {
  const items = [...(state.proof ? [["Proof", state.proof]] : []), ...state.keys.map((key) => ["Key", key])];
  $("given").replaceChildren(
    ...items.map(([kind, { name, bytes }]) => tag("li", `${kind}: `, stranger(name), `, ${grouped(bytes.length)} bytes`)),
    ...(state.trouble ? [tag("li", { class: "no" }, state.trouble)] : []));
}

// ---- the verdict -----------------------------------------------------------------------------------------------------

const wanted = () => (/^0*([1-9]|[1-9]\d|1[01]\d|12[0-8])$/.test($("bits").value) ? Number($("bits").value) : 128);

function asked() {
  const demands = [...state.values.values()].flatMap(demandOf);
  return { bits: wanted(), fixed: demands, mostWork: MOST_WORK };
}

function judge() {
  const keys = state.keys.map(({ bytes }) => bytes), proof = state.proof.bytes, policy = asked();
  const began = performance.now();
  const told = keys.length ? tool.verify(keys, proof, policy) : tool.read(proof, [], policy);
  return { ...told, milliseconds: performance.now() - began };
}

function say(kind, title, text) {
  $("verdict").className = kind;
  $("verdict").replaceChildren(tag("h2", title), tag("p", text));
}

function sayVerdict(told) {
  const unknown = told.groups.filter((group) => group.key === null);
  if (told.accepted) {
    const many = told.groups.reduce((sum, group) => sum + group.statements, 0);
    return say("good", "The proof is good", `${many === 1 ? "The claim below is" : `All ${grouped(many)} claims of it are`} proved with ${told.bits}`
      + ` proven bits, for the program of the key${state.keys.length > 1 ? "s" : ""}. Verified in ${told.milliseconds.toFixed(0)} ms.`
      + (told.groups.every(({ digest }) => trusts(digest)) ? "" : " Whether that is the program that you mean only the key’s digest can tell: see “By whose word”."));
  }
  if (!state.keys.length && told.groups.length)
    return say("", "Nothing is verified yet", "The key of the program is missing. What stands below is only what the file says of itself.");
  if (unknown.length && told.reason === "program")
    return say("bad", "The proof is not verified", `None of the keys is that of “${visible(unknown[0].program)}”: its digest is another.`);
  const missing = told.groups.flatMap((group) => group.values).find((value) => value.hash && !value.first && !value.fixed);
  if (told.reason === "caller" && missing)
    return say("", "Nothing is verified yet", `The proof is about the array “${visible(missing.name)}”, of which it has only a hash: give its values below.`);
  say("bad", "The proof is refused", `${sentence(told.what)} (PROTOCOL ${told.section || "7"})`);
}

const sentence = (text) => (text ? text[0].toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".") : "It is not a proof.");

// ---- what is claimed -------------------------------------------------------------------------------------------------

const spot = (group, value) => `${group}/${value.statement}/${value.kind}/${value.name}`;

// What somebody demanded of a value, as the verifier takes it: an output word by its outputs.
function demandOf({ group, value, text }) {
  const place = { group, statement: value.statement };
  if (value.word !== undefined) return wordDemand(place, value, text);
  const values = text.split(/[\s,[\]]+/).filter(Boolean).map(BigInt);
  if (value.length === undefined && values.length !== 1) throw new RangeError(`one number is needed for ${value.name}`);
  return [{ ...place, kind: value.kind, name: value.name, values: value.length === undefined ? values[0] : values }];
}

function wordDemand(place, value, text) {
  const digits = text.trim().toLowerCase().replace(/^0x/, "");
  if (digits.length !== value.word.length)
    throw new RangeError(`${value.name} has ${value.word.length} hexadecimal digits, and ${digits.length} are demanded`);
  return Object.entries(word(value.name, digits, value.word_bits, value.word_order))
    .map(([name, values]) => ({ ...place, kind: "output", name, values }));
}

function valueShown(value) {
  if (value.word !== undefined) return mono(value.word);
  if (value.length === undefined) return mono(value.value);
  const hash = tag("span", `${grouped(value.length)} values, BLAKE3 `, mono(value.hash));
  if (!value.first) return tag("span", hash, ". The proof does not carry them: give them to verify.");
  return tag("span", mono(value.first.join(", ") + (value.length > value.first.length ? ", …" : "")), " (", hash, ")");
}

function demandField(group, value, usual) {
  const key = spot(group, value), field = tag("input", { type: "text", autocomplete: "off", spellcheck: "false",
    "aria-label": `Value that I demand of ${value.kind} ${visible(value.name)}`,
    placeholder: value.kind === "input" && typeof usual === "string" ? `any; by the notes ${visible(usual).slice(0, 20)}` : "any" });
  field.value = state.values.get(key)?.text ?? "";
  field.addEventListener("change", () => {
    if (field.value.trim()) state.values.set(key, { group, value, text: field.value });
    else state.values.delete(key);
    show(key);
  });
  field.dataset.spot = key;
  return field;
}

function valueRow(group, value, defaults) {
  return tag("tr", tag("td", value.kind), tag("td", stranger(value.name)), tag("td", { class: "value" }, valueShown(value)),
    tag("td", value.fixed ? "demanded by you" : "only stated"), tag("td", demandField(group, value, Object.hasOwn(defaults, value.name) ? defaults[value.name] : null)));
}

function valuesTable(group, values, statement, defaults) {
  const heads = ["kind", "name", "value", "who fixes it", "I demand"].map((one) => tag("th", { scope: "col" }, one));
  const rows = values.map((value) => valueRow(group, value, defaults));
  return tag("div", { class: "scroll" }, tag("table", { class: "values" },
    tag("caption", { class: "faint" }, `Public values${statement}`), tag("thead", tag("tr", ...heads)), tag("tbody", ...rows)));
}

// The public values of each statement; of many, those behind the first two are folded.
function statementsShown(group, number, defaults) {
  const each = [...new Set(group.values.map((value) => value.statement))];
  const tables = each.map((statement) => valuesTable(number, group.values.filter((value) => value.statement === statement),
    group.statements > 1 ? `, statement ${statement}` : "", defaults));
  const hint = tag("p", { class: "faint" }, "“Only stated” is a value that whoever made the proof chose. What you demand must be so, else the proof is refused.");
  const rest = tables.slice(2);
  return [...tables.slice(0, 2), ...(rest.length ? [tag("details", tag("summary", `${rest.length} more statements`), ...rest)] : []),
    ...(tables.length ? [hint] : [])];
}

function groupShown(group, number) {
  const parts = [tag("p", { class: "claim" }, inOrder(group.claim))];
  const key = group.key === null ? null : state.keys[group.key], program = key && readable(key.bytes);
  if (program && typeof program.notes.about === "string" && program.notes.about)
    parts.push(tag("p", "Notes in the key file, which its digest does not cover, say of it: ", tag("q", stranger(program.notes.about.slice(0, 2000)))));
  if (group.parameters.length)
    parts.push(tag("p", "Parameters: ", ...group.parameters.flatMap((one, i) => [i ? ", " : "", inOrder(`${one.name} = ${one.value}`)]),
      group.parameter_count > group.parameters.length ? ", …" : ""));
  const many = group.statements > 1 ? `; ${grouped(group.statements)} statements of this program, of which the claim above is the first` : "";
  parts.push(tag("p", { class: "faint" }, `${grouped(group.rows)} rows in its first table${many}.`));
  const defaults = program && typeof program.notes.defaults === "object" ? program.notes.defaults ?? {} : {};
  parts.push(...statementsShown(group, number, defaults));
  if (program) parts.push(constraintsShown(program));
  return parts;
}

function readable(key) {
  try {
    return key.length <= MOST_READ ? programOf(key) : null;
  } catch {
    return null;
  }
}

function constraintsShown(program) {
  const tables = claimsOf(program).flatMap((one) => [
    tag("h3", `Table `, stranger(one.name), `: ${one.width} columns, ${grouped(one.rows)} rows`),
    tag("ol", { class: "claims" }, ...one.lines.map((line) => tag("li", inOrder(line.text), " ",
      tag("span", { class: "faint" }, line.rows, line.name ? " — " : "", stranger(line.name))))),
    ...(one.more > 0 ? [tag("p", { class: "faint" }, `and ${grouped(one.more)} more`)] : [])]);
  return tag("details", tag("summary", "The equations of this program, from the key"),
    tag("p", { class: "faint" }, "A good proof shows that there are tables which satisfy all of them. The equations are what the digest stands for."
      + " The names of tables, columns and equations are not: they are notes in the key file, which whoever hands it over can change."), ...tables);
}

// ---- by whose word ---------------------------------------------------------------------------------------------------

const trusts = (digest) => state.trusted.get(digest)?.trim().toLowerCase() === digest;

function trustField(digest) {
  const field = tag("input", { type: "text", autocomplete: "off", spellcheck: "false", id: `trust-${digest}`, size: "32" });
  const answer = tag("span", { role: "status" });
  const compare = () => {
    const text = field.value.trim().toLowerCase();
    state.trusted.set(digest, field.value);
    answer.className = !text ? "" : text === digest ? "yes" : "no";
    answer.textContent = !text ? "" : text === digest ? "✓ the same digest" : "✗ another digest: this key is not that one";
  };
  field.value = state.trusted.get(digest) ?? "";
  field.addEventListener("input", compare);
  field.addEventListener("change", () => show());
  compare();
  return tag("p", { class: "row" }, tag("label", { for: `trust-${digest}` }, "Digest from somebody whom I trust"), field, answer);
}

function keyShown(group) {
  const key = group.key === null ? null : state.keys[group.key];
  return [tag("h3", stranger(group.program)),
    tag("p", "Digest of the program that the proof names: ", mono(group.digest)),
    tag("p", key ? tag("span", { class: "yes" }, "✓ It is the digest of the key ", stranger(key.name), ", computed here.")
      : tag("span", { class: "no" }, "✗ None of the keys that are given has it.")),
    trustField(group.digest)];
}

function keysShown(told) {
  return [tag("p", tag("strong", "The key decides what was proved. "), "Anybody can write a program that claims little and give it a good name."
      + " So make the key yourself, from a program that you have read, by ", mono("l2zk export-key"),
      ", or compare its digest with one from somebody whom you trust. Whoever made the proof need not be trusted."),
    ...told.groups.flatMap(keyShown)];
}

// ---- how sure --------------------------------------------------------------------------------------------------------

function bar(part, whole) {
  const made = tag("span", { class: "bar", "aria-hidden": "true" });
  made.style.width = `${Math.max(0, Math.min(100, (100 * part) / whole))}%`;
  return made;
}

const ROUNDS = {
  "psi, eta": "tuples of lookups as fractions", "layer rounds": "rounds of the lookups", "mu, lambda": "values of a layer joined",
  "alpha, tau": "constraints joined", x: "point of the skipped bits", rounds: "rounds of the zerocheck", xi: "openings joined",
  "rounds of rows": "rounds of the rows", gamma: "claims joined", folds: "folds", c: "blinded by R", z: "point out of domain",
};

function roundRow(one, least) {
  return tag("tr", one.bits <= least ? { class: "binds" } : {}, tag("td", { class: "number" }, String(one.word)),
    tag("td", (ROUNDS[one.name] ?? one.name) + (one.bits <= least ? " (binds)" : "")), tag("td", { class: "number" }, one.bits.toFixed(1)),
    tag("td", { class: "number thin" }, one.all.toFixed(1)), tag("td", { class: "thin wide" }, bar(Math.min(one.bits, 200), 200)));
}

function roundsShown(told) {
  if (!told.rounds.length) return [tag("p", "Nothing can be said of this without the keys of all programs and the values of all arrays that are inputs.")];
  const least = Math.min(...told.rounds.map((one) => one.bits));
  const heads = [["word", "number"], ["round", ""], ["bits", "number"], ["all of the name", "number thin"], ["", "thin wide"]];
  return [tag("p", `The least over all rounds, at most 128, are the proven bits: ${told.bits}. In a round of b bits a prover who does not have what is`
      + " claimed gets through with a chance of at most ", tag("span", "2", tag("sup", "−b")), " each time that he tries."
      + ` By the sum of the errors of all rounds there are ${told.bits_of_sum}.`),
    tag("p", told.options.zero_knowledge ? "The proof hides the tables (zero knowledge), all but what is listed above."
      : "The proof does not hide the tables: it only convinces."),
    tag("div", { class: "scroll" }, tag("table", tag("thead", tag("tr", ...heads.map(([text, kind]) => tag("th", { scope: "col", class: kind }, text)))),
      tag("tbody", ...told.rounds.map((one) => roundRow(one, least)))))];
}

// ---- all of it -------------------------------------------------------------------------------------------------------

function anatomyShown(told) {
  const parts = told.parts ?? [], whole = told.bytes;
  if (!parts.length) return [tag("p", `${grouped(whole)} bytes.`)];
  const rows = parts.map(({ name, size, section }) => tag("tr", tag("td", name), tag("td", { class: "number" }, grouped(size)),
    tag("td", { class: "wide" }, bar(size, whole)), tag("td", { class: "number thin" }, section)));
  const heads = [["part", ""], ["bytes", "number"], ["", "wide"], ["PROTOCOL", "number thin"]];
  return [tag("p", `${grouped(whole)} bytes, in the order in which they are said.`),
    tag("div", { class: "scroll" }, tag("table", tag("thead", tag("tr", ...heads.map(([text, kind]) => tag("th", { scope: "col", class: kind }, text)))),
      tag("tbody", ...rows)))];
}

function showTold(told) {
  $("told").hidden = !told.groups.length;
  const claims = told.groups.flatMap(groupShown);
  $("what").textContent = told.accepted ? "What was proved" : "What the file says, which is not proved";
  $("claims").replaceChildren(...claims, ...(told.cut ? [tag("p", "The file states more than is listed here.")] : []));
  $("keys").replaceChildren(...keysShown(told));
  $("rounds").replaceChildren(...roundsShown(told));
  $("anatomy").replaceChildren(...anatomyShown(told));
}

function show(focused) {
  showFiles();
  if (!state.proof) {
    $("told").hidden = true;
    return say("", "Nothing is verified yet", state.keys.length ? "A proof is missing." : "");
  }
  try {
    const told = judge();
    sayVerdict(told);
    showTold(told);
  } catch (error) {
    say("bad", "The proof is refused", error instanceof RangeError || error instanceof SyntaxError ? sentence(error.message)
      : "The verifier came to no answer.");
  }
  if (focused) document.querySelector(`[data-spot="${CSS.escape(focused)}"]`)?.focus();
}

function listen() {
  const drop = $("drop"), over = (on) => (event) => (event.preventDefault(), drop.classList.toggle("over", on));
  for (const kind of ["dragenter", "dragover"]) document.addEventListener(kind, over(true));
  document.addEventListener("dragleave", over(false));
  document.addEventListener("drop", (event) => (over(false)(event), take([...event.dataTransfer.files])));
  $("files").addEventListener("change", () => take([...$("files").files]));
  $("bits").addEventListener("change", () => show());
  $("clear").addEventListener("click", () => {
    Object.assign(state, { proof: null, keys: [], trusted: new Map(), values: new Map(), trouble: "" });
    show();
  });
}

const wasm = Uint8Array.from(atob(MODULE), (c) => c.charCodeAt(0));
let tool;
try {
  tool = await load(wasm);
  listen();
} catch {
  say("bad", "This browser cannot verify", "It does not run WebAssembly, or not in this page. Use another browser, or l2zk-verify.");
}
document.documentElement.dataset.ready = "yes";
