// Owns what the benchmark can be asked on its command line.

/// The options of one run.
struct BenchOptions {
    enum Mode { case throughput, idle, scale, help }

    var mode = Mode.throughput
    var rounds = 3
    var jobs = 20_000
    var only: Set<String>?
    var subjects: Set<String>?
    var output = "bench-results"
    var isStrict = false
    var minutes = 10.0
    var concurrency = 1
    /// How many jobs wait in the long queue.
    var scale = 1_000_000

    init(_ arguments: [String]) throws {
        var rest = arguments[...]
        if rest.first == "idle" {
            mode = .idle
            rest.removeFirst()
        } else if rest.first == "scale" {
            mode = .scale
            rest.removeFirst()
        }
        while let name = rest.popFirst() {
            switch name {
            case "--help", "-h": mode = .help
            case "--strict": isStrict = true
            case "--rounds": rounds = try Self.number(&rest, of: name)
            case "--waiting": scale = try Self.number(&rest, of: name)
            case "--jobs": jobs = try Self.number(&rest, of: name)
            case "--concurrency": concurrency = try Self.number(&rest, of: name)
            case "--only": only = try Self.list(&rest, of: name)
            case "--subjects": subjects = try Self.list(&rest, of: name)
            case "--output": output = try Self.value(&rest, of: name)
            case "--minutes":
                guard let number = Double(try Self.value(&rest, of: name)), number > 0 else {
                    throw BenchError("--minutes needs a number above 0")
                }
                minutes = number
            default: throw BenchError("unknown argument \(name); see --help")
            }
        }
        let unknown = (only ?? []).subtracting(Scenario.all(jobs: jobs).map(\.name))
        guard unknown.isEmpty else { throw BenchError("unknown scenarios: \(unknown.sorted()); see --help") }
        let strangers = (subjects ?? []).subtracting(Subject.allCases.map(\.rawValue))
        guard strangers.isEmpty else { throw BenchError("unknown subjects: \(strangers.sorted()); see --help") }
    }

    private static func value(_ rest: inout ArraySlice<String>, of name: String) throws -> String {
        guard let value = rest.popFirst() else { throw BenchError("\(name) needs a value") }
        return value
    }

    private static func number(_ rest: inout ArraySlice<String>, of name: String) throws -> Int {
        guard let number = Int(try value(&rest, of: name)), number > 0 else {
            throw BenchError("\(name) needs a number above 0")
        }
        return number
    }

    private static func list(_ rest: inout ArraySlice<String>, of name: String) throws -> Set<String> {
        Set(try value(&rest, of: name).split(separator: ",").map(String.init))
    }
}

/// The benchmark cannot go on.
struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
