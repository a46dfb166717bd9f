// A program started with a list of arguments, never through a shell, and what it cost.

import Glibc

/// What a finished program used.
struct Cost {
    var seconds: Double
    /// Time of all processors together.
    var processorSeconds: Double
    /// Largest resident memory in bytes.
    var memory: Int
}

struct ChildFailure: Error, CustomStringConvertible {
    let description: String
}

enum ChildProgram {
    /// Runs a program to its end; its output goes to `log`.
    static func run(_ path: String, _ arguments: [String], log: String = "/dev/null") throws -> Cost {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var words = ([path] + arguments).map { strdup($0) }
        defer { words.forEach { free($0) } }
        words.append(nil)
        var child = pid_t()
        let clock = ContinuousClock()
        let start = clock.now
        guard posix_spawn(&child, path, &actions, nil, words, environ) == 0 else {
            throw ChildFailure(description: "\(path) cannot be started")
        }
        var status: Int32 = 0
        var usage = rusage()
        while wait4(child, &status, 0, &usage) < 0, errno == EINTR {}
        let seconds = (clock.now - start) / .seconds(1)
        guard status == 0 else {
            throw ChildFailure(description: "\(path) \(arguments.joined(separator: " ")) failed; see \(log)")
        }
        let processor = [usage.ru_utime, usage.ru_stime].reduce(0.0) {
            $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6
        }
        return Cost(seconds: seconds, processorSeconds: processor, memory: usage.ru_maxrss * 1024)
    }
}
