//! Hashes by Plonky3's own AIRs: SHA-256 and BLAKE3 compressions, Keccak-f and Poseidon2, random ones, 2^LOG_ROWS rows.
//!
//! A compression or a permutation of Poseidon2 is a row, a Keccak-f 24 rows. Over FRI in Goldilocks, or in KoalaBear with
//! an extension of degree 5, which proves fewer bits than 128; and over WHIR in Goldilocks. A seed changes nothing.

use std::marker::PhantomData;

use p3_air::symbolic::AirLayout;
use p3_air::{Air, BaseAir, SymbolicAirBuilder};
use p3_blake3::Blake3;
use p3_blake3_air::Blake3Air;
use p3_challenger::{GrindingChallenger, HashChallenger, SerializingChallenger32};
use p3_commit::{ExtensionMmcs, Pcs};
use p3_dft::Radix2DFTSmallBatch;
use p3_field::coset::TwoAdicMultiplicativeCoset;
use p3_field::extension::QuinticTrinomialExtensionField;
use p3_field::{PrimeCharacteristicRing, PrimeField64, TwoAdicField};
use p3_fri::TwoAdicFriPcs;
use p3_goldilocks::GenericPoseidon2LinearLayersGoldilocks;
use p3_keccak_air::KeccakAir;
use p3_koala_bear::{GenericPoseidon2LinearLayersKoalaBear, KoalaBear};
use p3_matrix::dense::RowMajorMatrix;
use p3_merkle_tree::MerkleTreeMmcs;
use p3_multi_stark::folder::ProverAir;
use p3_multi_stark::{
    MultiStarkProof, ProverInstance, ProverInstances, ProvingKey, VerifierInstance, VerifierInstances,
    VerifyingKey, security_report, setup,
};
use p3_poseidon2_air::{RoundConstants, VectorizedPoseidon2Air};
use p3_sha256_air::Sha256Air;
use p3_sumcheck::layout::Table;
use p3_uni_stark::{
    GrindingSites, Proof, ProvenSecurity, QuotientAir, StarkConfig, StarkGenericConfig, StarkSecurityParams,
    Val, VerifierConstraintFolder, prove, verify,
};
use p3_util::log2_ceil_usize;
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::Peer;
use crate::air::{CAP_HEIGHT, F, K, LeafHash, NodeHash, challenger};
use crate::fri::{COLLISION_BITS, Configuration, MODULUS_BITS, Plain, parameters};
use crate::whir::{self, FirstFold, LEAST_SUM};

/// A hash's AIR over a field, and a trace of random inputs.
pub trait Hash<T> {
    type Air;

    fn air() -> Self::Air;
    fn trace(air: &Self::Air, log_rows: u32, spare_bits: usize) -> RowMajorMatrix<T>;
}

pub struct Sha256;
pub struct Blake3Compression;
pub struct Keccak;
pub struct Poseidon2;

impl<T: PrimeField64> Hash<T> for Sha256 {
    type Air = Sha256Air;

    fn air() -> Sha256Air {
        Sha256Air
    }

    fn trace(air: &Sha256Air, log_rows: u32, spare_bits: usize) -> RowMajorMatrix<T> {
        air.generate_trace_rows(1 << log_rows, spare_bits)
    }
}

impl<T: PrimeField64> Hash<T> for Blake3Compression {
    type Air = Blake3Air;

    fn air() -> Blake3Air {
        Blake3Air {}
    }

    fn trace(air: &Blake3Air, log_rows: u32, spare_bits: usize) -> RowMajorMatrix<T> {
        air.generate_random_trace_rows(1 << log_rows, spare_bits)
    }
}

impl<T: PrimeField64> Hash<T> for Keccak {
    type Air = KeccakAir;

    fn air() -> KeccakAir {
        KeccakAir {}
    }

    fn trace(air: &KeccakAir, log_rows: u32, spare_bits: usize) -> RowMajorMatrix<T> {
        air.generate_random_trace_rows((1 << log_rows) / 24, spare_bits)
    }
}

