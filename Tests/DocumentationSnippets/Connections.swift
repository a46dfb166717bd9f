// The snippets of the article "Connections".

import BullMQ
import Foundation

func connect() throws {
    let redis = try Redis(url: ProcessInfo.processInfo.environment["REDIS_URL"] ?? "redis://localhost:6379/0")
    _ = redis
}

func configure() throws {
    var configuration = try RedisConfiguration(url: "rediss://app:secret@redis.internal:6380")
    // An HTTP producer answers its client soon, also when Redis is away.
    configuration.offlineTimeout = .seconds(2)
    configuration.reconnect = ReconnectPolicy(initial: .milliseconds(100), maximum: .seconds(10))
    let redis = Redis(configuration: configuration)
    _ = redis
}

func scatter() throws {
    let redis = try Redis(url: "redis+cluster://node-1:6379,node-2:6379")
    let mails = try Queue("mails", redis: redis, options: QueueOptions(prefix: "{mails}"))
    _ = mails
}
