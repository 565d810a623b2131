//! The statements: how a row follows from the one before, written once for traces and for constraints.

use std::array;
use std::ops::{Add, Mul};

/// What a row is computed with: field elements, vectors of them, or expressions.
pub trait Ring: Clone + Add<Output = Self> + Mul<Output = Self> {}

impl<T: Clone + Add<Output = T> + Mul<Output = T>> Ring for T {}

/// A computation on rows of `WIDTH` columns. It claims the first row and column 0 of the last.
pub trait Statement<const WIDTH: usize>: Copy + Send + Sync + 'static {
    /// The degree of `next` in the cells.
    const DEGREE: usize;
    /// The constants that come round, one for each row.
    const CONSTANTS: &'static [u64] = &[];

    /// The row after `row`; `constant` is there if the statement has constants.
    fn next<T: Ring>(row: [T; WIDTH], constant: Option<T>) -> [T; WIDTH];
}

/// a' = b, b' = a + b.
#[derive(Clone, Copy)]
pub struct Fibonacci;

impl Statement<2> for Fibonacci {
    const DEGREE: usize = 1;

    fn next<T: Ring>([a, b]: [T; 2], _: Option<T>) -> [T; 2] {
        [b.clone(), a + b]
    }
}

/// x' = x^3 + its right neighbour, round the row.
#[derive(Clone, Copy)]
pub struct Wide;

impl Statement<16> for Wide {
    const DEGREE: usize = 3;

    fn next<T: Ring>(row: [T; 16], _: Option<T>) -> [T; 16] {
        array::from_fn(|i| {
            let x = row[i].clone();
            x.clone() * x.clone() * x + row[(i + 1) % 16].clone()
        })
    }
}

/// A permutation in the manner of a sponge's: x' = y + the sum of all y, where y = (x + constant)^7.
#[derive(Clone, Copy)]
pub struct Chain;

impl Statement<8> for Chain {
    const DEGREE: usize = 7;
    const CONSTANTS: &'static [u64] = &[3, 1, 4, 15, 92, 65, 35, 89];

    fn next<T: Ring>(row: [T; 8], constant: Option<T>) -> [T; 8] {
        let constant = constant.expect("the chain has constants");
        let powers = row.map(|x| seventh(x + constant.clone()));
        let [a, b, c, d, e, f, g, h] = powers.clone();
        let sum = a + b + c + d + e + f + g + h;
        powers.map(|y| y + sum.clone())
    }
}

fn seventh<T: Ring>(x: T) -> T {
    let square = x.clone() * x.clone();
    square.clone() * square.clone() * square * x
}

/// The first row, which differs from proof to proof.
pub fn first_row<const WIDTH: usize>(seed: u64) -> [u64; WIDTH] {
    array::from_fn(|i| seed * WIDTH as u64 + i as u64)
}

/// All rows, one after another.
pub fn rows<S: Statement<WIDTH>, T: Ring + Copy, const WIDTH: usize>(
    seed: u64,
    log_rows: u32,
    element: fn(u64) -> T,
) -> Vec<[T; WIDTH]> {
    let constants: Vec<T> = S::CONSTANTS.iter().map(|&c| element(c)).collect();
    let constant = |i: usize| (!constants.is_empty()).then(|| constants[i % constants.len()]);
    let mut rows = Vec::with_capacity(1 << log_rows);
    rows.push(first_row(seed).map(element));
    for i in 1..1 << log_rows {
        rows.push(S::next(rows[i - 1], constant(i - 1)));
    }
    rows
}
