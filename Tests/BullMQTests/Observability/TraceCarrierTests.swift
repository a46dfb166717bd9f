// Owns: the text in which a trace context travels.

import InMemoryTracing
import Testing
import Tracing

@testable import BullMQ

@Suite("A trace context on its way")
struct TraceCarrierTests {
    private let tracer = InMemoryTracer()

    @Test("is JSON text of what the tracer passes on, and comes back from it")
    func roundTrip() throws {
        let span = tracer.startSpan("somewhere", context: .topLevel)
        let text = try #require(TraceCarrier(injecting: span.context, by: tracer).text)
        #expect(text == #"{"in-memory-span-id":"span-1","in-memory-trace-id":"trace-1"}"#)
        let context = try #require(TraceCarrier(parsing: text).context(by: tracer))
        #expect(context.inMemorySpanContext?.spanID == span.spanID)
        #expect(context.inMemorySpanContext?.traceID == span.traceID)
    }

    @Test("is nothing if the tracer passes nothing on")
    func nothing() {
        #expect(TraceCarrier(injecting: .topLevel, by: tracer).text == nil)
    }

    @Test("may hold what this tracer does not know", arguments: ["", "not JSON", "[1]", "{}", #"{"traceparent":1}"#])
    func foreign(_ text: String) {
        #expect(TraceCarrier(parsing: text).context(by: tracer)?.count == nil)
    }

    @Test("keeps the texts among other values")
    func mixed() {
        #expect(TraceCarrier(parsing: #"{"traceparent":"00-a-b-01","n":1}"#).fields == ["traceparent": "00-a-b-01"])
    }
}
