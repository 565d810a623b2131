//! Plonky3's multilinear prover over WHIR: X^3 - X - 1, BLAKE3, 16 bits of grinding, 128 bits proven in each round.
//!
//! Security is that of the Johnson bound, which is proven, with the library's own multiplicity of 10: it derives each
//! word's queries from it. Its report, the sum of all rounds and of a hash of 128 bits, says 125 to 127 bits.

use p3_field::PrimeCharacteristicRing;
use p3_matrix::dense::RowMajorMatrix;
use p3_multi_stark::config::MultiStarkConfig;
use p3_multi_stark::{
    MultiStarkProof, ProverInstance, ProverInstances, ProvingKey, VerifierInstance, VerifierInstances,
    VerifyingKey, prove, security_report, setup, verify,
};
use p3_sumcheck::layout::{Layout, PrefixProver, Table, Witness};
use p3_util::log2_ceil_usize;
use p3_whir::{
    FoldingFactor, ProtocolParameters, SecurityAssumption, WhirConfig, WhirProver, WhirProverData,
};

use crate::Peer;
use crate::air::{Challenger, Dft, F, K, StatementAir, Tree, challenger, tree};
use crate::statement::{Statement, rows};

const SECURITY: usize = 128;
pub const LEAST_SUM: usize = 125;
const GRINDING: usize = 16;
const LATER_FOLDS: usize = 4;

type Stacked = PrefixProver<F, K>;
type Whir = WhirProver<K, F, Dft, Tree, Challenger, Stacked>;

/// How the first word goes over into the second: variables that are folded, halvings of the domain.
#[derive(Clone, Copy)]
pub struct FirstFold {
    variables: usize,
    halvings: usize,
}

impl FirstFold {
    /// WHIR's own: 16 values a leaf, domains that halve from word to word; the shortest proofs.
    pub const OWN: Self = Self { variables: 4, halvings: 1 };
    /// 32 values a leaf, a second domain of an eighth: a quarter less time, a fifth more bytes.
    pub const FAST: Self = Self { variables: 5, halvings: 3 };
}

pub struct Configuration {
    pcs: Whir,
    folded: usize,
}

impl Configuration {
    pub fn new(log_values: usize, log_inverse_rate: usize, fold: FirstFold) -> Self {
        let folding_factor = FoldingFactor::ConstantFromSecondRound(fold.variables, LATER_FOLDS);
        let schedule =
            folding_factor.compute_folding_schedule(log_values).expect("there is something to fold");
        let (mut rate, mut halvings, mut rates) = (log_inverse_rate, fold.halvings, Vec::new());
        for folded in &schedule[..schedule.len() - 1] {
            rate += folded - halvings;
            rates.push(rate);
            halvings = 1;
        }
        let parameters = ProtocolParameters {
            starting_log_inv_rate: log_inverse_rate,
            round_log_inv_rates: rates,
            folding_factor,
            soundness_type: SecurityAssumption::JohnsonBound,
            security_level: SECURITY,
            pow_bits: GRINDING,
        };
        let config = WhirConfig::new(log_values, parameters).expect("the field has room for 128 bits");
        let transform = Dft::new(1 << config.max_fft_size());
        Self { pcs: Whir::new(config, transform, tree()), folded: fold.variables }
    }

    /// Those of word 0.
    pub fn queries(&self) -> usize {
        let config = &self.pcs;
        config.round_parameters().first().map_or(config.terminal().num_queries, |round| round.num_queries)
    }
}

impl MultiStarkConfig for Configuration {
    type Val = F;
    type Challenge = K;
    type Challenger = Challenger;
    type Pcs = Whir;

    fn pcs(&self) -> &Whir {
        &self.pcs
    }

    fn collision_resistance_bits(&self) -> Option<usize> {
        Some(128)
    }

    fn min_num_variables(&self) -> usize {
        self.folded
    }

