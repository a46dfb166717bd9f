// `/server`: whether the server is there (Directus, section 15).

import GRDB
import HTTPTypes
import Hummingbird

extension StandInCore {
    /// Answers before anybody asks for a token.
    func addPingRoute(to router: Router<StandInContext>) {
        router.get("server/ping") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: "pong")))
        }
    }

    func addServerRoutes(to router: RouterGroup<StandInContext>) {
        router.get("server/health") { _, _ in
            try await self.database.read { try $0.execute(sql: "SELECT 1") }
            return Response(
                status: .ok, headers: [.contentType: "application/health+json", .cacheControl: "no-store"],
                body: ResponseBody(byteBuffer: JSONValue(dictionaryLiteral: ("status", "ok")).encoded))
        }
        router.get("server/info") { _, context in
            var info: [String: JSONValue] = ["project": ["project_name": "Directus stand-in"]]
            if context.accountability.user != nil {
                info["version"] = "11.17.4"
                info["queryLimit"] = [
                    "default": .int(self.configuration.defaultLimit),
                    "max": .int(self.configuration.maximumLimit ?? -1),
                ]
            }
            return Response.data(.object(info))
        }
    }
}