/// A permutation a row; x^7 as one constraint.
type Width8 = VectorizedPoseidon2Air<F, GenericPoseidon2LinearLayersGoldilocks, 8, 7, 0, 4, 22, 1>;
/// A permutation a row of as many bits; x^3 as one constraint.
type Width16 = VectorizedPoseidon2Air<KoalaBear, GenericPoseidon2LinearLayersKoalaBear, 16, 3, 0, 4, 20, 1>;

impl Hash<F> for Poseidon2 {
    type Air = Width8;

    fn air() -> Width8 {
        Width8::new(RoundConstants::from_rng(&mut StdRng::seed_from_u64(1)))
    }

    fn trace(air: &Width8, log_rows: u32, spare_bits: usize) -> RowMajorMatrix<F> {
        air.generate_vectorized_trace_rows(1 << log_rows, spare_bits)
    }
}

impl Hash<KoalaBear> for Poseidon2 {
    type Air = Width16;

    fn air() -> Width16 {
        Width16::new(RoundConstants::from_rng(&mut StdRng::seed_from_u64(1)))
    }

    fn trace(air: &Width16, log_rows: u32, spare_bits: usize) -> RowMajorMatrix<KoalaBear> {
        air.generate_vectorized_trace_rows(1 << log_rows, spare_bits)
    }
}

// ---- over FRI --------------------------------------------------------------------------------------------------------

/// What differs between fields.
pub trait Setting: StarkGenericConfig<Pcs: Pcs<Self::Challenge, Self::Challenger, Domain: Copy>> {
    const MODULUS_BITS: usize;

    fn new(queries: usize) -> Self;
}

impl Setting for Plain {
    const MODULUS_BITS: usize = MODULUS_BITS;

    fn new(queries: usize) -> Self {
        Self::with_queries(queries)
    }
}

type Quintic = QuinticTrinomialExtensionField<KoalaBear>;
type Tree32 = MerkleTreeMmcs<KoalaBear, u8, LeafHash, NodeHash, 2, 32>;
type Dft32 = Radix2DFTSmallBatch<KoalaBear>;
type Challenger32 = SerializingChallenger32<KoalaBear, HashChallenger<u8, Blake3, 32>>;
pub type Plain32 = StarkConfig<
    TwoAdicFriPcs<KoalaBear, Dft32, Tree32, ExtensionMmcs<KoalaBear, Quintic, Tree32>>,
    Quintic,
    Challenger32,
>;

impl Setting for Plain32 {
    const MODULUS_BITS: usize = 154;

    fn new(queries: usize) -> Self {
        let tree = Tree32::new(LeafHash::new(Blake3), NodeHash::new(Blake3), CAP_HEIGHT);
        let fri = parameters(queries, ExtensionMmcs::new(tree.clone()));
        let challenger = Challenger32::from_hasher(vec![], Blake3);
        Self::new(TwoAdicFriPcs::new(Dft32::default(), tree, fri), challenger)
    }
}

/// Proofs of a hash over FRI, with the least number of queries that prove 128 bits, or as many as the field allows.
pub struct Fri<H: Hash<Val<C>>, C: Setting> {
    configuration: C,
    air: H::Air,
    queries: usize,
    log_rows: u32,
}

impl<H, C> Fri<H, C>
where
    C: Setting,
    Val<C>: TwoAdicField,
    H: Hash<Val<C>, Air: BaseAir<Val<C>> + Air<SymbolicAirBuilder<Val<C>, C::Challenge>>>,
{
    pub fn new(log_rows: u32) -> Self {
        let air = H::air();
        let bits = |queries: usize| {
            let parameters = StarkSecurityParams::from_air::<Val<C>, C::Challenge, _>(
                parameters(queries, ()).security_regime(),
                &air,
                AirLayout::from_air::<Val<C>>(&air),
                TwoAdicMultiplicativeCoset::new(Val::<C>::ONE, log_rows as usize)
                    .expect("a domain of the field"),
                C::MODULUS_BITS,
                COLLISION_BITS,
                2,
                p3_uni_stark::OpeningShape::TwoAdic,
                GrindingSites::NONE,
            );
            ProvenSecurity::compute(&parameters, 1 << log_rows).security_bits()
        };
        let most = bits(400).min(128);
        let queries = (1..).find(|&queries| bits(queries) >= most).expect("some number suffices");
        if most < 128 {
            eprintln!("{most} bits are proven");
        }
        Self { configuration: C::new(queries), air, queries, log_rows }
    }
}

