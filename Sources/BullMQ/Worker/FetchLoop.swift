/// Decides what a worker does next: take a job, wait for one, or neither (protocol: worker, sections 4 to 8).
///
/// A pure state machine; times are milliseconds since 1970 and come from outside. A slot is one job being processed, together
/// with the successors that its finishing script hands out.
struct FetchLoop {
    enum Action: Equatable {
        /// Take a job with a token of this number.
        case fetch(token: Int)
        /// Wait on the marker for this many milliseconds.
        case block(milliseconds: Int64)
        /// Do nothing for this long, unless something changes.
        case sleep(milliseconds: Int64)
        /// Do nothing until something changes.
        case idle
        /// Everything is done.
        case stop
    }

    /// What a script that may hand out jobs said.
    enum Answer: Equatable {
        case job
        case none(limitedFor: Int64, dueAt: Int64)
        case notAsked
    }

    private static let longestBlock: Int64 = 10_000

    var concurrency: Int
    let drainDelay: Int64
    let maximumRateLimitDelay: Int64
    /// The shortest wait that the server supports.
    var minimumBlock: Int64 = 1

    private(set) var slots = 0
    private(set) var isDrained = false
    /// When the next delayed job is due, 0 if none is known.
    private var blockUntil: Int64 = 0
    /// Until when nothing may be started, 0 if unlimited.
    private var limitUntil: Int64 = 0
    private var nextToken = 0
    /// The wait ended: ask once, whether or not the queue seemed empty before.
    private var isWoken = false
    var isPaused = false
    var isClosing = false

    init(concurrency: Int, drainDelay: Int64, maximumRateLimitDelay: Int64) {
        self.concurrency = concurrency
        self.drainDelay = drainDelay
        self.maximumRateLimitDelay = maximumRateLimitDelay
    }

    mutating func next(now: Int64) -> Action {
        if isClosing { return slots == 0 ? .stop : .idle }
        if isPaused || slots >= concurrency { return .idle }
        if limitUntil > now { return .sleep(milliseconds: min(limitUntil - now, maximumRateLimitDelay)) }
        if isDrained, !isWoken, let timeout = blockTimeout(now: now) {
            return .block(milliseconds: timeout)
        }
        isWoken = false
        defer { nextToken += 1 }
        return .fetch(token: nextToken)
    }

    /// After a fetch brought a job: the numbers of tokens for taking more in one call, if more than one may run now.
    mutating func furtherTokens(atMost limit: Int) -> Range<Int> {
        let count = isClosing || isPaused ? 0 : min(concurrency - slots, limit)
        guard count > 1 else { return nextToken..<nextToken }
        defer { nextToken += count }
        return nextToken..<nextToken + count
    }

    /// Nil if a delayed job is due, so that there is nothing to wait for.
    private func blockTimeout(now: Int64) -> Int64? {
        if blockUntil == 0 { return max(drainDelay, minimumBlock) }
        let remaining = blockUntil - now
        if remaining <= 0 { return nil }
        return min(max(remaining, minimumBlock), Self.longestBlock)
    }

    /// The wait on the marker ended.
    ///
    /// - Parameter score: of the marker that was popped, nil if the time passed or the wait failed.
    mutating func woke(score: Int64?, now: Int64) {
        guard let score else {
            blockUntil = 0
            isWoken = true
            return
        }
        let known = blockUntil
        blockUntil = known != 0 && known < score ? known : score
        isWoken = blockUntil <= 0 || blockUntil - now < 1
    }

    /// A rate-limit sleep is over.
    mutating func slept() {
        limitUntil = 0
        isDrained = false
    }

    /// A fetch was answered. Returns true if the queue turned out empty just now.
    mutating func fetched(_ answer: Answer, now: Int64) -> Bool {
        if case .job = answer { slots += 1 }
        return take(answer, now: now)
    }

    /// The finishing script of a slot answered; without a job the slot is gone. Returns true if the queue turned out empty just now.
    mutating func slotAnswered(_ answer: Answer, now: Int64) -> Bool {
        if answer != .job { slots -= 1 }
        return take(answer, now: now)
    }

    private mutating func take(_ answer: Answer, now: Int64) -> Bool {
        switch answer {
        case .job:
            limitUntil = 0
            blockUntil = 0
            isDrained = false
            return false
        case .notAsked:
            isDrained = false
            return false
        case .none(let limitedFor, let dueAt):
            limitUntil = limitedFor > 0 ? now + limitedFor : 0
            blockUntil = max(dueAt, 0)
            defer { isDrained = true }
            return !isDrained
        }
    }

    /// A handler asked for a pause of the whole queue.
    mutating func limit(for milliseconds: Int64, now: Int64) {
        limitUntil = milliseconds > 0 ? now + milliseconds : 0
    }

    /// Whether a slot that finishes now may take a successor.
    var mayContinueSlot: Bool { !isClosing && !isPaused && slots <= concurrency }
}
