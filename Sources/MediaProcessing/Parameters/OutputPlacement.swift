// The common parameters `filename` and `folder` (media.md §1.9). Owns: which names are safe to use on a file system.

/// Where a job's parameters want the result: both parts are optional, relative and free of tricks.
public struct OutputPlacement: Sendable, Equatable {
    /// File name without extension, if the job names one.
    public var stem: String?
    /// Folder relative to the place results go to, e.g. `2026/spring`, if the job names one.
    public var folder: String?

    /// Makes a placement.
    ///
    /// - Throws: ``MediaError/Code/invalidParameter`` if a part could leave its folder or hide a file.
    public init(stem: String? = nil, folder: String? = nil) throws {
        if let stem, !Self.isSafe(component: stem) {
            throw MediaError(.invalidParameter, "\"filename\" must be \(Self.allowedName)", parameter: "filename")
        }
        if let folder, !Self.isSafe(folder: folder) {
            throw MediaError(.invalidParameter, "\"folder\" must be \(Self.allowedFolder)", parameter: "folder")
        }
        self.stem = stem
        self.folder = folder
    }

    package static let keys: Set<String> = ["filename", "folder"]

    package init(_ parameters: StrictParameters) throws {
        stem = try parameters.text("filename", allowed: Self.allowedName) { name in
            let stem = Self.withoutMediaExtension(name)
            return Self.isSafe(component: stem) ? stem : nil
        }
        folder = try parameters.text("folder", allowed: Self.allowedFolder) { Self.isSafe(folder: $0) ? $0 : nil }
    }

    private static let allowedName =
        "a file name of 1 to 100 characters without slash, backslash or control characters, not starting with a dot"
    private static let allowedFolder = "a relative folder such as \"2026/spring\", without empty parts or leading dots"

    /// The extension says nothing here (the format decides it), so a name given with one does not get two.
    private static func withoutMediaExtension(_ name: String) -> String {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
        let suffix = name[name.index(after: dot)...].lowercased()
        let isKnown =
            ImageFormat.allCases.contains { $0.accepts(fileExtension: suffix) }
            || MediaContainer.allCases.contains { $0.fileExtension == suffix }
        return isKnown ? String(name[..<dot]) : name
    }

    static func isSafe(component: String) -> Bool {
        (1...100).contains(component.count) && component.utf8.count <= 200 && !component.hasPrefix(".")
            && component.unicodeScalars.allSatisfy { scalar in
                scalar.value >= 0x20 && scalar.value != 0x7F && scalar != "/" && scalar != "\\"
            }
    }

    private static func isSafe(folder: String) -> Bool {
        folder.utf8.count <= 500
            && folder.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
                isSafe(component: String($0))
            }
    }
}
