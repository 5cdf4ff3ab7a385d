"""What counts as a number."""

import decimal
import fractions
import math

import pytest

from nbtrack.client.real_number import real_number


class Tensor:
    """What torch, jax and tensorflow have in common, by the names they give it."""

    def __init__(self, value, shape=(), dtype="float32"):
        self.value, self.shape, self.dtype = value, shape, dtype

    def item(self):
        return self.value


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (3, 3.0),
        (-0.5, -0.5),
        (fractions.Fraction(1, 4), 0.25),
        (decimal.Decimal("0.1"), 0.1),
        (math.inf, math.inf),
        (Tensor(0.5), 0.5),
        (Tensor(0.5, dtype="torch.bfloat16"), 0.5),
        (Tensor(7, dtype="torch.int64"), 7.0),
    ],
)
def test_one_real_number_counts(value, number):
    assert real_number(value) == number


@pytest.mark.parametrize(
    "value",
    [
        *(True, None, "1.5", b"1", 1j, [1.0], {}, object(), 10**400, float),
        Tensor(True, dtype="torch.bool"),
        Tensor(1j, dtype="complex64"),
        Tensor([1.0], shape=(1,)),
        Tensor("text", dtype="object"),
    ],
)
def test_anything_else_does_not(value):
    assert real_number(value) is None


def test_nan_is_a_number():
    assert math.isnan(real_number(math.nan))


def test_numpy_scalars_and_arrays_without_dimensions_count():
    np = pytest.importorskip("numpy")
    assert real_number(np.float32(0.5)) == 0.5
    assert real_number(np.int8(3)) == 3.0
    assert real_number(np.array(2.0)) == 2.0
    assert real_number(np.float64("nan")) != real_number(np.float64("nan"))
    for other in (np.bool_(True), np.array([1.0]), np.complex64(1), np.datetime64("2026-01-01")):
        assert real_number(other) is None


def test_a_tensor_that_cannot_be_read_is_not_a_number():
    class Deleted(Tensor):
        def item(self):
            raise RuntimeError("Array has been deleted.")

    assert real_number(Deleted(1.0)) is None


def test_an_object_that_fakes_every_attribute_is_not_a_number():
    class Anything:
        def __getattr__(self, name):
            return Anything()

        def __call__(self, *arguments):
            return self

    assert real_number(Anything()) is None
