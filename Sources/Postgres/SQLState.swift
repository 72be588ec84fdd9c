/// The five characters by which PostgreSQL classifies an error; see "PostgreSQL Error Codes" in its manual.
package struct SQLState: Hashable, Sendable, CustomStringConvertible {
    /// Five characters, digits and upper-case letters.
    package let code: String

    /// Wraps a code as the server sent it.
    package init(_ code: String) {
        self.code = code
    }

    /// The first two characters: the family of the error.
    package var family: Substring { code.prefix(2) }

    package var description: String { code }

    /// Whether the server refuses this connection for a reason that repeating does not mend.
    ///
    /// Covers wrong credentials (28), an unknown database (3D) and a missing right (42). A server that starts up
    /// (57P03) or has no free slot (53300) is worth another try.
    package var refusesForGood: Bool { ["28", "3D", "42", "0A", "08P"].contains { code.hasPrefix($0) } }

    /// Whether it speaks of the connection and not of what was sent over it.
    package var isConnectionFailure: Bool { family == "08" }

    package static let featureNotSupported = SQLState("0A000")
    package static let characterNotInRepertoire = SQLState("22021")
    package static let untranslatableCharacter = SQLState("22P05")
    package static let notNullViolation = SQLState("23502")
    package static let foreignKeyViolation = SQLState("23503")
    package static let uniqueViolation = SQLState("23505")
    package static let checkViolation = SQLState("23514")
    package static let exclusionViolation = SQLState("23P01")
    package static let readOnlyTransaction = SQLState("25006")
    package static let inFailedTransaction = SQLState("25P02")
    package static let idleInTransactionTimeout = SQLState("25P03")
    package static let invalidStatementName = SQLState("26000")
    package static let serializationFailure = SQLState("40001")
    package static let deadlockDetected = SQLState("40P01")
    package static let insufficientPrivilege = SQLState("42501")
    package static let duplicateObject = SQLState("42710")
    package static let duplicateStatementName = SQLState("42P05")
    package static let undefinedTable = SQLState("42P01")
    package static let diskFull = SQLState("53100")
    package static let tooManyConnections = SQLState("53300")
    package static let lockNotAvailable = SQLState("55P03")
    /// A statement was cancelled: by `statement_timeout` or by an administrator.
    package static let queryCanceled = SQLState("57014")
    package static let adminShutdown = SQLState("57P01")
    package static let crashShutdown = SQLState("57P02")
    package static let cannotConnectNow = SQLState("57P03")
    package static let raisedException = SQLState("P0001")
    package static let internalError = SQLState("XX000")
}
