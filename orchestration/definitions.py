"""What Dagster loads: the stages, put together. Everything else is in ``defs/``."""

import dagster as dg

from orchestration.defs import automation, checks, exports, fetch, release, warehouse
from orchestration.defs.session import home_session

defs = dg.Definitions.merge(
    dg.Definitions(executor=dg.in_process_executor, resources={"session": home_session}),
    *(stage.defs for stage in (fetch, exports, warehouse, release, checks, automation)),
)
