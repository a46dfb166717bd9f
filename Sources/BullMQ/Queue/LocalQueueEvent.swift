// Owns: what is done through one queue object, told inside this process.

/// Something that was done through one ``Queue`` object and the jobs it handed out. For what happens in the queue whoever does it,
/// see ``QueueEvents``.
public enum LocalQueueEvent: Sendable {
    /// A job was added by ``Queue/add(_:_:options:)`` or ``Queue/add(name:data:options:)``, wherever its options sent it, or was
    /// dropped as a duplicate of the job with this id. Bulk additions are not told.
    case waiting(Job)
    /// The queue was paused.
    case paused
    /// The queue was resumed.
    case resumed
    /// Progress of a job was reported.
    case progress(jobID: String, JSONText)
    /// A job was removed, or did not exist.
    case removed(jobID: String)
    /// Jobs of a state were cleaned; one event for each batch.
    case cleaned(jobIDs: [String], JobState)
}

extension Queue {
    /// What is done through this object from now on. A listener that is more than `limit` events behind loses the oldest.
    ///
    /// The sequence ends when the queue object and its jobs are gone, or the surrounding task is cancelled.
    public func localEvents(bufferingNewest limit: Int = 1024) -> AsyncStream<LocalQueueEvent> {
        store.localEvents.listen(bufferingNewest: limit)
    }
}
