"""The gunicorn server: the model is loaded once, by the master, and workers are forked from it."""

import gc
import logging
import os
import signal
import sys
from types import FrameType

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

from models.artefact import ArtefactError
from service import gunicorn, tracing
from service.app import create_app
from service.draining import Draining
from service.settings import Settings, SettingsError

_log = logging.getLogger("gunicorn.error")


class Server(BaseApplication):
    """Serves the app on one address.

    Args:
        host: Address to listen on.
        port: Port to listen on.
        workers: Worker processes.
    """

    def __init__(self, host: str, port: int, workers: int) -> None:
        self.options = {name: value for name, value in vars(gunicorn).items() if not name.startswith("_")}
        self.options |= {"bind": f"{host}:{port}", "workers": workers, "worker_exit": end_worker}
        self.draining = Draining()
        super().__init__(prog="statements serve")

    def load_config(self) -> None:
        """Called by gunicorn, at start and on SIGHUP."""
        for name, value in self.options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        """Called by gunicorn in the master, before the first fork."""
        app = create_app(draining=self.draining)
        gc.collect()
        gc.freeze()  # the collector would write to, and so copy, pages that the workers share
        return app

    def reload(self) -> None:
        """Called by gunicorn on SIGHUP, before it replaces the workers: load the model that the settings name now.

        A model or setting that is refused leaves everything as it was.
        """
        super().reload()
        try:
            self.callable = self.load()
        except (ArtefactError, SettingsError, OSError) as error:
            _log.error("reload refused, the old model keeps serving: %s", error)

    def run(self) -> None:
        """Serve until a signal ends it."""
        DrainingArbiter(self).run()


class DrainingArbiter(Arbiter):
    """Gunicorn's master process; the first SIGTERM begins the drain, and its end, or a second SIGTERM, the stop."""

    def handle_term(self) -> None:
        """Called by gunicorn on SIGTERM."""
        seconds = Settings.from_environment().drain_seconds
        if self.app.draining.begun or not seconds:
            super().handle_term()
        self.app.draining.begin()
        signal.signal(signal.SIGALRM, self._stop)
        signal.setitimer(signal.ITIMER_REAL, seconds)

    def _stop(self, _signal: int, frame: FrameType | None) -> None:
        self.signal(signal.SIGTERM, frame)


def end_worker(_arbiter: Arbiter, _worker: Worker) -> None:
    """End a worker without the exit handlers of C++.

    ONNX Runtime's waits for a thread that it starts when imported, and that no fork takes along.
    """
    leaving = sys.exc_info()[1]
    tracing.stop(Settings.from_environment())
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(leaving.code if isinstance(leaving, SystemExit) and isinstance(leaving.code, int) else 1)
