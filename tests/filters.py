"""Filters of every shape, for properties that hold of all of them."""

from hypothesis import strategies as st

from evaldesk.domain.query import FLAG_FIELDS, AnyOf, Comparison, Every, Not

_words = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_values = _words | st.floats(-1e6, 1e6) | st.integers(-5, 5).map(float)
_several = st.lists(_values, min_size=1, max_size=3).map(tuple)
_names = st.sampled_from(["run", "score.pass", "slice.sprache", "score.two words", "and", "übel"])
TESTS = st.one_of(
    st.builds(
        Comparison,
        _names,
        st.sampled_from(["=", "!=", "<", "<=", ">", ">=", "contains"]),
        st.tuples(_values),
    ),
    st.builds(Comparison, _names, st.sampled_from(["in", "not in"]), _several),
    st.builds(Comparison, _names, st.just("exists")),
    st.builds(Comparison, st.sampled_from(FLAG_FIELDS), st.just("exists")),
    st.builds(Comparison, st.sampled_from(FLAG_FIELDS), st.just("="), st.tuples(_values)),
    st.builds(Comparison, st.just("similar"), st.just("in"), st.tuples(_words)),
    st.builds(Comparison, st.just("differs"), st.just("in"), st.tuples(_words, _words)),
)
FILTERS = st.recursive(
    TESTS,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(Every, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)
