// Owns: reading many things at a time.

import BullMQ

extension Collection where Element: Sendable {
    /// Asks Redis about each element, some at a time.
    ///
    /// - Returns: the answers in the order of the elements.
    func reading<Answer: Sendable>(
        _ question: @escaping @Sendable (Element) async throws -> Answer
    ) async throws -> [Answer] {
        // All go through one connection, which is well filled with this many on the way.
        let bound = 16
        return try await withThrowingTaskGroup(of: (Int, Answer).self) { group in
            var answers: [Int: Answer] = [:]
            for (index, element) in enumerated() {
                if index >= bound, let (index, answer) = try await group.next() { answers[index] = answer }
                group.addTask { (index, try await question(element)) }
            }
            for try await (index, answer) in group { answers[index] = answer }
            return (0..<count).compactMap { answers[$0] }
        }
    }
}
