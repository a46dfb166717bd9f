// Which addresses a job may lead to.

import Foundation
import Testing

@testable import MediaJobs

@Suite struct AddressRulesTests {
    @Test(
        "private, local and special addresses are closed",
        arguments: [
            "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1",
            "100.127.255.255",
            "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1",
            "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.7", "224.0.0.1", "239.255.255.255", "240.0.0.1",
            "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "fc00::1", "fdff::1",
            "fe80::1",
            "febf::1", "fec0::1", "ff02::1", "2001:db8::1", "2001::1", "2001:10::1", "2002:7f00:1::",
            "2002:0a00:0001::1",
            "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "3fff::1", "100::1", "2002:c0a8:0101::1",
            "168.63.129.16",
            "2002:a83f:8110::1", "64:ff9b::a83f:8110",
            // Other spellings of the loopback address go through the same resolver.
            "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "localhost",
        ])
    func closed(host: String) async throws {
        let addresses = try await SystemHostResolver().addresses(of: host)
        #expect(!addresses.isEmpty && addresses.allSatisfy { !$0.isPublic }, "\(addresses)")
    }

    @Test(
        "public addresses are open, to their last neighbour",
        arguments: [
            "8.8.8.8", "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
            "128.0.0.1", "169.253.255.255", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0",
            "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2a00:1450::1", "2002:0808:0808::1",
            "64:ff9b::808:808", "2001:4860:4860::8888",
        ])
    func open(host: String) async throws {
        let addresses = try await SystemHostResolver().addresses(of: host)
        #expect(!addresses.isEmpty && addresses.allSatisfy(\.isPublic), "\(addresses)")
    }

    @Test(
        "a URL is refused for its text alone",
        arguments: [
            ("ftp://example.com/a.jpg", MediaJobError.Code.forbiddenURL), ("gopher://example.com/", .forbiddenURL),
            ("http://user:secret@example.com/", .forbiddenURL), ("http://user@example.com/", .forbiddenURL),
            ("http://example.com:8080/", .forbiddenURL), ("http://example.com:22/", .forbiddenURL),
            ("http:///a.jpg", .invalidData), ("http://@example.com/", .forbiddenURL),
            ("http://:@example.com/", .forbiddenURL), ("http://:secret@example.com/", .forbiddenURL),
            ("http://[fe80::1%25eth0]/", .invalidData), ("http://[fe80::1%eth0]/", .invalidData),
            ("http://example.com\\@127.0.0.1/", .forbiddenURL),
            ("http://ex%61mple.com/", .invalidData), ("a.jpg", .forbiddenURL), ("http://exa mple.com/", .invalidData),
            ("http://example.com/\r\nX: y", .invalidData), ("data:image/png;base64,AAAA", .forbiddenURL),
            ("https://example.com/" + String(repeating: "a", count: 2048), .invalidData),
        ])
    func text(url: String, code: MediaJobError.Code) throws {
        let error = #expect(throws: MediaJobError.self) { try RemoteURL(url, ports: [80, 443]) }
        #expect(error?.code == code && error?.isPermanent == true, "\(String(describing: error))")
    }

    @Test("a URL is taken apart") func parts() throws {
        let plain = try RemoteURL("HTTP://Example.com/a.jpg?x=1", ports: [80, 443])
        #expect(plain.port == 80 && !plain.isSecure && plain.host.lowercased() == "example.com")
        let literal = try RemoteURL("https://[2606:4700::1111]/a", ports: [80, 443])
        #expect(literal.port == 443 && literal.isSecure && literal.host == "2606:4700::1111")
        #expect(try RemoteURL("http://exämple.com/", ports: [80]).host == "xn--exmple-cua.com")
        let relative = try RemoteURL("/b.jpg", relativeTo: plain.url, ports: [80, 443])
        #expect(relative.url.absoluteString.lowercased() == "http://example.com/b.jpg")
    }
}
