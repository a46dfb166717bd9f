// Owns: JSON on its way in and out.

import BullMQ
import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
    /// An answer that no cache keeps.
    init(json value: JSONValue, status: HTTPResponse.Status = .ok) {
        var bytes: [UInt8] = []
        value.serialize(into: &bytes)
        self.init(
            status: status,
            headers: [
                .contentType: "application/json; charset=utf-8", .cacheControl: "no-store",
                .xContentTypeOptions: "nosniff",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

/// The parameters of a request to read, from its query.
struct Query: Sendable {
    let parameters: Parameters

    init(_ request: Request) { parameters = request.uri.queryParameters }

    func text(_ name: String) -> String? { parameters.get(name).flatMap { $0.isEmpty ? nil : $0 } }

    func required(_ name: String) throws(DashboardError) -> String {
        guard let text = text(name) else { throw DashboardError(.badRequest, "Missing parameter: \(name)") }
        return text
    }

    func integer(_ name: String, in range: ClosedRange<Int>, default value: Int) throws(DashboardError) -> Int {
        guard let text = text(name) else { return value }
        guard let number = Int(text), range.contains(number) else {
            throw DashboardError(
                .badRequest, "The parameter \(name) must be \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func state() throws(DashboardError) -> JobState { try JobState(named: try required("state")) }

    /// How many jobs may be listed before.
    static let positions = 0...100_000_000
}

extension JobState {
    init(named name: String) throws(DashboardError) {
        guard let state = JobState(rawValue: name) else {
            throw DashboardError(.badRequest, "There is no state \(name)")
        }
        self = state
    }
}

/// The body of a request to change something.
struct Command: Sendable {
    let fields: JSONObject

    init(_ request: Request) async throws {
        var request = request
        let buffer: ByteBuffer
        do {
            buffer = try await request.collectBody(upTo: 1 << 20)
        } catch is NIOTooManyBytesError {
            throw DashboardError(.contentTooLarge, "Request body too large")
        }
        do {
            guard let fields = try JSONValue(parsing: buffer.readableBytesView).objectValue else {
                throw DashboardError(.badRequest, "The body must be a JSON object")
            }
            self.fields = fields
        } catch is JSONError {
            throw DashboardError(.badRequest, "Invalid JSON body")
        }
    }

    func text(_ name: String) -> String? { fields[name]?.stringValue.flatMap { $0.isEmpty ? nil : $0 } }

    func required(_ name: String) throws(DashboardError) -> String {
        guard let text = text(name) else { throw DashboardError(.badRequest, "Missing field: \(name)") }
        return text
    }

    func flag(_ name: String) -> Bool { fields[name]?.boolValue ?? false }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(DashboardError) -> Int? {
        guard let value = fields[name], !value.isNull else { return nil }
        guard let number = value.intValue, range.contains(number) else {
            throw DashboardError(
                .badRequest, "The field \(name) must be \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func state() throws(DashboardError) -> JobState { try JobState(named: try required("state")) }
}
