/* The features of an x86 processor, read by cpuid and xgetbv: the compilers' own queries need libraries that some lack. */
#ifndef L2ZK_PROCESSOR_H
#define L2ZK_PROCESSOR_H

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#include <stdint.h>

/* The answers of cpuid and xgetbv. */
typedef struct {
    uint32_t features; /* leaf 1, register c */
    uint32_t more_features; /* leaf 7, register b */
    uint64_t kept; /* the registers that the system keeps for each thread; 0 if it does not say */
} processor;

enum {
    OSXSAVE = 1 << 27,
    AVX = 1 << 28, /* features */
    AVX2 = 1 << 5,
    AVX512F = 1 << 16,
    AVX512DQ = 1 << 17,
    AVX512BW = 1 << 30, /* more features */
    KEPT_YMM = 0x06,
    KEPT_ZMM = 0xe6 /* the lower halves with the upper ones; and masks, and the rest of 32 vectors */
};
static const uint32_t AVX512VL = (uint32_t)1 << 31;

static inline processor this_processor(void)
{
    processor p = {0, 0, 0};
    uint32_t a, b, c, d, low, high;
    if (__get_cpuid(1, &a, &b, &c, &d))
        p.features = c;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d))
        p.more_features = b;
    if (p.features & OSXSAVE) {
        __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
        p.kept = (uint64_t)high << 32 | low;
    }
#ifdef __APPLE__
    if ((p.kept & KEPT_YMM) == KEPT_YMM)
        p.kept |= KEPT_ZMM; /* macOS begins to keep these registers when they are first used */
#endif
    return p;
}

static inline int runs_avx2(processor p)
{
    return (p.features & AVX) && (p.more_features & AVX2) && (p.kept & KEPT_YMM) == KEPT_YMM;
}

static inline int runs_avx512(processor p)
{
    const uint32_t all = AVX512F | AVX512DQ | AVX512BW | AVX512VL;
    return runs_avx2(p) && (p.more_features & all) == all && (p.kept & KEPT_ZMM) == KEPT_ZMM;
}

#endif
#endif
