"""The API reference at /docs, in a real browser."""

import pytest

from service.openapi import EXAMPLES


@pytest.fixture(scope="module")
def page(browser, url):
    """The page, drawn; afterwards it must have met no error and asked no other host."""
    page = browser.new_page()
    complaints, asked = [], []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{url}/docs")
    page.wait_for_selector(".opblock")
    yield page
    page.close()
    assert complaints == []
    assert {address for address in asked if not address.startswith(f"{url}/")} == set()
    assert f"{url}/classify" in asked


def execute(page, path, example=None):
    """Status that the page shows after "Try it out" and "Execute"."""
    operation = page.locator(".opblock-post", has=page.locator(f'[data-path="{path}"]'))
    if not operation.locator(".opblock-body").count():
        operation.locator(".opblock-summary-control").click()
        operation.get_by_role("button", name="Try it out").click()
    else:
        operation.get_by_role("button", name="Clear").click()
    if example:
        operation.locator(".examples-select select").select_option(example)
    operation.get_by_role("button", name="Execute").click()
    return operation.locator(".live-responses-table tbody td.response-col_status").inner_text().strip()


def test_it_shows_every_operation(page, client):
    paths = client.get("/openapi.json").get_json()["paths"]
    assert page.locator(".opblock").count() == sum(
        not key.startswith("parameters") for path in paths.values() for key in path
    )
    assert page.locator(".errors-wrapper").count() == 0


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_of_classify_run(page, example):
    assert execute(page, "/classify", example) == "200"
    assert page.locator(".opblock-post.is-open textarea").first.input_value().count(f'"{example}"') == 1


def test_the_example_of_infer_runs(page):
    assert execute(page, "/v2/models/{model}/infer") == "200"


def test_its_policy_allows_no_other_host_and_no_inline_script(client):
    policy = client.get("/docs").headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
