import pytest

from doorstep.catalogue import queries as catalogue
from doorstep.rehearsal import playing


@pytest.mark.parametrize("slug", ["council-tax-move"])
def test_it(district, slug):
    s, c = catalogue.of_folder(catalogue.folder_of(slug))
    wrong = [(r.name, r.differences) for r in playing.play(s, c, s.examples) if r.differences]
    assert not wrong, "\n".join(map(str, wrong))
