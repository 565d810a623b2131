// A key's program in words: its constraints as equations (PROTOCOL 3.2 to 3.6), named by the notes of the key.

const MOST_SHOWN = 60, LONGEST = 200, P = 2n ** 64n - 2n ** 32n + 1n;

class Bytes {
  constructor(bytes, at, end) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.bytes = bytes, this.at = at, this.end = end;
  }
  u64() {
    if (this.at + 8 > this.end) throw new RangeError("the key ends too soon");
    return this.view.getBigUint64((this.at += 8) - 8, true);
  }
  count() {
    const count = Number(this.u64());
    if (count > this.end - this.at) throw new RangeError("the key counts more than it has");
    return count;
  }
  text() {
    const size = this.count();
    return new TextDecoder().decode(this.bytes.subarray(this.at, (this.at += size)));
  }
  list(item) {
    return Array.from({ length: this.count() }, () => item(this));
  }
  domain() {
    return [this.u64(), this.u64(), this.u64()].map(Number);
  }
  skip() {
    const size = this.count();
    this.at += size;
  }
}

const node = (from) => [Number(from.u64()), from.u64(), from.u64()];
const periodic = (from) => {
  const count = from.count();
  from.at += 8 * count;
  return count;
};
const interaction = (from) => {
  const bus = Number(from.u64()), tuple = from.list((f) => Number(f.u64()));
  return { bus, tuple, times: Number(from.u64()), domain: from.domain() };
};
const table = (from) => ({
  rows: from.u64(), length: from.u64(), width: Number(from.u64()), periodic: from.list(periodic),
  nodes: from.list(node), constraints: from.list((f) => ({ domain: f.domain(), node: Number(f.u64()) })),
  interactions: from.list(interaction),
});

/** The parts of a key file: the program, and the notes, of which no digest says anything. */
export function programOf(key) {
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength), size = Number(view.getBigUint64(8, true));
  const from = new Bytes(key, 16 + 14, 16 + size);
  const id = from.text();
  from.skip();
  const inputs = from.list((f) => f.text()), outputs = from.list((f) => f.text());
  const sequences = from.list((f) => ({ name: f.text(), length: Number(f.u64()), isOutput: f.u64() === 1n }));
  const buses = from.list((f) => ({ name: f.text(), width: Number(f.u64()) }));
  return { id, inputs, outputs, sequences, buses, tables: from.list(table), notes: notesOf(key, 16 + size) };
}

function notesOf(key, at) {
  try {
    const notes = JSON.parse(new TextDecoder().decode(key.subarray(at + 8)));
    return typeof notes === "object" && notes !== null ? notes : {};
  } catch {
    return {};
  }
}

const named = (names, index, otherwise) => (Array.isArray(names) && typeof names[index] === "string" ? names[index] : otherwise);

const shifted = (name, offset) => (offset ? `${name}[${offset > 0 ? "+" : "−"}${Math.abs(offset)}]` : name);

function leaf(program, number, kind, x, y) {
  const told = Array.isArray(program.notes.tables) ? program.notes.tables[number] ?? {} : {}, i = Number(x);
  if (kind === 0) return x > P / 2n ? `−${P - x}` : `${x}`;
  if (kind === 1) return shifted(named(told.columns, i, `column${i}`), Number(BigInt.asIntN(64, y)));
  if (kind === 2) return named(told.periodic, i, `periodic${i}`);
  if (kind === 3) return `input ${program.inputs[i]}`;
  if (kind === 4) return `output ${program.outputs[i]}`;
  if (kind === 9) return `${program.sequences[i]?.name}[…]`;
  return kind === 10 ? "row" : `conjunction${i}`;
}

// An expression, cut where it is long; 1 binds as a sum does, 2 as a product, 3 as a leaf.
function written(program, number, nodes, index, least, budget) {
  if (budget.left-- < 0) return "…";
  const [kind, x, y] = nodes[index] ?? [0, 0n, 0n];
  const part = (i, strength) => written(program, number, nodes, Number(i), strength, budget);
  if (kind < 5 || kind > 8) return leaf(program, number, kind, x, y);
  const own = kind === 8 || kind === 7 ? 2 : 1;
  const text =
    kind === 8 ? `−${part(x, 3)}`
    : kind === 7 ? `${part(x, 2)}·${part(y, 2)}`
    : `${part(x, 1)} ${kind === 5 ? "+" : "−"} ${part(y, kind === 5 ? 1 : 2)}`;
  return own < least ? `(${text})` : text;
}

const expression = (program, number, table, index) => {
  const text = written(program, number, table.nodes, index, 1, { left: 80 });
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
};

// A constraint a − b = 0 is shown as the equation a = b.
function equation(program, number, table, index) {
  const [kind, x, y] = table.nodes[index] ?? [];
  if (kind !== 6) return `${expression(program, number, table, index)} = 0`;
  return `${expression(program, number, table, Number(x))} = ${expression(program, number, table, Number(y))}`;
}

const rowsOf = ([kind, x, y]) =>
  ["on every row", `on every row but the last${x > 1 ? ` ${x}` : ""}`, `on row ${x}`, `on rows ${x}, ${x + y}, …`,
    `on the last ${x} rows`][kind] ?? "";

/** What the program claims of its tables, some lines each. */
export function claimsOf(program) {
  return program.tables.map((table, number) => {
    const told = Array.isArray(program.notes.tables) ? program.notes.tables[number] ?? {} : {};
    const equations = table.constraints.slice(0, MOST_SHOWN).map(({ domain, node }, i) => ({
      name: named(told.constraints, i, ""), text: equation(program, number, table, node), rows: rowsOf(domain),
    }));
    const sent = table.interactions.slice(0, MOST_SHOWN).map((one, i) => ({
      name: named(told.interactions, i, ""),
      text: `bus ${program.buses[one.bus]?.name}: (${one.tuple.map((n) => expression(program, number, table, n)).join(", ")})`
        + ` × ${expression(program, number, table, one.times)}`,
      rows: rowsOf(one.domain),
    }));
    return {
      name: typeof told.name === "string" ? told.name : `table ${number}`, rows: table.rows, length: table.length,
      width: table.width, lines: [...equations, ...sent],
      more: table.constraints.length + table.interactions.length - equations.length - sent.length,
    };
  });
}
