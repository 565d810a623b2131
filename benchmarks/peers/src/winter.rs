//! winterfell: cubic extension, blow-up 8, BLAKE3, 16 bits of grinding, 128 bits proven by its own formula.

use std::marker::PhantomData;

use winterfell::crypto::{DefaultRandomCoin, MerkleTree, hashers::Blake3_256};
use winterfell::math::{FieldElement, ToElements, fields::f64::BaseElement};
use winterfell::matrix::ColMatrix;
use winterfell::{
    AcceptableOptions, Air, AirContext, Assertion, AuxRandElements, BatchingMethod, CompositionPoly,
    CompositionPolyTrace, ConstraintCompositionCoefficients, DefaultConstraintCommitment,
    DefaultConstraintEvaluator, DefaultTraceLde, EvaluationFrame, FieldExtension, PartitionOptions, Proof,
    ProofOptions, Prover, StarkDomain, Trace, TraceInfo, TracePolyTable, TraceTable,
    TransitionConstraintDegree, verify,
};

use crate::Peer;
use crate::statement::{Statement, rows};

type Hash = Blake3_256<BaseElement>;
type Coin = DefaultRandomCoin<Hash>;
type Tree = MerkleTree<Hash>;

/// The queries that 128 bits by list decoding take with linear batching; `verify` checks the bits.
fn queries(log_rows: u32) -> usize {
    match log_rows {
        ..=10 => 76,
        11..=12 => 77,
        13..=14 => 78,
        15..=16 => 79,
        17..=18 => 81,
        19..=20 => 88,
        _ => 135,
    }
}

pub struct Winterfell<S, const WIDTH: usize> {
    options: ProofOptions,
    log_rows: u32,
    statement: PhantomData<S>,
}

impl<S, const WIDTH: usize> Winterfell<S, WIDTH> {
    pub fn new(log_rows: u32) -> Self {
        let (extension, linear) = (FieldExtension::Cubic, BatchingMethod::Linear);
        let options = ProofOptions::new(queries(log_rows), 8, 16, extension, 8, 127, linear, linear);
        Self { options, log_rows, statement: PhantomData }
    }
}

impl<S: Statement<WIDTH>, const WIDTH: usize> Peer<S, WIDTH> for Winterfell<S, WIDTH> {
    type Proof = (Proof, Claim<WIDTH>);

    fn queries(&self) -> usize {
        self.options.num_queries()
    }

    fn prove(&self, seed: u64) -> Self::Proof {
        let rows = rows::<S, _, WIDTH>(seed, self.log_rows, BaseElement::new);
        let columns = (0..WIDTH).map(|i| rows.iter().map(|row| row[i]).collect()).collect();
        let trace = TraceTable::init(columns);
        let claim = <Self as Prover>::get_pub_inputs(self, &trace);
        (Prover::prove(self, trace).expect("winterfell proves"), claim)
    }

    fn verify(&self, (proof, claim): Self::Proof) {
        let bits = AcceptableOptions::MinProvenSecurity(128);
        verify::<StatementAir<S, WIDTH>, Hash, Coin, Tree>(proof, claim, &bits).expect("winterfell verifies");
    }

    fn size((proof, _): &Self::Proof) -> usize {
        proof.to_bytes().len()
    }
}

/// The first row, and column 0 of the last.
#[derive(Clone)]
pub struct Claim<const WIDTH: usize> {
    first: [BaseElement; WIDTH],
    result: BaseElement,
}

impl<const WIDTH: usize> ToElements<BaseElement> for Claim<WIDTH> {
    fn to_elements(&self) -> Vec<BaseElement> {
        [&self.first[..], &[self.result]].concat()
    }
}

pub struct StatementAir<S, const WIDTH: usize> {
    context: AirContext<BaseElement>,
    claim: Claim<WIDTH>,
    statement: PhantomData<S>,
}

