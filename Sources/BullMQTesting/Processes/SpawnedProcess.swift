// Owns the system calls that turn a program's path into a running child with three pipes.

import Foundation

/// A child just started, and our ends of its pipes.
struct SpawnedProcess: Sendable {
    let pid: pid_t
    let input: FileHandle
    let output: Int32
    let errors: Int32

    static func spawn(
        _ program: String, _ arguments: [String], environment: [String: String]
    ) throws -> SpawnedProcess {
        let input = try makePipe()
        let output = try makePipe()
        let errors = try makePipe()
        defer { for end in [input.read, output.write, errors.write] { close(end) } }

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input.read, 0)
        posix_spawn_file_actions_adddup2(&actions, output.write, 1)
        posix_spawn_file_actions_adddup2(&actions, errors.write, 2)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The child starts with default signal handling, whatever this process blocks or ignores.
        var all = sigset_t()
        var none = sigset_t()
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        var flags = Int32(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK)
        // No other descriptor of ours (a client's socket, say) may live on in the child.
        #if canImport(Darwin)
            flags |= Int32(POSIX_SPAWN_CLOEXEC_DEFAULT)
        #else
            // (glibc's "close from" is hidden from Swift; closing one that is gone meanwhile is no error.)
            for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
                if let descriptor = Int32(name), descriptor > 2 {
                    posix_spawn_file_actions_addclose(&actions, descriptor)
                }
            }
        #endif
        posix_spawnattr_setflags(&attributes, Int16(flags))

        var argv: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }

        var pid = pid_t()
        let status = posix_spawn(&pid, program, &actions, &attributes, &argv, &envp)
        guard status == 0 else {
            for end in [input.write, output.read, errors.read] { close(end) }
            throw TestKitError(.launchFailed, "\(program) did not start: \(String(cString: strerror(status)))")
        }
        return SpawnedProcess(
            pid: pid,
            input: FileHandle(fileDescriptor: input.write, closeOnDealloc: true),
            output: output.read,
            errors: errors.read)
    }

    private static func makePipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw TestKitError(.launchFailed, "no pipe for a child process: \(String(cString: strerror(errno)))")
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }
}
