//! The statements as Plonky3 reads them, and the field, hash and transcript of all its provers here.

use std::array;
use std::borrow::Cow;
use std::marker::PhantomData;

use p3_air::{Air, AirBuilder, BaseAir, BoundaryEnd, BoundaryPublic, WindowAccess};
use p3_blake3::Blake3;
use p3_challenger::{HashChallenger, SerializingChallenger64};
use p3_dft::Radix2DFTSmallBatch;
use p3_field::PrimeCharacteristicRing;
use p3_field::extension::CubicTrinomialExtensionField;
use p3_goldilocks::Goldilocks;
use p3_merkle_tree::MerkleTreeMmcs;
use p3_symmetric::{CompressionFunctionFromHasher, SerializingHasher};

use crate::statement::Statement;

pub const CAP_HEIGHT: usize = 3;

pub type F = Goldilocks;
pub type K = CubicTrinomialExtensionField<F>;
pub type Dft = Radix2DFTSmallBatch<F>;
pub type LeafHash = SerializingHasher<Blake3>;
pub type NodeHash = CompressionFunctionFromHasher<Blake3, 2, 32>;
pub type Tree = MerkleTreeMmcs<F, u8, LeafHash, NodeHash, 2, 32>;
pub type Challenger = SerializingChallenger64<F, HashChallenger<u8, Blake3, 32>>;

pub fn tree() -> Tree {
    Tree::new(LeafHash::new(Blake3), NodeHash::new(Blake3), CAP_HEIGHT)
}

pub fn challenger() -> Challenger {
    Challenger::from_hasher(vec![], Blake3)
}

/// The constraints of a statement. The public values are the first row, and column 0 of the last.
pub struct StatementAir<S, const WIDTH: usize> {
    /// The cells of the public values, where the prover pins cells; else constraints say them.
    pins: Vec<BoundaryPublic>,
    statement: PhantomData<S>,
}

impl<S, const WIDTH: usize> StatementAir<S, WIDTH> {
    pub const fn constrained() -> Self {
        Self { pins: Vec::new(), statement: PhantomData }
    }

    pub fn pinned() -> Self {
        let first = (0..WIDTH).map(|i| BoundaryPublic::new(i, BoundaryEnd::First, i));
        let pins = first.chain([BoundaryPublic::new(0, BoundaryEnd::Last, WIDTH)]).collect();
        Self { pins, statement: PhantomData }
    }
}

impl<S, T: PrimeCharacteristicRing, const WIDTH: usize> BaseAir<T> for StatementAir<S, WIDTH>
where
    S: Statement<WIDTH>,
{
    fn width(&self) -> usize {
        WIDTH
    }

    fn num_public_values(&self) -> usize {
        WIDTH + 1
    }

    fn public_boundary_io(&self) -> &[BoundaryPublic] {
        &self.pins
    }

    fn num_periodic_columns(&self) -> usize {
        usize::from(!S::CONSTANTS.is_empty())
    }

    fn periodic_columns(&self) -> Cow<'_, [Vec<T>]> {
        let column: Vec<T> = S::CONSTANTS.iter().map(|&c| T::from_u64(c)).collect();
        Cow::Owned(Vec::from_iter((!column.is_empty()).then_some(column)))
    }

    fn max_constraint_degree(&self) -> Option<usize> {
        Some(S::DEGREE + 1)
    }
}

impl<S: Statement<WIDTH>, AB: AirBuilder, const WIDTH: usize> Air<AB> for StatementAir<S, WIDTH> {
    fn eval(&self, builder: &mut AB) {
        let main = builder.main();
        let row = |cells: &[AB::Var]| -> [AB::Expr; WIDTH] { array::from_fn(|i| cells[i].into()) };
        let (current, next) = (row(main.current_slice()), row(main.next_slice()));
        if self.pins.is_empty() {
            let claim: Vec<AB::PublicVar> = builder.public_values().to_vec();
            for i in 0..WIDTH {
                builder.when_first_row().assert_eq(current[i].clone(), claim[i]);
            }
            builder.when_last_row().assert_eq(current[0].clone(), claim[WIDTH]);
        }
        let constant = builder.periodic_values().first().map(|&c| c.into());
        for (expected, found) in S::next(current, constant).into_iter().zip(next) {
            builder.when_transition().assert_eq(expected, found);
        }
    }
}
