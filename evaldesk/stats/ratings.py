"""Who gave what to which unit, in the one shape that every agreement figure starts from."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class UnitRatings:
    """Ratings of units, one value a rating; which rater gave it does not matter to alpha or AC1.

    Attributes:
        unit: (ratings,) index of the rated unit, ``0 … units - 1``.
        value: (ratings,) finite number; for a nominal scale the code of the category, for an
            ordinal scale a code whose order is the order of the scale.
        units: number of units, also those without any rating.
    """

    unit: Ints
    value: Floats
    units: int

    @classmethod
    def from_long(
        cls, unit: ArrayLike, value: ArrayLike, *, units: int | None = None
    ) -> "UnitRatings":
        """One row a rating; a value that is NaN counts as no rating.

        Args:
            unit: (rows,) index of the unit, from 0.
            value: (rows,) the value given.
            units: number of units; by default the greatest index plus one.

        Raises:
            ValueError: shapes differ, an index is out of range, or a value is infinite.
        """
        index = np.asarray(unit, dtype=np.int64)
        given = np.asarray(value, dtype=np.float64)
        if index.ndim != 1 or index.shape != given.shape:
            raise ValueError("unit and value must be one-dimensional and of one length")
        if np.isinf(given).any():
            raise ValueError("a rating is infinite")
        total = int(index.max()) + 1 if units is None and index.size else int(units or 0)
        if index.size and (index.min() < 0 or index.max() >= total):
            raise ValueError("a unit's index is out of range")
        present = ~np.isnan(given)
        # -0.0 and 0.0 are one value
        return cls(index[present], given[present] + 0.0, total)

    @classmethod
    def from_matrix(cls, values: ArrayLike) -> "UnitRatings":
        """A raters × units table: one row a rater, one column a unit, NaN where not rated.

        The other way round gives a wrong figure in silence, so mind the order.

        Raises:
            ValueError: not two-dimensional, or a value is infinite.
        """
        table = np.asarray(values, dtype=np.float64)
        if table.ndim != 2:
            raise ValueError("values must be a raters × units table")
        unit = np.broadcast_to(np.arange(table.shape[1]), table.shape)
        return cls.from_long(unit.ravel(), table.ravel(), units=table.shape[1])

    @classmethod
    def from_counts(cls, counts: ArrayLike, values: ArrayLike | None = None) -> "UnitRatings":
        """A units × categories table of how many raters gave each category.

        Args:
            counts: (units, categories) whole numbers from 0.
            values: (categories,) the categories' values; by default ``0, 1, 2, …``.

        Raises:
            ValueError: shapes do not fit or a count is negative.
        """
        table = np.asarray(counts, dtype=np.int64)
        if table.ndim != 2 or (table < 0).any():
            raise ValueError("counts must be a units × categories table of numbers from 0")
        domain = np.arange(table.shape[1]) if values is None else np.asarray(values)
        if domain.shape != (table.shape[1],):
            raise ValueError("values must have one entry a category")
        unit, category = np.nonzero(table)
        repeats = table[unit, category]
        return cls.from_long(
            np.repeat(unit, repeats), np.repeat(domain[category], repeats), units=table.shape[0]
        )

    @property
    def sizes(self) -> Ints:
        """(units,) how many ratings each unit has."""
        return np.bincount(self.unit, minlength=self.units).astype(np.int64)

    @property
    def pairable_units(self) -> int:
        """How many units have two ratings or more."""
        return int((self.sizes >= 2).sum())

    def counts(self, categories: ArrayLike) -> Floats:
        """(units, categories) how many ratings of each category a unit has.

        Args:
            categories: (categories,) distinct values in ascending order, all that occur among them.

        Raises:
            ValueError: a rating is none of the categories.
        """
        domain = np.asarray(categories, dtype=np.float64)
        column = np.searchsorted(domain, self.value)
        if (column >= domain.size).any() or (domain[column] != self.value).any():
            raise ValueError("a rating is not among the categories")
        flat = np.bincount(self.unit * domain.size + column, minlength=self.units * domain.size)
        return flat.reshape(self.units, domain.size).astype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """The pairable units, equal ones taken together: resampling needs no more than this.

    Attributes:
        counts: (patterns, values) sparse, how often each value stands in such a unit.
        domain: (values,) distinct values among the pairable ratings, ascending.
        frequency: (patterns,) how many units look like that.
        of_unit: (pairable units,) pattern of each pairable unit, in the order of ``unit``.
        unit: (pairable units,) index of the pairable units in the ratings.
    """

    counts: sparse.csr_array
    domain: Floats
    frequency: Floats
    of_unit: Ints
    unit: Ints

    @property
    def sizes(self) -> Floats:
        """(patterns,) ratings in such a unit."""
        return np.asarray(self.counts.sum(axis=1), dtype=np.float64).ravel()

    @property
    def units(self) -> int:
        """How many pairable units there are."""
        return int(self.unit.size)


def patterns_of(ratings: UnitRatings) -> Patterns:
    """The distinct pairable units in an order that depends on their values alone.

    Neither the order of raters nor that of units can then reach a resampled figure.
    """
    sizes = ratings.sizes
    pairable = np.flatnonzero(sizes >= 2)
    kept = sizes[ratings.unit] >= 2
    row = np.searchsorted(pairable, ratings.unit[kept])
    domain, code = np.unique(ratings.value[kept], return_inverse=True)
    order = np.lexsort((code, row))
    row, code = row[order], code[order]
    width = int(sizes[pairable].max()) if pairable.size else 0
    starts = np.concatenate(([0], np.cumsum(sizes[pairable])))[:-1]
    table = np.full((pairable.size, width), -1, dtype=np.int32)
    table[row, np.arange(row.size) - starts[row]] = code
    distinct, of_unit, frequency = np.unique(table, axis=0, return_inverse=True, return_counts=True)
    present = distinct >= 0
    pattern = np.broadcast_to(np.arange(distinct.shape[0])[:, None], distinct.shape)[present]
    counts = sparse.csr_array(
        (np.ones(pattern.size), (pattern, distinct[present])),
        shape=(distinct.shape[0], domain.size),
    )
    counts.sum_duplicates()
    return Patterns(
        counts,
        domain,
        frequency.astype(np.float64),
        of_unit.ravel().astype(np.int64),
        pairable.astype(np.int64),
    )
