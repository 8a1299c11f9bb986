"""The page for Solara's own command: ``solara run visualization/app.py``. Without it: ``freeagentics viz``."""

from solara.server import settings
from threadpoolctl import threadpool_limits

from freeagentics.visualization.page import Layout, Page

__all__ = ["Layout", "Page"]

# Otherwise Solara reports its use to a service, and has browsers ask its own site.
settings.telemetry.mixpanel_enable = False
settings.main.mode = "production"
# For as long as the server lives: a model that is closed gives BLAS its threads back, and the next one's sums would have other last bits.
threadpool_limits(1)
