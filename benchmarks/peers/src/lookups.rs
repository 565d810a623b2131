//! Statements of two tables, by Plonky3's multilinear prover over WHIR: lanes whose cells are looked up in a table of
//! the numbers below 2^16, by fractional GKR or by the library's indexed reads (LogUp*).
//!
//! Of the eight columns four are lanes, four their overflow: x' + 2^16 q = x y + c, y the lane beside, c the lane's
//! number. The claim is the first row of the lanes, and lane 0 of the last.

use std::array;

use p3_air::{Air, AirBuilder, BaseAir, BoundaryEnd, BoundaryPublic, WindowAccess};
use p3_field::PrimeCharacteristicRing;
use p3_lookup::{Count, IndexedLookupBuilder, InteractionBuilder, TraceWindow};
use p3_matrix::dense::RowMajorMatrix;
use p3_multi_stark::{
    MultiStarkProof, ProverInstance, ProverInstances, ProvingKey, VerifierInstance, VerifierInstances,
    VerifyingKey, prove, security_report, setup, verify,
};
use p3_sumcheck::layout::Table;
use p3_util::log2_ceil_usize;

use crate::Peer;
use crate::air::{F, challenger};
use crate::statement::first_row;
use crate::whir::{Configuration, FirstFold, LEAST_SUM};

const LANES: usize = 4;
const WIDTH: usize = 2 * LANES;
const BITS: usize = 16;
const MASK: u64 = (1 << BITS) - 1;
const BUS: &str = "below 2^16";

/// How the cells are looked up.
#[derive(Clone, Copy, PartialEq)]
pub enum Way {
    Fractions,
    Indexed,
}

/// A table of the statement.
pub enum LookupAir {
    /// The lanes, so many of whose cells are looked up on each row, first cell first; no pins if nothing looks.
    Lanes { pins: Vec<BoundaryPublic>, ranges: usize, way: Way },
    /// The numbers, and beside each how often it was looked up.
    Numbers(Way),
}

impl<T> BaseAir<T> for LookupAir {
    fn width(&self) -> usize {
        match self {
            Self::Lanes { .. } => WIDTH,
            Self::Numbers(Way::Fractions) => 2,
            Self::Numbers(Way::Indexed) => 1,
        }
    }

    fn num_public_values(&self) -> usize {
        match self {
            Self::Lanes { .. } => LANES + 1,
            Self::Numbers(_) => 0,
        }
    }

    fn main_next_row_columns(&self) -> Vec<usize> {
        match self {
            Self::Lanes { .. } => Vec::from_iter(0..LANES),
            Self::Numbers(_) => vec![0],
        }
    }

    fn public_boundary_io(&self) -> &[BoundaryPublic] {
        match self {
            Self::Lanes { pins, .. } => pins,
            Self::Numbers(_) => &[],
        }
    }

    fn max_constraint_degree(&self) -> Option<usize> {
        match self {
            Self::Lanes { .. } => Some(3),
            Self::Numbers(_) => Some(2),
        }
    }
}

impl<AB: AirBuilder + InteractionBuilder + IndexedLookupBuilder> Air<AB> for LookupAir {
    fn eval(&self, builder: &mut AB) {
        let main = builder.main();
        let (row, next) = (main.current_slice(), main.next_slice());
        match *self {
            Self::Lanes { ranges, way, .. } => {
                for i in 0..LANES {
                    let constant = AB::Expr::from_usize(i + 1);
                    let made = row[i].into() * row[(i + 1) % LANES].into() + constant;
                    let overflow = row[LANES + i].into() * AB::Expr::from_u64(1 << BITS);
                    builder.when_transition().assert_eq(next[i].into() + overflow, made);
                }
                for (i, &cell) in row.iter().enumerate().take(ranges) {
                    match way {
                        Way::Fractions => builder.push_interaction(BUS, [cell], 1),
                        Way::Indexed => builder.push_indexed_read(BUS, i, [i]),
                    }
                }
            }
            Self::Numbers(way) => {
                builder.when_first_row().assert_zero(row[0]);
                builder.when_transition().assert_eq(next[0].into(), row[0].into() + AB::Expr::ONE);
                match way {
                    Way::Fractions => {
                        builder.push_interaction(BUS, [row[0]], Count::provided(-row[1].into()));
                    }
                    Way::Indexed => builder.push_indexed_table(BUS, TraceWindow::Main, [0]),
                }
            }
        }
    }
}

/// The lanes as a `Peer` names them.
pub struct Lanes;

