"""What can be set about the monitor."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from parley_kit.settings import Address, ServiceSettings
from parley_monitor.fleet import SILENT_INTERVALS


class MonitorSettings(ServiceSettings, env_prefix="PARLEY_MONITOR_"):
    """The monitor's settings."""

    listen: Address = Field(
        "127.0.0.1:50054", description="Where its gRPC server listens, host:port; port 0 takes a free one."
    )
    metrics_listen: Address | None = Field(
        "127.0.0.1:9094", description="Where Prometheus finds /metrics, host:port; port 0 takes a free one."
    )
    interval: float = Field(
        1.0,
        ge=0.05,
        le=60,
        description="How often load is reported; silent for three times as long, an instance counts as saturated, in seconds.",
    )
    forget_after: float = Field(
        30.0, gt=0, le=3600, description="How long an instance may be silent until it counts as gone, in seconds."
    )
    grace: float = Field(10.0, ge=0, le=600, description="How long open calls may end after a drain, in seconds.")

    @model_validator(mode="after")
    def _silence_comes_first(self) -> Self:
        if self.forget_after <= SILENT_INTERVALS * self.interval:
            raise ValueError("PARLEY_MONITOR_FORGET_AFTER must be longer than three times PARLEY_MONITOR_INTERVAL")
        return self
