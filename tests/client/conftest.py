import asyncio

import pytest

from statements_client import AsyncClient, Client


def waiting(url, method, *, settings=None, **arguments):
    with Client(url, **settings or {}) as client:
        return getattr(client, method)(**arguments)


def asynchronous(url, method, *, settings=None, **arguments):
    async def run():
        async with AsyncClient(url, **settings or {}) as client:
            return await getattr(client, method)(**arguments)

    return asyncio.run(run())


@pytest.fixture(params=[waiting, asynchronous])
def call(request):
    """Calls one method of a new client: of either kind in turn."""
    return request.param
