// What producer and worker share: the names of jobs, and the types of their data and results.

import BullMQ

struct Resize: Codable, Sendable {
    var file: String
    var width: Int
}

struct Picture: Codable, Sendable {
    var path: String
    var width: Int
}

enum Media {
    static let resize = JobType<Resize, Picture>(
        "resize_image", defaults: JobOptions(attempts: 3, backoff: .exponential(.seconds(2))))
}
