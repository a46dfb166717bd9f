// Owns the system calls that turn a program into a child process with the protocol's pipes on descriptors 3 and 4.
// Foundation's Process knows only descriptors 0 to 2 and no process groups.

import Foundation

/// A child just started, and our ends of its pipes.
struct SpawnedBrowser: Sendable {
    let pid: pid_t
    /// Where we write commands: the child's descriptor 3.
    let commands: CInt
    /// Where we read messages: the child's descriptor 4.
    let messages: CInt
    /// Where we read what it has to complain: the child's descriptors 1 and 2.
    let complaints: CInt

    /// Starts a program as the leader of a process group of its own.
    static func spawn(
        _ program: String, _ arguments: [String], environment: [String: String]
    ) throws(BrowserError) -> SpawnedBrowser {
        var open: [CInt] = []
        func pipe() throws(BrowserError) -> (read: CInt, write: CInt) {
            var ends: [CInt] = [-1, -1]
            guard Foundation.pipe(&ends) == 0 else { throw failure(program, errno) }
            // Above 9 no end can sit where the child's numbers go, so that no dup2 overwrites a source of the next.
            let raised = ends.map { fcntl($0, F_DUPFD_CLOEXEC, 10) }
            for end in ends { close(end) }
            open += raised.filter { $0 >= 0 }
            guard !raised.contains(-1) else { throw failure(program, errno) }
            return (raised[0], raised[1])
        }
        do {
            let commands = try pipe()
            let messages = try pipe()
            let complaints = try pipe()
            let pid = try start(
                program, arguments, environment,
                descriptors: [(commands.read, 3), (messages.write, 4), (complaints.write, 1), (complaints.write, 2)])
            // Else the end of the child would never be seen as the end of its output.
            for end in [commands.read, messages.write, complaints.write] { close(end) }
            return SpawnedBrowser(
                pid: pid, commands: commands.write, messages: messages.read, complaints: complaints.read)
        } catch {
            for end in open { close(end) }
            throw error
        }
    }

    private static func start(
        _ program: String, _ arguments: [String], _ environment: [String: String], descriptors: [(CInt, CInt)]
    ) throws(BrowserError) -> pid_t {
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #else
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        for (source, target) in descriptors { posix_spawn_file_actions_adddup2(&actions, source, target) }

        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The child starts with default signal handling, whatever this process blocks or ignores.
        var all = sigset_t()
        var none = sigset_t()
        sigfillset(&all)
        sigemptyset(&none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        var flags = Int32(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP)
        // No other descriptor of ours (a client's socket, another browser's pipe) may live on in the child.
        #if canImport(Darwin)
            flags |= Int32(POSIX_SPAWN_CLOEXEC_DEFAULT)
        #else
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
            for descriptor in names.compactMap({ CInt($0) }) where descriptor > 4 {
                posix_spawn_file_actions_addclose(&actions, descriptor)
            }
        #endif
        posix_spawnattr_setflags(&attributes, Int16(flags))

        var argv: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var pid = pid_t()
        let status = posix_spawn(&pid, program, &actions, &attributes, &argv, &envp)
        guard status == 0 else { throw failure(program, status) }
        return pid
    }

    private static func failure(_ program: String, _ number: CInt) -> BrowserError {
        BrowserError(.launchFailed, "\(program) did not start: \(String(cString: strerror(number)))")
    }
}
