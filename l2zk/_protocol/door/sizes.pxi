# The shape of a commitment for Python: what is asked is checked, then searched for or refused. (PROTOCOL 4.5 to 4.9)

from collections import namedtuple

from l2zk.base.wording import number, short
from l2zk.errors import OptionsError, SecurityError

PRESETS = {"default": L2ZK_DEFAULT, "compact": L2ZK_COMPACT, "fast": L2ZK_FAST}

Sizes = namedtuple("Sizes", "columns log_m log_n0 queries tail grinding words bits bits_of_sum")
"""The integers of PROTOCOL 4.6: words are (k, log n, queries); bits are in 2^-32."""


cdef object _option(name, value, least, most):
    if type(value) is not int or not least <= value <= most:
        raise OptionsError(f"{name}={short(value)} is not allowed; it must be an integer from {least} to {most}")
    return value


cdef object _asked(name, value, least, most):
    """A number that follows from a statement: nobody chose it."""
    if type(value) is not int or not least <= value <= most:
        said = number(value) if type(value) is int else short(value)
        raise OptionsError(f"a proof needs {name} from {least} to {most}, and this one would have {said}; "
                           "take a smaller statement")
    return value


cdef l2zk_options _taken_options(preset, log_rate, security, grinding, bint hiding, queries,
                                 bint allow_insecure) except *:
    cdef l2zk_options options
    if type(preset) is not str or preset not in PRESETS:
        raise OptionsError(f"preset={short(preset)} is not allowed; it must be one of {', '.join(PRESETS)}")
    options.preset, options.hiding = PRESETS[preset], hiding
    options.log_rate = _option("log_rate", log_rate, 0, 4)
    options.security = _option("security", security, 1, 128)
    options.grinding = _option("grinding", grinding, 0, 32)
    options.queries = _option("queries", queries, 0, MOST_QUERIES)
    if options.security < L2ZK_LEAST_SECURITY and not allow_insecure:
        raise SecurityError(f"security={security} asks for fewer than {L2ZK_LEAST_SECURITY} proven bits; "
                            "ask for more, or say allow_insecure=True")
    return options


cdef l2zk_demand _taken_demand(entries, claims, log_rows, challenges) except *:
    cdef l2zk_demand asked
    cdef int i
    asked.entries = _asked("entries", entries, 1, L2ZK_MOST_ENTRIES)
    asked.claims = _asked("claims", claims, 1, L2ZK_MOST_CLAIMS)
    asked.log_rows = _asked("row bits", log_rows, 0, 32)
    asked.challenge_count = _asked("challenges of other names", len(challenges), 0, L2ZK_MOST_CHALLENGES)
    for i, (degree, together) in enumerate(challenges):
        asked.challenges[i].together = _asked("degrees of one name", together, 1, L2ZK_MOST_DEGREE)
        asked.challenges[i].degree = _asked("a degree", degree, 1, together)
    return asked


def choose(entries, claims, log_rows, degrees, *, preset="default", log_rate=0, security=128, grinding=16,
           bint zero_knowledge=True, queries=0, bint allow_insecure=False):
    """The shape of a commitment, `Sizes`, with its proven bits: of the largest error, and of the sum of all.

    entries, claims: of the vector and on it. log_rows: of the tallest table. degrees: of the argument's challenges, for
    each name (the largest, the sum), at most 8 names. log_rate: log 1/rate, or 0 for the preset's. queries: on every
    word, or 0 for as many as security needs. Raises OptionsError for what is outside its limits, SecurityError where no
    shape has the security.
    """
    cdef l2zk_options options = _taken_options(preset, log_rate, security, grinding, zero_knowledge, queries,
                                               allow_insecure)
    cdef l2zk_demand asked = _taken_demand(entries, claims, log_rows, degrees)
    cdef l2zk_shape s
    cdef l2zk_bits bits
    if not l2zk_shape_choose(&s, &asked, &options):
        raise SecurityError(f"{security} proven bits cannot be reached for {entries} entries and {claims} claims; "
                            "ask for fewer, or take a smaller statement")
    bits = l2zk_shape_bits(&s, &asked, options.security)
    if bits.least < <int64_t>L2ZK_LEAST_SECURITY << 32 and not allow_insecure:
        raise SecurityError(f"queries={queries} proves {bits.least / 2.0**32:.1f} bits, fewer than "
                            f"{L2ZK_LEAST_SECURITY}; take queries=0, which solves for the target, "
                            "or say allow_insecure=True")
    words = tuple([(s.words[i].k, s.words[i].log_n, s.words[i].queries) for i in range(s.word_count)])
    return Sizes(s.columns, s.log_m, s.log_n0, s.queries, s.tail, s.grinding, words, bits.least, bits.of_sum)


cdef enum:
    MOST_COLUMNS = 1 << 12       # whose bad values can be counted


cdef l2zk_shape _taken_shape(sizes, bint hiding) except *:
    """The shape that was chosen, or another one whose bits can be counted."""
    cdef l2zk_shape s
    cdef int i, left
    s.columns, s.log_m = _option("columns", sizes.columns, 1, MOST_COLUMNS), _option("log_m", sizes.log_m, 1, 31)
    s.log_n0 = _option("log_n0", sizes.log_n0, s.log_m, 32)
    s.queries, s.tail = _option("queries", sizes.queries, 1, MOST_QUERIES), sizes.tail
    _option("tail", sizes.tail, 0, (<int64_t>1 << s.log_n0) - (<int64_t>1 << s.log_m))
    s.hiding, s.grinding = hiding, _option("grinding", sizes.grinding, 0, 32)
    s.word_count = _option("words", len(sizes.words), 0, MOST_WORDS)
    left = s.log_m
    for i, (k, log_n, queries) in enumerate(sizes.words):
        s.words[i].k = _option("k", k, 1, min(MOST_FOLDED, left - 1))
        left -= s.words[i].k
        s.words[i].log_n = _option("log_n", log_n, left + 1, 32)
        s.words[i].queries = _option("queries", queries, 1, MOST_QUERIES)
    return s


cdef list _bits_of_words(sizes, entries, claims, log_rows, degrees, security, hiding):
    """Of each word its multiplicity and its rounds."""
    cdef l2zk_shape s = _taken_shape(sizes, hiding)
    cdef l2zk_demand asked = _taken_demand(entries, claims, log_rows, degrees)
    cdef l2zk_word_bits words[MOST_WORDS + 1]
    cdef int i, k
    l2zk_shape_rounds(&s, &asked, _option("security", security, 1, 128), words)
    return [(words[i].multiplicity,
             [(i, words[i].rounds[k].name.decode(), words[i].rounds[k].worst, words[i].rounds[k].together)
              for k in range(words[i].count)]) for i in range(s.word_count + 1)]


def rounds(sizes, entries, claims, log_rows, degrees, security, hiding):
    """The bits of a shape's challenges: (word, name, of the worst, of all together) in 2^-32, in the order of PROTOCOL
    4.7. Those of the argument, one for each of `degrees`, have the name ""."""
    return [found for _, word in _bits_of_words(sizes, entries, claims, log_rows, degrees, security, hiding)
            for found in word]


def multiplicities(sizes, entries, claims, log_rows, degrees, security, hiding):
    """Of each word: the largest at which its rounds have the target, or 3."""
    return [nu for nu, _ in _bits_of_words(sizes, entries, claims, log_rows, degrees, security, hiding)]
