/** A value of the field, 0 to 2^64 - 2^32; a text of decimal digits, or of hexadecimal ones with 0x. */
export type Element = bigint | number | string;

/** What the caller demands. Public values that are not named are whatever the proof states. */
export interface Policy {
  /** The proven bits that the proof must have, 1 to 128; 128 unless options are demanded. */
  bits?: number;
  /** The 16 bytes of the options that it must have (PROTOCOL 9.1). */
  options?: Uint8Array;
  /** Public inputs by name, of the first group in all its statements; an array's values have to be here. */
  inputs?: Record<string, Element | Iterable<Element>>;
  /** Public outputs by name, likewise. */
  outputs?: Record<string, Element | Iterable<Element>>;
  /** Public values of any group and statement. */
  fixed?: Demand[];
  /** Steps of work after which a proof is refused, 2^22 by default: 1 to 2 seconds, many times those of usual proofs. */
  mostWork?: number;
}

export interface Demand {
  kind: "input" | "output";
  name: string;
  values: Element | Iterable<Element>;
  /** From 0 on; 0 by default. */
  group?: number;
  /** From 0 on; all by default. */
  statement?: number;
}

export type Reason =
  | "accepted" | "caller" | "memory" | "limit" | "key" | "header" | "version" | "program" | "public" | "options" | "bits"
  | "body" | "argument" | "opening" | "unsupported";

/** What the proof states, and what came of it. Nothing of it is proved unless `accepted` is true. */
export interface Verdict {
  accepted: boolean;
  reason: Reason;
  /** The section of PROTOCOL.md by which it was refused, and a sentence. */
  section: string;
  what: string;
  /** Proven bits: the least over all rounds, and those of the sum of all errors. */
  bits: number;
  bits_of_sum: number;
  tables: number;
  log_rows: number;
  entries: number;
  words: number;
  work: number;
  memory: number;
  options: {
    preset: "default" | "compact" | "fast";
    rate: string | null;
    security: number;
    grinding: number;
    zero_knowledge: boolean;
    allow_insecure: boolean;
    queries: number;
  };
  bytes: number;
  groups: Group[];
  /** True if the file states more than is listed here. */
  cut: boolean;
  rounds: Round[];
  /** Bytes by what they are, as far as they were heard. */
  parts: { name: string; size: number; section: string }[];
}

/** A program, with what its statements state. */
export interface Group {
  program: string;
  /** Hexadecimal: the hash of the program's canonical bytes (PROTOCOL 3.6). */
  digest: string;
  /** The key that has this digest, by its place among those that were given, or null. */
  key: number | null;
  rows: number;
  statements: number;
  /** The first statement in words. */
  claim: string;
  parameter_count: number;
  parameters: { name: string; value: string }[];
  values: Value[];
}

/** A public value: a scalar has `value`, an output word `word`, an array `length`, `hash` and, of an output, `first`. */
export interface Value {
  kind: "input" | "output";
  name: string;
  statement: number;
  /** True if the caller demanded it, of an output word all its outputs. */
  fixed: boolean;
  value?: string;
  word?: string;
  /** Of an output word: the bits of each of its outputs, and the order of their bytes (see `word`). */
  word_bits?: number;
  word_order?: "big" | "little";
  length?: number;
  hash?: string;
  first?: string[];
}

/** Proven bits of the worst challenge of a name, and of all of that name together. */
export interface Round {
  word: number;
  name: string;
  bits: number;
  all: number;
}

export interface Verifier {
  verify(keys: Uint8Array | Uint8Array[], proof: Uint8Array, policy?: Policy): Verdict;
  read(proof: Uint8Array, keys?: Uint8Array | Uint8Array[], policy?: Policy): Verdict;
}

/** Verify a proof by the keys of its programs. The keys decide what was proved. */
export function verify(keys: Uint8Array | Uint8Array[], proof: Uint8Array, policy?: Policy): Promise<Verdict>;

/** What stands in a proof; nothing is verified, and `accepted` is false. */
export function read(proof: Uint8Array, keys?: Uint8Array | Uint8Array[], policy?: Policy): Promise<Verdict>;

/** The outputs that make an output word, from its hexadecimal digits: `outputs: { ...word("digest", "98ea…") }`. */
export function word(name: string, digits: string, bits?: number, order?: "big" | "little"): Record<string, bigint>;

/** Both functions, of a module or its bytes, by default of the file that comes with this package. */
export function load(module?: WebAssembly.Module | BufferSource): Promise<Verifier>;

/** Both functions, of a compiled module. */
export function verifier(module: WebAssembly.Module): Verifier;
