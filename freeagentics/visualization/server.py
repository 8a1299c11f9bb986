"""The server of the page, for this machine only."""

from __future__ import annotations

import os
import socket
import warnings
from contextlib import suppress

import uvicorn
from threadpoolctl import threadpool_limits

from freeagentics.errors import BadInput

HOST = "127.0.0.1"
DEFAULT_SCENARIO = "btc-replay"
SHOWN_VARIABLE = "FREEAGENTICS_SHOWN"
"""Environment variable of what to open: a server hands its pages nothing else."""

# Solara reads them when it is imported, so nothing here may import it.
_SETTINGS = {
    "SOLARA_APP": "freeagentics.visualization.page",
    # Otherwise Solara reports its use to a service, tells another this machine's address, and has browsers ask its own site.
    "SOLARA_MODE": "production",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    # The front end comes from here, where solara-assets has it; otherwise the browser would ask a CDN for it.
    "SOLARA_ASSETS_PROXY": "True",
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_THEME_TITLE": "freeagentics",
    # A browser that vanished without saying so leaves its model behind for this long; by default a day.
    "SOLARA_KERNEL_CULL_TIMEOUT": "2m",
}


def listen(port: int) -> socket.socket:
    """Open a socket that listens to browsers of this machine. Raises BadInput where the port cannot be had."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise BadInput(f"port {port} of {HOST} cannot be had ({os.strerror(error.errno or 0)}); give another with --port") from error
    listener.listen()
    return listener


def serve(listener: socket.socket, shown: str) -> None:
    """Serve the page of a scenario, by its name or the path of a TOML file, or of a run directory, until Ctrl-C."""
    os.environ.update(_SETTINGS | {SHOWN_VARIABLE: shown})
    config = uvicorn.Config("solara.server.starlette:app", log_level="warning", timeout_graceful_shutdown=1)
    # For all models at once: one that is closed gives BLAS its threads back, and the next one's sums would have other last bits.
    with listener, threadpool_limits(1), warnings.catch_warnings(), suppress(KeyboardInterrupt):
        # Solara warns of a page that is not served over https: nothing a user could mend.
        warnings.filterwarnings("ignore", category=UserWarning, module="solara")
        uvicorn.Server(config).run(sockets=[listener])


def shown() -> str:
    """Name of what a page opens with: a scenario's name, the path of its file, or a run directory."""
    return os.environ.get(SHOWN_VARIABLE, DEFAULT_SCENARIO)
