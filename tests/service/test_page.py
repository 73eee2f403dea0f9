"""The page in a real browser, against the real app.

`python -m pytest tests/service/test_page.py -k picture --pictures` takes docs/images/page.png anew.
"""

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from werkzeug.serving import make_server

from models.labels import LABELS
from service import keys
from service.page import POLICY, part_size
from service.settings import Settings
from service.state import state

ROOT = Path(__file__).parents[2]
SEED = (ROOT / "seeds" / "000_1e48b94bf6827798.txt").read_text(encoding="utf-8")
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def url(client):
    """Where the app of `client` answers over HTTP, so that `change` reaches it."""
    server = make_server("127.0.0.1", 0, client.application, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def visit(browser, url):
    """Opens the page; at the end no script may have failed and the policy not have been broken."""
    contexts, complaints = [], []

    def visit(scheme="light", viewport=DESKTOP, **options):
        context = browser.new_context(color_scheme=scheme, viewport=viewport, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(url)
        return page

    yield visit
    for context in contexts:
        context.close()
    # the browser itself notes every refusal and failed connection
    assert [text for text in complaints if not text.startswith("Failed to load resource")] == []


@pytest.fixture
def change(client, monkeypatch):
    """Changes the app's state for a test."""

    def change(**members):
        with client.application.app_context():
            changed = replace(state(), **members)
        monkeypatch.setitem(client.application.extensions, "statements", changed)

    return change


@pytest.fixture
def small_parts(change):
    """Limits so low that the seed article takes several requests."""
    change(settings=Settings(max_body_bytes=4800))


def submit(page, text):
    page.get_by_label("News text").fill(text)
    page.get_by_role("button", name="Classify").click()


def classify(page, text=SEED):
    submit(page, text)
    expect(page.locator("#total")).to_be_visible()
    return page.locator(".sentence")


def answered_by(client):
    """A handler that has the answer of another app."""

    def handle(route):
        request = route.request
        answer = client.post("/classify", data=request.post_data_buffer, headers=request.headers)
        route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.data)

    return handle


def hold(page, number):
    """Lets requests through until the given one, which is kept waiting; gives the texts sent and what is held."""
    sent, held = [], []

    def handle(route):
        sent.append(route.request.post_data_json["text"])
        held.append(route) if len(sent) == number else route.continue_()

    page.route("**/classify", handle)
    return sent, held


def explain_by_stub(page, refuse=0):
    """Explains by words of known weight, after some refusals; gives the sentences asked for."""
    asked = []

    def handle(route):
        body = route.request.post_data_json
        if "sentences" not in body:
            route.continue_()
            return
        assert body | {"sentences": []} == {"sentences": [], "offsets": "utf16", "explain": True, "scores": False}
        (text,) = body["sentences"]
        asked.append(text)
        if len(asked) <= refuse:
            problem = {"title": "Too Many Requests", "status": 429, "detail": "More requests than 1/hour."}
            route.fulfill(status=429, json=problem, content_type="application/problem+json")
            return
        spans = [
            {"start": utf16(text[: word.start()]), "end": utf16(text[: word.end()]), "text": word.group()}
            | {"contribution": (-1) ** index * len(word.group()) / 10}
            for index, word in enumerate(re.finditer(r"\w+", text))
        ]
        explanation = {"label": "report", "logit": 0.0, "intercept": 0.0, "remainder": 0.0, "spans": spans}
        route.fulfill(json={"sentences": [{"text": text, "explanation": explanation}]})

    page.route("**/classify", handle)
    return asked


def test_the_policy_and_markup_that_needs_no_exception_from_it(client):
    response = client.get("/")
    assert response.headers["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|https?://", response.text)


def test_the_labels_are_those_of_the_model(client, change):
    labels = ("for", "against", *"abcdefg", "<i>")
    change(classifier=SimpleNamespace(labels=labels, manifest=SimpleNamespace(name="stances", version="2")))
    html = client.get("/").text
    buttons = re.findall(r'value="([^"]+)" data-hue="(\d)"', html)
    assert buttons == [(label.replace("<i>", "&lt;i&gt;"), str(place % 8)) for place, label in enumerate(labels)]
    assert "stances 2" in html
    assert "<dd>" not in html


def test_a_part_stays_below_the_limits():
    assert part_size(Settings()) == 10_000
    assert part_size(Settings(max_body_bytes=1024)) == 128
    assert part_size(Settings(max_sentences=10)) == 200


def test_the_seed_article(visit, client):
    page = visit()
    page.get_by_role("button", name="Load the example").click()
    expect(page.get_by_label("News text")).to_have_value(SEED)
    page.get_by_role("button", name="Classify").click()
    expect(page.locator("#total")).to_have_text("12 sentences")
    expect(page.locator("#total")).to_be_focused()
    rows = client.post("/classify", json={"text": SEED}).get_json()["sentences"]
    assert page.locator(".sentence").all_text_contents() == [
        f"{row['text']}\u00a0{row['label']} {round(100 * row['confidence'])} %" for row in rows
    ]
    assert page.locator("#reading p").count() == len(SEED.strip().split("\n\n"))


def test_labels_differ_in_colour_and_confidence_in_strength(visit):
    marks = classify(visit())
    drawn = marks.evaluate_all(
        """marks => marks.map(mark => {
            const style = getComputedStyle(mark);
            return [mark.querySelector(".tag").firstChild.data.trim(), style.getPropertyValue("--hue"),
                    Number(style.getPropertyValue("--strength")), style.backgroundColor];
        })"""
    )
    hues = {(label, hue) for label, hue, *_ in drawn}
    assert len(hues) == len({label for label, _ in hues}) == len({hue for _, hue in hues}) > 1
    reports = sorted((strength, colour) for label, _, strength, colour in drawn if label == "report")
    assert 0 < reports[0][0] < reports[-1][0] < 1
    assert reports[0][1] != reports[-1][1]


def test_hovering_or_focusing_a_sentence_shows_its_scores(visit, client):
    rows = client.post("/classify", json={"text": SEED}).get_json()["sentences"]
    page = visit()
    marks = classify(page)
    bars = page.locator("#detail .bars li")
    page.mouse.move(0, 0)
    expect(bars.first).to_be_hidden()
    for action, row in ((marks.nth(3).focus, rows[3]), (marks.nth(8).hover, rows[8])):
        action()
        expect(page.locator(".sure")).to_have_text(f"{round(100 * row['confidence'])} % sure")
        expect(page.locator(".verdict .chip")).to_have_text(row["label"])
        assert bars.all_inner_texts() == [f"{label}\n{round(100 * row['scores'][label])} %" for label in LABELS]
        widths = [
            bar.evaluate("bar => parseFloat(getComputedStyle(bar, '::before').width)")
            for bar in page.locator("#detail .bar").all()
        ]
        assert widths == pytest.approx(
            [widths[0] / row["scores"]["threat"] * row["scores"][label] for label in LABELS], rel=0.1
        )
    page.get_by_role("heading", name="12 sentences").hover()
    expect(page.locator(".sure")).to_have_text(f"{round(100 * rows[3]['confidence'])} % sure")


def test_the_words_of_a_sentence_are_those_of_the_service(visit, client):
    page = visit()
    marks = classify(page)
    marks.nth(1).click()
    expect(page.locator("#for")).to_be_visible()
    text = json.loads(exported(page, "Download JSON")[1])["sentences"][1]["text"]
    answer = client.post("/classify", json={"sentences": [text], "explain": True}).get_json()
    spans = answer["sentences"][0]["explanation"]["spans"]
    strongest = sorted(spans, key=lambda span: -span["contribution"])[:5]
    assert page.locator("#for li").all_inner_texts() == [
        f"{span['text']}\n+{span['contribution']:.2f}" for span in strongest
    ]


def test_words_for_and_against_are_asked_for_once(visit):
    page = visit()
    asked = explain_by_stub(page)
    text = "Rates rose yesterday because inflation worries everyone."
    marks = classify(page, f"{text} It rained.")
    for mark in (marks.first, marks.last, marks.first):
        mark.click()
        expect(page.locator("#looking")).to_contain_text("leaving it out")
    assert page.locator("#for li").all_inner_texts() == [
        "yesterday\n+0.90",
        "inflation\n+0.90",
        "everyone\n+0.80",
        "Rates\n+0.50",
    ]
    assert page.locator("#against li").all_inner_texts() == ["because\n−0.70", "worries\n−0.70", "rose\n−0.40"]
    assert asked == [text, "It rained."]


def test_going_on_to_another_sentence_gives_up_the_words_of_the_last(visit):
    page = visit()
    marks = classify(page)
    page.route("**/classify", lambda _: None)  # never answered
    with page.expect_request("**/classify"):
        marks.first.focus()
    expect(page.locator("#looking")).to_have_text("Looking at the words…")
    height = page.locator("#words").bounding_box()["height"]
    page.unroute("**/classify")
    asked = explain_by_stub(page)
    with page.expect_event("requestfailed") as given_up:
        page.keyboard.press("End")  # at once through ten sentences more
        for _ in range(10):
            page.keyboard.press("ArrowLeft")
    assert given_up.value.failure == "net::ERR_ABORTED"
    expect(page.locator("#for")).to_be_visible()
    assert marks.nth(1).inner_text().startswith(asked[-1])
    assert len(asked) < 11
    assert page.locator("#words").bounding_box()["height"] == height


def test_a_refusal_of_the_words_is_told_in_the_card(visit):
    page = visit()
    marks = classify(page)
    explain_by_stub(page, refuse=1)
    marks.first.focus()
    expect(page.locator("#looking")).to_have_text("The words could not be looked at: Too Many Requests.")
    expect(page.locator("#for")).to_be_hidden()
    expect(page.get_by_role("alert")).to_be_hidden()
    marks.last.focus()
    expect(page.locator("#for")).to_be_visible()
    page.route("**/classify", lambda route: route.abort("connectionrefused"))
    marks.first.focus()
    expect(page.locator("#looking")).to_contain_text("the service cannot be reached")


def test_the_keyboard_alone_will_do(visit):
    page = visit()
    press = page.keyboard.press
    page.get_by_label("News text").focus()
    page.keyboard.insert_text(SEED)
    press("Control+Enter")
    expect(page.locator("#total")).to_be_focused()
    for name in ("Edit text", "Export", *LABELS):
        press("Tab")
        expect(page.locator(":focus")).to_contain_text(name)
    press("Tab")
    expect(page.get_by_role("slider", name="Dim below")).to_be_focused()
    marks = page.locator(".sentence")
    press("Tab")
    expect(marks.first).to_be_focused()
    walk = {"ArrowRight": 1, "ArrowDown": 2, "ArrowLeft": 1, "ArrowUp": 0, "End": 11, "Home": 0}
    for key, place in walk.items():
        press(key)
        expect(marks.nth(place)).to_be_focused()
        expect(marks.nth(place)).to_have_attribute("aria-current", "true")
    press("Tab")
    expect(page.locator("#detail")).to_be_focused()
    press("Shift+Tab")
    expect(marks.first).to_be_focused()
    press("Escape")
    expect(page.locator("#scores")).to_be_hidden()
    press("Enter")
    expect(page.locator("#scores")).to_be_visible()


def test_the_legend_filters_and_the_arrow_keys_keep_to_it(visit):
    page = visit()
    marks = classify(page)
    labels = page.locator(".tag").evaluate_all("tags => tags.map(tag => tag.firstChild.data.trim())")
    legend = page.get_by_role("group", name="Show only these labels")
    assert legend.get_by_role("button").all_inner_texts() == [f"{label}\n{labels.count(label)}" for label in LABELS]
    for label in ("analysis", "warning"):
        legend.get_by_role("button", name=label).click()
    shown = [label in ("analysis", "warning") for label in labels]
    assert marks.evaluate_all("marks => marks.map(mark => !mark.classList.contains('filtered'))") == shown
    places = [place for place, is_shown in enumerate(shown) if is_shown]
    marks.nth(places[0]).focus()
    for place in places[1:]:
        page.keyboard.press("ArrowRight")
        expect(marks.nth(place)).to_be_focused()
    for label in ("analysis", "warning"):
        legend.get_by_role("button", name=label).click()
    expect(page.locator(".filtered")).to_have_count(0)


def test_the_threshold_dims_the_unsure(visit, client):
    confidences = [row["confidence"] for row in client.post("/classify", json={"text": SEED}).get_json()["sentences"]]
    page = visit()
    marks = classify(page)
    expect(page.locator(".unsure")).to_have_count(0)
    slider = page.get_by_role("slider", name="Dim below")
    slider.focus()
    for _ in range(14):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#least")).to_have_text("70 %")
    unsure = [confidence < 0.7 for confidence in confidences]
    assert 0 < sum(unsure) < len(unsure)
    assert marks.evaluate_all("marks => marks.map(mark => mark.classList.contains('unsure'))") == unsure
    assert " of " in page.locator("#legend").inner_text()


def exported(page, button):
    page.get_by_text("Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return download.value.suggested_filename, Path(download.value.path()).read_text(encoding="utf-8-sig")


def test_downloads_hold_what_the_service_answered(visit, client):
    text = SEED + "\n\n“Cheap 😀, say I,” he added."
    answer = client.post("/classify", json={"text": text, "offsets": "utf16"}).get_json()
    page = visit()
    classify(page, text)
    name, content = exported(page, "Download JSON")
    found = json.loads(content)
    assert name == "statements.json"
    assert found["offsets"] == "utf16"
    assert {key: found[key] for key in ("model", "summary")} == {key: answer[key] for key in ("model", "summary")}
    pairs = list(zip(found["sentences"], answer["sentences"], strict=True))
    assert [[row[key] for key in ("index", "start", "end", "text", "label")] for row, _ in pairs] == [
        [row[key] for key in ("index", "start", "end", "text", "label")] for _, row in pairs
    ]
    name, content = exported(page, "Download CSV")
    assert name == "statements.csv"
    for cells, (row, _) in zip(csv.DictReader(io.StringIO(content, newline="")), pairs, strict=True):
        assert cells.pop("text") == row["text"]
        assert cells.pop("label") == row["label"]
        assert cells.pop("labels_90").split() == row["labels_90"]
        assert {key: float(value) for key, value in cells.items()} == row["scores"] | {
            key: row[key] for key in ("index", "start", "end", "confidence")
        }


def test_copies_hold_what_downloads_hold(visit):
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    classify(page)
    for kind in ("JSON", "CSV"):
        page.get_by_text("Export").click()
        page.get_by_role("button", name=f"Copy {kind}").click()
        expect(page.get_by_role("status")).to_have_text(f"Copied as {kind}.")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.splitlines() == exported(page, f"Download {kind}")[1].splitlines()


def test_a_copy_that_the_browser_refuses_is_told(visit):
    page = visit()
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error()); }")
    classify(page)
    page.get_by_text("Export").click()
    page.get_by_role("button", name="Copy CSV").click()
    expect(page.get_by_role("alert")).to_contain_text("Download the result instead")


