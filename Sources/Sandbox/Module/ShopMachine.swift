internal import FoundationEssentials
internal import Glibc
internal import Subprocess

#if canImport(System)
    internal import System
#else
    internal import SystemPackage
#endif

/// A self-hosted shop that runs the real Bitrix module over stubs of Bitrix's own classes, in processes of its own: web
/// server, cron, and a MariaDB if it is to have one. They are gone with this process, however it ends.
package actor ShopMachine {
    /// How a shop is set up.
    package struct Settings: Encodable, Sendable {
        /// Bitrix's database: an empty one of PostgreSQL as libpq takes it, or ``ownDatabase``.
        let database: String
        /// The relay's PostgreSQL, by a login that may write events.
        let relay: String
        /// The webhook that answers whatever the module does not.
        let behind: String
        /// The shop's name in the relay.
        let shop: String
        /// For logs and a document root.
        let directory: String

        /// A MariaDB that the shop starts for itself.
        package static let ownDatabase = "mysql"

        package init(database: String, relay: String, behind: String, shop: String, directory: String) {
            self.database = database
            self.relay = relay
            self.behind = behind
            self.shop = shop
            self.directory = directory
        }
    }

    /// It did not do what it was asked.
    package enum Fault: Error, CustomStringConvertible {
        /// It is gone; `words` is the end of its log.
        case ended(words: String)
        /// No answer came.
        case silent(word: String, within: Duration)
        /// It tried and failed.
        case refused(word: String, why: String)
        /// Its answer is none.
        case unreadable(word: String)

        package var description: String {
            switch self {
            case .ended(let words): "the shop with the module has ended: \(words)"
            case .silent(let word, let limit): "the shop with the module did not answer “\(word)” within \(limit)"
            case .refused(let word, let why): "the shop with the module failed at “\(word)”: \(why)"
            case .unreadable(let word): "the shop with the module answered “\(word)” with something else"
            }
        }
    }

    private struct Line<With: Encodable>: Encodable {
        let id: Int
        let `do`: String
        let with: With
    }

    private struct Head: Decodable {
        let id: Int
        let error: String?
    }

    private struct Envelope<Answer: Decodable>: Decodable {
        let answer: Answer
    }

    private struct Ready: Decodable {
        let webhook: String
    }

    /// Generous, since it guards against hanging alone: a MariaDB is made on a busy machine meanwhile.
    private static let patience = Duration.seconds(180)
    private static let lastPatience = Duration.seconds(30)

    private let log: String
    private let lines: AsyncStream<[UInt8]>.Continuation
    private let signals: AsyncStream<Signal>.Continuation
    private var waiting: [Int: (word: String, answer: CheckedContinuation<Data, any Error>)] = [:]
    private var last = 0
    private var running: Task<Void, Never>?
    private var hasEnded = false
    /// Where the worker reaches the shop's portal.
    package private(set) var webhook = ""

    /// Starts a shop: the module is installed and switched on, its portal reachable, cron not yet at work.
    ///
    /// - Throws: ``Fault``; nothing is left running.
    package static func start(_ folder: ModuleFolder, _ settings: Settings) async throws -> ShopMachine {
        // One that dies while it is written to must not take us with it.
        signal(SIGPIPE, SIG_IGN)
        let (lines, say) = AsyncStream.makeStream(of: [UInt8].self)
        let (signals, send) = AsyncStream.makeStream(of: Signal.self)
        let machine = ShopMachine(log: "\(settings.directory)/shop.log", lines: say, signals: send)
        do {
            try await machine.begin(folder.script, settings, lines, signals)
        } catch {
            await machine.stop()
            throw error
        }
        return machine
    }

    private init(
        log: String, lines: AsyncStream<[UInt8]>.Continuation, signals: AsyncStream<Signal>.Continuation
    ) {
        self.log = log
        self.lines = lines
        self.signals = signals
    }

    /// Ends it and all its processes.
    package func stop() async {
        lines.finish()
        let impatience = Task { [signals] in
            try await Task.sleep(for: Self.lastPatience)
            signals.yield(.kill)
        }
        await running?.value
        impatience.cancel()
        signals.finish()
    }

    private func begin(
        _ script: String, _ settings: Settings, _ lines: AsyncStream<[UInt8]>, _ signals: AsyncStream<Signal>
    ) async throws {
        let argument = String(decoding: try JSONEncoder().encode(settings), as: UTF8.self)
        running = Task {
            do {
                let file = try FileDescriptor.open(
                    FilePath(log), .writeOnly, options: [.create, .append], permissions: .ownerReadWrite)
                _ = try await Subprocess.run(
                    .name("php"),
                    arguments: ["-d", "display_errors=stderr", "-d", "error_reporting=-1", script, argument],
                    input: .inputWriter, output: .sequence,
                    error: .fileDescriptor(file, closeAfterSpawningProcess: true)
                ) { execution in
                    let writing = Task {
                        for await line in lines { _ = try await execution.standardInputWriter.write(line) }
                        try await execution.standardInputWriter.finish()
                    }
                    let killing = Task { for await signal in signals { try? execution.send(signal: signal) } }
                    for try await line in execution.standardOutput.strings(bufferingPolicy: .unbounded) {
                        self.hear(line)
                    }
                    writing.cancel()
                    killing.cancel()
                }
            } catch {
                self.note("\(error)")
            }
            self.end()
        }
        let ready: Ready = try await reply(0, to: "start")
        webhook = ready.webhook
    }

    /// Asks for something and waits for the answer.
    ///
    /// - Throws: ``Fault``.
    func ask<Answer: Decodable>(
        _ word: String, with: some Encodable & Sendable = [String: String]()
    ) async throws -> Answer {
        last += 1
        let line = try JSONEncoder().encode(Line(id: last, do: word, with: with))
        lines.yield(Array(line) + [UInt8(ascii: "\n")])
        return try await reply(last, to: word)
    }

    private func reply<Answer: Decodable>(_ id: Int, to word: String) async throws -> Answer {
        guard !hasEnded else { throw Fault.ended(words: lastWords) }
        let impatience = Task {
            try await Task.sleep(for: Self.patience)
            self.waiting.removeValue(forKey: id)?.answer.resume(
                throwing: Fault.silent(word: word, within: Self.patience))
        }
        defer { impatience.cancel() }
        let data = try await withCheckedThrowingContinuation { waiting[id] = (word, $0) }
        guard let envelope = try? JSONDecoder().decode(Envelope<Answer>.self, from: data) else {
            throw Fault.unreadable(word: word)
        }
        return envelope.answer
    }

    private func hear(_ line: String) {
        let data = Data(line.utf8)
        guard let head = try? JSONDecoder().decode(Head.self, from: data),
            let asked = waiting.removeValue(forKey: head.id)
        else { return }
        if let error = head.error {
            asked.answer.resume(throwing: Fault.refused(word: asked.word, why: error))
        } else {
            asked.answer.resume(returning: data)
        }
    }

    private func end() {
        hasEnded = true
        for asked in waiting.values { asked.answer.resume(throwing: Fault.ended(words: lastWords)) }
        waiting = [:]
    }

    private var lastWords: String {
        let text = String(decoding: FileManager.default.contents(atPath: log) ?? Data(), as: UTF8.self)
        return String(text.suffix(2000))
    }

    private func note(_ text: String) {
        let known = FileManager.default.contents(atPath: log) ?? Data()
        try? (known + Data("\(text)\n".utf8)).write(to: URL(filePath: log))
    }
}
