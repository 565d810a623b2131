/* Which kernels to use: the widest instruction set that this build has and this machine can run, unless one is named. */
#include <string.h>

#include "kernels.h"

extern const l2zk_kernels l2zk_kernels_portable;
#ifdef L2ZK_HAVE_AVX512
extern const l2zk_kernels l2zk_kernels_avx512;
#endif
#ifdef L2ZK_HAVE_AVX2
extern const l2zk_kernels l2zk_kernels_avx2;
#endif
#ifdef L2ZK_HAVE_NEON
extern const l2zk_kernels l2zk_kernels_neon;
#endif

#ifdef L2ZK_HAVE_AVX512
static int has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl");
}
#endif
#ifdef L2ZK_HAVE_AVX2
static int has_avx2(void) { return __builtin_cpu_supports("avx2") != 0; }
#endif
static int always(void) { return 1; }

/* best first */
static const struct {
    const l2zk_kernels *kernels;
    int (*runs_here)(void);
} builds[] = {
#ifdef L2ZK_HAVE_AVX512
    {&l2zk_kernels_avx512, has_avx512},
#endif
#ifdef L2ZK_HAVE_AVX2
    {&l2zk_kernels_avx2, has_avx2},
#endif
#ifdef L2ZK_HAVE_NEON
    {&l2zk_kernels_neon, always},
#endif
    {&l2zk_kernels_portable, always},
};

const l2zk_kernels *l2zk_active = &l2zk_kernels_portable;

const char *l2zk_isa_name(size_t i)
{
    for (size_t b = 0; b < sizeof builds / sizeof *builds; b++)
        if (builds[b].runs_here() && i-- == 0)
            return builds[b].kernels->name;
    return NULL;
}

int l2zk_select(const char *name)
{
    for (size_t b = 0; b < sizeof builds / sizeof *builds; b++)
        if (builds[b].runs_here() && (name == NULL || strcmp(name, builds[b].kernels->name) == 0)) {
            l2zk_active = builds[b].kernels;
            return 0;
        }
    return -1;
}