pub struct Lookups {
    configuration: Configuration,
    airs: Vec<LookupAir>,
    proving_key: ProvingKey<Configuration>,
    verifying_key: VerifyingKey<Configuration>,
    log_rows: usize,
    ranges: usize,
    way: Way,
}

impl Lookups {
    pub fn new(log_rows: u32, ranges: usize, way: Way, log_inverse_rate: usize, fold: FirstFold) -> Self {
        let log_rows = log_rows as usize;
        let first = (0..LANES).map(|i| BoundaryPublic::new(i, BoundaryEnd::First, i));
        let pins = Vec::from_iter(first.chain([BoundaryPublic::new(0, BoundaryEnd::Last, LANES)]));
        let mut airs = vec![LookupAir::Lanes { pins, ranges, way }];
        if ranges > 0 {
            airs.push(LookupAir::Numbers(way));
        }
        let values = airs.iter().enumerate().map(|(i, air)| BaseAir::<F>::width(air) << [log_rows, BITS][i]);
        let configuration = Configuration::new(log2_ceil_usize(values.sum()), log_inverse_rate, fold);
        let references = Vec::from_iter(&airs);
        let (proving_key, verifying_key) =
            setup(&configuration, &references, &mut challenger()).expect("nothing is preprocessed");
        let this = Self { configuration, airs, proving_key, verifying_key, log_rows, ranges, way };
        security_report(&this.configuration, &this.instances(&[F::ZERO; LANES + 1]))
            .and_then(|report| report.require_security(LEAST_SUM))
            .expect("all rounds together prove 125 bits");
        this
    }

    fn instances<'a>(&'a self, claim: &'a [F]) -> VerifierInstances<'a, Configuration, LookupAir> {
        let claims = [claim, &[]];
        let instance =
            |(i, air)| VerifierInstance::new(air, &self.verifying_key, [self.log_rows, BITS][i], claims[i]);
        VerifierInstances::new(self.airs.iter().enumerate().map(instance).collect())
    }

    /// The columns of the lanes, and of the numbers.
    fn tables(&self, seed: u64) -> [Vec<u64>; 2] {
        let rows = 1 << self.log_rows;
        let (mut lanes, mut numbers) = (vec![0; WIDTH * rows], Vec::from_iter(0..1 << BITS));
        let mut x: [u64; LANES] = first_row::<LANES>(seed).map(|value| value & MASK);
        for row in 0..rows {
            let made: [u64; LANES] = array::from_fn(|i| x[i] * x[(i + 1) % LANES] + i as u64 + 1);
            for i in 0..LANES {
                lanes[i * rows + row] = x[i];
                lanes[(LANES + i) * rows + row] = made[i] >> BITS;
            }
            x = made.map(|value| value & MASK);
        }
        if self.way == Way::Fractions {
            let mut times = vec![0; 1 << BITS];
            lanes[..self.ranges * rows].iter().for_each(|&value| times[value as usize] += 1);
            numbers.extend(times);
        }
        [lanes, numbers]
    }
}

impl Peer<Lanes, WIDTH> for Lookups {
    type Proof = (MultiStarkProof<Configuration>, Vec<F>);

    fn queries(&self) -> usize {
        self.configuration.queries()
    }

    fn prove(&self, seed: u64) -> Self::Proof {
        let tables = self.tables(seed).map(|cells| Vec::from_iter(cells.into_iter().map(F::new)));
        let rows = 1 << self.log_rows;
        let claim = Vec::from_iter((0..LANES).map(|i| tables[0][i * rows]).chain([tables[0][rows - 1]]));
        let claims = [&claim[..], &[]];
        let instance = |((i, air), cells): ((usize, _), Vec<F>)| {
            let table = Table::new(RowMajorMatrix::new(cells, 1 << [self.log_rows, BITS][i]));
            ProverInstance::new(air, table, &self.proving_key, claims[i])
        };
        let instances =
            ProverInstances::new(self.airs.iter().enumerate().zip(tables).map(instance).collect());
        (prove(&self.configuration, instances, 0, &mut challenger()).expect("Plonky3 proves"), claim)
    }

    fn verify(&self, (proof, claim): Self::Proof) {
        verify(&self.configuration, self.instances(&claim), &proof, 0, &mut challenger())
            .expect("Plonky3 verifies");
    }

    fn size((proof, _): &Self::Proof) -> usize {
        postcard::to_allocvec(proof).expect("a proof has bytes").len()
    }
}
