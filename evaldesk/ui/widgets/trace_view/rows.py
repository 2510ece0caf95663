"""Where each row of a trace lies, while most heights are still estimates.

A row is as high as its highest column, so that in two columns the two halves of a row begin at
the same place. Sums are kept in a Fenwick tree: a changed height and a look-up take log n.
"""

from collections.abc import Sequence


class Rows:
    """Heights and tops of rows, in pixels. Shared by the columns that scroll together.

    Attributes:
        columns: how many stand side by side.
    """

    def __init__(self, heights: Sequence[Sequence[float]] = ((),), gap: float = 0.0) -> None:
        """One list of heights for each column, 0 where a column has nothing in a row.

        Args:
            gap: lies below each row.
        """
        self.columns = len(heights)
        self._gap = gap
        self._own = [list(column) for column in heights]
        count = len(self._own[0]) if self._own else 0
        if any(len(column) != count for column in self._own):
            raise ValueError("every column needs a height for every row")
        self._extent = [max(column[row] for column in self._own) + gap for row in range(count)]
        self._tree = [0.0, *self._extent]
        for index in range(1, count + 1):
            parent = index + (index & -index)
            if parent <= count:
                self._tree[parent] += self._tree[index]

    def __len__(self) -> int:
        return len(self._extent)

    @property
    def total(self) -> float:
        """Height of all rows."""
        return self.top(len(self._extent))

    def own(self, column: int, row: int) -> float:
        """Height of one column of a row, without the gap."""
        return self._own[column][row]

    def extent(self, row: int) -> float:
        """Height that the row takes, with the gap below it."""
        return self._extent[row]

    def top(self, row: int) -> float:
        """Where a row begins."""
        total = 0.0
        while row > 0:
            total += self._tree[row]
            row -= row & -row
        return total

    def at(self, y: float) -> int:
        """The row at a height; the first or last where it lies beyond."""
        count = len(self._extent)
        position = 0
        step = 1 << count.bit_length()
        while step:
            ahead = position + step
            if ahead <= count and self._tree[ahead] <= y:
                position = ahead
                y -= self._tree[ahead]
            step >>= 1
        return max(0, min(position, count - 1))

    def set_own(self, column: int, row: int, height: float) -> bool:
        """Set the height of one column of a row; says whether the row's extent changed."""
        self._own[column][row] = height
        extent = max(own[row] for own in self._own) + self._gap
        difference = extent - self._extent[row]
        if difference == 0:
            return False
        self._extent[row] = extent
        index = row + 1
        while index < len(self._tree):
            self._tree[index] += difference
            index += index & -index
        return True