    fn build_witness(&self, tables: Vec<Table<F>>) -> Witness<F> {
        Stacked::new_witness(tables, self.folded)
    }

    fn committed_table<'a>(
        &self,
        data: &'a WhirProverData<F, K, Tree, Stacked>,
        index: usize,
    ) -> &'a Table<F> {
        data.table(index)
    }
}

/// `count` statements in one proof, each a table.
pub struct Multilinear<S, const WIDTH: usize> {
    count: u64,
    configuration: Configuration,
    air: StatementAir<S, WIDTH>,
    proving_key: ProvingKey<Configuration>,
    verifying_key: VerifyingKey<Configuration>,
    log_rows: usize,
}

impl<S: Statement<WIDTH>, const WIDTH: usize> Multilinear<S, WIDTH> {
    pub fn new(log_rows: u32, log_inverse_rate: usize, fold: FirstFold, count: u64) -> Self {
        let (log_rows, log_count) = (log_rows as usize, log2_ceil_usize(count as usize));
        let log_values = log_rows + WIDTH.ilog2() as usize + log_count;
        let configuration = Configuration::new(log_values, log_inverse_rate, fold);
        let air = StatementAir::pinned();
        let airs = vec![&air; count as usize];
        let (proving_key, verifying_key) =
            setup(&configuration, &airs, &mut challenger()).expect("nothing is preprocessed");
        let this = Self { count, configuration, air, proving_key, verifying_key, log_rows };
        let claims = vec![vec![F::ZERO; WIDTH + 1]; count as usize];
        security_report(&this.configuration, &this.instances(&claims))
            .and_then(|report| report.require_security(LEAST_SUM))
            .expect("all rounds together prove 125 bits");
        this
    }

    /// The statements with their claims, for the verifier.
    fn instances<'a>(
        &'a self,
        claims: &'a [Vec<F>],
    ) -> VerifierInstances<'a, Configuration, StatementAir<S, WIDTH>> {
        let instance = |claim| VerifierInstance::new(&self.air, &self.verifying_key, self.log_rows, claim);
        VerifierInstances::new(claims.iter().map(|claim| instance(&claim[..])).collect())
    }

    /// The table of a statement, and its claim.
    fn table(&self, seed: u64) -> (Table<F>, Vec<F>) {
        let rows = rows::<S, _, WIDTH>(seed, self.log_rows as u32, F::from_u64);
        let claim = [&rows[0][..], &[rows[rows.len() - 1][0]]].concat();
        let columns = (0..WIDTH).flat_map(|i| rows.iter().map(move |row| row[i])).collect();
        (Table::new(RowMajorMatrix::new(columns, rows.len())), claim)
    }
}

impl<S: Statement<WIDTH>, const WIDTH: usize> Peer<S, WIDTH> for Multilinear<S, WIDTH> {
    type Proof = (MultiStarkProof<Configuration>, Vec<Vec<F>>);

    fn queries(&self) -> usize {
        self.configuration.queries()
    }

    fn prove(&self, seed: u64) -> Self::Proof {
        let seeds = seed * self.count..(seed + 1) * self.count;
        let (tables, claims): (Vec<_>, Vec<_>) = seeds.map(|seed| self.table(seed)).unzip();
        let claimed = tables.into_iter().zip(&claims);
        let instances = ProverInstances::new(Vec::from_iter(
            claimed
                .map(|(table, claim)| ProverInstance::new(&self.air, table, &self.proving_key, &claim[..])),
        ));
        (prove(&self.configuration, instances, 0, &mut challenger()).expect("Plonky3 proves"), claims)
    }

    fn verify(&self, (proof, claims): Self::Proof) {
        verify(&self.configuration, self.instances(&claims), &proof, 0, &mut challenger())
            .expect("Plonky3 verifies");
    }

    fn size((proof, _): &Self::Proof) -> usize {
        postcard::to_allocvec(proof).expect("a proof has bytes").len()
    }
}
