import numpy as np
import pytest

from harness.search.quasi import normals


@pytest.mark.parametrize("width", [1, 2, 3, 5])
def test_points_stand_for_draws_of_standard_normals(width):
    points = normals(256, width)
    assert points.shape == (256, width)
    assert np.abs(points.mean(axis=0)).max() < 0.1
    assert np.abs(points.std(axis=0) - 1).max() < 0.1
    assert np.abs(np.corrcoef(points.T) - np.eye(width)).max() < 0.1


def test_they_are_the_same_every_time_and_the_first_of_more_are_the_same():
    assert (normals(8, 2) == normals(8, 2)).all()
    assert (normals(8, 2) == normals(16, 2)[:8]).all()
