// Owns: the paths of the dashboard.

import BullMQ
import HTTPTypes
public import Hummingbird
import Logging

extension QueueDashboard {
    /// Adds the page below `/dashboard` and its data below `/dashboard/api`.
    ///
    /// Everything below `/dashboard/api` is to be guarded by middleware in front; the page and its files tell nothing.
    public func addRoutes<Context: RequestContext>(to group: RouterGroup<Context>) {
        let page = group.group("dashboard")
        page.get { request, _ -> Response in
            // The files are named relative to the page, wherever it is mounted.
            guard request.uri.path.hasSuffix("/") else {
                return Response(status: .permanentRedirect, headers: [.location: "dashboard/"])
            }
            return DashboardAsset.page.answer(request)
        }
        page.get("assets/:file") { request, context -> Response in
            guard let asset = DashboardAsset.files[context.parameters.get("file") ?? ""] else {
                return Response(json: ["error": "Not found"], status: .notFound)
            }
            return asset.answer(request)
        }
        let api = page.group("api")
        api.get("events") { _, _ -> Response in
            do throws(DashboardError) {
                return try eventStream()
            } catch {
                return Response(json: error.body, status: error.status)
            }
        }
        read(api, "overview") { _ in try await overview() }
        read(api, "queue") { try await details($0) }
        read(api, "jobs") { try await jobs($0) }
        read(api, "job") { try await job($0) }
        read(api, "job/explanation") { try await explanation($0) }
        read(api, "job/logs") { try await logs($0) }
        read(api, "job/flow") { try await flow($0) }
        read(api, "schedulers") { try await schedulers($0) }
        read(api, "workers") { try await workers($0) }
        read(api, "redis") { _ in try await redisHealth() }
        change(api, "jobs/action") { try await act($0) }
        change(api, "queue/action") { try await actOnQueue($0) }
    }

    private func read<Context: RequestContext>(
        _ group: RouterGroup<Context>, _ path: RouterPath,
        _ answer: @escaping @Sendable (Query) async throws -> JSONValue
    ) {
        group.get(path) { request, _ -> Response in
            let query = Query(request)
            return await respond(within: .seconds(10)) { try await answer(query) }
        }
    }

    private func change<Context: RequestContext>(
        _ group: RouterGroup<Context>, _ path: RouterPath,
        _ answer: @escaping @Sendable (Command) async throws -> JSONValue
    ) {
        group.post(path) { request, _ -> Response in
            await respond(within: .seconds(30)) {
                try ForgeryGuard.check(request)
                let command = try await Command(request)
                if options.isReadOnly, !command.flag("preview") {
                    throw DashboardError(.forbidden, "The dashboard is read-only")
                }
                return try await answer(command)
            }
        }
    }

    private func respond(
        within limit: Duration, _ answer: @escaping @Sendable () async throws -> JSONValue
    ) async -> Response {
        do {
            return Response(json: try await withDeadline(limit, answer))
        } catch {
            let refusal = DashboardError(error)
            if refusal.status == .internalServerError {
                logger.error("A request to the dashboard failed", metadata: ["error": "\(error)"])
            }
            return Response(json: refusal.body, status: refusal.status)
        }
    }

    /// `GET overview`: what the live figures tell, and how they were.
    private func overview() async throws -> JSONValue {
        let snapshot = try await sampler.snapshot(noOlderThan: options.sampleInterval)
        let history = await sampler.history
        return [
            "prefix": .string(options.prefix), "readOnly": .bool(options.isReadOnly), "snapshot": snapshot.json,
            "interval": .integer(options.sampleInterval.milliseconds),
            "history": .object(
                JSONObject(snapshot.samples.map { ($0.name, .array((history[$0.name] ?? []).map(\.json))) })),
        ]
    }
}
