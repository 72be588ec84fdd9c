/// A complete answer of the server, whatever its status.
///
/// Redirects are answers like any other: none is followed.
package struct HTTPResponse: Hashable, Sendable {
    /// 200–599 in practice; interim 1xx answers are skipped.
    package var status: Int
    /// Those of the final answer; trailers are dropped.
    package var headers: HTTPHeaders
    /// Without transfer coding. No content coding is asked for and none is undone.
    package var body: [UInt8]

    package init(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

extension HTTPResponse: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Status and size; bodies hold personal data.
    package var description: String { "status \(status), body of \(body.count) bytes" }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, children: ["status": status, "bodyBytes": body.count]) }
}