def test_a_rate_limit_is_told_with_the_time_to_wait(visit, client_with):
    page = visit()
    page.route("**/classify", answered_by(client_with(rate_limit="1/hour")))
    classify(page)
    page.get_by_role("button", name="Edit text").click()
    submit(page, SEED)
    expect(page.get_by_role("alert")).to_contain_text("Too Many Requests")
    expect(page.get_by_role("alert")).to_contain_text(re.compile(r"More requests than 1/hour\. Try again in \d+ s\."))


def test_after_a_refusal_the_text_can_be_sent_again(visit, client_with):
    page = visit()
    page.route("**/classify", answered_by(client_with(request_seconds=0)))
    submit(page, SEED)
    expect(page.get_by_role("alert")).to_contain_text("Service Unavailable")
    expect(page.get_by_label("News text")).to_have_value(SEED)
    page.unroute("**/classify")
    page.get_by_role("button", name="Classify").click()
    expect(page.locator("#total")).to_be_visible()
    expect(page.get_by_role("alert")).to_be_hidden()


def test_too_many_sentences_are_told(visit, change):
    change(settings=Settings(max_sentences=1))
    page = visit()
    submit(page, "Why? Why? Why?")
    expect(page.get_by_role("alert")).to_contain_text("The request holds 3 sentences; the limit is 1.")


