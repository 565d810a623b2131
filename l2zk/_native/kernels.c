/* The kernels, compiled once for each instruction set: the vector vocabulary comes from isa_*.h, the text is one. */
#if defined(L2ZK_ISA_AVX512)
#include "isa_avx512.h"
#define TABLE l2zk_kernels_avx512
#elif defined(L2ZK_ISA_AVX2)
#include "isa_avx2.h"
#define TABLE l2zk_kernels_avx2
#elif defined(L2ZK_ISA_NEON)
#include "isa_neon.h"
#define TABLE l2zk_kernels_neon
#else
#include "isa_portable.h"
#define TABLE l2zk_kernels_portable
#endif

#include "kernels.h"

#include "extension.h"
#include "blake3.h"
#include "blake3_keyed.h"
#include "ntt.h"
#include "reversal.h"
#include "machine.h"
#include "tiles.h"
#include "sumcheck.h"
#include "streams.h"
#include "machine_extension.h"
#include "layers.h"
#include "narrow.h"
#include "ntt_bits.h"
#include "powers.h"
#include "operations.h"
#include "poseidon2.h"

_Static_assert(W == 1 || W == 2 || W == 4 || W == 8, "runs of eight fill whole vectors");
_Static_assert(TILE % W == 0 && CHUNK % TILE == 0, "tiles are whole vectors, chunks whole tiles");

#define MARK "l2zk kernels for "
static const char mark[] = MARK L2ZK_ISA_NAME; /* tells which sets a file has, where it cannot run */

const l2zk_kernels TABLE = {
    .name = mark + sizeof MARK - 1,
    .lanes = W,
    .hash_bytes = hash_bytes,
    .hash_keyed_bytes = hash_keyed_bytes,
    .hash_columns = hash_columns,
    .hash_parents = hash_parents,
    .expand = expand,
    .grind = grind,
    .ntt_fill_tables = ntt_fill_tables,
    .ntt_fill_shift = ntt_fill_shift,
    .ntt_values = ntt_values,
    .add_scaled = add_scaled,
    .scale_values = scale_values,
    .ntt_reverse = ntt_reverse,
    .ntt_reverse_bits = ntt_reverse_bits,
    .ntt_fill_bits = ntt_fill_bits,
    .ntt_bits = ntt_bits,
    .pack_bits = pack_bits,
    .sum_bits = sum_bits,
    .fold_bits = fold_bits,
    .extend_bits = extend_bits,
    .combine_groups = combine_groups,
    .run_rows = run_rows,
    .store_results = store_results,
    .evaluate = evaluate,
    .split_weights = split_weights,
    .dot = dot,
    .fold_streams = fold_streams,
    .fold_pairs = fold_pairs,
    .dot_extension = dot_extension,
    .round_products = round_products,
    .double_eq = double_eq,
    .add_multiple = add_multiple,
    .add_powers = add_powers,
    .add_base_powers = add_base_powers,
    .add_powers_by_class = add_powers_by_class,
    .extend_streams_directly = extend_streams_directly,
    .extend_streams = extend_streams,
    .set_top = set_top,
    .raise_top = raise_top,
    .store_results_extension = store_results_extension,
    .sum_group = sum_group,
    .add_terms = add_terms,
    .join_fractions = join_fractions,
    .layer_weights = layer_weights,
    .layer_first = layer_first,
    .layer_fold = layer_fold,
    .layer_sums = layer_sums,
    .multiply_rises = multiply_rises,
    .power_values = power_values,
    .invert_values = invert_values,
    .add_values = add_values,
    .subtract_values = subtract_values,
    .multiply_values = multiply_values,
    .poseidon2_permute = poseidon2_permute,
    .poseidon2_compress = poseidon2_compress,
    .poseidon2_hash = poseidon2_hash,
};
