"""PROTOCOL 4.2 to 4.4 and 9 straight through: every number of queries from 1, and every multiplicity."""

import math

import numpy as np

from l2zk.proof.solver import Profile


def program(length, columns=2, degree=1, offsets=(0, 1), constraints=None):
    """A profile: transitions of this degree, and boundaries."""
    return Profile(
        length=length,
        columns=columns,
        offsets=offsets,
        constraints=constraints or columns + 2,
        terms=frozenset({(degree, 0, length - offsets[-1]), (1, 0, 1)}),
    )


# The scan: PROTOCOL 4.2 to 4.4 and 9, straight through, every n_q from 1 and every multiplicity.

MU = np.arange(3, 1001, dtype=np.float64)
P = 2**64 - 2**32 + 1
LOG_K = 3 * math.log2(P)


def scanned_shape(options, profile, s, n):
    """(D, N', arities, tot, F_c, k, M), or None where 4.2 refuses."""
    N, O, B = profile.length, profile.offsets, options.blowup
    h = len(O) * (s * n + 3) if options.zero_knowledge else 0
    h_q = s * n + 1 if options.zero_knowledge else 0
    degree = [max(0, max(a * (N + x - 1) + b - z for a, b, z in profile.terms)) for x in (0, h)]
    k = max(1, math.ceil((degree[0] + 1) / N))
    M = math.ceil((degree[1] + 1) / k)
    D = max(N + h, M + (h_q if k > 1 else 0))
    long = 1
    while 4 * D > 5 * long:
        long *= 2
    rows, arities = long // s, []
    while rows > options.final_rows:
        arities.append(min(options.folding, rows // options.final_rows))
        rows //= arities[-1]
    tot = s * math.prod(arities)
    final = math.ceil((D - 1) / tot)
    if degree[1] + 1 > B * long or B * long > 2**30 or tot * final >= B * long or 2 * max(O) >= N:
        return None
    if (options.zero_knowledge and N < 8) or (s > 1 and 32 * s > long):
        return None
    return D, long, arities, tot, final, k, M


def scanned_bits(options, profile, s, n):
    """Proven bits by PROTOCOL 9, all multiplicities at once; None where the shape is refused."""
    found = scanned_shape(options, profile, s, n)
    if found is None:
        return None
    _, long, arities, tot, final, k, M = found
    N, w, C, O = profile.length, profile.columns, profile.constraints, len(profile.offsets)
    size, kappa = options.blowup * long, tot * final
    rho, rho_plus, delta = kappa / size, (kappa + O) / size, kappa + O - 1
    T = w + k if O == 1 else 1 + profile.last_read + (O - 1) * (w + k)
    E = max(max(a * delta + b + N - z for a, b, z in profile.terms), N + (k - 1) * M + delta)

    def least(theta, lists, line):
        bits = [
            LOG_K - np.log2(lists * C),
            math.log2(P**3 - P) - np.log2(lists * E),
            LOG_K - np.log2(T * line(size) + (s - 1) * line(size // s)),
        ]
        words = size // s
        for a in arities:
            words //= a
            bits.append(LOG_K - np.log2((a - 1) * line(words)))
        return np.min(np.broadcast_arrays(*bits, options.grinding - n * np.log2(1 - theta)), axis=0)

    best = float(least((1 - rho_plus) / 2, 1.0, lambda m: m * (1 - rho) / 2 + 1))
    if options.regime == "best":
        mu = MU[(MU < 1 / (2 * (math.sqrt(rho_plus / rho) - 1))) & (math.sqrt(rho) * (1 + 1 / (2 * MU)) < 1)]
        theta, half = 1 - math.sqrt(rho) * (1 + 1 / (2 * mu)), mu + 0.5
        mu_plus = 1 / (2 * ((1 - theta) / math.sqrt(rho_plus) - 1))
        johnson = least(
            theta,
            (mu_plus + 0.5) / math.sqrt(rho_plus),
            lambda m: (2 * half**5 + 3 * half * theta * rho) * m / (3 * rho**1.5) + half / math.sqrt(rho),
        )
        best = max(best, float(np.max(johnson, initial=-1.0)))
    return max(0.0, min(128.0, best))


def scanned_queries(options, profile, s):
    """4.4 by scanning."""
    if options.queries:
        return options.queries if scanned_shape(options, profile, s, options.queries) else None
    for n in range(1, 1024):
        bits = scanned_bits(options, profile, s, n)
        if bits is not None and bits >= options.security:
            return n
    return None


def scanned_solution(options, profile):
    """(s, n_q) by 4.3 and 4.4, or None."""
    if options.rows_per_leaf:
        n = scanned_queries(options, profile, options.rows_per_leaf)
        return n and (options.rows_per_leaf, n)
    plain = scanned_queries(options, profile, 1)
    if plain is None:
        return None
    _, long, *_, k, _ = scanned_shape(options, profile, 1, plain)
    for s in (8, 4, 2):
        if s * (profile.columns + 3 * k) < 4 * math.log2(profile.length):
            n = scanned_queries(options, profile, s)
            if n and scanned_shape(options, profile, s, n)[1] == long and 32 * s <= long:
                return s, n
    return 1, plain
