import Fiscal
import HTTPTransport
import JobQueue
import Postgres

@testable import Relay

/// The shops of the simulation, as a configuration makes them.
enum SampleShops {
    /// One whose provider prints a key once however often it comes, and one whose provider prints whatever comes.
    static let names = ["resend", "person"]

    /// How long a request to a provider may take.
    static let timeout: Duration = .seconds(1)

    /// The steps whose decisions are simulated; nothing here ever opens a connection.
    static let steps: ReceiptSteps? = {
        guard let configuration = try? RelayConfiguration(yaml: yaml, environment: [:]), let pool else { return nil }
        return ReceiptSteps(
            directory: ShopDirectory(configuration: configuration, transport: HTTPTransport()), pool: pool,
            language: .english)
    }()

    /// The steps' definitions, and those of the jobs that they order.
    static let definitions: [StepDefinition]? = {
        guard let steps, let pool else { return nil }
        let writeback = WritebackStep(directory: steps.directory, pool: pool, language: .english)
        return steps.definitions + [writeback.definition, NoteStep.definition]
    }()

    private static let pool: PostgresPool? = {
        (try? PostgresConfiguration(url: "postgresql://127.0.0.1:1/none")).map { PostgresPool($0) }
    }()

    private static let yaml: String = {
        let company = """
            { inn: "7712345671", sno: osn, email: "kassa@shop.example.ru", \
            payment_address: "https://shop.example.ru", ffd: "1.05" }
            """
        let entries = names.map { name in
            """
              \(name):
                company: \(company)
                provider: { kind: cloudkassir, base_url: "http://127.0.0.1:1/\(name)", login: \(name), password: x, \
            timeout: 1s, doubt: \(name), callback_url: "https://shop.example.ru/called" }
                bitrix:
                  webhook_url: "https://\(name).example.ru/rest/1/x/"
                  properties: { refund: { fn: BACK_FN, fd: BACK_FD, fpd: BACK_FPD } }
            """
        }
        return "shops:\n" + entries.joined(separator: "\n")
    }()
}
