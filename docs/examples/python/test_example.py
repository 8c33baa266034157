"""How a token client is tested with pytest: a mock for all tests, a world for each."""

import json
import urllib.error
import urllib.parse
import urllib.request

import pytest
from tokenproof_mock import Mock, Refused


@pytest.fixture(scope="session")
def mock():
    with Mock("--provider", "okta") as mock:
        yield mock


@pytest.fixture
def world(mock):
    # Plain HTTP keeps the example short; for TLS trust `world.ca_pem`.
    world = mock.world("okta", tls=False, clock={"virtual": {"start": "2030-01-01T00:00:00Z"}})
    yield world
    world.drop()


class Client:
    """The client under test: keeps a token and gets another one when it is refused."""

    def __init__(self, world):
        self.world, self.token = world, None

    def orders(self):
        for _ in range(2):
            self.token = self.token or self.fetch()
            try:
                return send(self.world.api_url, {"Authorization": f"Bearer {self.token}"})
            except urllib.error.HTTPError as error:
                if error.code != 401:
                    raise
                self.token = None
        raise RuntimeError("refused twice")

    def fetch(self):
        form = {
            "grant_type": "client_credentials",
            "client_id": self.world.client_id,
            "client_secret": self.world.client_secret,
            "scope": self.world.scope,
        }
        for last in (False, False, True):
            try:
                return send(self.world.token_url, {}, urllib.parse.urlencode(form).encode())["access_token"]
            except urllib.error.HTTPError as error:
                if error.code < 500 or last:
                    raise


def send(url, headers, data=None):
    request = urllib.request.Request(url, data, headers)
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
        return json.load(answer)


def test_a_token_is_used_again(world):
    client = Client(world)
    client.orders()
    client.orders()
    world.verify({"count": {"to": "token", "is": 1}})


def test_an_expired_token_is_replaced(world):
    client = Client(world)
    client.orders()
    world.advance("2h")
    client.orders()
    world.verify({"order": [{"to": "resource", "status": 401}, {"to": "token", "status": 200}]})


def test_a_passing_failure_is_survived(world):
    world.fault(to="token", reply=503, times=2)
    Client(world).orders()
    statuses = [entry["reply"]["status"] for entry in world.journal(endpoint="token")]
    assert statuses == [503, 503, 200]


def test_an_unmet_expectation_says_why(world):
    Client(world).orders()
    with pytest.raises(AssertionError, match="expected"):
        world.verify({"never": {"to": "token"}})


def test_a_mistake_is_explained(world):
    with pytest.raises(Refused, match="replay"):
        world.fault(to="token", replay=503)
