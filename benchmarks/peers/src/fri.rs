//! Plonky3: X^3 - X - 1, blow-up 8, BLAKE3, 16 bits of grinding, 128 bits proven by its own formula.

use std::marker::PhantomData;

use p3_air::symbolic::AirLayout;
use p3_blake3::Blake3;
use p3_commit::{ExtensionMmcs, Pcs};
use p3_field::PrimeCharacteristicRing;
use p3_field::coset::TwoAdicMultiplicativeCoset;
use p3_fri::{FriParameters, HidingFriPcs, TwoAdicFriPcs};
use p3_matrix::dense::RowMajorMatrix;
use p3_merkle_tree::MerkleTreeHidingMmcs;
use p3_uni_stark::{
    GrindingSites, OpeningShape, Proof, ProvenSecurity, StarkConfig, StarkGenericConfig, StarkSecurityParams,
    prove, verify,
};
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::Peer;
use crate::air::{
    CAP_HEIGHT, Challenger, Dft, F, K, LeafHash, NodeHash, StatementAir, Tree, challenger, tree,
};
use crate::statement::{Statement, rows};

pub const MODULUS_BITS: usize = 191;
pub const COLLISION_BITS: usize = 128;
const RANDOM_CODEWORDS: usize = 4;

pub type Plain = StarkConfig<TwoAdicFriPcs<F, Dft, Tree, ExtensionMmcs<F, K, Tree>>, K, Challenger>;

/// Salts of two elements: 16 bytes.
type SaltedTree = MerkleTreeHidingMmcs<F, u8, LeafHash, NodeHash, StdRng, 2, 32, 2>;
pub type Hiding =
    StarkConfig<HidingFriPcs<F, Dft, SaltedTree, ExtensionMmcs<F, K, SaltedTree>, StdRng>, K, Challenger>;

/// A configuration of Plonky3 and what it opens beside the trace.
pub trait Configuration:
    StarkGenericConfig<
        Pcs: Pcs<K, Challenger, Domain = TwoAdicMultiplicativeCoset<F>>,
        Challenge = K,
        Challenger = Challenger,
    >
{
    const OPENINGS: OpeningShape;

    fn with_queries(queries: usize) -> Self;
}

impl Configuration for Plain {
    const OPENINGS: OpeningShape = OpeningShape::TwoAdic;

    fn with_queries(queries: usize) -> Self {
        let fri = parameters(queries, ExtensionMmcs::new(tree()));
        Self::new(TwoAdicFriPcs::new(Dft::default(), tree(), fri), challenger())
    }
}

impl Configuration for Hiding {
    const OPENINGS: OpeningShape = OpeningShape::hiding(RANDOM_CODEWORDS);

    fn with_queries(queries: usize) -> Self {
        let random = StdRng::seed_from_u64;
        let tree = SaltedTree::new(LeafHash::new(Blake3), NodeHash::new(Blake3), CAP_HEIGHT, random(1));
        let fri = parameters(queries, ExtensionMmcs::new(tree.clone()));
        Self::new(HidingFriPcs::new(Dft::default(), tree, fri, RANDOM_CODEWORDS, random(2)), challenger())
    }
}

pub fn parameters<M>(num_queries: usize, mmcs: M) -> FriParameters<M> {
    FriParameters {
        log_blowup: 3,
        log_final_poly_len: 7,
        max_log_arity: 3,
        num_queries,
        batch_proof_of_work_bits: 0,
        commit_proof_of_work_bits: 0,
        query_proof_of_work_bits: 16,
        mmcs,
    }
}

/// The least number of queries that prove 128 bits.
fn queries<S: Statement<WIDTH>, C: Configuration, const WIDTH: usize>(log_rows: u32) -> usize {
    let air = StatementAir::<S, WIDTH>::constrained();
    let bits = |queries: usize| {
        let parameters = StarkSecurityParams::from_air::<F, K, _>(
            parameters(queries, ()).security_regime(),
            &air,
            AirLayout::from_air::<F>(&air),
            TwoAdicMultiplicativeCoset::new(F::ONE, log_rows as usize).expect("a domain of the field"),
            MODULUS_BITS,
            COLLISION_BITS,
            2,
            C::OPENINGS,
            GrindingSites::NONE,
        );
        ProvenSecurity::compute(&parameters, 1 << (log_rows + u32::from(C::OPENINGS.is_zk()))).security_bits()
    };
    (1..).find(|&queries| bits(queries) >= 128).expect("some number suffices")
}

pub struct Plonky3<S, C> {
    configuration: C,
    queries: usize,
    log_rows: u32,
    statement: PhantomData<S>,
}

impl<S, C: Configuration> Plonky3<S, C> {
    pub fn new<const WIDTH: usize>(log_rows: u32) -> Self
    where
        S: Statement<WIDTH>,
    {
        let queries = queries::<S, C, WIDTH>(log_rows);
        Self { configuration: C::with_queries(queries), queries, log_rows, statement: PhantomData }
    }
}

impl<S: Statement<WIDTH>, C: Configuration, const WIDTH: usize> Peer<S, WIDTH> for Plonky3<S, C> {
    type Proof = (Proof<C>, Vec<F>);

    fn queries(&self) -> usize {
        self.queries
    }

    fn prove(&self, seed: u64) -> Self::Proof {
        let rows = rows::<S, _, WIDTH>(seed, self.log_rows, F::from_u64);
        let claim = [&rows[0][..], &[rows[rows.len() - 1][0]]].concat();
        let trace = RowMajorMatrix::new(rows.into_flattened(), WIDTH);
        (
            prove(&self.configuration, &StatementAir::<S, WIDTH>::constrained(), trace, &claim)
                .expect("Plonky3 proves"),
            claim,
        )
    }

    fn verify(&self, (proof, claim): Self::Proof) {
        verify(&self.configuration, &StatementAir::<S, WIDTH>::constrained(), &proof, &claim)
            .expect("Plonky3 verifies");
    }

    fn size((proof, _): &Self::Proof) -> usize {
        postcard::to_allocvec(proof).expect("a proof has bytes").len()
    }
}
