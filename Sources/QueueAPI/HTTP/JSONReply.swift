// Owns: answers that are JSON, written without an encoder in between.

import BullMQ
import Hummingbird
import NIOCore

extension Response {
    /// An answer whose body is JSON text.
    static func json(
        _ text: String, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = "application/json; charset=utf-8"
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// An answer whose body is a JSON value.
    static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        json(value.serialized(), status: status, headers: headers)
    }

    init(_ error: APIError) {
        self = .json(error.body, status: error.status, headers: error.headers)
    }
}
