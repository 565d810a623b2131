# The declarations of the C kernels and of the crew (_native/kernels.h, _native/crew.h).

from libc.stdint cimport uint8_t, uint32_t, uint64_t, int64_t
from libc.stdlib cimport malloc, calloc, free
from libc.string cimport memcpy, memmove, memset, memcmp

cdef extern from "field.h" nogil:
    const uint64_t P
    const uint64_t GENERATOR
    ctypedef struct k3:
        uint64_t c[3]
    ctypedef struct k3_limbs:
        pass
    ctypedef struct k3_words:
        pass
    ctypedef struct f_factor:
        pass
    f_factor f_prepare(uint64_t w) noexcept
    k3_limbs k_limbs(k3 a) noexcept
    k3_words k_words(k3 a) noexcept
    uint64_t f_add(uint64_t a, uint64_t b) noexcept
    uint64_t f_sub(uint64_t a, uint64_t b) noexcept
    uint64_t f_neg(uint64_t a) noexcept
    uint64_t f_mul(uint64_t a, uint64_t b) noexcept
    uint64_t f_pow(uint64_t a, uint64_t e) noexcept
    uint64_t f_inv(uint64_t a) noexcept
    uint64_t f_root(unsigned log_order) noexcept
    k3 k_from(uint64_t a) noexcept
    k3 k_add(k3 a, k3 b) noexcept
    k3 k_sub(k3 a, k3 b) noexcept
    k3 k_neg(k3 a) noexcept
    k3 k_scale(k3 a, uint64_t b) noexcept
    k3 k_mul(k3 a, k3 b) noexcept
    k3 k_pow(k3 a, uint64_t e) noexcept
    k3 k_inv(k3 a) noexcept

