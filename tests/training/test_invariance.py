import pytest

from training.corpus import CorpusError
from training.invariance import KINDS, invariance, load_variants


def test_swapping_a_name_hardly_ever_changes_the_label(classifier):
    pairs = load_variants()
    assert len(pairs) >= 400
    assert {pair.kind for pair in pairs} == set(KINDS)
    shares = invariance(classifier, pairs)
    assert shares["all"] >= 0.97, shares


@pytest.mark.parametrize("line", ["city\tA.", "planet\tA.\tB.", "city\tA.\tA."])
def test_a_bad_row_is_named(tmp_path, line):
    path = tmp_path / "pairs.tsv"
    path.write_text(f"city\tIt is in Rome.\tIt is in Oslo.\n{line}\n")
    with pytest.raises(CorpusError, match=r"pairs\.tsv:2"):
        load_variants(path)
