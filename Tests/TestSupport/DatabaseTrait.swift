package import Testing

/// Gives every test case a database of its own, reached as ``TestDatabase/current``, so that tests run in parallel.
package struct DatabaseTrait: TestTrait, SuiteTrait, TestScoping {
    let isMigrated: Bool

    /// How many test cases may have a database at a time: their connections share one server.
    private static let slots = AsyncSlots(12)

    package var isRecursive: Bool { true }

    package init(isMigrated: Bool = true) {
        self.isMigrated = isMigrated
    }

    package func scopeProvider(for test: Test, testCase: Test.Case?) -> DatabaseTrait? {
        testCase == nil ? nil : self
    }

    package func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
        await Self.slots.enter()
        do {
            let database = try await TestDatabase.create(isMigrated: isMigrated)
            do {
                try await TestDatabase.$scoped.withValue(database) { try await function() }
            } catch {
                try? await database.drop()
                throw error
            }
            try await database.drop()
        } catch {
            Self.slots.leave()
            throw error
        }
        Self.slots.leave()
    }
}

extension Trait where Self == DatabaseTrait {
    /// A database with all migrations of the repository applied.
    package static var database: DatabaseTrait { DatabaseTrait() }
    /// A database with nothing in it.
    package static var emptyDatabase: DatabaseTrait { DatabaseTrait(isMigrated: false) }
}
