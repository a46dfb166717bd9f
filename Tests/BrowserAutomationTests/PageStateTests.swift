// Owns what a page's events add up to, without a browser.

import Foundation
import Testing

@testable import BrowserAutomation

@Suite("The state of a page")
struct PageStateTests {
    private func state(after events: [(String, String)]) throws -> PageState {
        var state = PageState(mainFrame: "main")
        for (method, parameters) in events {
            try state.apply(
                ProtocolMessage(method: method, session: "s", text: Data("{\"params\":\(parameters)}".utf8)))
        }
        return state
    }

    private func navigated(_ loader: String, frame: String = "main", url: String = "http://a/") -> (String, String) {
        ("Page.frameNavigated", #"{"frame":{"id":"\#(frame)","loaderId":"\#(loader)","url":"\#(url)"}}"#)
    }

    private func lifecycle(_ name: String, _ loader: String, frame: String = "main") -> (String, String) {
        ("Page.lifecycleEvent", #"{"frameId":"\#(frame)","loaderId":"\#(loader)","name":"\#(name)"}"#)
    }

    @Test("Late news of the document before does not count for the present one")
    func lateEvents() throws {
        let state = try state(after: [
            navigated("1"), lifecycle("DOMContentLoaded", "1"), navigated("2", url: "http://b/"),
            lifecycle("load", "1"), lifecycle("networkIdle", "1"),
        ])
        #expect(state.document?.loader == "2")
        #expect(state.document?.reached == [.commit])
        #expect(state.documentCount == 2)
    }

    @Test("Frames inside of the page do not move it")
    func otherFrames() throws {
        let state = try state(after: [
            navigated("1"), navigated("2", frame: "inner"), lifecycle("load", "2", frame: "inner"),
            ("Page.navigatedWithinDocument", #"{"frameId":"inner","url":"http://inner/#x"}"#),
        ])
        #expect(state.document?.url == "http://a/")
        #expect(state.document?.reached == [.commit])
        #expect(state.sameDocumentCount == 0)
    }

    @Test("A change of the fragment changes the address alone")
    func fragment() throws {
        let state = try state(after: [
            navigated("1"), lifecycle("load", "1"),
            ("Page.navigatedWithinDocument", #"{"frameId":"main","url":"http://a/#x"}"#),
        ])
        #expect(state.document?.url == "http://a/#x")
        #expect(state.document?.reached == [.commit, .load])
        #expect(state.documentCount == 1)
    }

    @Test("Script contexts come and go with their documents")
    func contexts() throws {
        func created(_ id: String, name: String, isDefault: Bool, frame: String = "main") -> (String, String) {
            (
                "Runtime.executionContextCreated",
                #"{"context":{"uniqueId":"\#(id)","name":"\#(name)","auxData":{"frameId":"\#(frame)","isDefault":\#(isDefault)}}}"#
            )
        }
        let own = PageState.privateWorld
        let events = [
            created("a", name: "", isDefault: true), created("b", name: own, isDefault: false),
            created("c", name: own, isDefault: false, frame: "inner"),
            created("d", name: "extension", isDefault: false),
        ]
        var state = try state(after: events)
        #expect(state.pageContext == "a")
        #expect(state.privateContext == "b")
        state = try self.state(
            after: events + [("Runtime.executionContextDestroyed", #"{"executionContextUniqueId":"b"}"#)])
        #expect(state.pageContext == "a")
        #expect(state.privateContext == nil)
        state = try self.state(after: events + [("Runtime.executionContextsCleared", "{}")])
        #expect(state.pageContext == nil)
    }

    @Test("Memory stays bounded whatever a page does")
    func bounds() throws {
        let noise = (0..<1200).flatMap { number in
            [
                ("Runtime.consoleAPICalled", #"{"type":"log","args":[{"type":"string","value":"\#(number)"}]}"#),
                ("Page.javascriptDialogOpening", #"{"type":"alert","message":"\#(number)"}"#),
                (
                    "Network.responseReceived",
                    #"{"requestId":"\#(number)","type":"Image","response":{"url":"u","status":404}}"#
                ),
                navigated("\(number)"),
            ]
        }
        let state = try state(after: noise)
        #expect(state.messages.count == 500)
        #expect(state.messages.last?.text == "1199")
        #expect(state.dialogs.count == 500)
        #expect(state.failures.count == 500)
        #expect(state.documents.count == 16)
    }

    @Test("Requests that were given up are no failures")
    func cancelledRequests() throws {
        func sent(_ id: String) -> (String, String) {
            (
                "Network.requestWillBeSent",
                #"{"requestId":"\#(id)","request":{"url":"http://a/\#(id)","method":"POST"}}"#
            )
        }
        let state = try state(after: [
            sent("1"), sent("2"), sent("3"),
            ("Network.loadingFailed", #"{"requestId":"1","errorText":"net::ERR_ABORTED","canceled":true}"#),
            ("Network.loadingFailed", #"{"requestId":"2","errorText":"net::ERR_FAILED"}"#),
            ("Network.loadingFinished", #"{"requestId":"3"}"#),
        ])
        #expect(state.failures.map(\.description) == ["POST http://a/2: net::ERR_FAILED"])
        #expect(state.requests.isEmpty)
    }

    @Test("A crash ends a page until it is revived; a closed page stays closed")
    func ends() throws {
        var state = try state(after: [("Inspector.targetCrashed", "{}")])
        #expect(state.end?.code == .pageCrashed)
        state.revive()
        #expect(state.end == nil)
        state.finish(BrowserError(.pageClosed, ""))
        state.finish(BrowserError(.browserClosed, ""))
        state.revive()
        #expect(state.end?.code == .pageClosed)
    }
}
