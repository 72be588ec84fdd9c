import FiscalProviders
import Fiscal
package import Postgres

/// Asks providers about receipts they have, one question each, within the limit that the whole fleet shares.
///
/// CloudKassir has no list to compare with, so a document that it printed without our asking cannot be found this way.
package struct ProviderInquiry: Sendable {
    /// Questions under way at once.
    private static let width = 4
    /// So many failures in a row end the asking of a destination: it is down, and nothing is learned by more.
    private static let patience = 5
    private static let longestWait: Duration = .seconds(60)

    private let directory: ShopDirectory
    private let pool: PostgresPool

    package init(directory: ShopDirectory, pool: PostgresPool) {
        self.directory = directory
        self.pool = pool
    }

    /// Asks about every receipt that has a number at its provider.
    ///
    /// - Parameters:
    ///   - receipts: Others among them are passed over.
    ///   - end: When to stop, by this process's clock; what is left then is unasked.
    ///   - progress: Told how many were asked so far.
    /// - Returns: By a receipt's id.
    package func ask(
        _ receipts: [BookedReceipt], until end: ContinuousClock.Instant, progress: (Int) -> Void = { _ in }
    ) async -> [Int64: ProviderStatement] {
        var statements: [Int64: ProviderStatement] = [:]
        let known = receipts.filter { $0.providerID != nil }
        for (destination, group) in Dictionary(grouping: known, by: \.destination).sorted(by: { $0.key < $1.key }) {
            guard let provider = directory.registers[destination]?.provider else {
                for receipt in group { statements[receipt.id] = .unasked("provider_unknown") }
                continue
            }
            await ask(group[...], of: provider, destination, until: end, into: &statements, progress)
        }
        return statements
    }

    private func ask(
        _ receipts: ArraySlice<BookedReceipt>, of provider: any FiscalProvider, _ destination: String,
        until end: ContinuousClock.Instant, into statements: inout [Int64: ProviderStatement],
        _ progress: (Int) -> Void
    ) async {
        var left = receipts
        var failures = 0
        var reason = "out_of_time"
        while !left.isEmpty, !Task.isCancelled, ContinuousClock.now < end {
            guard failures < Self.patience else { break }
            let grant: Grant
            do {
                grant = try await draw(min(Self.width, left.count), of: destination)
            } catch {
                reason = "database_unavailable"
                break
            }
            guard grant.granted > 0 else {
                guard let wait = grant.wait, wait <= Self.longestWait else {
                    reason = "destination_closed"
                    break
                }
                try? await Task.sleep(for: wait, clock: .continuous)
                continue
            }
            let batch = left.prefix(grant.granted)
            let answers = await Self.answers(batch, of: provider)
            left = left.dropFirst(batch.count)
            for receipt in batch {
                guard let verdict = answers[receipt.id] else { continue }
                let statement = ProviderStatement(verdict)
                statements[receipt.id] = statement
                if case .unasked(let code) = statement {
                    failures += 1
                    reason = code
                } else {
                    failures = 0
                }
                switch verdict {
                case .throttled(_, let pause):
                    try? await Task.sleep(for: min(pause ?? .seconds(10), Self.longestWait), clock: .continuous)
                case .unauthorised: failures = Self.patience
                default: break
                }
            }
            progress(statements.count)
        }
        for receipt in left { statements[receipt.id] = .unasked(reason) }
    }

    private static func answers(
        _ receipts: ArraySlice<BookedReceipt>, of provider: any FiscalProvider
    ) async -> [Int64: StatusAnswer.Verdict] {
        await withTaskGroup(of: (Int64, StatusAnswer.Verdict).self) { group in
            for receipt in receipts {
                guard let number = receipt.providerID else { continue }
                group.addTask { (receipt.id, await provider.status(of: number).verdict) }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    private struct Grant {
        let granted: Int
        /// nil: until a person opens the destination.
        let wait: Duration?
    }

    private func draw(_ wanted: Int, of destination: String) async throws(PostgresError) -> Grant {
        try await pool.query(Self.drawTokens, [.text(destination), .int(wanted)]) { row throws(PostgresError) in
            let wait: Int64? = try row.getOptional("wait_ms")
            return Grant(
                granted: Int(try row.get(Int32.self, "granted")),
                wait: wait.map { .milliseconds(max(1, $0)) })
        }.first ?? Grant(granted: 0, wait: nil)
    }

    private static let drawTokens = Statement(
        "reconcile.drawTokens", "SELECT granted, wait_ms FROM fiscal.draw_tokens($1, $2::integer)")
}
