// Owns which official packages there are to play against, and how their programs are started.

import BullMQTesting
import Foundation

/// The runtime of an official BullMQ package.
public enum PeerRuntime: String, CaseIterable, Hashable, Sendable, CustomStringConvertible {
    /// The Python package `bullmq`.
    case python
    /// The Node package `bullmq`.
    case node

    /// The runtime's name.
    public var description: String { rawValue }

    /// Why this peer cannot play; `nil` when it can. The answer holds for the life of the process.
    public var missing: String? {
        get async {
            switch self {
            case .python: await Self.pythonMissing.value
            case .node: await Self.nodeMissing.value
            }
        }
    }

    /// Python is part of what `make deps` installs: without it the suite must fail, not skip.
    public var isOptional: Bool { self == .node }

    /// The interpreter: `BULLMQ_PYTHON` or the virtual environment of the package; `BULLMQ_NODE` or `node` on `PATH`.
    public var interpreter: String {
        let environment = ProcessInfo.processInfo.environment
        return switch self {
        case .python: environment["BULLMQ_PYTHON"] ?? "\(Self.packageFolder)/.venv/bin/python"
        case .node: environment["BULLMQ_NODE"] ?? "node"
        }
    }

    private static let pythonMissing = Task {
        await probe(.python, ["-c", "import bullmq"], otherwise: "Python package not found (run `make deps`)")
    }

    private static let nodeMissing = Task {
        await probe(.node, ["-e", "require.resolve('bullmq')"], otherwise: "Node package not found")
    }

    private static func probe(_ runtime: PeerRuntime, _ arguments: [String], otherwise reason: String) async -> String?
    {
        let run = try? await ChildProcess.run(runtime.interpreter, arguments)
        return run?.end.isSuccess == true ? nil : reason
    }

    /// The folder of `Package.swift`.
    static let packageFolder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
}