def test_faults_are_told_with_their_pointers(visit):
    page = visit()
    page.get_by_label("News text").evaluate("box => box.value = 'a\\ud800'")
    page.get_by_role("button", name="Classify").click()
    expect(page.get_by_role("alert")).to_contain_text("Unprocessable")
    expect(page.get_by_role("alert").get_by_role("listitem")).to_have_text(
        "/text: Holds a lone surrogate (U+D800) at index 1."
    )


@pytest.mark.parametrize("status", [200, 502])
def test_an_answer_from_something_else_is_told(visit, status):
    page = visit()
    page.route("**/classify", lambda route: route.fulfill(status=status, body="<h1>Sign in</h1>"))
    submit(page, SEED)
    expect(page.get_by_role("alert")).to_contain_text(f"The answer was {status}")


def test_a_lost_connection_is_told(visit):
    page = visit()
    page.route("**/classify", lambda route: route.abort("connectionrefused"))
    submit(page, SEED)
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    expect(page.get_by_label("News text")).to_have_value(SEED)


def test_a_blank_text_is_not_sent(visit):
    page = visit()
    sent, _ = hold(page, 1)
    submit(page, " \n ")
    expect(page.get_by_role("alert")).to_contain_text("no text")
    expect(page.get_by_label("News text")).to_be_focused()
    assert sent == []


