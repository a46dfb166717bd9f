/// What becomes of waiting jobs while a queue is paused (protocol: versions, section 2.6).
///
/// BullMQ 5 moves them to another list and back, each time overwriting the list that it moves to. Clients of version 6, this library
/// among them, leave them where they are. A queue that both kinds pause or resume can therefore lose jobs, unless the newer kind
/// leaves nothing that could be overwritten. See <doc:MixedFleets>.
public enum PauseMode: Sendable, Hashable, CaseIterable {
    /// As BullMQ 6 does: nothing is moved. Right as long as no client of BullMQ 5, dashboards included, pauses, resumes or obliterates
    /// the queue.
    case plain
    /// Jobs of a paused queue are kept where BullMQ 5 keeps them, so that its clients may pause, resume and obliterate. Jobs held
    /// back are invisible to listings of BullMQ 6, which show only `wait`. Calls cost a little more.
    case v5Safe
}
