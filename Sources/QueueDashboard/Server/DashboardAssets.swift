// Owns: the files of the page, as they are embedded in the program.

import HTTPTypes
import Hummingbird
import NIOCore

/// A file of the page.
struct DashboardAsset: Sendable {
    let type: String
    let body: ByteBuffer
    let tag: String

    init(_ bytes: [UInt8], type: String) {
        self.type = type
        body = ByteBuffer(bytes: bytes)
        // FNV-1a: tells versions of a file apart, and is not meant to withstand anybody.
        let hash = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        tag = "\"\(String(hash, radix: 16))\""
    }

    /// Everything comes from this server; nothing inline is executed, and no other site may frame the page.
    static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
        + "base-uri 'none'; frame-ancestors 'none'"

    func answer(_ request: Request) -> Response {
        var headers: HTTPFields = [
            .contentType: type, .eTag: tag, .cacheControl: "no-cache", .contentSecurityPolicy: Self.policy,
            .xContentTypeOptions: "nosniff",
        ]
        if let name = HTTPField.Name("Referrer-Policy") { headers[name] = "no-referrer" }
        if request.headers[.ifNoneMatch] == tag { return Response(status: .notModified, headers: headers) }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
    }

    static let page = DashboardAsset(PackageResources.index_html, type: "text/html; charset=utf-8")

    /// By name, as the page asks for them.
    static let files: [String: DashboardAsset] = {
        let script = "text/javascript; charset=utf-8"
        return [
            "style.css": DashboardAsset(PackageResources.style_css, type: "text/css; charset=utf-8"),
            "icon.svg": DashboardAsset(PackageResources.icon_svg, type: "image/svg+xml"),
            "app.js": DashboardAsset(PackageResources.app_js, type: script),
            "api.js": DashboardAsset(PackageResources.api_js, type: script),
            "dom.js": DashboardAsset(PackageResources.dom_js, type: script),
            "charts.js": DashboardAsset(PackageResources.charts_js, type: script),
            "dialogs.js": DashboardAsset(PackageResources.dialogs_js, type: script),
            "overview.js": DashboardAsset(PackageResources.overview_js, type: script),
            "queue.js": DashboardAsset(PackageResources.queue_js, type: script),
            "actions.js": DashboardAsset(PackageResources.actions_js, type: script),
            "jobs.js": DashboardAsset(PackageResources.jobs_js, type: script),
            "job.js": DashboardAsset(PackageResources.job_js, type: script),
            "system.js": DashboardAsset(PackageResources.system_js, type: script),
        ]
    }()
}
