import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { load, read, verify, word } from "../index.js";

const file = (name) => new Uint8Array(readFileSync(new URL(name, import.meta.url)));
const key = file("fibonacci.l2air"), proof = file("fibonacci.l2zk");
const arraysKey = file("arrays.l2air"), arrays = file("arrays.l2zk"), pixels = [1, 8, 15, 22, 29, 36, 43, 50];

test("a good proof is accepted, and told", async () => {
  const told = await verify([key], proof);
  assert.equal(told.accepted, true, told.what);
  assert.equal(told.bits, 128);
  const [group] = told.groups;
  assert.equal(group.claim, "example-fibonacci.v0(rounds=5): a0=0, a1=1 -> result=5");
  assert.deepEqual(group.values.map(({ name, value, fixed }) => [name, value, fixed]),
    [["a0", "0", false], ["a1", "1", false], ["result", "5", false]]);
  assert.equal(group.key, 0);
  assert.ok(told.rounds.length > 5 && told.rounds.every((round) => round.bits >= 128));
  assert.equal(Math.min(...told.rounds.map((round) => round.bits)) >= told.bits, true);
});

test("what the caller demands is demanded", async () => {
  const good = await verify(key, proof, { inputs: { a0: 0n, a1: 1 }, outputs: { result: "5" } });
  assert.equal(good.accepted, true, good.what);
  assert.ok(good.groups[0].values.every((value) => value.fixed));
  for (const policy of [{ outputs: { result: 6 } }, { inputs: { a0: 1 } }]) {
    const told = await verify(key, proof, policy);
    assert.deepEqual([told.accepted, told.reason], [false, "public"]);
  }
  assert.equal((await verify(key, proof, { outputs: { other: 6 } })).reason, "caller");
  assert.equal((await verify(key, proof, { options: proof.slice(8, 24) })).accepted, true);
  assert.equal((await verify(key, proof, { options: arrays.slice(8, 24) })).reason, "options");
});

test("arrays that are inputs have to be given", async () => {
  const told = await verify(arraysKey, arrays, { bits: 1, inputs: { pixels } });
  assert.equal(told.accepted, true, told.what);
  assert.equal((await verify(arraysKey, arrays, { bits: 1 })).accepted, false);
  assert.equal((await verify(arraysKey, arrays, { bits: 1, inputs: { pixels: pixels.with(3, 23) } })).accepted, false);
  assert.equal((await verify(arraysKey, arrays, { inputs: { pixels } })).reason, "bits");
});

test("the key decides", async () => {
  assert.equal((await verify([arraysKey], proof)).reason, "program");
  assert.equal((await verify([], proof)).accepted, false);
  assert.equal((await verify([arraysKey, key], proof)).accepted, true);
  assert.equal((await verify([key.slice(0, -1)], proof)).accepted, false);
});

test("what is read of a proof is no verdict", async () => {
  const told = await read(proof);
  assert.equal(told.accepted, false);
  assert.equal(told.groups[0].values[2].value, "5");
  assert.equal((await read(proof, key)).rounds.length > 5, true);
  assert.deepEqual((await read(new Uint8Array(5))).groups, []);
});

test("changed bytes are refused", async () => {
  const { verify: at_once } = await load();
  for (let at = 0; at < proof.length; at += 13)
    for (const bit of [1, 128]) {
      const changed = proof.slice();
      changed[at] ^= bit;
      const told = at_once(key, changed);
      assert.ok(!told.accepted && told.section && told.what, `byte ${at}`);
    }
  for (const size of [0, 3, 4, 24, 100, proof.length - 1])
    assert.equal(at_once(key, proof.slice(0, size)).accepted, false);
});

test("wrong policies are the caller's errors", async () => {
  await assert.rejects(verify(key, proof, { outputs: { result: 2n ** 64n - 2n ** 32n + 1n } }), RangeError);
  await assert.rejects(verify(key, proof, { outputs: { result: -1 } }), RangeError);
  await assert.rejects(verify(Array(65).fill(key), proof), RangeError);
  assert.equal((await verify(key, proof, { bits: 129 })).reason, "caller");
  assert.equal((await verify(key, proof, { mostWork: 5 })).reason, "limit");
});

test("what would demand nothing, or something else, is an error", async () => {
  const { verify: at_once } = await load();
  const wrong = [
    { output: { result: 5 } }, { outputs: new Map([["result", 5]]) }, { outputs: { result: "" } }, { outputs: { result: 2 ** 53 } },
    { outputs: { result: true } }, { outputs: { result: null } }, { bits: 2 ** 32 + 1 }, { bits: true }, { bits: 99.5 }, { bits: NaN },
    { bits: "128" }, { options: proof.slice(8, 20) }, { options: "0123456789abcdef" }, { mostWork: -1 }, [],
    { fixed: [{ kind: "outputs", name: "result", values: 5 }] }, { fixed: [{ kind: "output", name: "result", value: 5 }] },
    { fixed: [{ kind: "output", name: "result", values: 5, group: -1 }] },
    { fixed: [{ kind: "output", name: "result", values: 5, statement: null }] },
  ];
  for (const policy of wrong) assert.throws(() => at_once(key, proof, policy), (e) => e instanceof TypeError || e instanceof RangeError);
  for (const bytes of ["key", null, undefined, [1, 2], 7]) {
    assert.throws(() => at_once(bytes, proof), TypeError);
    assert.throws(() => at_once(key, bytes), TypeError);
  }
  assert.throws(() => at_once(key, new Uint8Array(2 ** 28)), /no memory/);
  assert.equal(at_once(key.slice().buffer, new DataView(proof.buffer, proof.byteOffset, proof.length)).accepted, true);
  assert.equal(at_once(key, proof, { outputs: { result: "0x5" } }).accepted, true);
});

test("an output word is its outputs", () => {
  assert.deepEqual(word("digest", "0000000100000002"), { "digest0:big32": 1n, "digest1:big32": 2n });
  assert.deepEqual(word("d", "0100ff00", 16, "little"), { "d0:little16": 1n, "d1:little16": 255n });
  assert.throws(() => word("digest", "00000001000"), RangeError);
});

test("the module imports nothing", () => {
  const module = new WebAssembly.Module(file("../l2zk_verify.wasm"));
  assert.deepEqual(WebAssembly.Module.imports(module), []);
});