cdef extern from "kernels.h" nogil:
    const size_t TILE
    const size_t CHUNK
    const size_t CHUNK_STEP
    const size_t LAYER_BLOCK
    const size_t LAYER_STEP
    const size_t LAYER_WEIGHTS
    enum: OP_ADD_VV, OP_SUB_VV, OP_MUL_VV, OP_ADD_VU, OP_SUB_VU, OP_SUB_UV, OP_MUL_VU, OP_NEG_V
    enum: OP_RESULT_V, OP_RESULT_U, OP_XOR_VV, OP_SUM_V
    ctypedef struct l2zk_code:
        const uint32_t (*prelude)[4]
        const uint32_t (*loads)[3]
        const uint32_t (*body)[4]
        const uint32_t (*terms)[2]
        const uint64_t *uniforms
        size_t prelude_count, load_count, body_count, uniform_count, vector_count, result_count, term_count
    ctypedef struct l2zk_row_step:
        uint32_t op, to, count, together
        uint32_t a[8]
        uint32_t b[8]
    struct l2zk_row_load:
        const uint64_t *values
        size_t mask
    struct l2zk_row_result:
        uint64_t *values
        size_t slot
    ctypedef struct l2zk_row_code:
        size_t first_load, load_count, step_count, result_count
        const l2zk_row_load *loads
        const l2zk_row_step *steps
        const l2zk_row_result *results
    ctypedef struct l2zk_group:
        const uint64_t *selector
        const uint64_t **results
        const k3_limbs *powers
        size_t count
    ctypedef struct l2zk_ntt_tables:
        pass
    size_t l2zk_ntt_table_words(size_t n) noexcept
    l2zk_ntt_tables l2zk_ntt_tables_in(const uint64_t *words, size_t n) noexcept
    size_t l2zk_ntt_shift_words(unsigned log_n) noexcept
    size_t l2zk_ntt_bits_words(unsigned log_n) noexcept
    ctypedef struct l2zk_kernels:
        const char *name
        size_t lanes
        void (*hash_bytes)(const uint8_t *, size_t, uint8_t *) noexcept nogil
        void (*hash_keyed_bytes)(const uint8_t *, const uint8_t *, size_t, uint8_t *) noexcept nogil
        void (*hash_columns)(const uint64_t *const *, size_t, size_t, const uint32_t *, size_t, uint32_t *,
                             size_t) noexcept nogil
        void (*hash_parents)(const uint32_t *, const uint32_t *, size_t, size_t, uint32_t *, size_t) noexcept nogil
        void (*expand)(const uint32_t *, const uint32_t *, uint64_t, size_t, uint32_t *, size_t) noexcept nogil
        uint64_t (*grind)(const uint8_t *, uint64_t, uint64_t, unsigned, int *) noexcept nogil
        void (*ntt_fill_tables)(uint64_t *, size_t) noexcept nogil
        void (*ntt_fill_shift)(uint64_t *, uint64_t, unsigned) noexcept nogil
        void (*ntt_values)(uint64_t *, const uint64_t *, unsigned, const uint64_t *, const uint64_t *, unsigned,
                           l2zk_ntt_tables) noexcept nogil
        void (*ntt_reverse)(uint64_t *, const uint64_t *, size_t, unsigned) noexcept nogil
        void (*add_scaled)(uint64_t *, const uint64_t *, size_t, uint64_t) noexcept nogil
        void (*scale_values)(uint64_t *, const uint64_t *, size_t, uint64_t) noexcept nogil
        void (*ntt_reverse_bits)(uint8_t *, const uint64_t *, unsigned) noexcept nogil
        void (*ntt_fill_bits)(uint64_t *, const uint64_t *, unsigned, l2zk_ntt_tables) noexcept nogil
        void (*ntt_bits)(uint64_t *, size_t, const uint8_t *, size_t, unsigned, const uint64_t *, const uint64_t *,
                         const uint64_t *, size_t, unsigned, l2zk_ntt_tables) noexcept nogil
        int (*pack_bits)(const uint64_t *, size_t, uint64_t *) noexcept nogil
        void (*sum_bits)(const uint64_t *, size_t, size_t, const uint64_t *, size_t, size_t, k3 *) noexcept nogil
        void (*fold_bits)(const k3_words *, const uint64_t *, size_t, uint64_t *, size_t) noexcept nogil
        void (*extend_bits)(const uint64_t *, size_t, size_t, const uint64_t *, uint64_t *, size_t) noexcept nogil
        void (*combine_groups)(const l2zk_group *, size_t, uint64_t **) noexcept nogil
        void (*run_rows)(const l2zk_row_code *, size_t, size_t, uint64_t *) noexcept nogil
        void (*store_results)(const l2zk_code *, uint64_t **, const uint64_t *, uint64_t *) noexcept nogil
        void (*evaluate)(const k3 *, size_t, const uint64_t *, uint64_t **) noexcept nogil
        void (*split_weights)(const uint64_t *, size_t, size_t, uint64_t *) noexcept nogil
        k3 (*dot)(const uint64_t *, size_t, const uint64_t *, size_t) noexcept nogil
        void (*fold_streams)(const k3_limbs *, const uint64_t **, size_t, size_t, uint64_t *, size_t) noexcept nogil
        void (*fold_pairs)(uint64_t *, size_t, size_t, size_t, k3) noexcept nogil
        k3 (*dot_extension)(const uint64_t *, size_t, const uint64_t *, size_t, size_t) noexcept nogil
        void (*round_products)(const uint64_t *, size_t, const uint64_t *, size_t, size_t, size_t, size_t,
                               k3 *) noexcept nogil
        void (*double_eq)(uint64_t *, size_t, size_t, k3) noexcept nogil
        void (*add_multiple)(uint64_t *, size_t, const uint64_t *, size_t, size_t, k3) noexcept nogil
        void (*add_powers)(uint64_t *, size_t, size_t, k3, k3) noexcept nogil
        void (*add_base_powers)(uint64_t *, size_t, size_t, k3 *, const uint64_t *, size_t) noexcept nogil
        void (*add_powers_by_class)(uint64_t *, size_t, size_t, size_t, size_t, size_t, const k3 *, const uint64_t *,
                                    const uint32_t *, size_t, unsigned, const f_factor *, const f_factor *,
                                    uint64_t *) noexcept nogil
        void (*extend_streams_directly)(const uint64_t **, size_t, size_t, const uint64_t *, size_t, uint64_t *,
                                        size_t) noexcept nogil
        void (*extend_streams)(const uint64_t **, unsigned, size_t, const f_factor *, const f_factor *,
                               const f_factor *, uint64_t *, size_t) noexcept nogil
        void (*set_top)(const uint64_t *, size_t, size_t, uint64_t, uint64_t *, size_t) noexcept nogil
        void (*raise_top)(const uint64_t *, size_t, size_t, uint64_t *, size_t) noexcept nogil
        void (*store_results_extension)(const l2zk_code *, uint64_t **, const uint64_t *, uint64_t *,
                                        size_t) noexcept nogil
        k3 (*sum_group)(const uint64_t *, const uint32_t *, size_t, const k3 *, const uint64_t *, const uint64_t *,
                        size_t, size_t) noexcept nogil
        void (*add_terms)(uint64_t *, size_t, size_t, const f_factor *, const uint64_t **, size_t) noexcept nogil
        void (*join_fractions)(const uint64_t *, const uint64_t *, size_t, bint, size_t, uint64_t *,
                               size_t) noexcept nogil
        void (*layer_weights)(const uint64_t *, size_t, size_t, uint64_t *) noexcept nogil
        k3 (*layer_first)(const uint64_t *(*)[4], size_t, bint, size_t, k3, const uint64_t *) noexcept nogil
        void (*layer_fold)(const uint64_t *(*)[4], size_t, bint, size_t, k3, const k3 *, uint64_t *(*)[4], size_t,
                           const uint64_t *, k3 *) noexcept nogil
        void (*layer_sums)(uint64_t *(*)[4], size_t, size_t, k3, const uint64_t *, k3 *) noexcept nogil
        void (*multiply_rises)(const uint64_t *, const uint64_t *, const uint64_t *, const uint64_t *, size_t,
                               uint64_t *) noexcept nogil
        void (*power_values)(uint64_t *, const uint64_t *, size_t, uint64_t) noexcept nogil
        void (*invert_values)(uint64_t *, const uint64_t *, size_t) noexcept nogil
        void (*poseidon2_permute)(uint64_t *, const uint64_t *, size_t, size_t) noexcept nogil
        void (*poseidon2_compress)(uint64_t *, const uint64_t *, size_t) noexcept nogil
        void (*poseidon2_hash)(uint64_t *, const uint64_t *, size_t, size_t) noexcept nogil
    const l2zk_kernels *l2zk_active
    ctypedef struct l2zk_isa:
        const char *name
        bint compiled, runs_here
    l2zk_isa l2zk_isa_at(size_t i) noexcept
    int l2zk_select(const char *name) noexcept

