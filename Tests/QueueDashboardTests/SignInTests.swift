// Owns: the page before somebody is signed in, with a server that asks for it.

import BrowserAutomation
import BullMQ
import HTTPTypes
import Hummingbird
import LiveTesting
import NIOCore
import Testing

@Suite("Signing in", .live, .timeLimit(.minutes(1)))
struct SignInTests {
    /// What a server puts in front of the data.
    private struct Gate<Context: RequestContext>: RouterMiddleware {
        @concurrent
        func handle(
            _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
        ) async throws -> Response {
            guard request.uri.path.contains("/dashboard/api/"), request.headers[.cookie] != "session=good" else {
                return try await next(request, context)
            }
            return Response(
                status: .unauthorized, headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: #"{"error":"Invalid or expired Directus token"}"#)))
        }
    }

    @Test("who is not signed in is asked for a token, told when it is wrong, and sees the queues until signing out")
    func signIn() async throws {
        let stage = try await DashboardStage.make()
        try await stage.browse(
            complaints: true,
            routes: { router in
                router.add(middleware: Gate())
                router.post("base/dashboard/login") { request, _ -> Response in
                    var request = request
                    let body = String(buffer: try await request.collectBody(upTo: 1000))
                    guard body == #"{"token":"right"}"# else {
                        return Response(
                            status: .unauthorized,
                            body: ResponseBody(byteBuffer: ByteBuffer(string: #"{"error":"That is not it"}"#)))
                    }
                    return Response(
                        status: .noContent, headers: [.setCookie: "session=good; HttpOnly; SameSite=Strict; Path=/"])
                }
                router.post("base/dashboard/logout") { _, _ -> Response in
                    Response(
                        status: .ok, headers: [.setCookie: "session=; Max-Age=0; Path=/"],
                        body: ResponseBody(byteBuffer: ByteBuffer(string: #"{"ok":true}"#)))
                }
            },
            { page, _ in
                try await page.fill("input[name=token]", with: "wrong")
                try await page.click(".signin button")
                try await page.wait(
                    until: "document.querySelector('.signin [role=alert]').textContent === 'That is not it'")
                try await page.fill("input[name=token]", with: "right")
                try await page.click(".signin button")
                #expect(try await page.text("section.queue h2") == stage.queue.name)
                try await page.wait(until: "document.querySelector('#live').textContent === 'live'")
                try await page.reload()
                try await page.click("#signout")
                try await page.wait(for: .css(".signin"))
                try await page.reload()
                try await page.wait(for: .css(".signin"))
                #expect(try await !page.isVisible("#signout"))
            })
    }
}
