import FoundationEssentials
import Testing

/// A person at the keyboard: runs commands with the configuration of an installation, as an administrator.
struct Console: Sendable {
    let directory: String
    let configuration: String

    /// Opens a console on a stage; its files are gone afterwards.
    static func open<Value>(
        _ stage: Stage, _ shops: [ShopSpec] = [ShopSpec()], login: Login = .admin,
        _ body: (Console) async throws -> Value
    ) async throws -> Value {
        try await withDirectory { directory in
            let path = directory + "/fiscal-relay.yaml"
            try stage.yaml(shops, login: login).write(toPath: path)
            return try await body(Console(directory: directory, configuration: path))
        }
    }

    /// Runs a command, expects its exit status, and checks that neither output tells a secret. The payload of an event
    /// and the document of a receipt, with their buyer, are shown to whoever asks for just that one.
    @discardableResult
    func run(
        _ arguments: String..., input: String = "", expecting status: Int32 = 0,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Program.Result {
        let result = try await Program.run(arguments + ["--config", configuration], input: input)
        #expect(
            result.status == status, "\(arguments): \(result.output) \(result.error)", sourceLocation: sourceLocation)
        check(result, arguments, sourceLocation)
        return result
    }

    /// Runs a command with `--format json` and reads its standard output, which must be that JSON and nothing else.
    @discardableResult
    func json<Value: Decodable>(
        _ type: Value.Type, _ arguments: String..., input: String = "", expecting status: Int32 = 0,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Value {
        let all = arguments + ["--format", "json", "--config", configuration]
        let result = try await Program.run(all, input: input)
        #expect(
            result.status == status, "\(arguments): \(result.output) \(result.error)", sourceLocation: sourceLocation)
        check(result, arguments, sourceLocation)
        return try JSONDecoder().decode(Value.self, from: Data(result.output.utf8))
    }

    private func check(_ result: Program.Result, _ arguments: [String], _ sourceLocation: SourceLocation) {
        let mayTellBuyer = [["events", "show"], ["receipts", "show"]].contains(Array(arguments.prefix(2)))
        for secret in Sample.secrets {
            #expect(!result.error.contains(secret), "a secret on standard error", sourceLocation: sourceLocation)
        }
        for secret in mayTellBuyer ? Sample.credentials : Sample.secrets {
            #expect(!result.output.contains(secret), "a secret on standard output", sourceLocation: sourceLocation)
        }
    }

    /// Writes a file for a command to read; returns its path.
    func file(_ name: String, _ text: String) throws -> String {
        let path = "\(directory)/\(name)"
        try text.write(toPath: path)
        return path
    }
}

/// Any JSON value, for tests that look at which keys are there.
enum AnyJSON: Decodable, Hashable {
    case null, bool(Bool), number(Decimal), text(String), array([AnyJSON]), object([String: AnyJSON])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Decimal.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([AnyJSON].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: AnyJSON].self))
        }
    }

    subscript(_ key: String) -> AnyJSON? {
        guard case .object(let fields) = self else { return nil }
        return fields[key]
    }

    subscript(_ index: Int) -> AnyJSON? {
        guard case .array(let items) = self, items.indices.contains(index) else { return nil }
        return items[index]
    }

    var count: Int {
        guard case .array(let items) = self else { return 0 }
        return items.count
    }
}
