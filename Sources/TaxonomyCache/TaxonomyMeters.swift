// Owns: what the cache tells a metrics system.

import Metrics

/// The instruments of a ``TaxonomyCache``.
struct TaxonomyMeters: Sendable {
    let size: Gauge
    let isStale: Gauge
    let hits: Counter
    let misses: Counter
    let loads: Counter
    let failedLoads: Counter
    let loadDuration: Timer

    init(_ factory: any MetricsFactory) {
        size = Gauge(label: "taxonomy.cache.size", factory: factory)
        isStale = Gauge(label: "taxonomy.cache.stale", factory: factory)
        hits = Counter(label: "taxonomy.cache.lookups", dimensions: [("result", "hit")], factory: factory)
        misses = Counter(label: "taxonomy.cache.lookups", dimensions: [("result", "miss")], factory: factory)
        loads = Counter(label: "taxonomy.cache.loads", dimensions: [("outcome", "loaded")], factory: factory)
        failedLoads = Counter(label: "taxonomy.cache.loads", dimensions: [("outcome", "failed")], factory: factory)
        loadDuration = Timer(label: "taxonomy.cache.load.duration", factory: factory)
    }
}
