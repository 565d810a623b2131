"""EcGFp5 by chords and tangents: points (x, y) of y^2 = x^3 + 2x^2 + 263zx, None at infinity.

No formula here is one of l2zk's.

The group has the points that are not of n-torsion. Its sum is that of the curve plus (0, 0), its neutral point (0, 0).
"""

P = 2**64 - 2**32 + 1
ZERO_POINT = ((0,) * 5, (0,) * 5)


def times(a, b):
    """The product in F[z]/(z^5 - 3)."""
    out = [0] * 5
    for i in range(5):
        for j in range(5):
            out[(i + j) % 5] += a[i] * b[j] * (3 if i + j >= 5 else 1)
    return tuple(c % P for c in out)


def less(a, b):
    """The difference."""
    return tuple((c - d) % P for c, d in zip(a, b))


def over(a, b):
    """The quotient, by Gauss on the five equations b*q == a."""
    rows = [[times(b, tuple(int(k == j) for k in range(5)))[i] for j in range(5)] + [a[i]] for i in range(5)]
    for k in range(5):
        pivot = next(r for r in range(k, 5) if rows[r][k])
        rows[k], rows[pivot] = rows[pivot], rows[k]
        inverse = pow(rows[k][k], -1, P)
        rows[k] = [c * inverse % P for c in rows[k]]
        for r in range(5):
            if r != k:
                rows[r] = [(c - rows[r][k] * d) % P for c, d in zip(rows[r], rows[k])]
    return tuple(row[5] for row in rows)


def on_the_curve(one, other):
    """The third point of the line through two, turned over."""
    if one is None or other is None:
        return one or other
    (x1, y1), (x2, y2) = one, other
    if x1 == x2 and less((0,) * 5, y1) == y2:
        return None
    if x1 == x2:
        top = tuple(3 * c + 4 * d for c, d in zip(times(x1, x1), x1))
        slope = over((top[0], top[1] + 263, *top[2:]), tuple(2 * c for c in y1))
    else:
        slope = over(less(y2, y1), less(x2, x1))
    x3 = less(less(less(times(slope, slope), (2, 0, 0, 0, 0)), x1), x2)
    return x3, less(times(slope, less(x1, x3)), y1)


def total(one, other):
    """The sum in the group."""
    return on_the_curve(on_the_curve(one, other), ZERO_POINT)


def multiple(scalar, one):
    """scalar times a point of the group, from the least bit on."""
    found = ZERO_POINT
    while scalar:
        found = total(found, one) if scalar & 1 else found
        one, scalar = total(one, one), scalar >> 1
    return found


def as_xy(point):
    """(x, y) of a point (x, x/y) of the group."""
    return ZERO_POINT if not any(point.x) else (tuple(point.x), over(point.x, point.u))
