/* Dispatch: the kernels of the widest instruction set that this build has and this machine can run, unless one is named. */
#include <string.h>

#include "kernels.h"
#include "processor.h"

extern const l2zk_kernels l2zk_kernels_portable;

#ifdef L2ZK_HAVE_AVX512
extern const l2zk_kernels l2zk_kernels_avx512;
#define AVX512_KERNELS &l2zk_kernels_avx512
#else
#define AVX512_KERNELS NULL
#endif
#ifdef L2ZK_HAVE_AVX2
extern const l2zk_kernels l2zk_kernels_avx2;
#define AVX2_KERNELS &l2zk_kernels_avx2
#else
#define AVX2_KERNELS NULL
#endif
#ifdef L2ZK_HAVE_NEON
extern const l2zk_kernels l2zk_kernels_neon;
#define NEON_KERNELS &l2zk_kernels_neon
#else
#define NEON_KERNELS NULL
#endif

static int always(void) { return 1; }
#if defined(__x86_64__) || defined(__i386__)
static int has_avx512(void) { return runs_avx512(this_processor()); }
static int has_avx2(void) { return runs_avx2(this_processor()); }
#endif

/* The sets of this kind of machine, best first; kernels are NULL where the build has none. */
static const struct {
    const char *name;
    const l2zk_kernels *kernels;
    int (*runs_here)(void);
} sets[] = {
#if defined(__x86_64__) || defined(__i386__)
    {"avx512", AVX512_KERNELS, has_avx512},
    {"avx2", AVX2_KERNELS, has_avx2},
#elif defined(__aarch64__)
    {"neon", NEON_KERNELS, always},
#endif
    {"portable", &l2zk_kernels_portable, always},
};

const l2zk_kernels *l2zk_active = &l2zk_kernels_portable;

l2zk_isa l2zk_isa_at(size_t i)
{
    if (i >= sizeof sets / sizeof *sets)
        return (l2zk_isa){NULL, 0, 0};
    return (l2zk_isa){sets[i].name, sets[i].kernels != NULL, sets[i].runs_here()};
}

int l2zk_select(const char *name)
{
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        if (sets[i].kernels && sets[i].runs_here() && (name == NULL || strcmp(name, sets[i].name) == 0)) {
            l2zk_active = sets[i].kernels;
            return 0;
        }
    return -1;
}
