import pytest

TEXT = "Zoë 😀 said the bank lied. “We will strike,” she warned. \n\nIt rained 😀 on Monday."


def words(client, unit):
    body = {"text": TEXT, "explain": True, "offsets": unit}
    sentences = client.post("/classify", json=body).json["sentences"]
    return sentences, [span for sentence in sentences for span in sentence["explanation"]["spans"]]


@pytest.mark.parametrize(
    ("unit", "encoding", "width"), [("codepoint", "utf-32-le", 4), ("utf16", "utf-16-le", 2), ("utf8", "utf-8", 1)]
)
def test_words_are_placed_in_the_text_in_the_wanted_unit(client, unit, encoding, width):
    raw = TEXT.encode(encoding)
    sentences, spans = words(client, unit)
    assert len(sentences) == 3
    for span in spans:
        assert raw[span["start"] * width : span["end"] * width].decode(encoding) == span["text"]


def test_parts_add_up_and_explain_the_top_label(client):
    sentences, _ = words(client, "codepoint")
    for sentence in sentences:
        found = sentence["explanation"]
        total = found["intercept"] + found["remainder"] + sum(span["contribution"] for span in found["spans"])
        assert total == pytest.approx(found["logit"], abs=1e-9)
        assert found["label"] == sentence["top_label"]


def test_each_document_gets_its_own(client):
    documents = [{"id": "a", "text": "He lied. She left."}, {"id": "b", "text": "They will pay."}]
    answer = client.post("/classify", json={"documents": documents, "explain": True}).json["documents"]
    for document, tagged in zip(documents, answer, strict=True):
        for sentence in tagged["sentences"]:
            for span in sentence["explanation"]["spans"]:
                assert document["text"][span["start"] : span["end"]] == span["text"]


def test_it_is_left_out_unless_asked_for(client):
    assert "explanation" not in client.post("/classify", json={"text": TEXT}).json["sentences"][0]