impl<H, C> Peer<H, 0> for Fri<H, C>
where
    C: Setting<Challenger: GrindingChallenger<Witness = Val<C>>>,
    Val<C>: PrimeField64 + TwoAdicField,
    H: Hash<Val<C>, Air: QuotientAir<C> + for<'a> Air<VerifierConstraintFolder<'a, C>>>,
{
    type Proof = Proof<C>;

    fn queries(&self) -> usize {
        self.queries
    }

    fn prove(&self, _: u64) -> Self::Proof {
        let trace = H::trace(&self.air, self.log_rows, 3);
        prove(&self.configuration, &self.air, trace, &[]).ok().expect("Plonky3 proves")
    }

    fn verify(&self, proof: Self::Proof) {
        assert!(verify(&self.configuration, &self.air, &proof, &[]).is_ok(), "Plonky3 verifies");
    }

    fn size(proof: &Self::Proof) -> usize {
        postcard::to_allocvec(proof).expect("a proof has bytes").len()
    }
}

// ---- over WHIR -------------------------------------------------------------------------------------------------------

/// Proofs of a hash by the multilinear prover.
pub struct Multilinear<H: Hash<F>> {
    configuration: whir::Configuration,
    air: H::Air,
    proving_key: ProvingKey<whir::Configuration>,
    verifying_key: VerifyingKey<whir::Configuration>,
    log_rows: usize,
    hash: PhantomData<H>,
}

impl<H: Hash<F, Air: ProverAir<F, K>>> Multilinear<H> {
    pub fn new(log_rows: u32, log_inverse_rate: usize, fold: FirstFold) -> Self {
        let air = H::air();
        let log_values = log_rows as usize + log2_ceil_usize(BaseAir::<F>::width(&air));
        let configuration = whir::Configuration::new(log_values, log_inverse_rate, fold);
        let (proving_key, verifying_key) =
            setup(&configuration, &[&air], &mut challenger()).expect("nothing is preprocessed");
        let log_rows = log_rows as usize;
        let this = Self { configuration, air, proving_key, verifying_key, log_rows, hash: PhantomData };
        security_report(&this.configuration, &this.instances())
            .and_then(|report| report.require_security(LEAST_SUM))
            .expect("all rounds together prove 125 bits");
        this
    }

    fn instances(&self) -> VerifierInstances<'_, whir::Configuration, H::Air> {
        VerifierInstances::new(vec![VerifierInstance::new(
            &self.air,
            &self.verifying_key,
            self.log_rows,
            &[],
        )])
    }
}

impl<H: Hash<F, Air: ProverAir<F, K>>> Peer<H, 0> for Multilinear<H> {
    type Proof = MultiStarkProof<whir::Configuration>;

    fn queries(&self) -> usize {
        self.configuration.queries()
    }

    fn prove(&self, _: u64) -> Self::Proof {
        let table = Table::new(H::trace(&self.air, self.log_rows as u32, 0).transpose());
        let instances =
            ProverInstances::new(vec![ProverInstance::new(&self.air, table, &self.proving_key, &[])]);
        p3_multi_stark::prove(&self.configuration, instances, 0, &mut challenger()).expect("Plonky3 proves")
    }

    fn verify(&self, proof: Self::Proof) {
        p3_multi_stark::verify(&self.configuration, self.instances(), &proof, 0, &mut challenger())
            .expect("Plonky3 verifies");
    }

    fn size(proof: &Self::Proof) -> usize {
        postcard::to_allocvec(proof).expect("a proof has bytes").len()
    }
}
