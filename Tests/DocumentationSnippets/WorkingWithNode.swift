// The snippets of the article "Coming from Node, working with Node and Python".

import BullMQ
import FoundationEssentials

struct Invoice: Codable, Sendable {
    var number: Int
    var issued: Date
    var note: String?
}

enum Invoices {
    static let print = JobType<Invoice, JSONValue>("print_invoice")
}

func dynamicData() -> Handler {
    Handler(named: "import") { job in
        let data = try job.data.value()
        guard let rows = data["rows"]?.arrayValue else { throw JobOutcome.unrecoverable("rows is missing") }
        return JSONText(["imported": JSONValue(rows.count)])
    }
}

func ownPrefix(redis: Redis) throws -> Queue {
    let queue = try Queue("invoices", redis: redis, options: QueueOptions(prefix: "{acme}"))
    return queue
}
