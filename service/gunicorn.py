"""Settings of the gunicorn server, as its configuration file."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

from service import tracing
from service.settings import Settings

preload_app = True  # the master loads the model, and its workers share the memory
worker_class = "service.worker.BufferingWorker"
threads = 4
worker_connections = 512  # a worker; at the limit of 1,024 open files that many systems set, this leaves room
sendfile = False  # the worker sends answers from memory
limit_request_line = 2048
limit_request_fields = 64
timeout = 120  # seconds a request may take
graceful_timeout = 30  # seconds a stopping worker has for the requests in hand
keepalive = 75  # seconds; above the idle time-outs of the usual load balancers
# heartbeat files must not wait for a disk, and a read-only root has no other place for them
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() and os.access("/dev/shm", os.W_OK) else None  # noqa: S108
control_socket_disable = True  # signals are all the control needed, and a read-only root has no place for it
logger_class = "service.logs.GunicornLogger"

# Where the workers count. Named before prometheus_client is imported, which decides then how it counts.
_metrics = tempfile.mkdtemp(prefix="statements-metrics-", dir=worker_tmp_dir)
os.environ["PROMETHEUS_MULTIPROC_DIR"] = _metrics
_master = os.getpid()


@atexit.register
def _remove_metrics() -> None:
    if os.getpid() == _master:  # workers inherit this function
        shutil.rmtree(_metrics)


def post_worker_init(_worker: Worker) -> None:
    """In each new worker, now that it heeds signals."""
    tracing.start(Settings.from_environment())


def child_exit(_arbiter: Arbiter, worker: Worker) -> None:
    """In the master, after a worker has ended in whatever way: its gauges no longer count."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)