cdef extern from "crew.h" nogil:
    ctypedef struct l2zk_crew:
        pass
    ctypedef struct l2zk_progress:
        uint32_t stage
        uint64_t done, total
    ctypedef void (*l2zk_job)(void *) noexcept nogil
    ctypedef void (*l2zk_task)(void *, size_t, unsigned) noexcept nogil
    l2zk_crew *l2zk_crew_take(unsigned threads) noexcept
    void l2zk_crew_start(l2zk_crew *, l2zk_job, void *) noexcept
    int l2zk_crew_wait(l2zk_crew *, double) noexcept
    void l2zk_crew_cancel(l2zk_crew *) noexcept
    l2zk_progress l2zk_crew_progress(l2zk_crew *) noexcept
    double l2zk_crew_seconds(l2zk_crew *, uint32_t) noexcept
    void l2zk_crew_give(l2zk_crew *) noexcept
    void l2zk_crew_release() noexcept
    int l2zk_crew_is_gone(l2zk_crew *) noexcept
    void l2zk_crew_stage(l2zk_crew *, uint32_t, uint64_t) noexcept
    void l2zk_crew_alone(l2zk_crew *, bint) noexcept
    void l2zk_crew_advance(l2zk_crew *, uint64_t) noexcept
    int l2zk_crew_cancelled(l2zk_crew *) noexcept
    unsigned l2zk_crew_threads(l2zk_crew *) noexcept
    int l2zk_crew_share(l2zk_crew *, l2zk_task, void *, size_t) noexcept
    void l2zk_flag_set(int *) noexcept
    int l2zk_flag_is_set(const int *) noexcept

cdef extern from "block.h" nogil:
    void *l2zk_block_take(size_t size) noexcept
    void l2zk_block_give(void *block) noexcept
    void l2zk_block_keep(size_t size) noexcept
    size_t l2zk_block_release() noexcept
    size_t l2zk_block_kept() noexcept
