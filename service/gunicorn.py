"""Settings of the gunicorn server, as its configuration file."""

import os
from pathlib import Path

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
