//! `peers PROVER STATEMENT LOG_ROWS COUNT`: for each seed on standard input proves so many statements of its own
//! one after the other, verifies the proofs, and prints a line of JSON. With `together` behind it they are one proof.

mod air;
mod fri;
mod hashes;
mod lookups;
mod statement;
mod whir;
mod winter;

use std::env;
use std::io::{self, BufRead, Write};

use fri::{Hiding, Plain, Plonky3};
use hashes::{Blake3Compression, Fri, Keccak, Plain32, Poseidon2, Sha256};
use lookups::{Lanes, Lookups, Way};
use statement::{Chain, Fibonacci, Statement, Wide};
use whir::{FirstFold, Multilinear};
use winter::Winterfell;

const PROVERS: &str = "winterfell, plonky3, plonky3-hiding, plonky3-whir-2, -4 or -8, each of these three with -fast; plonky3-koala for hashes alone";

const STATEMENTS: &str = "fib|wide|chain|lanesN|indexedN|sha256|blake3|keccak|poseidon2";

/// A prover with its settings for one statement. The proof carries the claim.
trait Peer<S, const WIDTH: usize> {
    type Proof;

    fn queries(&self) -> usize;
    fn prove(&self, seed: u64) -> Self::Proof;
    fn verify(&self, proof: Self::Proof);
    fn size(proof: &Self::Proof) -> usize;
}

/// Proofs of a hash; a macro, as its AIRs differ by field.
macro_rules! hashes {
    ($hash:ty, $prover:expr, $log_rows:expr, $count:expr) => {
        match &$prover[..] {
            "plonky3" => serve::<$hash, 0>(Fri::<$hash, Plain>::new($log_rows), $count),
            "plonky3-koala" => serve::<$hash, 0>(Fri::<$hash, Plain32>::new($log_rows), $count),
            other => match multilinear(other) {
                Some((rate, fold)) => {
                    serve::<$hash, 0>(hashes::Multilinear::<$hash>::new($log_rows, rate, fold), $count)
                }
                None => {
                    panic!("{other:?} has no hashes: choose plonky3, plonky3-koala or plonky3-whir-2, -4, -8")
                }
            },
        }
    };
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (together, arguments) = match arguments.split_last() {
        Some((last, others)) if last == "together" => (true, others),
        _ => (false, &arguments[..]),
    };
    let [prover, statement, log_rows, count] = arguments else {
        panic!(
            "usage: peers PROVER {STATEMENTS} LOG_ROWS COUNT [together], seeds on standard input; provers: {PROVERS}"
        );
    };
    let log_rows = log_rows.parse().expect("LOG_ROWS is a number");
    let count = count.parse().expect("COUNT is a number");
    match &statement[..] {
        "fib" => choose::<Fibonacci, 2>(prover, log_rows, count, together),
        "wide" => choose::<Wide, 16>(prover, log_rows, count, together),
        "chain" => choose::<Chain, 8>(prover, log_rows, count, together),
        "sha256" => hashes!(Sha256, prover, log_rows, count),
        "blake3" => hashes!(Blake3Compression, prover, log_rows, count),
        "keccak" => hashes!(Keccak, prover, log_rows, count),
        "poseidon2" => hashes!(Poseidon2, prover, log_rows, count),
        other => lookups(prover, other, log_rows, count),
    }
}

/// The lanes with so many lookups a row, `lanes8` by fractions and `indexed8` by indexed reads.
fn lookups(prover: &str, statement: &str, log_rows: u32, count: u64) {
    let found = [("lanes", Way::Fractions), ("indexed", Way::Indexed)].into_iter().find_map(|(name, way)| {
        let ranges = statement.strip_prefix(name)?.parse().ok()?;
        Some((ranges, way))
    });
    let Some((ranges, way)) = found else {
        panic!("there is no statement {statement:?}: choose {STATEMENTS}");
    };
    let Some((rate, fold)) = multilinear(prover) else {
        panic!("{prover:?} has no lookups: choose plonky3-whir-2, -4 or -8, with -fast or without");
    };
    serve::<Lanes, 8>(Lookups::new(log_rows, ranges, way, rate, fold), count);
}

