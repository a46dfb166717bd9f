// The MIME type under which a result is uploaded; Directus stores what it is told (Directus, section 10.1).

import FoundationEssentials
import MediaJobs

enum ResultType {
    /// By the first bytes, and for texts by the extension that the operation chose.
    static func mimeType(of file: URL) throws -> String {
        switch file.pathExtension.lowercased() {
        case "json": "application/json"
        case "vtt": "text/vtt"
        default: try MediaType(of: file)?.mimeType ?? "application/octet-stream"
        }
    }
}