def test_a_key_is_asked_for_sent_and_kept_nowhere(visit, client_with):
    secret, kept = keys.generate("alice")
    page = visit()
    page.route("**/classify", answered_by(client_with(api_keys=[f"{kept.name}:{kept.digest}"])))
    expect(page.get_by_label("API key")).to_be_hidden()
    submit(page, SEED)
    expect(page.get_by_role("alert")).to_contain_text("Send a valid API key")
    expect(page.get_by_label("API key")).to_be_focused()
    page.keyboard.insert_text(secret)
    page.keyboard.press("Enter")
    expect(page.locator("#total")).to_be_visible()
    assert page.context.storage_state() == {"cookies": [], "origins": []}
    assert page.evaluate("sessionStorage.length") == 0
    page.reload()
    expect(page.locator("#key")).to_have_value("")


@pytest.mark.usefixtures("small_parts")
def test_a_long_text_goes_in_parts_and_comes_back_in_order(visit, client):
    text = SEED + "\n\n" + "“Cheap 😀!” he said. " * 40
    page = visit()
    sent, held = hold(page, 2)
    submit(page, text)
    assert first_progress(page) == len(sent[0])
    expect(page.get_by_role("status")).to_have_text(f"Classifying … {100 * len(sent[0]) // utf16(text)} %")
    held[0].continue_()
    expect(page.locator("#total")).to_be_visible()
    assert len(sent) > len(text) / 600
    assert all(utf16(part) <= 600 for part in sent)
    rows = client.post("/classify", json={"text": text, "offsets": "utf16"}).get_json()["sentences"]
    found = json.loads(exported(page, "Download JSON")[1])["sentences"]
    keys = ("index", "start", "end", "text", "label")
    assert [[row[key] for key in keys] for row in found] == [[row[key] for key in keys] for row in rows]


