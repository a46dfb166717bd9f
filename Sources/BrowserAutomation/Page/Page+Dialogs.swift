// Owns the answers to dialog boxes: while one is open, a page answers nothing else.

import Logging

/// What is done with a dialog box.
public enum DialogAnswer: Sendable, Hashable {
    /// As if the user pressed Cancel, or closed an alert.
    case dismiss
    /// As if the user pressed OK, with this text in a prompt.
    case accept(text: String? = nil)
}

extension Page {
    /// The dialog boxes that were opened, the last 500.
    public var dialogs: [Dialog] { monitor.state.dialogs }

    func answerDialog(_ event: ProtocolMessage) {
        // Unstructured: whoever runs into the dialog waits inside of another call. It ends with the answer.
        Task {
            do {
                let dialog = try event.parameters(as: Dialog.self)
                var parameters: [String: JSONValue] = ["accept": true]
                if dialog.type != "beforeunload" {
                    switch dialogAnswer {
                    case .dismiss: parameters["accept"] = false
                    case .accept(let text): parameters["promptText"] = .string(text ?? "")
                    }
                }
                try await command("Page.handleJavaScriptDialog", .object(parameters))
            } catch {
                browser.logger.debug("A dialog could not be answered", metadata: ["error": "\(error)"])
            }
        }
    }
}
