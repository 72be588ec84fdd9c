import ArgumentParser
import Relay

struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Print the JSON Schema of an event's payload.")

    @Argument(help: "Kind of event: \(EventSchemas.kinds.joined(separator: ", ")).")
    var kind: String

    func validate() throws {
        guard EventSchemas.schema(of: kind) != nil else {
            throw ValidationError(
                "“\(kind)” has no schema; allowed: \(EventSchemas.kinds.joined(separator: ", ")).")
        }
    }

    func run() throws {
        print(EventSchemas.schema(of: kind) ?? "", terminator: "")
    }
}
