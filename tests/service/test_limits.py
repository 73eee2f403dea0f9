import shutil
import socket
import subprocess
import time

import pytest

from service import keys


def statuses(client, count, **headers):
    return [client.get("/labels", headers=headers).status_code for _ in range(count)]


def test_no_limit_by_default(client_with):
    response = client_with().get("/labels")
    assert "RateLimit-Limit" not in response.headers


def test_beyond_the_limit_it_is_429_with_the_seconds_to_wait(client_with):
    client = client_with(rate_limit="2/hour")
    first = client.get("/labels")
    assert (first.headers["RateLimit-Limit"], first.headers["RateLimit-Remaining"]) == ("2", "1")
    assert 0 < int(first.headers["RateLimit-Reset"]) <= 3600
    assert "Retry-After" not in first.headers
    client.post("/classify", json={"text": "Why?"})
    refused = client.get("/labels")
    assert refused.status_code == 429
    assert refused.content_type == "application/problem+json"
    assert refused.get_json()["detail"] == "More requests than 2/hour."
    assert 0 < int(refused.headers["Retry-After"]) <= 3600
    assert refused.headers["RateLimit-Remaining"] == "0"


def test_probes_and_documents_are_never_refused(client_with):
    client = client_with(rate_limit="1/hour")
    assert statuses(client, 2) == [200, 429]
    for path in ("/healthz", "/readyz", "/openapi.json"):
        assert client.get(path).status_code == 200


def test_each_key_has_its_own_limit(client_with):
    made = [keys.generate(name) for name in ("alice", "bob")]
    client = client_with(rate_limit="2/hour", api_keys=[f"{kept.name}:{kept.digest}" for _, kept in made])
    for secret, _ in made:
        assert statuses(client, 3, **{"X-API-Key": secret}) == [200, 200, 429]


def test_wrong_keys_are_counted_by_address(client_with):
    secret, kept = keys.generate("alice")
    client = client_with(rate_limit="2/hour", api_keys=[f"{kept.name}:{kept.digest}"])
    assert statuses(client, 3, **{"X-API-Key": "wrong"}) == [401, 401, 429]
    assert statuses(client, 1) == [429]
    assert statuses(client, 1, **{"X-API-Key": secret}) == [200]


@pytest.mark.parametrize(("proxies", "expected"), [(0, [200, 429]), (1, [200, 200])])
def test_addresses_are_those_that_trusted_proxies_tell(client_with, proxies, expected):
    client = client_with(rate_limit="1/hour", trusted_proxies=proxies)
    got = [client.get("/labels", headers={"X-Forwarded-For": f"192.0.2.{number}"}) for number in (1, 2)]
    assert [response.status_code for response in got] == expected


def test_an_address_a_caller_makes_up_is_not_believed(client_with):
    client = client_with(rate_limit="1/hour", trusted_proxies=1)
    got = [client.get("/labels", headers={"X-Forwarded-For": f"192.0.2.{number}, 198.51.100.7"}) for number in (1, 2)]
    assert [response.status_code for response in got] == [200, 429]


class Redis:
    """A real server on a port of its own."""

    def __init__(self, folder):
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self):
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", self.folder]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        while self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
            except ConnectionRefusedError:
                time.sleep(0.02)
            else:
                return
        pytest.fail("redis-server ended")

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)


@pytest.fixture
def redis(tmp_path):
    pytest.importorskip("redis", reason="the redis package is not installed")
    if not shutil.which("redis-server"):
        pytest.skip("redis-server is not installed")
    server = Redis(tmp_path)
    server.start()
    yield server
    server.stop()


def test_two_instances_share_a_limit_in_redis(client_with, redis):
    one, two = (client_with(rate_limit="3/hour", rate_limit_storage=redis.url) for _ in range(2))
    assert [client.get("/labels").status_code for client in (one, two, one, two, one)] == [200, 200, 200, 429, 429]


def test_without_redis_each_counts_for_itself_until_it_is_back(client_with, redis, caplog):
    one, two = (client_with(rate_limit="2/hour", rate_limit_storage=redis.url) for _ in range(2))
    assert statuses(one, 3) == [200, 200, 429]
    redis.stop()
    assert statuses(one, 3) == statuses(two, 3) == [200, 200, 429]
    assert "falling back to in-memory" in caplog.text
    redis.start()
    deadline = time.monotonic() + 60
    while (answer := one.get("/labels")).status_code == 429:  # Redis, started empty, has counted nothing
        assert time.monotonic() < deadline, "Redis is not used again"
        time.sleep(0.1)
    assert answer.headers["RateLimit-Remaining"] == "1"


def test_redis_that_was_never_there_is_no_reason_to_fail(client_with, redis, caplog):
    redis.stop()
    assert statuses(client_with(rate_limit="1/hour", rate_limit_storage=redis.url), 2) == [200, 429]
    assert "falling back to in-memory" in caplog.text
