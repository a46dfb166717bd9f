// Owns: counters, gauges and histograms in memory, and their text for Prometheus. The rule it keeps: the number of series is
// bounded; what comes beyond is not recorded, and that is counted.

public import CoreMetrics
import Synchronization

/// A backend for swift-metrics that is read by `GET /metrics`.
public final class PrometheusMetrics: MetricsFactory {
    struct SeriesID: Hashable {
        let name: String
        let labels: String
    }

    private struct Content {
        var counters: [SeriesID: PrometheusCounter] = [:]
        var gauges: [SeriesID: PrometheusGauge] = [:]
        var histograms: [SeriesID: PrometheusHistogram] = [:]

        var count: Int { counters.count + gauges.count + histograms.count }
    }

    private let content = Mutex(Content())
    private let maximumSeries: Int
    private let overflow = PrometheusCounter()

    /// - Parameter maximumSeries: how many combinations of name and labels are kept; 5000 by default.
    public init(maximumSeries: Int = 5000) { self.maximumSeries = maximumSeries }

    // MARK: Series

    func counter(_ name: String, _ labels: [(String, String)]) -> PrometheusCounter {
        series(name, labels, \.counters) { PrometheusCounter() }
    }

    func gauge(_ name: String, _ labels: [(String, String)]) -> PrometheusGauge {
        series(name, labels, \.gauges) { PrometheusGauge() }
    }

    func histogram(
        _ name: String, _ labels: [(String, String)], buckets: [Double] = PrometheusHistogram.secondBuckets
    ) -> PrometheusHistogram {
        series(name, labels, \.histograms) { PrometheusHistogram(buckets: buckets) }
    }

    private func series<Series: Sendable>(
        _ name: String, _ labels: [(String, String)],
        _ path: WritableKeyPath<Content, [SeriesID: Series]>, _ make: () -> Series
    ) -> Series {
        let id = SeriesID(name: PrometheusFormat.name(name), labels: PrometheusFormat.labels(labels))
        let known: Series? = content.withLock { content in
            if let known = content[keyPath: path][id] { return known }
            guard content.count < maximumSeries else { return nil }
            let new = make()
            content[keyPath: path][id] = new
            return new
        }
        if let known { return known }
        overflow.increment(by: 1)
        return make()
    }

    // MARK: Text

    /// Everything recorded so far, in the text format of Prometheus.
    public func text() -> String {
        let (counters, gauges, histograms) = content.withLock { ($0.counters, $0.gauges, $0.histograms) }
        var writer = PrometheusFormat.Writer()
        writer.family("metrics_series_refused_total", "counter", "Series beyond the limit, not recorded")
        writer.sample("metrics_series_refused_total", "", Double(overflow.value))
        for (name, series) in Self.families(counters) {
            let name = name.hasSuffix("_total") ? name : name + "_total"
            writer.family(name, "counter", nil)
            for (labels, counter) in series { writer.sample(name, labels, Double(counter.value)) }
        }
        for (name, series) in Self.families(gauges) {
            writer.family(name, "gauge", nil)
            for (labels, gauge) in series { writer.sample(name, labels, gauge.value) }
        }
        for (name, series) in Self.families(histograms) {
            writer.family(name, "histogram", nil)
            for (labels, histogram) in series { histogram.write(name, labels, to: &writer) }
        }
        return writer.text
    }

    private static func families<Series>(
        _ all: [SeriesID: Series]
    ) -> [(name: String, series: [(labels: String, series: Series)])] {
        Dictionary(grouping: all, by: \.key.name).sorted { $0.key < $1.key }.map { name, members in
            (name, members.map { ($0.key.labels, $0.value) }.sorted { $0.0 < $1.0 })
        }
    }

    // MARK: MetricsFactory

    /// A counter; its name gets the ending `_total`.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counter(label, dimensions)
    }

    /// A gauge.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, dimensions)
    }

    /// A gauge, or a histogram if values are to be aggregated.
    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        aggregate
            ? histogram(label, dimensions, buckets: PrometheusHistogram.amountBuckets) : gauge(label, dimensions)
    }

    /// A histogram in seconds; its name gets the ending `_seconds`.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label.hasSuffix("_seconds") ? label : label + "_seconds", dimensions)
    }

    /// Series are kept: their totals stay part of the process's history.
    public func destroyCounter(_ handler: any CounterHandler) {}
    /// Series are kept.
    public func destroyMeter(_ handler: any MeterHandler) {}
    /// Series are kept.
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    /// Series are kept.
    public func destroyTimer(_ handler: any TimerHandler) {}
}
