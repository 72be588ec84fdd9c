import ArgumentParser
import JobQueue
import Postgres
import Relay

struct WritebacksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "writebacks", abstract: "Orders whose results a person has to look after.",
        subcommands: [WritebacksList.self, WritebacksRepeat.self, WritebacksSettle.self])
}

/// Which orders.
struct WritebackFilterOptions: ParsableArguments {
    @Option(help: "Only this shop.") var shop: String?
    @Option(help: "Only this kind: order_missing or overlapped.") var kind: String?

    var filter: WritebackTroubles.Filter {
        var filter = WritebackTroubles.Filter()
        filter.shop = shop
        filter.kind = kind.flatMap(WritebackTroubles.Kind.init(rawValue:))
        return filter
    }

    func validate() throws {
        if let kind, WritebackTroubles.Kind(rawValue: kind) == nil {
            throw ValidationError("--kind “\(kind)” is not known; allowed: order_missing, overlapped.")
        }
    }
}

/// What is to be looked after in an order, as it is listed.
private struct WritebackRow: Encodable {
    let id: Int64
    let shop: String
    let order: String
    let kind: String
    let receipt: Int64
    let times: Int
    let firstAt: String
    let lastAt: String
    let endedAt: String?
    let endedBy: String?
    let detail: String?
    let advice: String

    enum CodingKeys: String, CodingKey {
        case id, shop, order, kind, receipt, times, detail, advice
        case firstAt = "first_at"
        case lastAt = "last_at"
        case endedAt = "ended_at"
        case endedBy = "ended_by"
    }

    init(_ trouble: WritebackTroubles.Trouble) {
        id = trouble.id
        shop = trouble.shop
        order = trouble.order
        kind = trouble.kind.rawValue
        receipt = trouble.receipt
        times = trouble.times
        firstAt = trouble.firstAt.text
        lastAt = trouble.lastAt.text
        endedAt = trouble.endedAt?.text
        endedBy = trouble.endedBy
        detail = trouble.detail
        advice = Self.advice(trouble)
    }

    private static func advice(_ trouble: WritebackTroubles.Trouble) -> String {
        guard trouble.endedAt == nil else { return "" }
        return switch trouble.kind {
        case .orderMissing: "find the order or the right portal, then repeat; or settle, if it was deleted"
        case .overlapped: "compare the order with its history in the portal, put back what is lost, then settle"
        }
    }

    static let columns: [Listing.Column<WritebackRow>] = [
        .init("id") { "\($0.id)" }, .init("shop") { $0.shop }, .init("order") { $0.order }, .init("kind") { $0.kind },
        .init("last") { $0.lastAt }, .init("times") { "\($0.times)" },
        .init("ended") { row in row.endedAt.map { at in row.endedBy.map { "\(at) by \($0)" } ?? at } ?? "" },
        .init("detail") { $0.detail ?? "" }, .init("what to do") { $0.advice },
    ]
}

struct WritebacksList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List them; status 1 while any is open.")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: FormatOptions
    @OptionGroup var which: WritebackFilterOptions
    @Flag(help: "Those that are over too.") var all = false
    @Option(help: "At most so many.") var limit = 1000

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be above zero.") }
    }

    func run() async throws {
        var filter = which.filter
        filter.all = all
        filter.limit = limit
        let wanted = filter
        let troubles = try await options.withPool("fiscal-relay writebacks") { pool in
            try await WritebackTroubles(pool: pool).list(wanted)
        }
        try Listing.show(
            troubles.map(WritebackRow.init), as: output.format, columns: WritebackRow.columns,
            empty: "Nobody is needed.")
        if troubles.contains(where: { $0.endedAt == nil }) { throw ExitCode.failure }
    }
}

/// Which of the listed ones an act concerns.
struct WritebackChoice: ParsableArguments {
    @Argument(help: "Its id, as writebacks list shows it; without one, --shop or --kind.") var id: Int64?
    @OptionGroup var which: WritebackFilterOptions
    @Flag(help: "All that are open.") var all = false
    @Flag(help: "Do not ask.") var yes = false

    func validate() throws {
        let isFiltered = which.shop != nil || which.kind != nil
        guard id != nil || all || isFiltered else { throw ValidationError("Give an id, a filter, or --all.") }
        guard id == nil || (!all && !isFiltered) else { throw ValidationError("Give either an id or a filter.") }
    }

    /// Those that are meant, after the person has agreed to their number.
    func confirmed(_ verb: String, _ troubles: WritebackTroubles) async throws -> [WritebackTroubles.Trouble] {
        if let id {
            guard let trouble = try await troubles.trouble(id) else {
                throw CommandFailure("there is no \(id): see fiscal-relay writebacks list")
            }
            return [trouble]
        }
        var filter = which.filter
        filter.limit = 100_000
        let found = try await troubles.list(filter)
        print("\(found.count) open")
        guard found.isEmpty || yes || Confirmation.ask("\(verb) \(found.count)?") else { throw ExitCode.failure }
        return found
    }
}

struct WritebacksRepeat: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "repeat", abstract: "Write the results of orders once more, after somebody has mended the cause.",
        discussion: "An order that the portal then has leaves the list by itself.")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var person: OperatorOptions
    @OptionGroup var choice: WritebackChoice

    func run() async throws {
        let configuration = try options.load()
        let by = Operator(who: person.who, why: person.why)
        let (ordered, retired) = try await options.withPool("fiscal-relay writebacks") { pool in
            let troubles = WritebackTroubles(pool: pool)
            var ordered = 0
            // They stop no other.
            var retired: Set<String> = []
            for trouble in try await choice.confirmed("Repeat", troubles) {
                guard let portal = configuration.shops[trouble.shop]?.bitrix?.destination else {
                    retired.insert(trouble.shop)
                    continue
                }
                if try await troubles.rewrite(
                    shop: trouble.shop, order: trouble.order, portal: portal, by: by)
                {
                    ordered += 1
                }
            }
            return (ordered, retired)
        }
        print("\(ordered) to be written once more")
        guard retired.isEmpty else {
            throw CommandFailure(
                "not configured, or without a portal: \(retired.sorted().joined(separator: ", ")); settle what is theirs"
            )
        }
    }
}

struct WritebacksSettle: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settle", abstract: "Say that orders are dealt with.")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var person: OperatorOptions
    @OptionGroup var choice: WritebackChoice

    func run() async throws {
        let by = Operator(who: person.who, why: person.why)
        let settled = try await options.withPool("fiscal-relay writebacks") { pool in
            let troubles = WritebackTroubles(pool: pool)
            var settled = 0
            for trouble in try await choice.confirmed("Settle", troubles) {
                switch try await troubles.settle(trouble.id, by: by) {
                case .settled: settled += 1
                case .notOpen where choice.id != nil: throw CommandFailure("\(trouble.id) is over already")
                case .notOpen, .noSuchTrouble: break
                }
            }
            return settled
        }
        print("\(settled) settled")
    }
}
