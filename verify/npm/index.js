// The verifier of l2zk proofs in a new WebAssembly instance for each proof, so that no proof sees what another left.

const MODULUS = 2n ** 64n - 2n ** 32n + 1n, ALL = 0xffffffff, KINDS = { input: 0, output: 1, sequence: 2 };

const bytesOf = async (url) =>
  url.protocol === "file:" ? (await import("node:fs/promises")).readFile(url) : (await fetch(url)).arrayBuffer();
const theirs = async (given) => (given instanceof WebAssembly.Module ? given : WebAssembly.compile(given));

/** verify and read of a compiled module, or of its bytes; without either, of the file beside this one. */
export const load = async (given) =>
  verifier(await theirs(given ?? (await bytesOf(new URL("./l2zk_verify.wasm", import.meta.url)))));

export const verifier = (module) => ({
  verify: (keys, proof, policy = {}) => answer(module, keys, proof, policy, 1),
  read: (proof, keys = [], policy = {}) => answer(module, keys, proof, policy, 0),
});

let loaded;
const ready = () => (loaded ??= load().catch((error) => ((loaded = undefined), Promise.reject(error))));
export const verify = async (keys, proof, policy) => (await ready()).verify(keys, proof, policy);
export const read = async (proof, keys, policy) => (await ready()).read(proof, keys, policy);

const element = (value) => {
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new RangeError(`${value} is no exact integer: give a bigint`);
  if (typeof value === "string" && !/^(\d+|0x[\da-f]+)$/i.test(value)) throw new RangeError(`"${value}" has no digits alone`);
  if (!["bigint", "number", "string"].includes(typeof value)) throw new TypeError(`a ${typeof value} is no value`);
  const x = BigInt(value);
  if (x < 0n || x >= MODULUS) throw new RangeError(`${x} is no element of the field: 0 to 2^64 - 2^32 are`);
  return x;
};

// Whatever is misspelt or of another type would demand nothing, or something else: it is an error.
const known = (given, names, what) => {
  if (typeof given !== "object" || given === null || Array.isArray(given)) throw new TypeError(`a ${what} is an object`);
  for (const name of Object.keys(given))
    if (!names.includes(name)) throw new TypeError(`a ${what} has no "${name}", but ${names.join(", ")}`);
  return given;
};
const integer = (x, name, most) => {
  if (!Number.isInteger(x) || x < 0 || x > most) throw new RangeError(`${name} is an integer of 0 to ${most}, not ${x}`);
  return x;
};
const bytesIn = (given, what) => {
  if (ArrayBuffer.isView(given)) return new Uint8Array(given.buffer, given.byteOffset, given.byteLength);
  if (Object.prototype.toString.call(given) === "[object ArrayBuffer]") return new Uint8Array(given);
  throw new TypeError(`${what} is a Uint8Array`);
};

/** The outputs that make a word, from its hexadecimal digits: to be spread into policy.outputs. */
export const word = (name, digits, bits = 32, order = "big") => {
  const size = bits / 4, parts = digits.match(new RegExp(`[0-9a-f]{${size}}`, "gi")) ?? [];
  if (parts.join("") !== digits) throw new RangeError(`${name} takes ${size} hexadecimal digits for each of its outputs`);
  const turned = (part) => (order === "big" ? part : part.match(/../g).reverse().join(""));
  return Object.fromEntries(parts.map((part, i) => [`${name}${i}:${order}${bits}`, BigInt(`0x${turned(part)}`)]));
};

// policy.inputs and policy.outputs are of the first group, in all its statements; policy.fixed says of which.
const byName = (kind, given) => {
  if (typeof given !== "object" || given === null || given[Symbol.iterator])
    throw new TypeError(`${kind}s is an object of values by name`);
  return Object.entries(given).map(([name, values]) => ({ kind, name, values }));
};
const demands = ({ inputs = {}, outputs = {}, fixed = [] }) => [...byName("input", inputs), ...byName("output", outputs), ...fixed];

function answer(module, keys, proof, policy, verifies) {
  const wasm = new WebAssembly.Instance(module).exports;
  const put = (bytes) => {
    const at = wasm.room(bytes.length);
    if (!at) throw new RangeError(`there is no memory for ${bytes.length} bytes`);
    new Uint8Array(wasm.memory.buffer).set(bytes, at);
    return at;
  };
  const elements = (values) => put(new Uint8Array(BigUint64Array.from(values, element).buffer));
  const fix = (demanded) => {
    const { kind, name, values, group = 0, statement = ALL } = known(demanded, ["kind", "name", "values", "group", "statement"], "demand");
    if (kind !== "input" && kind !== "output") throw new TypeError(`${kind} is neither input nor output`);
    integer(group, "group", ALL), integer(statement, "statement", ALL);
    const many = typeof values === "object", list = many ? Array.from(values) : [values];
    const said = new TextEncoder().encode(name), number = many ? KINDS.sequence : KINDS[kind];
    if (!wasm.fix(group, statement, number, put(said), said.length, elements(list), list.length))
      throw new RangeError("too many public values are demanded");
  };
  known(policy, ["bits", "options", "inputs", "outputs", "fixed", "mostWork"], "policy");
  for (const key of (Array.isArray(keys) ? keys : [keys]).map((key) => bytesIn(key, "a key")))
    if (!wasm.key(put(key), key.length)) throw new RangeError("more than 64 keys are given");
  const taken = bytesIn(proof, "a proof"), options = policy.options === undefined ? null : bytesIn(policy.options, "options");
  if (options && options.length !== 16) throw new RangeError(`options have 16 bytes, not ${options.length}`);
  wasm.proof(put(taken), taken.length);
  const bits = integer(policy.bits ?? (options ? 0 : 128), "bits", ALL), work = integer(policy.mostWork ?? 2 ** 22, "mostWork", 2 ** 53);
  wasm.demand(bits, options ? put(options) : 0, work);
  demands(policy).forEach(fix);
  const at = wasm.report(verifies);
  if (!at) throw new RangeError("there is no memory for an answer");
  const told = new Uint8Array(wasm.memory.buffer, at);
  return JSON.parse(new TextDecoder().decode(told.subarray(0, told.indexOf(0))));
}
