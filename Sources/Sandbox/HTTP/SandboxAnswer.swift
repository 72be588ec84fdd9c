/// One answer of a stand-in.
package struct SandboxAnswer: Sendable {
    /// HTTP status.
    package let status: Int
    /// Header fields beside Content-Length and Date.
    package var headers: [(name: String, value: String)]
    /// The whole body.
    package let body: [UInt8]

    /// Makes an answer.
    package init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// An answer with a JSON body.
    static func json(_ value: JSONValue, status: Int = 200) -> SandboxAnswer {
        SandboxAnswer(
            status: status, headers: [("Content-Type", "application/json; charset=utf-8")], body: value.encoded())
    }
}
