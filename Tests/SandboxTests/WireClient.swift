import NIOCore
import NIOPosix

@testable import Sandbox

/// What came back over one connection.
struct WireAnswer {
    let status: Int
    let headers: [String: String]
    let body: [UInt8]

    var json: JSONValue { (try? JSONParser.parse(body)) ?? .null }
    var text: String { String(decoding: body, as: UTF8.self) }
}

/// How a connection ended when no whole answer came.
enum WireFailure: Error, Hashable {
    case reset
    case closedWithoutAnswer
    /// The body was shorter than Content-Length said.
    case truncated
}

/// An HTTP client of a connection per request that sees what a library would hide.
struct WireClient {
    let address: SandboxAddress
    var headers: [(String, String)] = []

    /// A client with the login of an account.
    static func kassir(_ address: SandboxAddress, login: String = "shop:secret") -> WireClient {
        WireClient(address: address, headers: [("Authorization", "Basic \(base64(login))")])
    }

    func get(_ path: String) async throws -> WireAnswer { try await send("GET", path) }

    func post(_ path: String, _ json: JSONValue) async throws -> WireAnswer { try await post(path, json.text) }

    func post(_ path: String, _ text: String, type: String = "application/json") async throws -> WireAnswer {
        try await send("POST", path, type: type, body: Array(text.utf8))
    }

    /// Sends one request on a connection of its own.
    ///
    /// - Throws: ``WireFailure`` if no whole answer comes.
    func send(_ method: String, _ path: String, type: String? = nil, body: [UInt8] = []) async throws -> WireAnswer {
        var head =
            "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: \(body.count)\r\n"
        if let type { head += "Content-Type: \(type)\r\n" }
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        let request = Array((head + "\r\n").utf8) + body
        let client = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: address.host, port: address.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let received = try await client.executeThenClose { inbound, outbound -> Result<[UInt8], WireFailure> in
            var received: [UInt8] = []
            do {
                try await outbound.write(ByteBuffer(bytes: request))
                for try await buffer in inbound { received.append(contentsOf: buffer.readableBytesView) }
            } catch let error as IOError where error.errnoCode == ECONNRESET {
                return .failure(.reset)
            }
            return .success(received)
        }
        return try Self.answer(received.get())
    }

    private static func answer(_ bytes: [UInt8]) throws -> WireAnswer {
        guard !bytes.isEmpty else { throw WireFailure.closedWithoutAnswer }
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { throw WireFailure.truncated }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        let status = lines[0].split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = String(line[line.index(after: colon)...].drop { $0 == " " })
        }
        let body = Array(bytes[end.upperBound...])
        if let length = headers["content-length"].flatMap({ Int($0) }), body.count < length {
            throw WireFailure.truncated
        }
        return WireAnswer(status: status, headers: headers, body: body)
    }

    static func base64(_ text: String) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        let bytes = Array(text.utf8)
        var result = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let chunk = Array(bytes[start..<min(start + 3, bytes.count)])
            let padded = chunk + Array(repeating: 0, count: 3 - chunk.count)
            let number = Int(padded[0]) << 16 | Int(padded[1]) << 8 | Int(padded[2])
            for position in 0..<4 {
                result += position <= chunk.count ? String(alphabet[number >> (18 - 6 * position) & 63]) : "="
            }
        }
        return result
    }
}
