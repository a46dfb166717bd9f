// The snippets of the article "Adding jobs".

import BullMQ
import FoundationEssentials

struct Mail: Codable, Sendable {
    var to: String
    var subject: String
}

enum Mails {
    static let send = JobType<Mail, NoResult>(
        "send_mail", defaults: JobOptions(attempts: 5, backoff: .exponential(.seconds(2), jitter: 0.5)))
}

let mail = Mail(to: "ada@example.org", subject: "Hello")

func addOneJob(redis: Redis) async throws {
    let queue = try Queue("mail", redis: redis)
    let job = try await queue.add(Mails.send, Mail(to: "ada@example.org", subject: "Hello"))
    _ = job
}

func addWithOptions(queue: Queue) async throws {
    try await queue.add(
        Mails.send, mail,
        options: JobOptions(
            priority: 5, delay: .seconds(10), attempts: 8, backoff: .fixed(.seconds(30)),
            removeOnComplete: .keep(count: 1000, age: .seconds(86_400)), removeOnFail: .keepAll))
}

func setQueueDefaults(redis: Redis) throws -> Queue {
    let queue = try Queue(
        "mail", redis: redis,
        options: QueueOptions(defaultJobOptions: JobOptions(attempts: 3, removeOnComplete: .keep(count: 1000))))
    return queue
}

func addMany(queue: Queue, mails: [Mail]) async throws {
    let jobs = try await queue.addBulk(mails.map { BulkJob(Mails.send, $0) })
    _ = jobs
}

func addRaw(queue: Queue) async throws {
    let data = try JSONText(validating: #"{"to": "ada@example.org", "weight": 1.50}"#)
    try await queue.add(name: "legacy_thing", data: data)
}

func addWithoutDuplicates(queue: Queue, order: String) async throws {
    // An id that exists adds nothing, as long as the job is kept.
    try await queue.add(Mails.send, mail, options: JobOptions(jobID: "receipt-\(order)"))
    // Until the first one has finished, others with the same deduplication id are dropped.
    try await queue.add(Mails.send, mail, options: JobOptions(deduplication: .simple(id: mail.to)))
    // At most one a minute.
    try await queue.add(Mails.send, mail, options: JobOptions(deduplication: .throttle(id: mail.to, ttl: .seconds(60))))
    // Only the newest, once nothing has come for five seconds.
    try await queue.add(
        Mails.send, mail,
        options: JobOptions(delay: .seconds(5), deduplication: .debounce(id: mail.to, ttl: .seconds(5))))
}

struct Album: Codable, Sendable {
    var files: [String]
    var isSplit = false
}

enum Albums {
    static let build = JobType<Album, Int>("build_album")
    static let page = JobType<String, String>("render_page")
}

func albumHandler(albums: Queue, pages: Queue) -> Handler {
    Handler(Albums.build) { job in
        var album = job.payload
        if !album.isSplit {
            for (number, file) in album.files.enumerated() {
                // The same ids if this runs again after a crash, so that no page is added twice.
                try await pages.add(
                    Albums.page, file,
                    options: JobOptions(
                        jobID: "album-\(job.id)-\(number)", parent: albums.reference(to: job), onFailure: .failParent))
            }
            album.isSplit = true
            try await job.updateData(album)
            throw JobOutcome.waitForChildren
        }
        return try await job.childrenValues().count
    }
}