fn choose<S: Statement<WIDTH>, const WIDTH: usize>(prover: &str, log_rows: u32, count: u64, together: bool) {
    let (proofs, statements) = if together { (1, count) } else { (count, 1) };
    assert!(!together || multilinear(prover).is_some(), "{prover:?} proves one statement at a time");
    match prover {
        "winterfell" => serve::<S, WIDTH>(Winterfell::<S, WIDTH>::new(log_rows), proofs),
        "plonky3" => serve::<S, WIDTH>(Plonky3::<S, Plain>::new(log_rows), proofs),
        "plonky3-hiding" => serve::<S, WIDTH>(Plonky3::<S, Hiding>::new(log_rows), proofs),
        _ => match multilinear(prover) {
            Some((rate, fold)) => {
                serve::<S, WIDTH>(Multilinear::<S, WIDTH>::new(log_rows, rate, fold, statements), proofs)
            }
            None => panic!("there is no prover {prover:?}: choose {PROVERS}"),
        },
    }
}

/// The setting of `plonky3-whir-2`, -4 or -8, the inverse of the rate, with `-fast` or without it: log of the inverse.
fn multilinear(prover: &str) -> Option<(usize, FirstFold)> {
    let setting = prover.strip_prefix("plonky3-whir-")?;
    let (inverse, fold) = match setting.strip_suffix("-fast") {
        Some(inverse) => (inverse, FirstFold::FAST),
        None => (setting, FirstFold::OWN),
    };
    let log = ["2", "4", "8"].iter().position(|&known| known == inverse)?;
    Some((log + 1, fold))
}

fn serve<S, const WIDTH: usize>(peer: impl Peer<S, WIDTH>, count: u64) {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let seed = line.expect("standard input can be read").parse().expect("a seed is a number");
        let line = answer(&peer, seed, count);
        writeln!(out, "{line}").and_then(|()| out.flush()).expect("standard output can be written");
    }
}

/// The proofs of a seed, from the statements to their verification, as JSON; the bytes are those of one.
fn answer<S, P: Peer<S, WIDTH>, const WIDTH: usize>(peer: &P, seed: u64, count: u64) -> String {
    let statements = seed * count..(seed + 1) * count;
    let (proofs, prove) = timed(|| Vec::from_iter(statements.map(|statement| peer.prove(statement))));
    let (bytes, queries) = (P::size(&proofs[0]), peer.queries());
    let ((), verify) = timed(|| proofs.into_iter().for_each(|proof| peer.verify(proof)));
    format!(
        concat!(
            r#"{{"ms": {:.3}, "cpu_ms": {:.3}, "verify_ms": {:.3}, "verify_cpu_ms": {:.3}, "#,
            r#""bytes": {}, "queries": {}}}"#
        ),
        prove.wall, prove.cpu, verify.wall, verify.cpu, bytes, queries,
    )
}

/// Milliseconds: by the clock on the wall, and of all processors for this process.
struct Milliseconds {
    wall: f64,
    cpu: f64,
}

fn timed<T>(act: impl FnOnce() -> T) -> (T, Milliseconds) {
    let (wall, cpu) = (clock(libc::CLOCK_MONOTONIC), clock(libc::CLOCK_PROCESS_CPUTIME_ID));
    let result = act();
    let (wall, cpu) = (clock(libc::CLOCK_MONOTONIC) - wall, clock(libc::CLOCK_PROCESS_CPUTIME_ID) - cpu);
    (result, Milliseconds { wall, cpu })
}

fn clock(id: libc::clockid_t) -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a timespec for the call to fill.
    let failed = unsafe { libc::clock_gettime(id, &mut time) };
    assert_eq!(failed, 0, "the system has this clock");
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}
