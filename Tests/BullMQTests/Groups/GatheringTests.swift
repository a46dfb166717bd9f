// Owns: the decisions about which calls travel alone, which wait, and when a group goes out.

import Testing

@testable import BullMQ

@Suite("Gathering calls")
struct GatheringTests {
    /// A crowd of so many that all arrive before anything is sent.
    private func crowd(_ count: Int) -> Gathering<Int> {
        var gathering = Gathering<Int>()
        for member in 0..<count where !gathering.goesAlone() { _ = gathering.wait(member) }
        return gathering
    }

    @Test("lets a few travel alone")
    func few() {
        var gathering = crowd(4)
        #expect(gathering.underWay == 4 && gathering.waiting.isEmpty)
        gathering.ended(1)
        #expect(gathering.goesAlone() == true)
    }

    @Test("sends those who wait as soon as they are as many as those under way")
    func balance() {
        var gathering = crowd(7)
        #expect(gathering.underWay == 4 && gathering.waiting == [4, 5, 6])
        #expect(gathering.next() == nil)
        gathering.ended(1)
        #expect(gathering.next() == [4, 5, 6])
        #expect(gathering.underWay == 6 && gathering.waiting.isEmpty)
    }

    @Test("sends a crowd in two halves, so that the server has something to do while answers are looked at")
    func halves() {
        var gathering = crowd(64)
        gathering.ended(4)
        #expect(gathering.next() == Array(4..<64))
        // All 64 come again: the first half does not wait for the second.
        gathering.ended(60)
        for member in 0..<30 {
            #expect(gathering.goesAlone() == false)
            #expect(!gathering.isHalf)
            _ = gathering.wait(member)
        }
        #expect(gathering.isHalf)
        #expect(gathering.next() == Array(0..<30))
        for member in 30..<60 {
            #expect(!gathering.isHalf)
            _ = gathering.wait(member)
        }
        #expect(gathering.isHalf)
        #expect(gathering.next() == Array(30..<60))
        // From then on the halves take turns.
        for _ in 0..<3 {
            gathering.ended(30)
            for member in 0..<29 { _ = gathering.wait(member) }
            #expect(gathering.next() == nil)
            _ = gathering.wait(29)
            #expect(gathering.isHalf)
            #expect(gathering.next() == Array(0..<30))
        }
    }

    @Test("sends at most a hundred at a time")
    func cap() {
        var gathering = crowd(1000)
        gathering.ended(4)
        var sizes: [Int] = []
        while let group = gathering.next() { sizes.append(group.count) }
        // Those who are left wait for an answer: there is enough to do.
        #expect(sizes == Array(repeating: 100, count: 9))
        #expect(gathering.waiting.count == 96)
    }

    @Test("never keeps anybody waiting while nothing is under way", arguments: 1...40)
    func liveliness(count: Int) {
        var gathering = crowd(count)
        gathering.ended(gathering.underWay)
        var rest = gathering.waiting.count
        while rest > 0 {
            #expect(gathering.isWorthSending)
            guard let group = gathering.next() else { break }
            rest -= group.count
            gathering.ended(group.count)
        }
        #expect(rest == 0 && gathering.underWay == 0)
    }

    @Test("goes back to single calls when the crowd is gone")
    func crowdLeaves() {
        var gathering = crowd(64)
        while gathering.underWay > 0 || !gathering.waiting.isEmpty {
            gathering.ended(gathering.underWay)
            _ = gathering.next()
        }
        var calls = 0
        while !gathering.goesAlone() {
            _ = gathering.wait(0)
            #expect(gathering.next() == [0])
            gathering.ended(1)
            calls += 1
        }
        #expect((1...20).contains(calls))
    }

    @Test("forgets those who gave up")
    func release() {
        var gathering = crowd(10)
        #expect(gathering.release { $0 == 5 } == [5])
        #expect(gathering.waiting == [4, 6, 7, 8, 9])
        #expect(gathering.release { _ in true } == [4, 6, 7, 8, 9])
        #expect(!gathering.isWorthSending)
    }
}
