"""Figures for Prometheus. No personal data, no numbers of submissions in any label."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()

ACCEPTED = Counter(
    "form_api_accepted_total", "Submissions stored", ["kind", "channel"], registry=REGISTRY
)
REPLAYED = Counter(
    "form_api_replayed_total",
    "Repetitions answered with the same receipt",
    ["kind"],
    registry=REGISTRY,
)
REFUSED = Counter("form_api_refused_total", "Refusals by problem type", ["type"], registry=REGISTRY)
COMMIT = Histogram(
    "form_api_commit_seconds",
    "A batch from BEGIN to the end of the sync",
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
    registry=REGISTRY,
)
BATCH = Histogram(
    "form_api_batch_size",
    "Commands committed together",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256),
    registry=REGISTRY,
)
QUEUE = Gauge("form_api_queue_depth", "Commands waiting for the writer", registry=REGISTRY)
STORE = Gauge("form_api_store", "Figures of the store", ["figure"], registry=REGISTRY)
READY = Gauge("form_api_ready", "1 when submissions can be taken", registry=REGISTRY)
DELIVERED = Counter(
    "form_api_notices_total", "Notifications by outcome", ["outcome"], registry=REGISTRY
)