def first_progress(page):
    """Where the bar stands once the first part is back."""
    bar = page.get_by_role("progressbar")
    expect(bar).to_have_attribute("value", re.compile(r"\d"))
    return int(bar.get_attribute("value"))


def utf16(text):
    return len(text.encode("utf-16-le")) // 2


@pytest.mark.usefixtures("small_parts")
def test_cancelling_keeps_what_is_there(visit):
    page = visit()
    sent, _ = hold(page, 2)
    submit(page, SEED)
    assert first_progress(page) == len(sent[0])
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("status")).to_contain_text("Stopped before the end")
    expect(page.locator("#reading .rest")).to_contain_text("strengthen its military.")
    marked = "".join("".join(page.locator(".sentence").all_text_contents()).split())
    assert 0 < page.locator(".sentence").count() < 12
    assert "strengthenitsmilitary" not in marked
    assert len(sent) == 2


def test_cancelling_the_first_request_goes_back_to_the_text(visit):
    page = visit()
    sent, _ = hold(page, 1)
    submit(page, SEED)
    cancel = page.get_by_role("button", name="Cancel")
    expect(cancel).to_be_focused()
    page.get_by_label("News text").press("Control+Enter")  # one is under way
    cancel.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Cancelled.")
    assert len(sent) == 1
    expect(page.get_by_role("button", name="Classify")).to_be_focused()
    expect(page.get_by_role("alert")).to_be_hidden()


