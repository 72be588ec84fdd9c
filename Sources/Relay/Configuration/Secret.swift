import FoundationEssentials

/// A credential given in the configuration, either in place or as the path of a file that holds it.
///
/// A file is read at every ``read()``, so that a credential which a secret store replaced is picked up without a
/// restart. Neither description shows anything of the value.
package struct Secret: Hashable, Sendable {
    package enum Source: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
        case inline(String)
        /// Path of a file; white space around its content is not part of the secret.
        case file(String)

        package var description: String { "(secret)" }
        package var debugDescription: String { description }
        package var customMirror: Mirror { Mirror(self, children: [:]) }
    }

    /// The file cannot be read, or is empty.
    package struct Unreadable: Error, Hashable, CustomStringConvertible {
        package let path: String

        package var description: String { "the secret's file \(path) cannot be read or is empty" }
    }

    package let source: Source

    package init(_ source: Source) {
        self.source = source
    }

    /// The present value.
    ///
    /// - Throws: ``Unreadable``.
    package func read() throws(Unreadable) -> String {
        switch source {
        case .inline(let value):
            return value
        case .file(let path):
            guard let data = FileManager.default.contents(atPath: path),
                let text = String(bytes: data, encoding: .utf8)
            else { throw Unreadable(path: path) }
            let value = text.trimmingWhiteSpace()
            guard !value.isEmpty else { throw Unreadable(path: path) }
            return value
        }
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "(secret)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension String {
    /// The text without white space and line ends at either end.
    package func trimmingWhiteSpace() -> String {
        var view = Substring(self)
        while let first = view.first, first.isWhitespace { view.removeFirst() }
        while let last = view.last, last.isWhitespace { view.removeLast() }
        return String(view)
    }
}