impl<S: Statement<WIDTH>, const WIDTH: usize> Air for StatementAir<S, WIDTH> {
    type BaseField = BaseElement;
    type PublicInputs = Claim<WIDTH>;

    fn new(info: TraceInfo, claim: Claim<WIDTH>, options: ProofOptions) -> Self {
        let degrees = vec![TransitionConstraintDegree::new(S::DEGREE); WIDTH];
        Self { context: AirContext::new(info, degrees, WIDTH + 1, options), claim, statement: PhantomData }
    }

    fn evaluate_transition<E: FieldElement + From<BaseElement>>(
        &self,
        frame: &EvaluationFrame<E>,
        periodic: &[E],
        result: &mut [E],
    ) {
        let row: [E; WIDTH] = frame.current().try_into().expect("a row has WIDTH cells");
        let next = S::next(row, periodic.first().copied());
        for i in 0..WIDTH {
            result[i] = frame.next()[i] - next[i];
        }
    }

    fn get_assertions(&self) -> Vec<Assertion<BaseElement>> {
        let first = (0..WIDTH).map(|i| Assertion::single(i, 0, self.claim.first[i]));
        first.chain([Assertion::single(0, self.trace_length() - 1, self.claim.result)]).collect()
    }

    fn get_periodic_column_values(&self) -> Vec<Vec<BaseElement>> {
        let column: Vec<_> = S::CONSTANTS.iter().map(|&c| BaseElement::new(c)).collect();
        Vec::from_iter((!column.is_empty()).then_some(column))
    }

    fn context(&self) -> &AirContext<BaseElement> {
        &self.context
    }
}

impl<S: Statement<WIDTH>, const WIDTH: usize> Prover for Winterfell<S, WIDTH> {
    type BaseField = BaseElement;
    type Air = StatementAir<S, WIDTH>;
    type Trace = TraceTable<BaseElement>;
    type HashFn = Hash;
    type VC = Tree;
    type RandomCoin = Coin;
    type TraceLde<E: FieldElement<BaseField = BaseElement>> = DefaultTraceLde<E, Hash, Tree>;
    type ConstraintCommitment<E: FieldElement<BaseField = BaseElement>> =
        DefaultConstraintCommitment<E, Hash, Tree>;
    type ConstraintEvaluator<'a, E: FieldElement<BaseField = BaseElement>> =
        DefaultConstraintEvaluator<'a, StatementAir<S, WIDTH>, E>;

    fn get_pub_inputs(&self, trace: &Self::Trace) -> Claim<WIDTH> {
        Claim { first: std::array::from_fn(|i| trace.get(i, 0)), result: trace.get(0, trace.length() - 1) }
    }

    fn options(&self) -> &ProofOptions {
        &self.options
    }

    fn new_trace_lde<E: FieldElement<BaseField = BaseElement>>(
        &self,
        info: &TraceInfo,
        trace: &ColMatrix<BaseElement>,
        domain: &StarkDomain<BaseElement>,
        partitions: PartitionOptions,
    ) -> (Self::TraceLde<E>, TracePolyTable<E>) {
        DefaultTraceLde::new(info, trace, domain, partitions)
    }

    fn build_constraint_commitment<E: FieldElement<BaseField = BaseElement>>(
        &self,
        trace: CompositionPolyTrace<E>,
        columns: usize,
        domain: &StarkDomain<BaseElement>,
        partitions: PartitionOptions,
    ) -> (Self::ConstraintCommitment<E>, CompositionPoly<E>) {
        DefaultConstraintCommitment::new(trace, columns, domain, partitions)
    }

    fn new_evaluator<'a, E: FieldElement<BaseField = BaseElement>>(
        &self,
        air: &'a Self::Air,
        random: Option<AuxRandElements<E>>,
        coefficients: ConstraintCompositionCoefficients<E>,
    ) -> Self::ConstraintEvaluator<'a, E> {
        DefaultConstraintEvaluator::new(air, random, coefficients)
    }
}