@pytest.mark.usefixtures("small_parts")
def test_a_long_text_waits_where_the_service_asks_for_it(visit):
    page = visit()
    sent = []

    def refuse_the_second(route):
        sent.append(route.request.post_data_json["text"])
        if len(sent) == 2:
            route.fulfill(status=429, headers={"retry-after": "1"})
        else:
            route.continue_()

    page.route("**/classify", refuse_the_second)
    submit(page, SEED)
    expect(page.get_by_role("status")).to_contain_text("asks to wait 1 s")
    expect(page.locator("#total")).to_have_text("12 sentences")
    assert sent[1] == sent[2]


@pytest.mark.usefixtures("small_parts")
def test_the_words_looked_at_are_found_in_the_whole_of_a_long_text(visit):
    text = "“Cheap 😀!” he said.\n\n" + SEED
    page = visit()
    explain_by_stub(page)
    marks = classify(page, text)
    for place in (0, 11):
        marks.nth(place).focus()
        expect(page.locator("#for")).to_be_visible()
    rows = json.loads(exported(page, "Download JSON")[1])["sentences"]
    explained = {row["index"]: row["explanation"]["spans"] for row in rows if "explanation" in row}
    assert explained.keys() == {0, 11}
    units = text.encode("utf-16-le")
    for span in (span for spans in explained.values() for span in spans):
        assert units[2 * span["start"] : 2 * span["end"]].decode("utf-16-le") == span["text"]


def test_files_are_opened_and_dropped(visit, tmp_path):
    page = visit()
    box = page.get_by_label("News text")
    file = tmp_path / "news.txt"
    file.write_text("\ufeffThe line reopens — at last.", encoding="utf-8")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Open a file").click()
    chooser.value.set_files(file)
    expect(box).to_have_value("The line reopens — at last.")
    drop(page, b"Rates rose.")
    expect(box).to_have_value("Rates rose.")
    drop(page, b"caf\xe9")
    expect(page.get_by_role("alert")).to_contain_text("news.txt is not a text in UTF-8.")
    expect(box).to_have_value("Rates rose.")


def drop(page, content):
    transfer = page.evaluate_handle(
        """content => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(content)], "news.txt"));
            return transfer;
        }""",
        list(content),
    )
    page.dispatch_event("body", "dragover", {"dataTransfer": transfer})
    page.dispatch_event("body", "drop", {"dataTransfer": transfer})


@pytest.mark.parametrize(("scheme", "viewport"), [("light", DESKTOP), ("dark", DESKTOP), ("dark", PHONE)])
def test_axe_finds_no_violation(visit, scheme, viewport):
    page = visit(scheme, viewport)

    def check():
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]

    check()
    submit(page, " ")
    expect(page.get_by_role("alert")).to_be_visible()
    check()
    explain_by_stub(page)
    marks = classify(page)
    check()
    marks.nth(3).click()
    expect(page.locator("#for")).to_be_visible()
    page.get_by_role("button", name="warning").first.click()
    page.get_by_role("slider").fill("80")
    page.get_by_text("Export").click()
    check()


def test_the_picture_in_the_documents(visit, pytestconfig, tmp_path):
    page = visit()
    classify(page).nth(1).click()
    expect(page.locator("#for")).to_be_visible()
    folder = ROOT / "docs" / "images" if pytestconfig.getoption("pictures") else tmp_path
    page.screenshot(path=folder / "page.png")
    assert (folder / "page.png").stat().st_size < 300_000
