// Hosts that may be asked although their addresses are private, as a setting lists them.

extension FetchRules {
    /// Reads `host:port,[::1]:8080,...` for ``trustedHosts``.
    ///
    /// - Throws: ``MediaJobError/Code/invalidData`` for an entry that is no host with a port.
    public static func trustedHosts(_ list: String) throws -> Set<String> {
        Set(
            try list.split(separator: ",").map { entry in
                let text = entry.lowercased().filter { !$0.isWhitespace }
                guard let colon = text.lastIndex(of: ":"), colon != text.startIndex,
                    let port = UInt16(text[text.index(after: colon)...])
                else {
                    throw MediaJobError(.invalidData, "must list host:port pairs, but has \"\(entry)\"")
                }
                // As in a URL that is taken apart: without the brackets of an IPv6 address.
                return "\(text[..<colon].filter { !"[]".contains($0) }):\(port)"
            })
    }
}
