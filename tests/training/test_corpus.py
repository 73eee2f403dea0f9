import pytest

from models.labels import LABELS
from tests.server import SEED
from training.corpus import COLUMNS, CorpusError, Row, corpus_digest, load_corpus

HEADER = "\t".join(COLUMNS)


@pytest.fixture(scope="module")
def corpus():
    return load_corpus()


def write(path, *lines):
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_the_corpus_is_as_large_and_as_mixed_as_it_says(corpus):
    assert len(corpus) >= 24_000
    assert sum(row.from_article for row in corpus) >= 18_000
    assert {row.label for row in corpus} == set(LABELS)
    assert all(row.group and row.genre and row.round for row in corpus)


def test_the_seed_article_trains_nothing(corpus):
    seed = {line.split("\t")[1] for line in SEED.with_suffix(".tsv").read_text().splitlines()}
    assert seed.isdisjoint(row.sentence for row in corpus)


def test_groups_are_held_out_whole_and_about_a_tenth(corpus):
    held = {row.group for row in corpus if row.held_out}
    assert held.isdisjoint(row.group for row in corpus if not row.held_out)
    assert 0.07 < sum(row.held_out for row in corpus) / len(corpus) < 0.13


def test_contrast_sets_are_one_group_of_five_acts(corpus):
    groups = {}
    for row in corpus:
        if row.genre == "contrast":
            groups.setdefault(row.group, []).append(row.label)
    assert groups
    assert all(len(set(labels)) == len(labels) for labels in groups.values())


def test_rows_are_read_in_file_order(tmp_path):
    write(tmp_path / "b.tsv", HEADER, "report\tg2\twire\tone\tIt stopped.")
    write(tmp_path / "a.tsv", HEADER, "analysis\tg1\twire\tone\tWhy?", "", "report\tg1\twire\tone\tIt rained.")
    assert load_corpus(tmp_path) == [
        Row("analysis", "Why?", "g1", "wire", "one"),
        Row("report", "It rained.", "g1", "wire", "one"),
        Row("report", "It stopped.", "g2", "wire", "one"),
    ]


def test_every_fault_is_named_with_its_line(tmp_path):
    path = write(
        tmp_path / "a.tsv",
        HEADER,
        "report\tg\twire\tone\tIt rained.",
        "opinion\tg\twire\tone\tIt snowed.",
        "report\tIt hailed.",
        "report\tg\twire\tone\t ",
        "report\tg\twire\tone\tIt rained.",
        "analysis\tg\twire\tone\tIt rained.",
    )
    with pytest.raises(CorpusError) as caught:
        load_corpus(tmp_path)
    assert str(caught.value).split("\n") == [
        f"{path.name}:3: unknown label 'opinion'",
        f"{path.name}:4: 2 columns where 5 are due",
        f"{path.name}:5: empty sentence",
        f"{path.name}:6: repeats a.tsv:2",
        f"{path.name}:7: labels analysis what is report at a.tsv:2",
    ]


@pytest.mark.parametrize(
    ("content", "said"), [(b"report\tg\tw\to\tx\n", "header"), (b"\xff", "utf-8"), (b"", "header")]
)
def test_unreadable_files_are_refused(tmp_path, content, said):
    (tmp_path / "a.tsv").write_bytes(content)
    with pytest.raises(CorpusError, match=said):
        load_corpus(tmp_path)


def test_no_files_are_refused(tmp_path):
    with pytest.raises(CorpusError, match=r"no \.tsv files"):
        load_corpus(tmp_path)


def test_the_digest_follows_the_content():
    rows = [Row("report", "It rained.", "g"), Row("analysis", "Why?", "g")]
    assert corpus_digest(rows) == corpus_digest(list(rows))
    assert corpus_digest(rows) != corpus_digest(rows[::-1])
    assert corpus_digest(rows) != corpus_digest([Row("threat", "It rained.", "g"), rows[1]])
