// What belongs to one request: its caller and its connection.

import Hummingbird
import NIOCore

struct StandInContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The connection, for faults that close it.
    let channel: any Channel
    var accountability = Accountability.anonymous

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}
