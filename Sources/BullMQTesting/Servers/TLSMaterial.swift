// Owns throw-away certificates: an authority, a server's certificate for the loopback names, and a client's.

/// Paths of PEM files that exist as long as the server that made them.
public struct TLSMaterial: Sendable {
    /// The authority's certificate, which a client has to trust.
    public let authority: String
    /// The server's certificate, for `localhost` and `127.0.0.1`.
    public let serverCertificate: String
    /// The server's private key.
    public let serverKey: String
    /// A client's certificate.
    public let clientCertificate: String
    /// The client's private key.
    public let clientKey: String

    /// Makes the files in `folder` with the `openssl` command.
    ///
    /// - Throws: ``TestKitError`` with code ``TestKitError/Code/launchFailed`` and the command's own words.
    static func make(in folder: String) async throws -> TLSMaterial {
        let material = TLSMaterial(
            authority: "\(folder)/ca.crt",
            serverCertificate: "\(folder)/server.crt", serverKey: "\(folder)/server.key",
            clientCertificate: "\(folder)/client.crt", clientKey: "\(folder)/client.key")
        let authorityKey = "\(folder)/ca.key"
        try await openssl(subject: "Throw-away authority", key: authorityKey, certificate: material.authority, [])
        let signed = [
            "-CA", material.authority, "-CAkey", authorityKey, "-addext", "basicConstraints=critical,CA:FALSE",
        ]
        try await openssl(
            subject: "localhost", key: material.serverKey, certificate: material.serverCertificate,
            signed + ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
        try await openssl(
            subject: "client", key: material.clientKey, certificate: material.clientCertificate, signed)
        return material
    }

    private static func openssl(
        subject: String, key: String, certificate: String, _ more: [String]
    ) async throws {
        let arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=\(subject)", "-keyout", key, "-out", certificate,
        ]
        let run = try await ChildProcess.run("openssl", arguments + more)
        guard run.end.isSuccess else {
            throw TestKitError(
                .launchFailed, "openssl \(run.end) making \(certificate): \(run.errors.joined(separator: "\n"))")
        }
    }
}
