import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from statements_client import AsyncClient, Client


def waiting(url, method, *, settings=None, **arguments):
    with Client(url, **settings or {}) as client:
        return getattr(client, method)(**arguments)


def asynchronous(url, method, *, settings=None, **arguments):
    async def run():
        async with AsyncClient(url, **settings or {}) as client:
            return await getattr(client, method)(**arguments)

    with ThreadPoolExecutor(1) as pool:  # a browser that another test has opened keeps this thread's event loop
        return pool.submit(asyncio.run, run()).result()


@pytest.fixture(params=[waiting, asynchronous])
def call(request):
    """Calls one method of a new client: of either kind in turn."""
    return request.param
